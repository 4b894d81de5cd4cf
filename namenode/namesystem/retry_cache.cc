// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/retry_cache.h"

#include <cstring>
#include <utility>

namespace cairn::namenode {

std::string RetryCache::Key(const std::string& client_id, int32_t call_id) {
  std::string key = client_id;
  char bytes[sizeof(call_id)];
  std::memcpy(bytes, &call_id, sizeof(call_id));
  key.append(bytes, sizeof(bytes));
  return key;
}

void RetryCache::Expire() {
  const Clock::TimePoint now = clock_.Now();
  while (!expiries_.empty() &&
         (expiries_.front().at <= now || entries_.size() > entries_max_)) {
    entries_.erase(expiries_.front().key);
    expiries_.pop_front();
  }
}

const RetryCache::Entry* RetryCache::Find(const std::string& client_id, int32_t call_id) {
  if (client_id.empty() || call_id < 0) return nullptr;
  Expire();
  auto it = entries_.find(Key(client_id, call_id));
  return it == entries_.end() ? nullptr : &it->second;
}

void RetryCache::Add(const std::string& client_id, int32_t call_id, Entry entry) {
  if (client_id.empty() || call_id < 0 || ttl_ == Clock::Duration::zero()) return;
  std::string key = Key(client_id, call_id);
  auto [it, added] = entries_.insert_or_assign(key, std::move(entry));
  // A second record of the same call keeps the first's expiry: one key, one place in the queue.
  if (added) expiries_.push_back({clock_.Now() + ttl_, std::move(key)});
  Expire();
}

}  // namespace cairn::namenode
