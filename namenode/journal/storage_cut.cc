// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "common/log/log.h"
#include "namenode/journal/segment_reader.h"
#include "namenode/journal/storage.h"
#include "namenode/journal/storage_names.h"

namespace cairn::namenode {

namespace {

constexpr size_t kCopyBytes = 1 << 20;

// Where the record of `last` ends in a finalized segment. Checks every record up to there.
Result<uint64_t> EndOf(io::Disk& disk, const std::string& path, TxId last) {
  CAIRN_ASSIGN(std::unique_ptr<SegmentReader> reader, SegmentReader::Open(disk, path));
  for (;;) {
    CAIRN_ASSIGN(const std::optional<TxId> txid, reader->Scan());
    if (!txid || *txid > last) {
      return Status(Code::kCorrupt, path + " does not have transaction " + ToString(last));
    }
    if (*txid == last) return reader->offset();
  }
}

// Makes `to` the first `size` bytes of `from`, durably but for its name.
Status CopyFront(io::Disk& disk, const std::string& from, const std::string& to, uint64_t size) {
  CAIRN_ASSIGN(std::unique_ptr<io::File> source, disk.Open(from, io::OpenMode::kRead));
  CAIRN_ASSIGN(std::unique_ptr<io::File> target, disk.Open(to, io::OpenMode::kCreate));
  for (uint64_t at = 0; at < size;) {
    const size_t n = std::min<uint64_t>(kCopyBytes, size - at);
    CAIRN_ASSIGN(const std::string bytes, source->ReadAt(at, n));
    if (bytes.size() != n) return Status(Code::kEndOfFile, from + " became shorter");
    CAIRN_TRY(target->WriteAt(at, bytes));
    at += n;
  }
  return target->Sync();
}

Status RemoveDurably(io::Disk& disk, const std::string& path) {
  CAIRN_TRY(disk.Remove(path));
  return disk.SyncDirectory(io::ParentOf(path));
}

}  // namespace

// From the newest segment to the oldest, so that the log has no gap at any moment.
Status NameStorage::CutAfter(TxId last) {
  CAIRN_ASSIGN(LoadPlan plan, Plan());
  if (plan.last < last) {
    return Status(Code::kInvalidArgument, "the log ends at transaction " + ToString(plan.last) +
                                              " and cannot be cut at " + ToString(last));
  }
  if (plan.images.front().txid > last) {
    return Status(Code::kInvalidArgument, "image " + ToString(plan.images.front().txid) +
                                              " covers more than transaction " + ToString(last));
  }
  TxId seen = last;  // Without a segment there is only the image.
  for (const Segment& segment : plan.segments) {
    if (segment.first <= last && last <= segment.last) seen = segment.first;
  }
  // First seen_txid, which must never tell of a segment that is gone.
  for (const std::string& current : EditDirectories()) {
    if (const Status status = WriteSeenTxId(current, seen); !status.ok()) Fail(current, status);
  }
  std::sort(plan.segments.begin(), plan.segments.end(),
            [](const Segment& a, const Segment& b) { return a.last > b.last; });
  for (const Segment& segment : plan.segments) {
    if (segment.last > last) CAIRN_TRY(CutSegment(segment, last));
  }
  if (EditDirectories().empty()) return Status(Code::kIoError, "no edits directory is left");
  LOG(kInfo, "edit log cut back", {"from", plan.last}, {"to", last});
  return Status();
}

// Each copy is cut by itself. The whole segment goes only after the cut one is there.
Status NameStorage::CutSegment(const Segment& segment, TxId last) {
  std::string good;
  uint64_t size = 0;
  if (segment.first <= last) {
    Status why;
    for (const std::string& path : segment.paths) {
      const Result<uint64_t> end = EndOf(disk_, path, last);
      why = end.status();
      if (!end.ok()) continue;
      good = path;
      size = *end;
      break;
    }
    if (good.empty()) return why;
  }
  for (const std::string& path : segment.paths) {
    Status status;
    if (!good.empty()) {
      const std::string cut = io::ParentOf(path) + "/" + SegmentName(segment.first, last);
      status = CopyFront(disk_, good, cut + ".tmp", size);
      if (status.ok()) status = disk_.Rename(cut + ".tmp", cut);
      if (status.ok()) status = disk_.SyncDirectory(io::ParentOf(path));
    }
    // The copy that the others are made from goes last.
    if (status.ok() && path != good) status = RemoveDurably(disk_, path);
    if (!status.ok()) Fail(path, status);
  }
  if (good.empty()) return Status();
  if (const Status status = RemoveDurably(disk_, good); !status.ok()) Fail(good, status);
  return Status();
}

}  // namespace cairn::namenode
