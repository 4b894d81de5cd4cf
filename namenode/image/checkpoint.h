// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/util/result.h"
#include "namenode/image/image_writer.h"
#include "namenode/journal/storage.h"

namespace cairn::namenode {

struct CheckpointOptions {
  int images_retained = 2;                   // dfs.namenode.num.checkpoints.retained
  int64_t extra_edits_retained = 1'000'000;  // dfs.namenode.num.extra.edits.retained
};

// Writes images into the name directories: first as fsimage.ckpt_<txid>, then, when it is whole
// and on disk, with its .md5 file under its final name. A crash at any point leaves the old images
// and all edits that they need. Edits are purged only after that.
//
// The usual way is a copy: under the lock of the namesystem, in a moment when nothing changes, the
// process forks, and the child writes what the memory was at that moment, while the parent serves
// on. With the log rolled first, in the same section:
//
//   section:  rolled = log.Roll(); source.txid = rolled.end;
//             pending = Checkpoint::Fork(storage, options, source);
//   after it: log.WaitDurable(rolled.start); pending->Finish();
//
// Not thread-safe: one checkpoint at a time.
class Checkpoint {
 public:
  // Starts a child that writes the image. Returns at once; call it with the section held.
  static Result<std::unique_ptr<Checkpoint>> Fork(NameStorage& storage,
                                                  const CheckpointOptions& options,
                                                  const ImageSource& source);

  // Kills and reaps the child when Finish was not called.
  ~Checkpoint();
  Checkpoint(const Checkpoint&) = delete;
  Checkpoint& operator=(const Checkpoint&) = delete;

  // Waits for the child, puts its images in place and purges. Without the section. Directories
  // that failed are dropped from the storage; fails when none is left.
  Status Finish();
  // Asks the child to stop; Finish then fails with kCancelled. From any thread.
  void Cancel();

  TxId txid() const { return txid_; }

 private:
  Checkpoint(NameStorage& storage, const CheckpointOptions& options, TxId txid)
      : storage_(storage), options_(options), txid_(txid) {}

  Result<WrittenImage> ReadChildsAnswer();
  // Waits for the child's end; its state as waitpid tells it.
  int Reap();

  NameStorage& storage_;
  const CheckpointOptions options_;
  const TxId txid_;
  int answer_fd_ = -1;
  std::mutex mutex_;
  pid_t child_ = -1;  // Guarded by mutex_ once there is one; -1 when it was reaped.
};

// The same in this process, with the section held all the time: for saveNamespace in safe mode,
// and where there is nobody to serve.
Status SaveImage(NameStorage& storage, const CheckpointOptions& options,
                 const ImageSource& source);

// Makes the directories those of a new, empty namespace whose root has this owner, group and mode.
Status FormatNamespace(io::Disk& disk, std::vector<NameStorage::Directory> directories,
                       const NamespaceInfo& info, const PermissionStatus& root);

}  // namespace cairn::namenode
