// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/log_chain.h"

#include <cassert>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "namenode/journal/codec.h"

namespace cairn::namenode {

namespace {

constexpr size_t kReadBytes = 1 << 20;

}  // namespace

std::string_view FirstRecord(std::string_view records) {
  // An opcode, a length that counts itself, the id and the body, and a checksum.
  assert(records.size() >= 1 + sizeof(uint32_t));
  const size_t size = 1 + LoadU32(records.data() + 1) + sizeof(uint32_t);
  assert(size <= records.size());
  return records.substr(0, size);
}

uint32_t ExtendChain(uint32_t crc, std::string_view records) {
  while (!records.empty()) {
    const std::string_view record = FirstRecord(records);
    if (OpensSegment(record)) {
      crc = Crc32c(0, record.data(), record.size());
    } else if (crc != 0) {
      crc = Crc32c(crc, record.data(), record.size());
    }
    records.remove_prefix(record.size());
  }
  return crc;
}

Result<uint32_t> ChainAt(const NameStorage& storage, TxId txid) {
  if (txid.value <= 0) return 0;
  // A log that was interrupted goes on in another file, so that the record that opened the segment
  // may stand some files back.
  for (TxId from = txid; from.value > 0;) {
    CAIRN_ASSIGN(const std::optional<TxId> first, storage.FirstOfFileWith(from));
    if (!first) return 0;
    RecordReader reader(storage, TxId(first->value - 1));
    CAIRN_ASSIGN(RecordBatch batch, reader.Next(*first, 1));
    if (!OpensSegment(batch.bytes)) {
      from = TxId(first->value - 1);
      continue;
    }
    uint32_t crc = ExtendChain(0, batch.bytes);
    while (reader.last() < txid) {
      CAIRN_ASSIGN(batch, reader.Next(txid, kReadBytes));
      crc = ExtendChain(crc, batch.bytes);
    }
    return crc;
  }
  return 0;
}

Result<RecordBatch> RecordReader::Next(TxId until, size_t bytes_max) {
  RecordBatch batch;
  bool reopened = false;
  // Never looks behind `until`: what stands there may be in the middle of being written.
  while (last_ < until) {
    if (reader_ == nullptr) {
      CAIRN_TRY(Open());
      reopened = true;
    }
    const Result<std::optional<RawRecord>> next = reader_->PeekRaw();
    if (!next.ok() || !*next) {
      // The segment ends, its window is older than what was written since, or this copy is broken.
      reader_.reset();
      if (!batch.empty()) return batch;
      if (!reopened) continue;
      if (!next.ok()) return next.status();
      return Status(Code::kCorrupt, "transaction " + std::to_string(last_.value + 1) +
                                        " is not where its segment's name says");
    }
    const std::optional<RawRecord>& record = *next;
    if (!batch.empty() && batch.bytes.size() + record->bytes.size() > bytes_max) break;
    if (batch.empty()) batch.first = record->txid;
    batch.bytes.append(record->bytes);
    batch.last = last_ = record->txid;
    reader_->Skip();
  }
  return batch;
}

// Opens a segment that has the next transaction, and skips what lies before it.
Status RecordReader::Open() {
  const TxId next(last_.value + 1);
  Status why(Code::kNotFound, "transaction " + ToString(next) + " is in no segment");
  // A segment can be finalized between the listing and the opening; its new name is found then.
  for (int attempt = 0; attempt < 2; ++attempt) {
    CAIRN_ASSIGN(const std::vector<std::string> paths, storage_.PathsOf(next));
    for (const std::string& path : paths) {
      const Status status = OpenCopy(path);
      if (status.ok()) return status;
      LOG(kDebug, "segment not used", {"path", path}, {"reason", status});
      why = status;
    }
  }
  return why;
}

Status RecordReader::OpenCopy(const std::string& path) {
  CAIRN_ASSIGN(std::unique_ptr<SegmentReader> reader, SegmentReader::Open(storage_.disk(), path));
  for (;;) {
    CAIRN_ASSIGN(const std::optional<RawRecord> record, reader->PeekRaw());
    if (!record || record->txid.value > last_.value + 1) {
      return Status(Code::kNotFound,
                    path + " does not have transaction " + std::to_string(last_.value + 1));
    }
    if (record->txid.value == last_.value + 1) break;
    reader->Skip();
  }
  reader_ = std::move(reader);
  return Status();
}

}  // namespace cairn::namenode
