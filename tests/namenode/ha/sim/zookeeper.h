// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "namenode/ha/actions.h"
#include "namenode/ha/events.h"
#include "tests/namenode/ha/sim/scheduler.h"

namespace cairn::namenode::ha::sim {

// One znode with compare-and-set, as a client sees it whose connection may break at any time: a
// write whose answer is lost was done, was not, or is done later. Node indexes are 0 and 1.
//
// Not thread-safe.
class ZooKeeper {
 public:
  ZooKeeper(Scheduler& scheduler, Config first) : scheduler_(scheduler) {
    history_.push_back({std::move(first), 0});
  }

  const Config& config() const { return history_.back().config; }
  // No write is under way that may still be done.
  bool quiet() const { return pending_writes_ == 0; }

  // --- faults
  void SetReachable(int node, bool reachable) { reachable_[node] = reachable; }
  void SetUp(bool up) { up_ = up; }
  // In percent: requests whose connection breaks, and reads from a server that lags.
  void SetTrouble(int percent) { trouble_ = percent; }

  // --- sessions
  void SetProcess(int node, bool alive);
  // Called for each node when the znode has changed, unless it is cut off.
  std::function<void(int node)> on_change;

  void Read(int node, uint64_t request, std::function<void(event::ConfigRead)> done);
  void Write(int node, const action::WriteConfig& write,
             std::function<void(event::ConfigWritten)> done);

 private:
  bool Connected(int node) const { return up_ && reachable_[node]; }
  // Does the write, if it still can be done.
  event::ConfigWritten Apply(const action::WriteConfig& write);

  Scheduler& scheduler_;
  std::vector<VersionedConfig> history_;
  std::array<bool, 2> reachable_{true, true};
  std::array<bool, 2> ephemeral_{false, false};
  std::array<uint64_t, 2> lives_{0, 0};
  bool up_ = true;
  int trouble_ = 0;
  int pending_writes_ = 0;
};

}  // namespace cairn::namenode::ha::sim
