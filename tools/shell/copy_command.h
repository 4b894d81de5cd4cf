// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/util/clock.h"
#include "tools/shell/command.h"
#include "tools/shell/copy_pool.h"
#include "tools/shell/transfer_progress.h"

namespace cairn::shell {

// A command whose last argument says where the others go: into it when it is a directory, else to
// it. Files are written under a temporary name, "x._COPYING_", and renamed at the end.
//
// Not thread-safe; files are copied by other threads when threads are asked for.
class CopyCommand : public Command {
 public:
  ~CopyCommand() override;

 protected:
  // What is kept of a source's attributes.
  struct Preserve {
    bool times = false;
    bool owner = false;
    bool permission = false;
    bool acl = false;
    bool xattrs = false;
  };

  struct Options {
    bool overwrite = false;
    bool direct = false;  // No temporary name.
    bool lazy_persist = false;
    bool verify_checksums = true;
    bool write_checksums = true;
    Preserve preserve;
    size_t threads = 1;
    size_t queue = 1024;  // Files that may wait for a thread.
  };

  // "-t" and "-q" of those that take them.
  Status TakeThreads(const CommandFormat& format);
  // Take the destination from the end of the arguments; the working directory when there is only
  // one.
  Status TakeLocalDestination(Arguments& arguments);
  Status TakeDestination(Arguments& arguments);

  Status ProcessArguments(std::vector<PathData>& items) override;
  Status ProcessPathArgument(PathData& item) override;
  Status ProcessPath(PathData& item) override;
  Status RecursePath(PathData& item) override;
  // Moves or copies one path to where it goes.
  virtual Status ProcessPair(PathData& source, PathData& target);

  Result<PathData> TargetOf(const PathData& source) const;
  Status CopyStream(Source& source, PathData& target);

  Options& options() { return options_; }
  const PathData& destination() const { return destination_; }

 private:
  Status CheckDestination(size_t sources) const;
  Status CopyFile(const PathData& source, PathData target);
  Status CopyFileNow(const PathData& source, PathData target);
  Status WriteTo(Source& source, const PathData& temporary, PathData& target);
  Status PreserveAttributes(const PathData& source, const PathData& target);
  Status PreserveAcl(const PathData& source, const PathData& target);
  Status PreserveXattrs(const PathData& source, const PathData& target);

  Options options_;
  PathData destination_;  // Grows with the directories that are walked.
  SystemClock clock_;
  std::unique_ptr<TransferProgress> progress_;
  std::unique_ptr<CopyPool> pool_;  // Only with several threads and something to share.
};

}  // namespace cairn::shell
