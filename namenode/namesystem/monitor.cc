// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/monitor.h"

#include <string>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "namenode/namesystem/checkpointer.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/operation.h"

namespace cairn::namenode {
namespace {

constexpr size_t kFreedInATick = 2000;
constexpr size_t kLeasesInATick = 1000;
// A segment with no more than its first record has nothing for an image.
constexpr int64_t kTransactionsOfARoll = 1;

// One file of a silent writer. Whatever goes wrong is tried again at the next look.
void ReleaseOne(NamesystemState& state, InodeId id) {
  const OpContext context{.caller = {.user = state.options.superuser, .superuser = true}};
  Section::Exclusive inside(state.section);
  if (state.blocks.safe_mode().IsOn()) return;
  const InodeHandle file = state.tree.Find(id);
  const std::string* holder = state.leases.HolderOf(id);
  if (holder == nullptr || !state.leases.HardExpired(*holder)) return;
  if (file == kNoInode || state.tree.features().Writer(file) == nullptr) {
    state.leases.Release(id);
    return;
  }
  Mutation m(state, context);
  const ResolvedPath where = state.tree.ResolveInode(file);
  Result<bool> closed = ReleaseLease(m, where, state.InternalLeaseHolder());
  if (!closed.ok()) {
    LOG(kWarn, "lease past its limit cannot be released", {"path", where.path().text()},
        {"status", closed.status()});
    return;
  }
  LOG(kInfo, "lease past its limit", {"path", where.path().text()}, {"closed", *closed});
}

}  // namespace

void ReleaseExpiredLeases(NamesystemState& state, size_t files_max) {
  std::vector<std::pair<InodeId, std::string>> expired;
  {
    Section::Shared inside(state.section);
    if (state.blocks.safe_mode().IsOn()) return;
    expired = state.leases.Expired(files_max);
  }
  for (const auto& [file, holder] : expired) ReleaseOne(state, file);
}

void Monitor::CheckLeases() {
  const Clock::TimePoint now = state_.clock.Now();
  if (now - leases_checked_at_ < state_.options.lease_recheck) return;
  leases_checked_at_ = now;
  ReleaseExpiredLeases(state_, kLeasesInATick);
}

void Monitor::RollLongSegment() {
  if (state_.log == nullptr) return;
  const int64_t in_segment = state_.log->LastAppended().value - state_.log->SegmentStart().value;
  if (in_segment < static_cast<int64_t>(state_.options.edit_roll_transactions)) return;
  Section::Exclusive inside(state_.section);
  if (Result<EditLog::Rolled> rolled = RollLog(state_); !rolled.ok()) {
    LOG(kError, "edit log cannot be rolled", {"status", rolled.status()});
  }
}

bool Monitor::Tick() {
  bool more = false;
  {
    Section::Exclusive inside(state_.section);
    more = state_.blocks.Tick();
    more = CollectDeleted(state_, kFreedInATick) || more;
  }
  if (state_.service_state.load() == ServiceState::kActive) {
    CheckLeases();
    RollLongSegment();
  }
  return more;
}

bool Monitor::CheckpointIsDue() {
  if (state_.storage == nullptr || state_.log == nullptr) return false;
  const Clock::TimePoint now = state_.clock.Now();
  if (now - checkpoint_checked_at_ < state_.options.checkpoint_check_period) return false;
  checkpoint_checked_at_ = now;
  Section::Shared inside(state_.section);
  const int64_t transactions = state_.last_applied.value - state_.last_checkpoint.value;
  if (transactions <= kTransactionsOfARoll) return false;
  // An active one gives its standbys the time to write theirs, which it then takes.
  const bool active = state_.service_state.load() == ServiceState::kActive;
  const int patience = active ? state_.options.checkpoint_patience : 1;
  return transactions >=
             patience * static_cast<int64_t>(state_.options.checkpoint_transactions) ||
         now - state_.last_checkpoint_at >= patience * state_.options.checkpoint_period;
}

void Monitor::CheckpointTick() {
  if (state_.service_state.load() == ServiceState::kInitializing || !CheckpointIsDue()) return;
  if (Result<TxId> written = WriteCheckpoint(state_); !written.ok()) {
    LOG(kError, "checkpoint failed", {"status", written.status()});
  }
}

}  // namespace cairn::namenode
