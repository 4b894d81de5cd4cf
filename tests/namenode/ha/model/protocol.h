// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

// The core of the pair's protocol (docs/ha.md), small enough to look at everything that can happen.
//
// Two namenodes; ZooKeeper, which holds (epoch, primary, in-sync set); a bag of messages, each of
// which may be delivered in any order or lost. A step is atomic: an append and its sync are one, a
// message carries the whole log, and only the answer of a compare-and-set may be lost. Time is
// whatever order of events the lease rule permits. Checkpoints, torn writes and slow disks are the
// simulator's (../sim).
namespace cairn::namenode::ha::model {

inline constexpr int kLogMax = 3;
inline constexpr int kMessagesMax = 3;

// The rules, as in namenode/ha/rules.h; each can be left out.
enum class Mutant : uint8_t {
  kNone,
  kFollowsOldEpochs,     // A standby does not check the epoch.
  kPromisesAfterWrite,
  kCommitsBeforeShrunk,  // A primary commits alone before the smaller set is known to be written.
  kExpandsWhileAlone,    // ... and while the write of the larger set is under way.
  kReadsWithoutLease,
  kPromotesAnyone,       // Also who is not in sync.
  kForgetsPromise,       // In a crash.
  kServesBeforeCommit,   // A new primary answers before its tail is committed,
  kIgnoresGrant,         // ... or while the lease that it granted lasts.
};
inline constexpr int kMutants = 9;

struct Record {
  uint8_t term = 0;
  uint8_t value = 0;
  bool operator==(const Record&) const = default;
};

// Unused places are zero, so that equal logs are equal bytes.
struct Log {
  uint8_t size = 0;
  std::array<Record, kLogMax> at{};

  bool IsPrefixOf(const Log& other) const;
  Log First(int n) const;
  void Push(Record record) { at[size++] = record; }
  void CutTo(int n) { *this = First(n); }
  bool operator==(const Log&) const = default;
};

struct Message {
  enum Kind : uint8_t { kNothing, kAppend, kAck };
  uint8_t kind = kNothing;
  uint8_t to = 0;
  uint8_t epoch = 0;
  uint8_t term = 0;    // Of the sender of an append.
  uint8_t acked = 0;
  Log log;
};

struct Node {
  uint8_t up = 1;
  uint8_t leads = 0;     // Believes that it is the primary,
  uint8_t epoch = 0;     // ... in this epoch,
  uint8_t term = 0;      // ... which it opened in this one.
  uint8_t needs_peer = 0;
  uint8_t match = 0;     // Acknowledged by the other.
  uint8_t commit = 0;
  uint8_t lease = 0;
  uint8_t promised = 0;
  uint8_t candidate = 0;  // For the epoch after this one; 0: no.
  Log log;

  void StepDown() { leads = epoch = term = needs_peer = match = commit = lease = 0; }
};

// All bytes, so that states can be compared and hashed as such.
struct State {
  uint8_t epoch = 1;
  uint8_t primary = 0;
  uint8_t in_sync = 3;  // Bit n: node n.
  uint8_t expanding = 0;  // 1 + the node whose write is under way (kExpandsWhileAlone),
  uint8_t expanding_epoch = 0;
  uint8_t crashes = 0;
  uint8_t next_value = 1;
  uint8_t messages = 0;
  std::array<uint8_t, 2> grant{};  // This node granted a lease that lasts.
  Log acked;                       // What clients know.
  std::array<Node, 2> nodes{};
  std::array<Message, kMessagesMax> bag{};
};
static_assert(sizeof(State) == sizeof(uint8_t) * (10 + sizeof(Log) + 2 * sizeof(Node) +
                                                  kMessagesMax * sizeof(Message)));

// One thing that happens.
struct Step {
  State next;
  const char* what;
  uint8_t node;
  const char* violation;  // Null: none.
};

struct Bounds {
  int epochs = 4;
  int writes = 2;
  int crashes = 2;
  int messages = 2;  // Under way at once.
};

// Immutable.
class Protocol {
 public:
  Protocol(Bounds bounds, Mutant mutant) : bounds_(bounds), mutant_(mutant) {}

  State First() const;
  // Replaces `steps` by all that can happen next.
  void Next(const State& state, std::vector<Step>& steps) const;

 private:
  struct Out;

  bool Is(Mutant mutant) const { return mutant_ == mutant; }
  void Write(const State& s, int i, Out& out) const;
  void Send(const State& s, int i, Out& out) const;
  void Commit(const State& s, int i, Out& out) const;
  void Read(const State& s, int i, Out& out) const;
  void Shrink(const State& s, int i, Out& out) const;
  void LookAgain(const State& s, int i, Out& out) const;
  void Expand(const State& s, int i, Out& out) const;
  void Suspect(const State& s, int i, Out& out) const;
  void Promote(const State& s, int i, Out& out) const;
  void Lapse(const State& s, int i, Out& out) const;
  void Crash(const State& s, int i, Out& out) const;
  void Deliver(const State& s, int message, Out& out) const;
  void DeliverAppend(State next, const Message& m, Out& out) const;

  const Bounds bounds_;
  const Mutant mutant_;
};

}  // namespace cairn::namenode::ha::model
