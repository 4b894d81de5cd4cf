// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/role.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "namenode/journal/codec.h"
#include "namenode/namesystem/apply.h"
#include "namenode/namesystem/loader.h"

namespace cairn::namenode {
namespace {

// Records that are applied in one stay in the section: well under a millisecond.
constexpr size_t kSliceRecords = 200;

// Everything is decoded before anything is appended: a record that cannot be read changes nothing.
Result<std::vector<EditRecord>> Decode(std::string_view records, int32_t layout_version) {
  std::vector<EditRecord> decoded;
  while (!records.empty()) {
    CAIRN_ASSIGN(const Frame frame, PeekFrame(records));
    if (frame.kind != Frame::Kind::kRecord) {
      return Status(Code::kCorrupt, "what a peer sent does not end with a whole record");
    }
    CAIRN_ASSIGN(EditRecord record, DecodeRecord(records.substr(0, frame.size), layout_version));
    decoded.push_back(std::move(record));
    records.remove_prefix(frame.size);
  }
  return decoded;
}

}  // namespace

Status Role::CheckLocked(Phase phase, const char* step) const {
  CAIRN_TRY(fatal_);
  if (phase_ == phase) return Status();
  return Status(Code::kServiceFailed,
                std::string("this namenode is not in a state to ") + step);
}

Status Role::FatalLocked(const Status& why) {
  LOG(kError, "the standby cannot go on", {"applied", state_.last_applied}, {"reason", why});
  fatal_ = why.WithContext("standby");
  if (on_fatal_) on_fatal_(fatal_);
  return fatal_;
}

TxId Role::LastApplied() const {
  Section::Shared inside(state_.section);
  return state_.last_applied;
}

Status Role::Apply(std::string_view records) {
  const std::lock_guard turn(turn_);
  CAIRN_TRY(fatal_);
  if (phase_ != Phase::kFollowing) {
    return Status(Code::kFenced, "this namenode follows no peer");
  }
  CAIRN_ASSIGN(const std::vector<EditRecord> decoded,
               Decode(records, state_.info.layout_version));
  CAIRN_TRY(state_.log->AppendRecords(records));
  for (size_t done = 0; done < decoded.size();) {
    const size_t end = std::min(decoded.size(), done + kSliceRecords);
    Section::Exclusive inside(state_.section);
    for (; done < end; ++done) {
      const Status applied = FollowRecord(state_, decoded[done]);
      if (!applied.ok()) return FatalLocked(applied);
    }
  }
  return Status();
}

Result<TxId> Role::OpenLog() {
  const std::lock_guard turn(turn_);
  return OpenLogLocked();
}

Result<TxId> Role::OpenLogLocked() {
  CAIRN_TRY(CheckLocked(Phase::kFollowing, "become the active"));
  CAIRN_ASSIGN(const TxId first, state_.log->BeginSegment());
  Section::Exclusive inside(state_.section);
  state_.last_applied = first;
  phase_ = Phase::kOpening;
  return first;
}

Status Role::Serve() {
  const std::lock_guard turn(turn_);
  return ServeLocked();
}

Status Role::ServeLocked() {
  CAIRN_TRY(CheckLocked(Phase::kOpening, "serve"));
  Section::Exclusive inside(state_.section);
  // Nobody could renew a lease while there was no active.
  state_.leases.RenewAll();
  state_.recovery_attempts.clear();
  state_.blocks.SetLastGenerationStamp(state_.ids.generation_stamp);
  state_.blocks.BecomeActive();
  state_.last_checkpoint_at = state_.clock.Now();
  state_.SetServiceState(ServiceState::kActive);
  phase_ = Phase::kServing;
  LOG(kInfo, "active", {"transaction", state_.last_applied});
  return Status();
}

Result<TxId> Role::StopAdmitting() {
  const std::lock_guard turn(turn_);
  return StopAdmittingLocked();
}

Result<TxId> Role::StopAdmittingLocked() {
  CAIRN_TRY(CheckLocked(Phase::kServing, "stop serving"));
  Section::Exclusive inside(state_.section);
  state_.SetServiceState(ServiceState::kStandby);
  phase_ = Phase::kStopping;
  return state_.log->LastAppended();
}

Status Role::ResumeAdmitting() {
  const std::lock_guard turn(turn_);
  CAIRN_TRY(CheckLocked(Phase::kStopping, "go on serving"));
  Section::Exclusive inside(state_.section);
  state_.SetServiceState(ServiceState::kActive);
  phase_ = Phase::kServing;
  return Status();
}

Status Role::Follow() {
  const std::lock_guard turn(turn_);
  return FollowLocked();
}

Status Role::FollowLocked() {
  CAIRN_TRY(CheckLocked(Phase::kStopping, "follow"));
  CAIRN_TRY(state_.log->BeginFollowing());
  Section::Exclusive inside(state_.section);
  state_.blocks.BecomeStandby();
  phase_ = Phase::kFollowing;
  LOG(kInfo, "standby", {"transaction", state_.last_applied});
  return Status();
}

Status Role::BecomeActive() {
  const std::lock_guard turn(turn_);
  CAIRN_ASSIGN(const TxId first, OpenLogLocked());
  // Whoever reads what the old active left must be able to rely on it.
  CAIRN_TRY(state_.WaitDurable(first));
  return ServeLocked();
}

Status Role::BecomeStandby() {
  const std::lock_guard turn(turn_);
  CAIRN_ASSIGN(const TxId last, StopAdmittingLocked());
  CAIRN_TRY(state_.WaitDurable(last));
  return FollowLocked();
}

void StartStandby(NamesystemState& state, EditLog* log, NameStorage* storage) {
  Section::Exclusive inside(state.section);
  // Before the queues are thought of: a standby orders nothing.
  state.blocks.BecomeStandby();
  FinishStart(state, log, storage);
  state.SetServiceState(ServiceState::kStandby);
}

}  // namespace cairn::namenode
