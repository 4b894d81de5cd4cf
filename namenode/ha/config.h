// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

// A namenode whose log holds every acknowledged record, as far as this log is concerned.
struct Member {
  NodeId node;
  LogId log;

  bool operator==(const Member&) const = default;
};

// Who leads, and whose acknowledgement a commit needs: the content of the one znode that arbitrates
// (<parent>/<nameservice>/ha). Each change is a compare-and-set on the znode's version that raises
// the epoch by one. A plain value; the znode's text is made by the adapter.
struct Config {
  Epoch epoch;
  NodeId primary;
  Incarnation incarnation;  // The primary's process.
  // The primary is always one of them. Only a member of this list, with that same log, may be
  // promoted.
  std::vector<Member> in_sync;
  // Every record below it was durable in each member's log when the epoch began. A member whose
  // log ends earlier has lost records, and may not open.
  TxId start{1};

  const Member* Find(const NodeId& node) const {
    for (const Member& member : in_sync) {
      if (member.node == node) return &member;
    }
    return nullptr;
  }
  bool Holds(const Member& member) const {
    const Member* found = Find(member.node);
    return found && *found == member;
  }
  bool operator==(const Config&) const = default;
};

// A configuration as it was read: a write must name the version that it replaces.
struct VersionedConfig {
  Config config;
  int32_t version = -1;  // The znode's dataVersion.

  bool operator==(const VersionedConfig&) const = default;
};

}  // namespace cairn::namenode::ha
