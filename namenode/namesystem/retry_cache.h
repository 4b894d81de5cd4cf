// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <variant>

#include "common/model/file_status.h"
#include "common/util/clock.h"
#include "namenode/namesystem/requests.h"

namespace cairn::namenode {

// What a call answered: nothing (or true), or the value of a create or an append.
using RetryPayload = std::variant<std::monostate, FileStatus, AppendResult>;

// Remembers the outcome of calls that must not be carried out twice, by client and call id. A
// client that lost an answer sends the same ids again and gets the first outcome. Only successes
// are kept: what failed changed nothing, and may be tried again.
//
// Filled by applying records, so that replay rebuilds it.
//
// Not thread-safe: guarded by the namesystem's section. Looking up and adding both need the
// exclusive side, so two copies of one call cannot both find nothing.
class RetryCache {
 public:
  struct Entry {
    TxId txid;  // The transaction that the answer waits for.
    RetryPayload payload;
  };

  // `clock` must outlive this object. A `ttl` of zero remembers nothing.
  RetryCache(const Clock& clock, Clock::Duration ttl, size_t entries_max)
      : clock_(clock), ttl_(ttl), entries_max_(entries_max) {}

  // The outcome of an earlier copy of the call, or nullptr.
  const Entry* Find(const std::string& client_id, int32_t call_id);

  // No-op when the call has no identity.
  void Add(const std::string& client_id, int32_t call_id, Entry entry);

  size_t size() const { return entries_.size(); }

 private:
  struct Expiry {
    Clock::TimePoint at;
    std::string key;
  };

  static std::string Key(const std::string& client_id, int32_t call_id);
  void Expire();

  const Clock& clock_;
  const Clock::Duration ttl_;
  const size_t entries_max_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<Expiry> expiries_;  // Oldest first.
};

}  // namespace cairn::namenode
