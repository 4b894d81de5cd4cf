// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/record_feed.h"

#include <algorithm>
#include <utility>

namespace cairn::namenode::ha {

void RecordFeed::Add(const EditLog::Batch& batch) {
  const std::lock_guard lock(mutex_);
  // A log that was cut goes on with other records.
  while (!kept_.empty() && kept_.back().last >= batch.first) {
    kept_bytes_ -= kept_.back().bytes.size();
    kept_.pop_back();
  }
  if (!kept_.empty() && kept_.back().last.value + 1 != batch.first.value) {
    kept_.clear();
    kept_bytes_ = 0;
  }
  kept_.push_back({batch.first, batch.last, std::string(batch.bytes), batch.crc_before});
  kept_bytes_ += batch.bytes.size();
  while (kept_.size() > 1 && kept_bytes_ > memory_bytes_max_) {
    kept_bytes_ -= kept_.front().bytes.size();
    kept_.pop_front();
  }
}

std::optional<RecordFeed::Records> RecordFeed::FromMemory(TxId previous, TxId until,
                                                          size_t bytes_max) const {
  const std::lock_guard lock(mutex_);
  auto kept = std::find_if(kept_.begin(), kept_.end(),
                           [&](const Kept& k) { return k.last > previous; });
  if (kept == kept_.end() || kept->first.value > previous.value + 1) return std::nullopt;
  Records records;
  records.chain_before = kept->chain_before;
  int64_t id = kept->first.value;
  for (; kept != kept_.end(); ++kept) {
    for (std::string_view rest = kept->bytes; !rest.empty(); ++id) {
      const std::string_view record = FirstRecord(rest);
      rest.remove_prefix(record.size());
      if (id <= previous.value) {
        records.chain_before = ExtendChain(records.chain_before, record);
        continue;
      }
      std::string& bytes = records.batch.bytes;
      const bool full = !bytes.empty() && bytes.size() + record.size() > bytes_max;
      if (id > until.value || full) {
        records.chain_after = ExtendChain(records.chain_before, bytes);
        return records;
      }
      if (bytes.empty()) records.batch.first = TxId(id);
      records.batch.last = TxId(id);
      bytes.append(record);
    }
  }
  records.chain_after = ExtendChain(records.chain_before, records.batch.bytes);
  return records;
}

Result<RecordFeed::Records> RecordFeed::FromDisk(TxId previous, TxId until, size_t bytes_max) {
  if (reader_ == nullptr || reader_->last() != previous) {
    CAIRN_ASSIGN(reader_chain_, ChainAt(storage_, previous));
    reader_ = std::make_unique<RecordReader>(storage_, previous);
  }
  Result<RecordBatch> batch = reader_->Next(until, bytes_max);
  if (!batch.ok()) {
    reader_.reset();
    return batch.status();
  }
  Records records{.chain_before = reader_chain_, .batch = std::move(*batch)};
  records.chain_after = ExtendChain(records.chain_before, records.batch.bytes);
  reader_chain_ = records.chain_after;
  return records;
}

}  // namespace cairn::namenode::ha
