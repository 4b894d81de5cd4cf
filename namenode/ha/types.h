// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <string>

#include "common/model/ids.h"
#include "common/util/strong_id.h"

// The words of the pair's protocol (docs/ha.md).
namespace cairn::namenode::ha {

// A namenode of the pair: its name in dfs.ha.namenodes.<nameservice>.
using NodeId = StrongId<struct NodeIdTag, std::string>;

// Counts the configurations. Each is written by one compare-and-set, so that an epoch has exactly
// one author and one primary. 0: none.
using Epoch = StrongId<struct EpochTag, uint64_t>;

// One log on one disk, for as long as nothing but the pair's protocol changes it: a UUID. A disk
// that was replaced, damaged, or written by another software gets a new one. Empty: none.
using LogId = StrongId<struct LogIdTag, std::string>;

// One process of a namenode, from start to death: random. 0: none.
using Incarnation = StrongId<struct IncarnationTag, uint64_t>;

// Microseconds of CLOCK_BOOTTIME: monotonic, and it counts time in suspend. Each node has its own;
// the protocol compares times of one node only.
using Micros = int64_t;
inline constexpr Micros kForever = std::numeric_limits<Micros>::max();

// A record's identity. Its term is the epoch in which its primary opened; a term has one process
// that writes, which gives each transaction id once, so (term, txid) names one record, and two
// logs that share a record share everything before it.
//
// `chain` is computed by whoever stores records: the CRC-32C of all records of the segment up to
// and including this one, so it can be computed again from the open segment alone. It adds a check
// of content to the identity, and is compared only where both sides know it; 0: not known.
struct Position {
  TxId txid;
  Epoch term;
  uint32_t chain = 0;

  bool SameRecord(const Position& other) const {
    return txid == other.txid && term == other.term;
  }
  bool SameContent(const Position& other) const {
    return SameRecord(other) && (chain == other.chain || chain == 0 || other.chain == 0);
  }
  bool operator==(const Position&) const = default;
};

inline TxId Next(TxId txid) { return TxId(txid.value + 1); }
inline Epoch Next(Epoch epoch) { return Epoch(epoch.value + 1); }

}  // namespace cairn::namenode::ha
