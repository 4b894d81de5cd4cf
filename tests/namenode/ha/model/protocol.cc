// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/ha/model/protocol.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace cairn::namenode::ha::model {
namespace {

constexpr uint8_t kBoth = 3;
constexpr const char* kFork = "two histories are acknowledged";

uint8_t Only(int node) { return static_cast<uint8_t>(1 << node); }

void Promise(Node& node, uint8_t epoch) { node.promised = std::max(node.promised, epoch); }

// A primary takes over a configuration that it wrote.
void Adopt(Node& node, uint8_t epoch, uint8_t in_sync, bool keep_match) {
  node.epoch = epoch;
  node.needs_peer = in_sync == kBoth;
  if (!keep_match) node.match = 0;
  Promise(node, epoch);
}

}  // namespace

bool Log::IsPrefixOf(const Log& other) const {
  return size <= other.size && std::equal(at.begin(), at.begin() + size, other.at.begin());
}

Log Log::First(int n) const {
  Log log;
  log.size = static_cast<uint8_t>(n);
  std::copy(at.begin(), at.begin() + n, log.at.begin());
  return log;
}

// Collects steps in their normal form, and looks at each state.
struct Protocol::Out {
  std::vector<Step>& steps;

  void Add(const State& state, int node, const char* what, const char* violation = nullptr) {
    Step step{state, what, static_cast<uint8_t>(node), violation};
    State& s = step.next;
    for (size_t i = s.messages; i < s.bag.size(); ++i) s.bag[i] = {};
    for (int i = 0; i < s.messages; ++i) {
      for (int j = i + 1; j < s.messages; ++j) {
        if (std::memcmp(&s.bag[j], &s.bag[i], sizeof(Message)) < 0) std::swap(s.bag[i], s.bag[j]);
      }
    }
    for (int i = 0; i < 2 && step.violation == nullptr; ++i) {
      if ((s.in_sync & Only(i)) != 0 && !s.acked.IsPrefixOf(s.nodes[i].log)) {
        step.violation = "a member of the in-sync set lacks an acknowledged write";
      }
    }
    steps.push_back(step);
  }
};

State Protocol::First() const {
  State state;
  for (Node& node : state.nodes) node.promised = 1;
  Node& primary = state.nodes[0];
  primary.leads = primary.epoch = primary.term = primary.needs_peer = 1;
  return state;
}

void Protocol::Next(const State& s, std::vector<Step>& steps) const {
  steps.clear();
  Out out{steps};
  for (int i = 0; i < 2; ++i) {
    const Node& node = s.nodes[i];
    if (node.up == 0) {
      State next = s;
      next.nodes[i].up = 1;
      out.Add(next, i, "restarts");
      continue;
    }
    if (node.leads != 0) {
      Write(s, i, out);
      Send(s, i, out);
      Commit(s, i, out);
      Read(s, i, out);
      Shrink(s, i, out);
      LookAgain(s, i, out);
      Expand(s, i, out);
    }
    Suspect(s, i, out);
    Promote(s, i, out);
    Lapse(s, i, out);
    Crash(s, i, out);
  }
  if (s.expanding != 0) {
    State next = s;
    next.expanding = next.expanding_epoch = 0;
    if (s.epoch == s.expanding_epoch && s.primary == s.expanding - 1) {
      ++next.epoch;
      next.in_sync = kBoth;
    }
    out.Add(next, s.expanding - 1, "has its expanding write done or refused");
  }
  for (int m = 0; m < s.messages; ++m) Deliver(s, m, out);
}

void Protocol::Write(const State& s, int i, Out& out) const {
  if (s.nodes[i].log.size >= bounds_.writes || s.next_value > bounds_.writes) return;
  State next = s;
  next.nodes[i].log.Push({s.nodes[i].term, next.next_value++});
  out.Add(next, i, "appends and syncs a write");
}

void Protocol::Send(const State& s, int i, Out& out) const {
  if (s.messages >= bounds_.messages) return;
  const Node& node = s.nodes[i];
  State next = s;
  next.bag[next.messages++] = {Message::kAppend, static_cast<uint8_t>(1 - i), node.epoch,
                               node.term, 0, node.log};
  out.Add(next, i, "sends its log");
}

void Protocol::Commit(const State& s, int i, Out& out) const {
  const Node& node = s.nodes[i];
  const bool alone = node.needs_peer == 0 || Is(Mutant::kCommitsBeforeShrunk);
  const uint8_t can = alone ? node.log.size : node.match;
  if (can <= node.commit) return;
  State next = s;
  next.nodes[i].commit = can;
  const Log history = node.log.First(can);
  const char* violation = nullptr;
  if (!history.IsPrefixOf(s.acked)) {
    if (!s.acked.IsPrefixOf(history)) violation = kFork;
    next.acked = history;
  }
  out.Add(next, i, "answers clients", violation);
}

void Protocol::Read(const State& s, int i, Out& out) const {
  const Node& node = s.nodes[i];
  const bool may = node.needs_peer == 0 || node.lease != 0 || Is(Mutant::kReadsWithoutLease);
  if (!may || s.acked.IsPrefixOf(node.log.First(node.commit))) return;
  out.Add(s, i, "answers a read", "a read does not see an acknowledged write");
}

void Protocol::Shrink(const State& s, int i, Out& out) const {
  const Node& node = s.nodes[i];
  if (node.needs_peer == 0 || node.epoch >= bounds_.epochs) return;
  State next = s;
  if (s.epoch != node.epoch || s.primary != i) {
    next.nodes[i].StepDown();
    return out.Add(next, i, "is refused to shrink, and steps down");
  }
  ++next.epoch;
  next.in_sync = Only(i);
  out.Add(next, i, "shrinks, and the answer is lost");
  Adopt(next.nodes[i], next.epoch, next.in_sync, /*keep_match=*/false);
  out.Add(next, i, "shrinks");
}

void Protocol::LookAgain(const State& s, int i, Out& out) const {
  if (s.epoch == s.nodes[i].epoch) return;
  State next = s;
  if (s.primary == i) {
    Adopt(next.nodes[i], s.epoch, s.in_sync, /*keep_match=*/false);
    out.Add(next, i, "reads that it leads");
  } else {
    next.nodes[i].StepDown();
    out.Add(next, i, "reads that it is deposed");
  }
}

void Protocol::Expand(const State& s, int i, Out& out) const {
  const Node& node = s.nodes[i];
  if (node.match != node.log.size || node.epoch >= bounds_.epochs) return;
  if (s.epoch != node.epoch || s.primary != i || s.in_sync == kBoth || s.expanding != 0) return;
  State next = s;
  if (Is(Mutant::kExpandsWhileAlone)) {
    if (node.needs_peer != 0) return;
    next.expanding = static_cast<uint8_t>(i + 1);
    next.expanding_epoch = node.epoch;
    return out.Add(next, i, "begins to expand, and commits alone meanwhile");
  }
  if (node.needs_peer == 0) {
    next.nodes[i].needs_peer = 1;
    return out.Add(next, i, "makes the other's answer necessary");
  }
  ++next.epoch;
  next.in_sync = kBoth;
  out.Add(next, i, "expands, and the answer is lost");
  Adopt(next.nodes[i], next.epoch, kBoth, /*keep_match=*/true);
  out.Add(next, i, "expands");
}

void Protocol::Suspect(const State& s, int i, Out& out) const {
  const Node& node = s.nodes[i];
  if (Is(Mutant::kPromisesAfterWrite) && node.leads != 0 && node.promised < node.epoch) {
    State next = s;
    next.nodes[i].promised = node.epoch;
    out.Add(next, i, "promises late");
  }
  if (node.leads != 0 || node.candidate != 0 || s.epoch >= bounds_.epochs) return;
  if ((s.in_sync & Only(i)) == 0 && !Is(Mutant::kPromotesAnyone)) return;
  if (s.grant[i] != 0 && s.primary != i && !Is(Mutant::kIgnoresGrant)) return;
  State next = s;
  next.nodes[i].candidate = s.epoch;
  if (!Is(Mutant::kPromisesAfterWrite)) {
    Promise(next.nodes[i], static_cast<uint8_t>(s.epoch + 1));
  }
  out.Add(next, i, "wants to lead, and promises");
}

void Protocol::Promote(const State& s, int i, Out& out) const {
  if (s.nodes[i].candidate == 0) return;
  State next = s;
  Node& node = next.nodes[i];
  node.candidate = 0;
  if (s.epoch != s.nodes[i].candidate) return out.Add(next, i, "is refused to lead");
  ++next.epoch;
  next.primary = static_cast<uint8_t>(i);
  next.in_sync = Only(i);
  node.StepDown();
  node.leads = 1;
  node.epoch = node.term = next.epoch;
  if (!Is(Mutant::kPromisesAfterWrite)) Promise(node, next.epoch);
  const char* violation = nullptr;
  if (!Is(Mutant::kServesBeforeCommit)) {
    node.commit = node.log.size;
    if (!s.acked.IsPrefixOf(node.log)) violation = "a new primary lacks an acknowledged write";
    next.acked = node.log;
  }
  out.Add(next, i, "leads", violation);
}

// The primary's lease may end at any time, the standby's grant only later.
void Protocol::Lapse(const State& s, int i, Out& out) const {
  if (s.nodes[i].lease != 0) {
    State next = s;
    next.nodes[i].lease = 0;
    out.Add(next, i, "loses its lease by time");
  }
  if (s.grant[i] == 0 || s.nodes[1 - i].lease != 0) return;
  // An answer on its way would still start a lease, which ends before the grant does.
  for (int m = 0; m < s.messages; ++m) {
    if (s.bag[m].kind == Message::kAck && s.bag[m].to == 1 - i) return;
  }
  State next = s;
  next.grant[i] = 0;
  out.Add(next, i, "sees the end of its grant");
}

void Protocol::Crash(const State& s, int i, Out& out) const {
  if (s.crashes >= bounds_.crashes) return;
  State next = s;
  ++next.crashes;
  Node node;
  node.up = 0;
  node.log = s.nodes[i].log;
  node.promised = Is(Mutant::kForgetsPromise) ? 1 : s.nodes[i].promised;
  next.nodes[i] = node;
  out.Add(next, i, "crashes");
}

void Protocol::Deliver(const State& s, int message, Out& out) const {
  const Message m = s.bag[message];
  State next = s;
  next.bag[message] = next.bag[--next.messages];
  out.Add(next, m.to, m.kind == Message::kAck ? "never gets an answer" : "never gets a log");
  if (s.nodes[m.to].up == 0) return;
  if (m.kind == Message::kAppend) return DeliverAppend(next, m, out);
  Node& node = next.nodes[m.to];
  if (node.leads != 0 && node.epoch == m.epoch) {
    node.match = std::max(node.match, m.acked);
    node.lease = 1;
  }
  out.Add(next, m.to, "gets an answer");
}

void Protocol::DeliverAppend(State next, const Message& m, Out& out) const {
  Node& node = next.nodes[m.to];
  if (!Is(Mutant::kFollowsOldEpochs)) {
    if (m.epoch < node.promised || (node.leads != 0 && m.epoch <= node.epoch)) return;
  }
  Promise(node, m.epoch);
  if (node.leads != 0) node.StepDown();
  node.candidate = 0;
  if (!m.log.IsPrefixOf(node.log)) {
    node.log = m.log;
  } else {
    // What follows is the sender's own, written since, or another's.
    for (int i = m.log.size; i < node.log.size; ++i) {
      if (node.log.at[i].term != m.term) {
        node.log.CutTo(m.log.size);
        break;
      }
    }
  }
  next.grant[m.to] = 1;
  next.bag[next.messages++] = {Message::kAck, static_cast<uint8_t>(1 - m.to), m.epoch, 0,
                               m.log.size, {}};
  out.Add(next, m.to, "takes the log, syncs and answers");
}

}  // namespace cairn::namenode::ha::model
