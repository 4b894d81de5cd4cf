// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/ha/model/checker.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace cairn::namenode::ha::model {
namespace {

constexpr uint32_t kNone = UINT32_MAX;

// All states seen, in the order in which they were found: also the queue of those to expand.
class States {
 public:
  States() : slots_(1 << 16, kNone) {}

  size_t size() const { return states_.size(); }
  const State& at(size_t i) const { return states_[i]; }
  uint32_t parent(size_t i) const { return parents_[i]; }

  void Add(const State& state, uint32_t parent) {
    if (2 * states_.size() > slots_.size()) Grow();
    uint32_t& slot = Find(state);
    if (slot != kNone) return;
    slot = static_cast<uint32_t>(states_.size());
    states_.push_back(state);
    parents_.push_back(parent);
  }

 private:
  static uint64_t Hash(const State& state) {
    uint64_t hash = 0;
    const char* bytes = reinterpret_cast<const char*>(&state);
    for (size_t i = 0; i < sizeof state; i += 8) {
      uint64_t word = 0;
      std::memcpy(&word, bytes + i, std::min<size_t>(8, sizeof state - i));
      hash = (hash ^ word) * 0x9e3779b97f4a7c15ULL;
      hash ^= hash >> 29;
    }
    return hash;
  }

  uint32_t& Find(const State& state) {
    size_t i = Hash(state) & (slots_.size() - 1);
    while (slots_[i] != kNone && std::memcmp(&states_[slots_[i]], &state, sizeof state) != 0) {
      i = (i + 1) & (slots_.size() - 1);
    }
    return slots_[i];
  }

  void Grow() {
    slots_.assign(slots_.size() * 2, kNone);
    for (uint32_t i = 0; i < states_.size(); ++i) Find(states_[i]) = i;
  }

  std::vector<State> states_;
  std::vector<uint32_t> parents_;
  std::vector<uint32_t> slots_;
};

std::string Text(const Step& step) {
  return std::string(step.node == 0 ? "A " : "B ") + step.what;
}

// How each state came from the one before is found again by looking.
std::vector<std::string> Trace(const Protocol& protocol, const States& states, uint32_t last) {
  std::vector<std::string> trace;
  std::vector<Step> steps;
  for (uint32_t i = last; states.parent(i) != kNone; i = states.parent(i)) {
    protocol.Next(states.at(states.parent(i)), steps);
    const auto step = std::find_if(steps.begin(), steps.end(), [&](const Step& s) {
      return std::memcmp(&s.next, &states.at(i), sizeof(State)) == 0;
    });
    trace.push_back(Text(*step));
  }
  std::reverse(trace.begin(), trace.end());
  return trace;
}

}  // namespace

Verdict Check(const Protocol& protocol) {
  States states;
  states.Add(protocol.First(), kNone);
  std::vector<Step> steps;
  Verdict verdict;
  for (uint32_t i = 0; i < states.size(); ++i) {
    const State state = states.at(i);
    protocol.Next(state, steps);
    for (const Step& step : steps) {
      if (step.violation != nullptr) {
        verdict = {states.size(), step.violation, Trace(protocol, states, i)};
        verdict.trace.push_back(Text(step));
        return verdict;
      }
      states.Add(step.next, i);
    }
  }
  verdict.states = states.size();
  return verdict;
}

}  // namespace cairn::namenode::ha::model
