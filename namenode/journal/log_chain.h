// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "common/model/ids.h"
#include "common/util/result.h"
#include "namenode/journal/segment_reader.h"
#include "namenode/journal/storage.h"

namespace cairn::namenode {

// The chained checksum of a log: the CRC-32C of all records since the last OP_START_LOG_SEGMENT,
// that one included, up to and including a record. It can be computed again from the last segment
// alone, however the log was cut into files. (Each record ends with a CRC-32 of another polynomial;
// a CRC-32C over its own CRC-32C would be constant.) 0: not known, because the log has that segment
// in part only.

// The first of some records, which must be whole.
std::string_view FirstRecord(std::string_view records);

// The value behind `records`, which must be whole, given the one before them.
uint32_t ExtendChain(uint32_t crc, std::string_view records);

// The value at `txid`, a durable record, computed from the segments.
Result<uint32_t> ChainAt(const NameStorage& storage, TxId txid);

// Records as they stand in a segment, one after the other.
struct RecordBatch {
  TxId first;  // 0 when there are none.
  TxId last;
  std::string bytes;

  bool empty() const { return bytes.empty(); }
};

// Reads the bytes of records behind a transaction out of the segments, for a peer that is behind.
// The open segment is read too, while it is being written.
//
// Not thread-safe.
class RecordReader {
 public:
  // `storage` must outlive the reader.
  RecordReader(const NameStorage& storage, TxId after) : storage_(storage), last_(after) {}

  // The next records up to `until`, which must be durable: at most `bytes_max` bytes, or a single
  // record. Empty when all of them were returned. kNotFound when the next record is in no segment
  // any more.
  Result<RecordBatch> Next(TxId until, size_t bytes_max);

  // The last transaction that was returned.
  TxId last() const { return last_; }

 private:
  Status Open();
  Status OpenCopy(const std::string& path);

  const NameStorage& storage_;
  std::unique_ptr<SegmentReader> reader_;
  TxId last_;
};

}  // namespace cairn::namenode
