// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/io/disk.h"
#include "common/util/result.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/record.h"

namespace cairn::namenode {

// A record's bytes as they stand in a segment.
struct RawRecord {
  TxId txid;
  std::string_view bytes;
};

// Reads the records of one segment in order, a window of the file at a time.
//
// Not thread-safe.
class SegmentReader {
 public:
  // Opens `path` and checks its header. `disk` must outlive the reader.
  static Result<std::unique_ptr<SegmentReader>> Open(io::Disk& disk, const std::string& path);
  // The same for a segment in memory, such as one that a peer sent; `name` is for messages.
  static Result<std::unique_ptr<SegmentReader>> OnBytes(std::string bytes, std::string name);

  int32_t layout_version() const { return layout_version_; }

  // The next record, or nothing at the end. kCorrupt or kChecksum, with file and offset, for
  // bytes that are neither; kEndOfFile for a record that is cut off. Transaction ids must follow
  // each other. After a failure the reader stays where it is.
  Result<std::optional<EditRecord>> Next();

  // The same without decoding bodies: the id of the next record.
  Result<std::optional<TxId>> Scan();

  // The next record's bytes, valid until the next call; the reader stays in front of it.
  Result<std::optional<RawRecord>> PeekRaw();
  // Goes behind the record that PeekRaw has just returned.
  void Skip();

  // Bytes up to the end of the last record that was returned.
  uint64_t offset() const { return base_ + consumed_; }

 private:
  SegmentReader(std::unique_ptr<io::File> file, std::string window, std::string name)
      : file_(std::move(file)), window_(std::move(window)), name_(std::move(name)) {}

  Status ReadHeader();
  Result<std::optional<Frame>> NextFrame();
  Status FillTo(size_t n);
  Status CheckTail();
  Status At(const Status& error) const;
  std::string_view front() const { return std::string_view(window_).substr(consumed_); }

  const std::unique_ptr<io::File> file_;  // Null for bytes in memory.
  std::string window_;                    // Bytes of the file from base_.
  const std::string name_;
  uint64_t base_ = 0;
  size_t consumed_ = 0;  // Of window_.
  bool at_end_of_file_ = false;
  Frame peeked_;  // What Skip goes over.
  int32_t layout_version_ = 0;
  TxId last_;
};

// How far an unfinished segment can be trusted.
struct SegmentScan {
  int32_t layout_version = 0;
  TxId first;               // 0 when there is no record.
  TxId last;                // 0 when there is no record.
  uint64_t valid_bytes = 0;  // Header and whole records; 0 when not even the header is whole.
  std::string torn;         // Why the bytes behind are no record; empty when they are a clean tail.
};

// Reads a segment that was not finalized up to its torn tail. Fails with kCorrupt when a good
// record lies more than `batch_bytes_max` behind the first bad byte: writes are made durable in
// batches of at most that many bytes one after the other, so the bad byte had been durable, and
// what follows may have been acknowledged.
Result<SegmentScan> ScanUnfinishedSegment(io::Disk& disk, const std::string& path,
                                          uint64_t batch_bytes_max);

}  // namespace cairn::namenode
