// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>

#include "common/model/ids.h"
#include "common/util/clock.h"

namespace cairn::namenode {

// Remembers the outcome of calls that must not be carried out twice, by client and call id. A
// client that lost an answer sends the same ids again and gets the first outcome. Only successes
// are kept: what failed changed nothing, and may be tried again.
//
// Filled by applying records, so that replay rebuilds it. Answers are not kept, but what is needed
// to give them again: there may be a million of them.
//
// Not thread-safe: guarded by the namesystem's section. Looking up and adding both need the
// exclusive side, so two copies of one call cannot both find nothing.
class RetryCache {
 public:
  struct Entry {
    TxId txid;  // The transaction that the answer waits for.
    // The file that a create or an append opened; none of other calls.
    InodeId file = kInvalidInodeId;
    bool new_block = false;  // Of an append: in a block of its own.
  };

  // `clock` must outlive this object. A `ttl` of zero remembers nothing.
  RetryCache(const Clock& clock, Clock::Duration ttl, size_t entries_max)
      : clock_(clock), ttl_(ttl), entries_max_(entries_max) {}

  // The outcome of an earlier copy of the call, or nullptr.
  const Entry* Find(const std::string& client_id, int32_t call_id);

  // No-op when the call has no identity: a client id of 16 bytes, a call id from 0.
  void Add(const std::string& client_id, int32_t call_id, const Entry& entry);

  size_t size() const { return entries_.size(); }

 private:
  static constexpr size_t kClientIdBytes = 16;

  struct Key {
    std::array<char, kClientIdBytes> client_id;
    int32_t call_id;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      uint64_t halves[2];
      std::memcpy(halves, key.client_id.data(), sizeof(halves));
      const uint64_t mixed = (halves[0] ^ (halves[1] * 0x9e3779b97f4a7c15ULL)) +
                             static_cast<uint32_t>(key.call_id) * 0xff51afd7ed558ccdULL;
      return mixed ^ (mixed >> 32);
    }
  };
  struct Expiry {
    Clock::TimePoint at;
    Key key;
  };

  static std::optional<Key> KeyOf(const std::string& client_id, int32_t call_id);
  void Expire();

  const Clock& clock_;
  const Clock::Duration ttl_;
  const size_t entries_max_;
  std::unordered_map<Key, Entry, KeyHash> entries_;
  std::deque<Expiry> expiries_;  // Oldest first.
};

}  // namespace cairn::namenode
