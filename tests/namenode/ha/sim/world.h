// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "tests/namenode/ha/sim/node.h"
#include "tests/namenode/ha/sim/oracle.h"
#include "tests/namenode/ha/sim/scheduler.h"
#include "tests/namenode/ha/sim/zookeeper.h"

namespace cairn::namenode::ha::sim {

struct Plan {
  uint64_t seed = 0;
  Micros faults_for = 15'000'000;
  Options options;
  Wiring wiring;
};

struct Outcome {
  std::string violation;  // Of what must never happen. Empty: none.
  std::string stuck;      // Nobody serves, or the pair is not whole again. Empty: all is well.
  uint64_t acknowledged = 0;
  uint64_t answered = 0;
  uint64_t epochs = 0;
  // From the end of the faults to the first acknowledged mutation.
  Micros recovered_after = 0;
};

// Two namenodes, the link between them, ZooKeeper, clients, and a day on which everything breaks.
// The same plan gives the same world.
//
// Not thread-safe.
class World {
 public:
  explicit World(Plan plan);

  Outcome Run();

  // --- of the nodes
  Scheduler& scheduler() { return scheduler_; }
  Oracle& oracle() { return oracle_; }
  ZooKeeper& zookeeper() { return zookeeper_; }
  Node& node(int index) { return *nodes_[index]; }
  void Send(int from, Message message);
  void OnExit(int index);
  bool Linked() const { return !cut_[0] && !cut_[1]; }

 private:
  void StartNode(int index);
  void Kill(int index, Micros down_for);
  void Client();
  void NextFault();
  void Break();
  void CutLink();
  void Heal();
  // Whether the other node may lose its disk without anything acknowledged being lost.
  bool SafeToReplace(int index);
  std::string Describe() const;

  const Plan plan_;
  Scheduler scheduler_;
  Oracle oracle_;
  ZooKeeper zookeeper_;
  std::array<std::unique_ptr<Node>, 2> nodes_;
  std::array<bool, 2> cut_{false, false};  // From this node to the other.
  const Micros gap_max_;        // Between two faults.
  const uint64_t fault_kinds_;  // That this world knows: few kinds meet more often.
  int loss_percent_ = 0;
  Micros delay_max_ = 1'500;
  bool healed_ = false;
  uint64_t values_ = 0;
};

}  // namespace cairn::namenode::ha::sim
