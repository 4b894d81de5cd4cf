// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/ha/sim/zookeeper.h"

namespace cairn::namenode::ha::sim {

void ZooKeeper::SetProcess(int node, bool alive) {
  const uint64_t life = ++lives_[node];
  if (alive) {
    scheduler_.In(scheduler_.Between(1'000, 20'000), [this, node, life] {
      if (lives_[node] == life) ephemeral_[node] = true;
    });
    return;
  }
  // The znode goes when the session expires.
  scheduler_.In(scheduler_.Between(500'000, 2'000'000), [this, node, life] {
    if (lives_[node] == life) ephemeral_[node] = false;
  });
}

void ZooKeeper::Read(int node, uint64_t request, std::function<void(event::ConfigRead)> done) {
  using Outcome = event::ConfigRead::Outcome;
  scheduler_.In(scheduler_.Between(300, 4'000), [this, node, request, done = std::move(done)] {
    event::ConfigRead answer{request, Outcome::kUnreachable, {}, false};
    const bool broken = !Connected(node) || scheduler_.Chance(trouble_);
    if (!broken) {
      size_t index = history_.size() - 1;
      if (index > 0 && scheduler_.Chance(trouble_)) --index;
      answer = {request, Outcome::kRead, history_[index], ephemeral_[1 - node]};
    }
    const Micros delay = broken ? scheduler_.Between(10'000, 300'000)
                                : scheduler_.Between(300, 4'000);
    scheduler_.In(delay, [answer, done] { done(answer); });
  });
}

event::ConfigWritten ZooKeeper::Apply(const action::WriteConfig& write) {
  using Outcome = event::ConfigWritten::Outcome;
  if (write.version != history_.back().version) return {write.request, Outcome::kRefused, -1};
  const int32_t version = write.version + 1;
  history_.push_back({write.config, version});
  for (int node = 0; node < 2; ++node) {
    if (Connected(node) && !scheduler_.Chance(trouble_)) on_change(node);
  }
  return {write.request, Outcome::kWritten, version};
}

void ZooKeeper::Write(int node, const action::WriteConfig& write,
                      std::function<void(event::ConfigWritten)> done) {
  using Outcome = event::ConfigWritten::Outcome;
  if (!Connected(node) && scheduler_.Chance(50)) {
    const event::ConfigWritten answer{write.request, Outcome::kNotSent, -1};
    scheduler_.In(scheduler_.Between(1'000, 50'000), [answer, done] { done(answer); });
    return;
  }
  ++pending_writes_;
  scheduler_.In(scheduler_.Between(300, 8'000), [this, node, write, done = std::move(done)] {
    if (Connected(node) && !scheduler_.Chance(trouble_)) {
      --pending_writes_;
      const event::ConfigWritten answer = Apply(write);
      const bool lost = scheduler_.Chance(trouble_);
      const Micros delay = lost ? scheduler_.Between(10'000, 300'000)
                                : scheduler_.Between(300, 8'000);
      const event::ConfigWritten unknown{write.request, Outcome::kUnknown, -1};
      scheduler_.In(delay, [done, seen = lost ? unknown : answer] { done(seen); });
      return;
    }
    // It lies in some server's queue, or nowhere.
    if (scheduler_.Chance(50)) {
      scheduler_.In(scheduler_.Between(0, 1'500'000), [this, write] {
        --pending_writes_;
        if (up_) Apply(write);
      });
    } else {
      --pending_writes_;
    }
    scheduler_.In(scheduler_.Between(10'000, 300'000), [write, done] {
      done({write.request, Outcome::kUnknown, -1});
    });
  });
}

}  // namespace cairn::namenode::ha::sim
