// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "common/log/log.h"
#include "namenode/journal/edit_log.h"
#include "namenode/journal/segment_reader.h"
#include "namenode/journal/storage.h"
#include "namenode/journal/storage_names.h"

namespace cairn::namenode {

namespace {

// Renames within a directory, durably.
Status Move(io::Disk& disk, const std::string& from, const std::string& to) {
  CAIRN_TRY(disk.Rename(from, to));
  return disk.SyncDirectory(io::ParentOf(to));
}

Status Finalize(io::Disk& disk, const std::string& path, const SegmentScan& scan) {
  CAIRN_ASSIGN(std::unique_ptr<io::File> file, disk.Open(path, io::OpenMode::kReadWrite));
  CAIRN_TRY(file->Truncate(scan.valid_bytes));
  CAIRN_TRY(file->Sync());
  return Move(disk, path,
              io::ParentOf(path) + "/" + SegmentName(scan.first, scan.last));
}

}  // namespace

Status NameStorage::RecoverSegments() {
  std::map<TxId, std::vector<std::string>> unfinished;
  for (const std::string& current : EditDirectories()) {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(current));
    for (const std::string& name : names) {
      if (const std::optional<TxId> first = ParseUnfinishedSegmentName(name)) {
        unfinished[*first].push_back(current + "/" + name);
      }
    }
  }
  for (const auto& [first, copies] : unfinished) {
    CAIRN_TRY(RecoverOne(first, copies));
  }
  if (EditDirectories().empty()) {
    return Status(Code::kIoError, "no edits directory is left");
  }
  return Status();
}

Status NameStorage::RecoverOne(TxId first, const std::vector<std::string>& copies) {
  std::map<std::string, SegmentScan> scans;
  Status broken;
  TxId last;
  for (const std::string& path : copies) {
    Result<SegmentScan> scan = ScanUnfinishedSegment(disk_, path, EditLog::kGroupBytesMax);
    const Code code = scan.status().code();
    if (!scan.ok() && code != Code::kCorrupt && code != Code::kIncorrectVersion) {
      Fail(path, scan.status());
      continue;
    }
    if (!scan.ok()) {
      broken = scan.status().WithContext("recover " + path);
      LOG(kError, "open segment is corrupt", {"path", path}, {"reason", scan.status()});
      continue;
    }
    if (scan->first.value != 0 && scan->first != first) {
      broken = Status(Code::kCorrupt, path + " starts with transaction " + ToString(scan->first));
      continue;
    }
    last = std::max(last, scan->last);
    scans.emplace(path, std::move(*scan));
  }
  // A copy that ends early is no proof that a corrupt one has nothing more.
  bool finished_elsewhere = false;
  CAIRN_ASSIGN(const std::vector<Segment> segments, Segments());
  for (const Segment& segment : segments) {
    if (segment.first == first && segment.last >= last) finished_elsewhere = true;
  }
  if (!broken.ok() && !finished_elsewhere) return broken;

  for (const auto& [path, scan] : scans) {
    Status status;
    if (scan.last.value == 0) {
      status = Move(disk_, path, path + ".empty");
    } else if (scan.last < last || finished_elsewhere) {
      status = Move(disk_, path, path + ".stale");
    } else {
      status = Finalize(disk_, path, scan);
    }
    LOG(kInfo, "open segment recovered", {"path", path}, {"last", scan.last}, {"kept", last},
        {"torn", scan.torn});
    if (!status.ok()) Fail(path, status);
  }
  return Status();
}

bool NameStorage::WasOpenedEmpty(TxId first) const {
  for (const std::string& current : EditDirectories()) {
    const std::string path = current + "/" + UnfinishedSegmentName(first);
    if (disk_.Exists(path) || disk_.Exists(path + ".empty")) return true;
  }
  return false;
}

Result<LoadPlan> NameStorage::Plan() const {
  LoadPlan plan;
  CAIRN_ASSIGN(plan.images, Images());
  if (plan.images.empty()) {
    return Status(Code::kCorrupt, "there is no image in any name directory");
  }
  CAIRN_ASSIGN(plan.segments, Segments());
  const TxId image = plan.images.front().txid;
  plan.last = image;
  for (const Segment& segment : plan.segments) {
    if (segment.first.value <= plan.last.value + 1) plan.last = std::max(plan.last, segment.last);
  }
  if (!plan.segments.empty()) {
    const auto furthest = std::max_element(
        plan.segments.begin(), plan.segments.end(),
        [](const Segment& a, const Segment& b) { return a.last < b.last; });
    if (furthest->last > plan.last) {
      return Status(Code::kCorrupt, "transactions from " + std::to_string(plan.last.value + 1) +
                                        " on are missing between image " + ToString(image) +
                                        " and segment " + furthest->paths.front());
    }
  }
  // A segment's file is there before seen_txid tells of it, and its first record is durable only
  // after that: an empty segment is no loss, a missing one is.
  CAIRN_ASSIGN(const TxId seen, SeenTxId());
  if (seen > plan.last && !(seen.value == plan.last.value + 1 && WasOpenedEmpty(seen))) {
    return Status(Code::kCorrupt, "a segment was opened at transaction " + ToString(seen) +
                                      ", but transactions after " + ToString(plan.last) +
                                      " are missing");
  }
  return plan;
}

Result<std::vector<Segment>> LoadPlan::SegmentsAfter(TxId image) const {
  std::vector<Segment> needed;
  TxId reached = image;
  for (;;) {
    // Segments may overlap where a directory had failed for a while; the longest one goes on.
    const Segment* next = nullptr;
    for (const Segment& segment : segments) {
      if (segment.last <= reached || segment.first.value > reached.value + 1) continue;
      if (next == nullptr || segment.last > next->last) next = &segment;
    }
    if (next == nullptr) break;
    reached = next->last;
    needed.push_back(*next);
  }
  if (reached < last) {
    return Status(Code::kCorrupt, "transactions after " + ToString(reached) +
                                      " are missing for image " + ToString(image));
  }
  return needed;
}

void NameStorage::PurgeImages(int images_retained, TxId* oldest_kept) {
  const Result<std::vector<ImageFile>> images = Images();
  if (!images.ok()) return;
  for (size_t i = 0; i < images->size(); ++i) {
    const ImageFile& image = (*images)[i];
    if (i < static_cast<size_t>(std::max(images_retained, 1))) {
      *oldest_kept = image.txid;
      continue;
    }
    for (const std::string& path : image.paths) {
      // The image first: without its .md5 it would count as broken.
      Status status = disk_.Remove(path);
      if (status.ok() && disk_.Exists(path + ".md5")) status = disk_.Remove(path + ".md5");
      LOG(kInfo, "old image purged", {"path", path}, {"status", status});
    }
  }
}

void NameStorage::Purge(int images_retained, int64_t extra_edits_retained) {
  TxId oldest_kept;
  PurgeImages(images_retained, &oldest_kept);
  const TxId needed_after(oldest_kept.value - std::max<int64_t>(extra_edits_retained, 0));
  const Result<std::vector<Segment>> segments = Segments();
  if (!segments.ok()) return;
  for (const Segment& segment : *segments) {
    if (segment.last > needed_after) continue;
    for (const std::string& path : segment.paths) {
      const Status status = disk_.Remove(path);
      LOG(kInfo, "old edit log segment purged", {"path", path}, {"status", status});
    }
  }
  // What broken checkpoints left behind.
  for (const std::string& current : ImageDirectories()) {
    const Result<std::vector<std::string>> names = disk_.List(current);
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      const std::optional<TxId> txid = ParseCheckpointName(name);
      if (!txid || *txid > oldest_kept) continue;
      const Status status = disk_.Remove(current + "/" + name);
      LOG(kInfo, "broken checkpoint removed", {"path", current + "/" + name}, {"status", status});
    }
  }
}

}  // namespace cairn::namenode
