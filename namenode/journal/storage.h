// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/io/disk.h"
#include "common/model/ids.h"
#include "common/model/namespace_info.h"
#include "common/util/result.h"

namespace cairn::namenode {

// A finalized segment of the edit log: edits_<first>-<last>.
struct Segment {
  TxId first;
  TxId last;
  std::vector<std::string> paths;  // Its copies.
};

// An image: fsimage_<txid>, the namespace after that transaction.
struct ImageFile {
  TxId txid;
  std::vector<std::string> paths;  // Its copies, each with an .md5 file beside it.
};

// What to load at start.
struct LoadPlan {
  std::vector<ImageFile> images;  // Newest first; never empty.
  // Finalized segments in order, without a gap from the newest image on.
  std::vector<Segment> segments;
  TxId last;  // The last transaction of image and segments.

  // The segments that have transactions after `image`; kCorrupt, naming the missing ids, when an
  // older image would need some that are gone.
  Result<std::vector<Segment>> SegmentsAfter(TxId image) const;
};

// Names of files in a name directory.
std::string ImageName(TxId txid);                // fsimage_0000000000000000124
std::string CheckpointName(TxId txid);           // fsimage.ckpt_0000000000000000124
std::string SegmentName(TxId first, TxId last);  // edits_…-…
std::string UnfinishedSegmentName(TxId first);   // edits_inprogress_…

// The namenode's directories (dfs.namenode.name.dir, dfs.namenode.edits.dir) with the files of
// Apache's layout:
//
//   in_use.lock
//   current/VERSION  seen_txid  fsimage_N  fsimage_N.md5  edits_A-B  edits_inprogress_C
//
// A directory whose disk fails is dropped, with a log line, until the next start; the last one of
// a kind that fails is the caller's to take as fatal. A directory that is empty while others are
// formatted is brought into the set.
//
// Thread-safe.
class NameStorage {
 public:
  struct Directory {
    std::string root;
    bool images = true;
    bool edits = true;
  };

  // Locks and reads the directories. kNotFound when none is formatted, kCorrupt when they belong
  // to different namespaces, kIncorrectVersion for a layout that is not ours, kAlreadyExists when
  // another process has one. `disk` must outlive this object.
  static Result<std::unique_ptr<NameStorage>> Open(io::Disk& disk,
                                                   std::vector<Directory> directories);

  // Erases whatever the directories have and makes them those of a new namespace, without an
  // image yet: they count as formatted only after MarkFormatted. (FormatNamespace in image/ does
  // both with the image of an empty tree between.)
  static Result<std::unique_ptr<NameStorage>> StartFormat(io::Disk& disk,
                                                          std::vector<Directory> directories,
                                                          const NamespaceInfo& info);
  Status MarkFormatted();
  // True when a directory has a VERSION, or anything in `current` at all.
  static bool HasData(io::Disk& disk, const std::vector<Directory>& directories);

  const NamespaceInfo& info() const { return info_; }
  io::Disk& disk() const { return disk_; }

  // "root/current" of the directories that have not failed.
  std::vector<std::string> ImageDirectories() const;
  std::vector<std::string> EditDirectories() const;
  size_t FailedCount() const;
  // Roots of the directories that have failed, for reports.
  std::vector<std::string> FailedRoots() const;

  // True when a lock file tells that another software had a directory before it was opened here.
  bool LastUsedByOthers() const { return last_used_by_others_; }

  // Drops the directory whose `current` this is, or below which this path is.
  void Fail(const std::string& path, const Status& why);

  // Finalizes what a crash left unfinished: the longest copy of each open segment keeps its whole
  // records and gets its final name; shorter copies are set aside as *.stale, empty ones as
  // *.empty. Call it before Plan, with no EditLog open.
  Status RecoverSegments();

  // Cuts the log back to `last`: later segments go, the one that it falls into is rewritten, and
  // seen_txid is brought back. A crash in between leaves a log that ends somewhere behind `last`
  // and can be cut again. Same conditions as RecoverSegments, which must have been called.
  // kInvalidArgument when the log does not reach `last`, or an image goes beyond it.
  Status CutAfter(TxId last);

  // Finds the newest image and the segments after it. kCorrupt when transactions are missing
  // between them, or up to the segment that seen_txid tells of.
  Result<LoadPlan> Plan() const;

  // Finalized segments of all directories, by their first id; copies that end early come last.
  Result<std::vector<Segment>> Segments() const;
  Result<std::vector<ImageFile>> Images() const;
  // First id of the newest segment, finalized or open.
  Result<std::optional<TxId>> NewestSegment() const;
  // Files of the segments, finalized or open, that can have `txid`; those that begin latest first.
  Result<std::vector<std::string>> PathsOf(TxId txid) const;
  // First id of a file of PathsOf; nothing when there is none.
  Result<std::optional<TxId>> FirstOfFileWith(TxId txid) const;

  // Records that a segment starting at `txid` was opened, in one directory.
  Status WriteSeenTxId(const std::string& current, TxId txid);

  // Removes images but the newest `images_retained`, and segments that end more than
  // `extra_edits_retained` transactions before the oldest image that is kept.
  void Purge(int images_retained, int64_t extra_edits_retained);

  // A new namespace's identity: random ids, `ip` in the block pool's name.
  static NamespaceInfo NewNamespace(const std::string& cluster_id, const std::string& ip,
                                    int64_t now_ms, uint64_t random);

 private:
  struct Entry {
    Directory directory;
    std::unique_ptr<io::FileLock> lock;
    bool failed = false;
    bool formatted = false;
  };

  explicit NameStorage(io::Disk& disk) : disk_(disk) {}

  Status LockAll(std::vector<Directory> directories);
  Status ReadVersions();
  Status AdoptEmptyDirectories();
  Status WriteVersion(const std::string& current);
  Status RecoverOne(TxId first, const std::vector<std::string>& copies);
  Status CutSegment(const Segment& segment, TxId last);
  Result<std::vector<std::pair<TxId, std::string>>> FilesWith(TxId txid) const;
  Result<TxId> SeenTxId() const;
  bool WasOpenedEmpty(TxId first) const;
  std::vector<std::string> Currents(bool Directory::*kind) const;
  void PurgeImages(int images_retained, TxId* oldest_kept);

  io::Disk& disk_;
  NamespaceInfo info_;
  bool last_used_by_others_ = false;
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;  // Guarded by mutex_ after opening.
};

}  // namespace cairn::namenode
