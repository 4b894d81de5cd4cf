// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

Lead Machine::Core::MakeLead() {
  return {epoch_, self_.incarnation, now_, commit_, peer_may_lead_};
}

void Machine::Core::Adopt() {
  const Config& config = config_.known()->config;
  if (config.epoch <= epoch_) return;
  if (!Wrote(config)) return Retire("epoch " + std::to_string(config.epoch.value) +
                                    " belongs to " + config.primary.value);
  epoch_ = config.epoch;
  const Member* peer = config.Find(self_.peer);
  if (peer == nullptr) {
    standby_.match = TxId(0);
    standby_.Forget();
    join_not_before_ = now_ + options_.join_pause;
  } else {
    standby_.log = peer->log;
    // It must write its promise before it answers.
    standby_.contact = std::max(standby_.contact, now_ + options_.ack_timeout - options_.silence);
  }
  peer_may_lead_ = needed_ = peer != nullptr;
  standby_.refuses = standby_.foreign = false;
  state_.Promise(epoch_);
  state_.Remember(config);
  Persist();
  heartbeat_at_ = now_;
}

void Machine::Core::UpdateCommit() {
  if (Copies() < options_.min_in_sync && role_ != Role::kOpening) return;
  commit_ = std::max(commit_, needed_ ? std::min(durable_, standby_.match) : durable_);
}

void Machine::Core::UpdateRelease() {
  const bool led = IsActive() && !switch_.sent;
  reads_until_ = 0;
  if (led) reads_until_ = peer_may_lead_ ? lease_until_ : kForever;
  if (led && !options_.Keeps(Rule::kReadsNeedLease)) reads_until_ = kForever;
  if (!IsActive()) return;
  if (released_ && released_->commit == commit_ && released_->reads_until == reads_until_) return;
  released_ = action::Release{commit_, reads_until_};
  Do(*released_);
}

void Machine::Core::DecideLeading() {
  Adopt();
  if (!IsLeading()) return;
  if (config_.must_read()) AskConfig();
  if (now_ >= audit_at_) {
    config_.Touch();
    audit_at_ = now_ + options_.config_audit;
  }
  UpdateCommit();
  if (role_ == Role::kOpening) DecideOpening();
  if (role_ == Role::kActivePaired || role_ == Role::kActiveSolo) {
    role_ = peer_may_lead_ ? Role::kActivePaired : Role::kActiveSolo;
    CheckDisk();
  }
  if (role_ == Role::kHandingOver) DecideHandoff();
  if (!IsLeading()) return;
  DecideMembership();
  UpdateCommit();
  UpdateRelease();
  if (role_ == Role::kActivePaired || role_ == Role::kActiveSolo) {
    const bool admit = Copies() >= options_.min_in_sync;
    if (admit != admits_) Do(action::AdmitMutations{admit});
    admits_ = admit;
  }
  if (switch_.sent) return;
  if (now_ >= heartbeat_at_) SendHeartbeat();
  WakeAt(heartbeat_at_);
  SendRecords();
}

void Machine::Core::On(const Refused& message) {
  if (!IsLeading() || message.epoch != epoch_ || message.promised <= epoch_) return;
  standby_.refuses = true;
}

void Machine::Core::On(const Ack& message) {
  if (!IsLeading() || message.epoch != epoch_) return;
  if (message.log != standby_.log) {
    // It has another disk than the one that we count on.
    if (needed_) {
      standby_.foreign = true;
      return;
    }
    standby_.log = message.log;
    standby_.match = TxId(0);
    standby_.Forget();
  }
  standby_.contact = std::max(standby_.contact, message.stamp);
  if (!switch_.sent) lease_until_ = std::max(lease_until_, message.stamp + options_.lease);
  Place(message);
}

}  // namespace cairn::namenode::ha
