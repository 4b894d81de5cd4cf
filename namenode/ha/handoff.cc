// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

void Machine::Core::Handle(const event::HandoffWanted&) {
  if (role_ == Role::kActivePaired) StartHandoff(/*sick=*/false);
}

// A primary whose disk fails holds back every reply; the standby has the records.
void Machine::Core::CheckDisk() {
  const bool slow = unsynced_since_ != kForever && now_ - unsynced_since_ >= options_.sick_disk;
  if (log_failure_.empty() && !slow) return;
  const bool standby_well = peer_may_lead_ && standby_.match >= durable_ && !StandbyLost();
  if (standby_well) return StartHandoff(/*sick=*/true);
  if (!log_failure_.empty()) Stop("the log failed: " + log_failure_);
}

void Machine::Core::StartHandoff(bool sick) {
  role_ = Role::kHandingOver;
  switch_ = {};
  switch_.sick = sick;
  switch_.started_at = now_;
  Do(action::StopAdmitting{});
}

void Machine::Core::Handle(const event::AdmissionStopped& event) {
  if (role_ != Role::kHandingOver || switch_.last) return;
  Handle(event::Appended{event.last});
  switch_.last = tail_;
}

void Machine::Core::DecideHandoff() {
  const bool late = now_ - switch_.started_at >= options_.handoff_timeout;
  if (!switch_.sent) {
    // Without ZooKeeper nobody could take over, nor we back: it must have answered since. A sick
    // primary can acknowledge nothing anyway.
    const bool can_switch = switch_.sick || config_.read_at() >= switch_.started_at;
    if (!can_switch) config_.Touch();
    const bool drained = can_switch && switch_.last && standby_.match >= switch_.last->txid &&
                         peer_may_lead_ && (switch_.sick || durable_ >= switch_.last->txid);
    // It leads only by a write of its own, so until we ask for it nothing has happened.
    if (!drained && (late || !needed_)) return CancelHandoff();
    if (!drained) return;
    switch_.sent = true;
    lease_until_ = 0;
    UpdateRelease();  // No reads from here on.
    heartbeat_at_ = now_;
  }
  if (late) {
    if (!log_failure_.empty()) return Stop("the log failed: " + log_failure_);
    switch_.retaking = true;
    if (!peer_may_lead_) return CancelHandoff();
    standby_.refuses = true;  // Shrinks, if the other has not written first.
  }
  if (now_ >= heartbeat_at_) SendHandoff();
  WakeAt(heartbeat_at_);
  if (config_.known() && config_.read_at() + 2 * options_.heartbeat < now_) config_.Touch();
}

void Machine::Core::SendHandoff() {
  heartbeat_at_ = now_ + options_.heartbeat;
  if (!link_up_ || switch_.retaking) return;
  Do(action::Send{Handoff{MakeLead(), *switch_.last, !switch_.sick}});
}

void Machine::Core::CancelHandoff() {
  if (!log_failure_.empty()) return Stop("the log failed: " + log_failure_);
  role_ = peer_may_lead_ ? Role::kActivePaired : Role::kActiveSolo;
  switch_ = {};
  unsynced_since_ = unsynced_since_ == kForever ? kForever : now_;
  Do(action::ResumeAdmitting{});
}

void Machine::Core::Retire(const std::string& reason) {
  const bool clean = role_ == Role::kHandingOver && switch_.sent && !switch_.sick &&
                     log_failure_.empty();
  if (!clean) return Stop("deposed: " + reason);
  // Everything that was applied here is in the log, and in the other's.
  Do(action::Release{commit_, 0});
  Do(action::BecomeStandby{});
  role_ = Role::kStandby;
  reads_until_ = lease_until_ = 0;
  needed_ = peer_may_lead_ = false;
  switch_ = {};
  following_ = {};
  // No grant of ours is older than this; the other does not need one.
  grant_until_ = now_ + GrantTime();
  suspected_since_ = -1;
}

void Machine::Core::On(const Handoff& message) {
  if (!Accept(message.lead)) return;
  if (following_.busy || !message.last.SameRecord(tail_) || durable_ < tail_.txid) return;
  if (!config_.known() || config_.must_read() ||
      config_.known()->config.epoch != message.lead.epoch) {
    config_.Touch();  // It will be asked for again.
    return;
  }
  if (!Eligible()) return;
  grant_until_ = now_;  // The primary's lease is over.
  StandForLead(message.stays);
}

}  // namespace cairn::namenode::ha
