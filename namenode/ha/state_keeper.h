// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "namenode/ha/actions.h"
#include "namenode/ha/durable_state.h"

namespace cairn::namenode::ha {

// The durable state as it should be, and how much of it is on the disk. Each change is followed by
// Flush(), whose action must be given out before any action on the log that relies on it.
//
// Not thread-safe.
class StateKeeper {
 public:
  explicit StateKeeper(DurableState state)
      : state_(std::move(state)), promised_durably_(state_.promised) {}

  // With what is not durable yet.
  const DurableState& state() const { return state_; }
  Epoch promised() const { return state_.promised; }
  Epoch promised_durably() const { return promised_durably_; }
  const EpochTable& terms() const { return state_.terms; }

  void Promise(Epoch epoch) {
    if (epoch <= state_.promised) return;
    state_.promised = epoch;
    dirty_ = true;
  }
  void Remember(const Config& config) {
    if (state_.config == config) return;
    state_.config = config;
    dirty_ = true;
  }
  void BeginTerm(Epoch term, TxId first) {
    state_.terms.Begin(term, first);
    dirty_ = true;
  }
  void CutAfter(TxId last) {
    state_.terms.CutAfter(last);
    dirty_ = true;
  }
  // The log was replaced by an image of another's.
  void Replace(EpochTable terms, LogId log) {
    state_.terms = std::move(terms);
    state_.log = std::move(log);
    dirty_ = true;
  }

  std::optional<action::PersistState> Flush() {
    if (!dirty_) return std::nullopt;
    dirty_ = false;
    under_way_.emplace_back(++sequence_, state_.promised);
    return action::PersistState{sequence_, state_};
  }

  void Persisted(uint64_t sequence) {
    while (!under_way_.empty() && under_way_.front().first <= sequence) {
      promised_durably_ = under_way_.front().second;
      under_way_.pop_front();
    }
  }

 private:
  DurableState state_;
  Epoch promised_durably_;
  bool dirty_ = false;
  uint64_t sequence_ = 0;
  std::deque<std::pair<uint64_t, Epoch>> under_way_;  // Sequence and what it promises.
};

}  // namespace cairn::namenode::ha
