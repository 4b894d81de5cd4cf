// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/retry_cache.h"

namespace cairn::namenode {

std::optional<RetryCache::Key> RetryCache::KeyOf(const std::string& client_id, int32_t call_id) {
  if (client_id.size() != kClientIdBytes || call_id < 0) return std::nullopt;
  Key key{.client_id = {}, .call_id = call_id};
  std::memcpy(key.client_id.data(), client_id.data(), kClientIdBytes);
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
  const std::optional<Key> key = KeyOf(client_id, call_id);
  if (!key) return nullptr;
  Expire();
  auto it = entries_.find(*key);
  return it == entries_.end() ? nullptr : &it->second;
}

void RetryCache::Add(const std::string& client_id, int32_t call_id, const Entry& entry) {
  const std::optional<Key> key = KeyOf(client_id, call_id);
  if (!key || ttl_ == Clock::Duration::zero()) return;
  const bool added = entries_.insert_or_assign(*key, entry).second;
  // A second record of the same call keeps the first's expiry: one key, one place in the queue.
  if (added) expiries_.push_back({clock_.Now() + ttl_, *key});
  Expire();
}

}  // namespace cairn::namenode
