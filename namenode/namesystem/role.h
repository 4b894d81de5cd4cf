// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>
#include <string_view>

#include "common/util/result.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// The part that a namenode plays in a pair: it follows (standby) or it serves (active).
//
//   following ── OpenLog ──► opening ── Serve ──► serving ── StopAdmitting ──► stopping
//       ▲ Apply                                      ▲ ResumeAdmitting            │
//       └───────────────────────── Follow ───────────┴───────────────────────────-┘
//
// A standby appends the records of the active to its own log as they are, and applies them by the
// code that applied them there: both have the same state hash at every transaction. So it has
// nothing to catch up with when its turn comes.
//
// When a standby cannot apply a record, memory and log have parted: `on_fatal` is called, and the
// process must end. Every later call fails.
//
// Every step fails with kServiceFailed when it is not its turn. Thread-safe: calls take turns, and
// may wait for the disk of a log whose buffer is full. Never from inside the section.
class Role {
 public:
  // `state` must outlive this object. `on_fatal` runs on the caller's thread.
  Role(NamesystemState& state, std::function<void(const Status&)> on_fatal)
      : state_(state), on_fatal_(std::move(on_fatal)) {}
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

  // Whole records as the active encoded them, the first of which follows LastApplied(): appends
  // them to the log, and applies them in short stays in the section. Returns when they are applied;
  // they are durable when the log says so.
  //
  // kCorrupt or kChecksum, and nothing has changed, for bytes that are not such records; kFenced
  // when this namenode does not follow.
  Status Apply(std::string_view records);
  TxId LastApplied() const;

  // Begins a segment of this namenode's own, whose first id is returned; from then on nothing is
  // taken from a peer. That record must be durable before Serve lets clients in.
  Result<TxId> OpenLog();
  Status Serve();

  // Lets no operation in any more, and returns the last transaction: none comes after it. Then
  // either another one is told to serve and this one follows it, or this one goes on.
  Result<TxId> StopAdmitting();
  Status ResumeAdmitting();
  Status Follow();

  // The steps in one, where nobody needs to do anything in between.
  Status BecomeActive();
  Status BecomeStandby();

 private:
  enum class Phase { kFollowing, kOpening, kServing, kStopping };

  Status CheckLocked(Phase phase, const char* step) const;
  Result<TxId> OpenLogLocked();
  Status ServeLocked();
  Result<TxId> StopAdmittingLocked();
  Status FollowLocked();
  Status FatalLocked(const Status& why);

  NamesystemState& state_;
  const std::function<void(const Status&)> on_fatal_;
  std::mutex turn_;
  Status fatal_;                      // Guarded by turn_.
  Phase phase_ = Phase::kFollowing;   // Guarded by turn_.
};

// Makes a state that was loaded the standby. `log` follows; both must outlive the state. Before any
// other thread knows the state.
void StartStandby(NamesystemState& state, EditLog* log, NameStorage* storage);

}  // namespace cairn::namenode
