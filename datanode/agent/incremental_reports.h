// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/util/clock.h"
#include "datanode/agent/namenode_messages.h"

namespace cairn::datanode {

// Changes of replicas that one namenode has not been told yet, oldest first. Of each block only the
// latest change stays: it says all.
//
// Not thread-safe: guarded by its link.
class IncrementalReports {
 public:
  // `clock` must outlive this object.
  IncrementalReports(const Clock& clock, Clock::Duration interval)
      : clock_(clock), interval_(interval) {}

  // Returns whether the link should send now. Only a received replica is worth a call of its own:
  // the others go with it, or with the next heartbeat.
  bool Add(ReplicaChange change);
  // Whether a report should be sent now, without waiting for the heartbeat.
  bool Due() const;
  // Makes what is there due.
  void MakeDue();
  // The time until Due may become true by itself; nothing when it will not.
  bool WaitsForInterval() const { return urgent_ && !Due(); }
  Clock::Duration UntilInterval() const;

  // Takes the oldest changes out, at most kBatchMax.
  std::vector<ReplicaChange> Take();
  // A report that could not be sent: its changes are first again, except where a newer one exists.
  void PutBack(std::vector<ReplicaChange> changes);
  void Sent() { last_sent_ = clock_.Now(); }
  // Forgets all; a full report must follow.
  void Clear();

  size_t size() const { return changes_.size(); }
  // So many waiting changes are better told by a full report.
  static constexpr size_t kPendingMax = 1'000'000;
  static constexpr size_t kBatchMax = 100'000;

 private:
  using Changes = std::list<ReplicaChange>;

  const Clock& clock_;
  const Clock::Duration interval_;
  Changes changes_;
  std::unordered_map<BlockId, Changes::iterator> by_block_;
  bool urgent_ = false;
  std::optional<Clock::TimePoint> last_sent_;
};

}  // namespace cairn::datanode
