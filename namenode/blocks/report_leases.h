// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <unordered_map>

#include "common/util/clock.h"
#include "common/util/random.h"
#include "namenode/blocks/options.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

// Permissions to send a full block report, so that not all datanodes do at once.
//
// Not thread-safe: guarded by the namesystem lock.
class ReportLeases {
 public:
  // All must outlive this object.
  ReportLeases(const Clock& clock, Random& random, const BlockManagerOptions& options)
      : clock_(clock), options_(options), next_id_(random.Next()) {}

  // A lease for this datanode; 0 when there are enough out already. Asking again replaces its own.
  uint64_t Request(DatanodeIndex node);
  // Whether the datanode may report now. 0 is a report without a lease, which is let through: an
  // operator ordered it, or the datanode knows of no leases.
  bool Check(DatanodeIndex node, uint64_t lease_id);
  void Remove(DatanodeIndex node) { leases_.erase(node); }
  size_t size() const { return leases_.size(); }

 private:
  struct Lease {
    uint64_t id;
    Clock::TimePoint granted_at;
  };

  bool IsExpired(const Lease& lease) const {
    return clock_.Now() - lease.granted_at >= options_.report_lease_length;
  }

  const Clock& clock_;
  const BlockManagerOptions& options_;
  uint64_t next_id_;
  std::unordered_map<DatanodeIndex, Lease> leases_;
};

}  // namespace cairn::namenode
