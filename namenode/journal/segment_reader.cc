// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/segment_reader.h"

#include <algorithm>
#include <utility>

namespace cairn::namenode {

namespace {

constexpr size_t kReadBytes = 1 << 20;

bool IsFiller(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(),
                     [](char c) { return c == '\0' || c == '\xFF'; });
}

}  // namespace

Result<std::unique_ptr<SegmentReader>> SegmentReader::Open(io::Disk& disk,
                                                           const std::string& path) {
  CAIRN_ASSIGN(std::unique_ptr<io::File> file, disk.Open(path, io::OpenMode::kRead));
  std::unique_ptr<SegmentReader> reader(new SegmentReader(std::move(file), "", path));
  CAIRN_TRY(reader->ReadHeader());
  return reader;
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::OnBytes(std::string bytes,
                                                              std::string name) {
  std::unique_ptr<SegmentReader> reader(
      new SegmentReader(nullptr, std::move(bytes), std::move(name)));
  reader->at_end_of_file_ = true;
  CAIRN_TRY(reader->ReadHeader());
  return reader;
}

Status SegmentReader::ReadHeader() {
  CAIRN_TRY(FillTo(kSegmentHeaderBytes));
  const Result<int32_t> layout = ParseSegmentHeader(front());
  if (!layout.ok()) return At(layout.status());
  layout_version_ = *layout;
  consumed_ = kSegmentHeaderBytes;
  return Status();
}

Result<std::optional<EditRecord>> SegmentReader::Next() {
  CAIRN_ASSIGN(const std::optional<Frame> frame, NextFrame());
  if (!frame) return std::optional<EditRecord>();
  Result<EditRecord> record = DecodeRecord(front().substr(0, frame->size), layout_version_);
  if (!record.ok()) return At(record.status());
  consumed_ += frame->size;
  last_ = frame->txid;
  return std::optional<EditRecord>(std::move(*record));
}

Result<std::optional<TxId>> SegmentReader::Scan() {
  CAIRN_ASSIGN(const std::optional<RawRecord> record, PeekRaw());
  if (!record) return std::optional<TxId>();
  Skip();
  return std::optional<TxId>(record->txid);
}

Result<std::optional<RawRecord>> SegmentReader::PeekRaw() {
  CAIRN_ASSIGN(const std::optional<Frame> frame, NextFrame());
  if (!frame) return std::optional<RawRecord>();
  peeked_ = *frame;
  return std::optional<RawRecord>(RawRecord{frame->txid, front().substr(0, frame->size)});
}

void SegmentReader::Skip() {
  consumed_ += peeked_.size;
  last_ = peeked_.txid;
  peeked_.size = 0;
}

// The whole record at the front, or nothing when the segment ends here.
Result<std::optional<Frame>> SegmentReader::NextFrame() {
  size_t wanted = 1;
  for (;;) {
    CAIRN_TRY(FillTo(wanted));
    Result<Frame> frame = PeekFrame(front());
    if (!frame.ok()) return At(frame.status());
    switch (frame->kind) {
      case Frame::Kind::kEnd:
        CAIRN_TRY(CheckTail());
        return std::optional<Frame>();
      case Frame::Kind::kMore:
        if (at_end_of_file_) {
          // A zero-filled tail can be shorter than a record.
          if (front().find_first_not_of('\0') == std::string_view::npos) {
            return std::optional<Frame>();
          }
          return At(Status(Code::kEndOfFile, "a record of " + std::to_string(frame->size) +
                                                 " bytes is cut off after " +
                                                 std::to_string(front().size())));
        }
        wanted = frame->size;
        break;
      case Frame::Kind::kRecord:
        if (last_.value != 0 && frame->txid.value != last_.value + 1) {
          return At(Status(Code::kCorrupt, "transaction " + ToString(frame->txid) +
                                               " follows transaction " + ToString(last_)));
        }
        return std::optional<Frame>(*frame);
    }
  }
}

// Brings `n` bytes to the front, fewer only at the end of the file. The window grows with the
// bytes that are really there, not with what a record claims.
Status SegmentReader::FillTo(size_t n) {
  while (front().size() < n && !at_end_of_file_) {
    window_.erase(0, consumed_);
    base_ += consumed_;
    consumed_ = 0;
    Result<std::string> more = file_->ReadAt(base_ + window_.size(), kReadBytes);
    if (!more.ok()) return At(more.status());
    at_end_of_file_ = more->size() < kReadBytes;
    window_.append(*more);
  }
  return Status();
}

// Behind the last record only the filler of the preallocated space may stand.
Status SegmentReader::CheckTail() {
  uint64_t at = offset();
  std::string_view bytes = front();
  std::string chunk;
  for (;;) {
    if (!IsFiller(bytes)) {
      const size_t bad = bytes.find_first_not_of(std::string_view("\0\xFF", 2));
      return Status(Code::kCorrupt, name_ + " has bytes at offset " + std::to_string(at + bad) +
                                        ", behind the end of its records at " +
                                        std::to_string(offset()));
    }
    at += bytes.size();
    if (at_end_of_file_ && chunk.empty()) return Status();
    CAIRN_ASSIGN(chunk, file_->ReadAt(at, kReadBytes));
    if (chunk.empty()) return Status();
    bytes = chunk;
  }
}

Status SegmentReader::At(const Status& error) const {
  return error.WithContext(name_ + " at offset " + std::to_string(offset()));
}

namespace {

// Whether a failure is about what the bytes say, not about reading them.
bool IsContent(const Status& status) {
  switch (status.code()) {
    case Code::kCorrupt:
    case Code::kChecksum:
    case Code::kEndOfFile:
    case Code::kIncorrectVersion:
      return true;
    default:
      return false;
  }
}

// Looks for a whole record with a right checksum and a plausible id behind `from`. Returns its
// offset.
Result<std::optional<uint64_t>> FindLaterRecord(io::File& file, uint64_t from, TxId last) {
  constexpr size_t kStep = 1 << 20;
  // Ids of records that could have been written behind the last good one.
  constexpr int64_t kTransactionsAhead = 1 << 24;
  CAIRN_ASSIGN(const uint64_t size, file.Size());
  for (uint64_t at = from; at < size; at += kStep) {
    CAIRN_ASSIGN(const std::string bytes, file.ReadAt(at, 2 * kStep));
    for (size_t i = 0; i < std::min(bytes.size(), kStep); ++i) {
      const Result<Frame> frame = PeekFrame(std::string_view(bytes).substr(i));
      if (!frame.ok() || frame->kind != Frame::Kind::kRecord) continue;
      const int64_t ahead = frame->txid.value - last.value;
      if (last.value == 0 || (ahead > 0 && ahead < kTransactionsAhead)) {
        return std::optional<uint64_t>(at + i);
      }
    }
  }
  return std::optional<uint64_t>();
}

}  // namespace

Result<SegmentScan> ScanUnfinishedSegment(io::Disk& disk, const std::string& path,
                                          uint64_t batch_bytes_max) {
  SegmentScan scan;
  Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::Open(disk, path);
  if (!reader.ok()) {
    if (!IsContent(reader.status())) return reader.status();
    // The header becomes durable before any record: where it is not whole, nothing was promised.
    CAIRN_ASSIGN(std::unique_ptr<io::File> file, disk.Open(path, io::OpenMode::kRead));
    CAIRN_ASSIGN(const std::optional<uint64_t> record,
                 FindLaterRecord(*file, kSegmentHeaderBytes, TxId(0)));
    if (record) return reader.status();
    scan.torn = reader.status().message();
    return scan;
  }
  scan.layout_version = (*reader)->layout_version();
  scan.valid_bytes = (*reader)->offset();
  for (;;) {
    Result<std::optional<TxId>> next = (*reader)->Scan();
    if (!next.ok()) {
      if (!IsContent(next.status())) return next.status();
      scan.torn = next.status().message();
      break;
    }
    if (!*next) return scan;
    if (scan.first.value == 0) scan.first = **next;
    scan.last = **next;
    scan.valid_bytes = (*reader)->offset();
  }
  CAIRN_ASSIGN(std::unique_ptr<io::File> file, disk.Open(path, io::OpenMode::kRead));
  CAIRN_ASSIGN(const std::optional<uint64_t> later,
               FindLaterRecord(*file, scan.valid_bytes + batch_bytes_max, scan.last));
  if (later) {
    return Status(Code::kCorrupt, scan.torn + "; a good record stands at offset " +
                                      std::to_string(*later) +
                                      ", so that what lies between was durable once");
  }
  return scan;
}

}  // namespace cairn::namenode
