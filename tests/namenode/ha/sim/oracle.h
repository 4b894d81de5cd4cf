// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "namenode/ha/types.h"

namespace cairn::namenode::ha::sim {

// A record, as far as the protocol sees it. `hash` chains everything up to it: two nodes with the
// same hash at a transaction have the same namespace.
struct Record {
  Epoch term;
  uint64_t value = 0;
  uint64_t hash = 0;

  bool operator==(const Record&) const = default;
};

// Sees the whole world, and knows what must never happen. Transaction n is at index n - 1.
//
// Not thread-safe.
class Oracle {
 public:
  const std::string& violation() const { return violation_; }
  void Violate(const std::string& what) {
    if (violation_.empty()) violation_ = what;
  }

  // A node takes `record` for committed.
  void Committed(TxId txid, const Record& record, const std::string& node) {
    const size_t index = static_cast<size_t>(txid.value) - 1;
    if (index < committed_.size()) {
      if (!(committed_[index] == record)) {
        Violate(node + " takes another record for committed at " + std::to_string(txid.value));
      }
      return;
    }
    if (index > committed_.size()) return Violate("a hole before " + std::to_string(txid.value));
    committed_.push_back(record);
    for (; !seen_.empty() && seen_.begin()->first <= txid.value; seen_.erase(seen_.begin())) {
      if (seen_.begin()->second != record.hash) {
        Violate("a read saw what never happened, at " + std::to_string(txid.value));
      }
    }
  }
  int64_t committed() const { return static_cast<int64_t>(committed_.size()); }
  const Record& at(TxId txid) const { return committed_[static_cast<size_t>(txid.value) - 1]; }

  // A client was told that its mutation succeeded.
  void Acknowledged(TxId txid, uint64_t value) {
    ++acknowledged_;
    if (txid.value > committed() || at(txid).value != value) {
      return Violate("acknowledged without a commit: " + std::to_string(txid.value));
    }
    last_acknowledged_ = std::max(last_acknowledged_, txid);
  }
  TxId last_acknowledged() const { return last_acknowledged_; }
  uint64_t acknowledged() const { return acknowledged_; }

  // An answered read saw the state after `record`.
  void Saw(TxId txid, const Record& record) {
    if (txid.value <= committed()) {
      if (txid.value > 0 && !(at(txid) == record)) Violate("a read saw what never happened");
      return;
    }
    seen_.emplace(txid.value, record.hash);
  }

  // A client got the answer to a read that saw the state at `seen`, and had asked when `newest` was
  // the last acknowledged change.
  void Answered(TxId seen, TxId newest, const std::string& node) {
    ++answered_;
    if (seen < newest) {
      Violate("stale read: " + node + " showed " + std::to_string(seen.value) + " after " +
              std::to_string(newest.value) + " was acknowledged");
    }
  }
  uint64_t answered() const { return answered_; }

 private:
  std::string violation_;
  std::vector<Record> committed_;
  std::multimap<int64_t, uint64_t> seen_;  // Not committed yet: transaction and hash.
  TxId last_acknowledged_{0};
  uint64_t acknowledged_ = 0;
  uint64_t answered_ = 0;
};

}  // namespace cairn::namenode::ha::sim
