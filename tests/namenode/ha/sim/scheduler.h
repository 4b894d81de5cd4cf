// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "common/util/random.h"
#include "namenode/ha/types.h"

namespace cairn::namenode::ha::sim {

// The one true time of a simulated world, in microseconds, and what is to happen at which.
//
// Not thread-safe.
class Scheduler {
 public:
  explicit Scheduler(uint64_t seed) : random_(seed) {}

  Micros now() const { return now_; }

  void At(Micros when, std::function<void()> what) {
    queue_.push({std::max(when, now_), ++sequence_, std::move(what)});
  }
  void In(Micros delay, std::function<void()> what) { At(now_ + delay, std::move(what)); }

  // False when nothing is left before `until`.
  bool Step(Micros until) {
    if (queue_.empty() || queue_.top().when > until) return false;
    Item item = std::move(const_cast<Item&>(queue_.top()));
    queue_.pop();
    now_ = item.when;
    item.what();
    return true;
  }

  // --- chance
  Micros Between(Micros low, Micros high) {
    return low + static_cast<Micros>(random_.Below(static_cast<uint64_t>(high - low + 1)));
  }
  bool Chance(int percent) { return random_.Below(100) < static_cast<uint64_t>(percent); }
  uint64_t Draw() { return random_.Next(); }

 private:
  struct Item {
    Micros when;
    uint64_t sequence;
    std::function<void()> what;

    bool operator<(const Item& other) const {
      return when != other.when ? when > other.when : sequence > other.sequence;
    }
  };

  SeededRandom random_;
  Micros now_ = 0;
  uint64_t sequence_ = 0;
  std::priority_queue<Item> queue_;
};

}  // namespace cairn::namenode::ha::sim
