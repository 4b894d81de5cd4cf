// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/model/ids.h"
#include "common/util/result.h"
#include "namenode/journal/edit_log.h"
#include "namenode/journal/log_chain.h"

namespace cairn::namenode::ha {

// Records for the peer: the newest out of memory, older ones out of the segments.
//
// Thread-safe; ReadFromDisk belongs to one thread.
class RecordFeed {
 public:
  struct Records {
    uint32_t chain_before = 0;
    RecordBatch batch;
    uint32_t chain_after = 0;
  };

  // `storage` must outlive the feed. Up to `memory_bytes_max` are kept, and the last batch always.
  RecordFeed(const NameStorage& storage, size_t memory_bytes_max)
      : storage_(storage), memory_bytes_max_(memory_bytes_max) {}

  // Keeps what the log is about to write.
  void Add(const EditLog::Batch& batch);

  // The records that follow `previous`, up to `until`, at most `bytes_max` bytes or a single
  // record. Nothing when they are not in memory (any more).
  std::optional<Records> FromMemory(TxId previous, TxId until, size_t bytes_max) const;
  // The same out of the segments, where all up to `until` must be durable. kNotFound when they are
  // in no segment.
  Result<Records> FromDisk(TxId previous, TxId until, size_t bytes_max);

 private:
  struct Kept {
    TxId first;
    TxId last;
    std::string bytes;
    uint32_t chain_before = 0;
  };

  const NameStorage& storage_;
  const size_t memory_bytes_max_;
  mutable std::mutex mutex_;
  std::deque<Kept> kept_;  // Guarded by mutex_; without a gap.
  size_t kept_bytes_ = 0;  // Guarded by mutex_.

  // Where the last reading from disk ended: catching up goes on there.
  std::unique_ptr<RecordReader> reader_;
  uint32_t reader_chain_ = 0;
};

}  // namespace cairn::namenode::ha
