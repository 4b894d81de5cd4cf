// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/ha/sim/world.h"

#include <utility>

namespace cairn::namenode::ha::sim {
namespace {

constexpr Micros kMs = 1'000;
constexpr Micros kSecond = 1'000'000;
constexpr int kFaultKinds = 16;
// How long after the last fault clients must be served again, and the pair be whole.
constexpr Micros kServedWithin = 10 * kSecond;
constexpr Micros kWholeWithin = 15 * kSecond;

Config FirstConfig() {
  Config config;
  config.epoch = Epoch(1);
  config.primary = NodeId("nn1");
  config.in_sync = {{NodeId("nn1"), LogId("log-nn1")}, {NodeId("nn2"), LogId("log-nn2")}};
  return config;
}

}  // namespace

World::World(Plan plan)
    : plan_(std::move(plan)),
      scheduler_(plan_.seed),
      zookeeper_(scheduler_, FirstConfig()),
      gap_max_(scheduler_.Between(200 * kMs, 2 * kSecond)),
      fault_kinds_(scheduler_.Draw() | scheduler_.Draw()) {
  for (int i = 0; i < 2; ++i) {
    nodes_[i] = std::make_unique<Node>(*this, i, plan_.options, plan_.wiring);
  }
  zookeeper_.on_change = [this](int index) {
    scheduler_.In(scheduler_.Between(1 * kMs, 10 * kMs),
                  [this, index] { node(index).Deliver(event::ConfigTouched{}); });
  };
}

Outcome World::Run() {
  StartNode(0);
  StartNode(1);
  Client();
  NextFault();
  const Micros heal_at = plan_.faults_for;
  while (oracle_.violation().empty() && scheduler_.Step(heal_at)) {
  }
  Heal();
  const uint64_t before = oracle_.acknowledged();
  Outcome outcome;
  while (oracle_.violation().empty() && scheduler_.Step(heal_at + kWholeWithin)) {
    if (outcome.recovered_after == 0 && oracle_.acknowledged() > before) {
      outcome.recovered_after = scheduler_.now() - heal_at;
    }
  }
  if (outcome.recovered_after == 0 || outcome.recovered_after > kServedWithin) {
    outcome.stuck = "not served " + Describe();
  } else if (zookeeper_.config().in_sync.size() != 2) {
    outcome.stuck = "not a pair again " + Describe();
  }
  outcome.violation = oracle_.violation();
  outcome.acknowledged = oracle_.acknowledged();
  outcome.answered = oracle_.answered();
  outcome.epochs = zookeeper_.config().epoch.value;
  return outcome;
}

std::string World::Describe() const {
  std::string text = "(znode epoch " + std::to_string(zookeeper_.config().epoch.value) + " of " +
                     zookeeper_.config().primary.value + ", in sync " +
                     std::to_string(zookeeper_.config().in_sync.size());
  for (const auto& node : nodes_) {
    if (!node->alive()) {
      text += "; dead";
      continue;
    }
    const MachineStatus s = node->status();
    text += "; role " + std::to_string(static_cast<int>(s.role)) + " epoch " +
            std::to_string(s.epoch.value) + " tail " + std::to_string(s.tail.value) + " durable " +
            std::to_string(s.durable.value) + " commit " + std::to_string(s.commit.value) +
            " match " + std::to_string(s.peer_durable.value);
  }
  return text + ")";
}

void World::StartNode(int index) {
  Node& started = node(index);
  started.Start();
  zookeeper_.SetProcess(index, true);
  for (int i = 0; i < 2; ++i) {
    scheduler_.In(scheduler_.Between(1 * kMs, 10 * kMs), [this, i] {
      if (node(0).alive() && node(1).alive()) node(i).Deliver(event::LinkUp{});
    });
  }
}

void World::Kill(int index, Micros down_for) {
  Node& victim = node(index);
  if (!victim.alive()) return;
  const Incarnation dead = victim.incarnation();
  victim.Crash();
  zookeeper_.SetProcess(index, false);
  const int other = 1 - index;
  // A process that dies alone is seen to be dead; a host that dies is not.
  if (scheduler_.Chance(70)) {
    scheduler_.In(scheduler_.Between(1 * kMs, 20 * kMs), [this, other, index] {
      if (Linked() && !node(index).alive()) node(other).Deliver(event::LinkDown{true});
    });
    if (scheduler_.Chance(60)) {
      scheduler_.In(scheduler_.Between(2 * kMs, 30 * kMs), [this, other, dead] {
        if (Linked()) node(other).Deliver(event::PeerDied{dead});
      });
    }
  }
  scheduler_.In(down_for, [this, index] {
    if (!node(index).alive()) StartNode(index);
  });
}

void World::OnExit(int index) {
  const Incarnation dead = node(index).incarnation();
  scheduler_.In(scheduler_.Between(1 * kMs, 30 * kMs), [this, index, dead] {
    if (node(index).incarnation() == dead) {
      Kill(index, scheduler_.Between(100 * kMs, 700 * kMs));
    }
  });
}

void World::Send(int from, Message message) {
  if (cut_[from] || scheduler_.Chance(loss_percent_)) return;
  const int copies = loss_percent_ > 0 && scheduler_.Chance(5) ? 2 : 1;
  for (int i = 0; i < copies; ++i) {
    Micros delay = scheduler_.Between(100, delay_max_);
    if (loss_percent_ > 0 && scheduler_.Chance(2)) delay = scheduler_.Between(0, 2 * kSecond);
    scheduler_.In(delay, [this, to = 1 - from, message] {
      node(to).Deliver(event::Received{message});
    });
  }
}

void World::Client() {
  for (int i = 0; i < 2; ++i) {
    if (scheduler_.Chance(50)) {
      node(i).Mutate(++values_);
    } else {
      node(i).Read();
    }
  }
  // Bursts and lulls.
  const Micros pause = scheduler_.Chance(80) ? scheduler_.Between(200, 6 * kMs)
                                             : scheduler_.Between(6 * kMs, 80 * kMs);
  scheduler_.In(pause, [this] { Client(); });
}

// --- faults

void World::NextFault() {
  scheduler_.In(scheduler_.Between(20 * kMs, gap_max_), [this] {
    if (healed_) return;
    Break();
    NextFault();
  });
}

void World::CutLink() {
  const bool both = scheduler_.Chance(50);
  const int from = static_cast<int>(scheduler_.Between(0, 1));
  cut_[from] = true;
  if (both) cut_[1 - from] = true;
  const bool seen = scheduler_.Chance(40);
  for (int i = 0; seen && i < 2; ++i) node(i).Deliver(event::LinkDown{false});
  scheduler_.In(scheduler_.Between(50 * kMs, 3 * kSecond), [this, seen] {
    cut_ = {false, false};
    for (int i = 0; seen && i < 2; ++i) node(i).Deliver(event::LinkUp{});
  });
}

bool World::SafeToReplace(int index) {
  const Node& other = node(1 - index);
  const Config& config = zookeeper_.config();
  const Member* member = config.Find(NodeId(index == 0 ? "nn2" : "nn1"));
  return zookeeper_.quiet() && member != nullptr && member->log == other.disk().state.log;
}

void World::Break() {
  const int i = static_cast<int>(scheduler_.Between(0, 1));
  const Micros some = scheduler_.Between(50 * kMs, 3 * kSecond);
  Micros kind = scheduler_.Between(0, kFaultKinds - 1);
  for (int draw = 0; draw < 8 && (fault_kinds_ >> kind & 1) == 0; ++draw) {
    kind = scheduler_.Between(0, kFaultKinds - 1);
  }
  switch (kind) {
    case 0:
    case 1:
      return Kill(i, some);
    case 2:
      Kill(i, some);
      return Kill(1 - i, scheduler_.Between(50 * kMs, 3 * kSecond));
    case 3:
    case 4:
      return node(i).Pause(some);
    case 5:
    case 6:
      return CutLink();
    case 7:
      zookeeper_.SetReachable(i, false);
      return scheduler_.In(some, [this, i] { zookeeper_.SetReachable(i, true); });
    case 8:
      zookeeper_.SetUp(false);
      return scheduler_.In(some, [this] { zookeeper_.SetUp(true); });
    case 9:
      loss_percent_ = static_cast<int>(scheduler_.Between(1, 30));
      delay_max_ = scheduler_.Between(1 * kMs, 100 * kMs);
      return scheduler_.In(some, [this] {
        loss_percent_ = 0;
        delay_max_ = 1'500;
      });
    case 10:
      zookeeper_.SetTrouble(static_cast<int>(scheduler_.Between(5, 60)));
      return scheduler_.In(some, [this] { zookeeper_.SetTrouble(0); });
    case 11:
      return node(i).SlowDisk(some);
    case 12:
      return node(i).BreakDisk();
    case 13:
      if (!node(i).alive() || !SafeToReplace(i)) return;
      Kill(i, some);
      return node(i).ReplaceDisk();
    case 14:
      return node(i).Checkpoint();
    case 15:
      return node(i).Deliver(event::HandoffWanted{});
  }
}

void World::Heal() {
  healed_ = true;
  cut_ = {false, false};
  loss_percent_ = 0;
  delay_max_ = 1'500;
  zookeeper_.SetUp(true);
  zookeeper_.SetTrouble(0);
  for (int i = 0; i < 2; ++i) {
    zookeeper_.SetReachable(i, true);
    if (node(0).alive() && node(1).alive()) node(i).Deliver(event::LinkUp{});
  }
}

}  // namespace cairn::namenode::ha::sim
