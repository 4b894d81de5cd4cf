// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/machine.h"

#include <utility>
#include <variant>

#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

Machine::Machine(Identity self, Options options, DurableState state, LogBounds log)
    : core_(std::make_unique<Core>(std::move(self), options, std::move(state), log)) {}
Machine::~Machine() = default;

Actions Machine::On(const Event& event, Micros now) { return core_->On(event, now); }
Micros Machine::Deadline() const { return core_->deadline(); }
MachineStatus Machine::status() const { return core_->status(); }
TxId Machine::CheckpointLimit() const { return core_->CheckpointLimit(); }
bool Machine::MayClaimActive(Micros now) const { return core_->MayClaimActive(now); }

Machine::Core::Core(Identity self, Options options, DurableState state, LogBounds log)
    : self_(std::move(self)),
      options_(options),
      state_(std::move(state)),
      tail_(log.tail),
      durable_(log.tail.txid),
      oldest_(log.oldest),
      image_(log.image),
      commit_(log.image) {
  // An entry is written before its first record, which a crash may have kept from the disk.
  state_.CutAfter(tail_.txid);
  tail_.term = state_.terms().TermOf(tail_.txid);
}

Actions Machine::Core::On(const Event& event, Micros now) {
  out_.clear();
  if (role_ == Role::kStopped) return {};
  if (!started_) {
    started_ = true;
    // The grants of an earlier life are forgotten, so take it that one was given just now.
    grant_until_ = now + GrantTime();
  } else if (now - now_ > options_.lease / 2) {
    // We were paused: what the peer said meanwhile lies in the link's buffers.
    suspect_not_before_ = now + options_.pause_grace;
  }
  now_ = now;
  wake_ = now + options_.heartbeat;
  std::visit([this](const auto& e) { Handle(e); }, event);
  Decide();
  return std::move(out_);
}

void Machine::Core::Decide() {
  if (role_ < Role::kCandidate) DecideStandby();
  if (role_ == Role::kCandidate) DecideCandidate();
  if (IsLeading()) DecideLeading();
}

void Machine::Core::Persist() {
  if (auto action = state_.Flush()) Do(std::move(*action));
}

void Machine::Core::AskConfig() {
  if (config_.busy()) return;
  if (now_ < read_not_before_) return WakeAt(read_not_before_);
  read_not_before_ = now_ + options_.config_retry;
  Do(config_.Read(now_));
}

void Machine::Core::Stop(std::string reason) {
  if (role_ == Role::kStopped) return;
  role_ = Role::kStopped;
  reads_until_ = 0;
  wake_ = kForever;
  Do(action::Release{commit_, 0});
  Do(action::Exit{std::move(reason)});
}

Position Machine::Core::PositionOf(TxId txid) const {
  if (txid == tail_.txid) return tail_;
  return {txid, state_.terms().TermOf(txid)};
}

void Machine::Core::Handle(const event::LinkUp&) {
  link_up_ = true;
  standby_.down = false;
  standby_.Forget();
  heartbeat_at_ = now_;
}

void Machine::Core::Handle(const event::LinkDown& event) {
  link_up_ = false;
  standby_.down = event.refused;
  standby_.Forget();
}

void Machine::Core::Handle(const event::Received& event) {
  std::visit([this](const auto& message) { On(message); }, event.message);
}

void Machine::Core::Handle(const event::PeerDied& event) {
  dead_ = event.incarnation;
  // The dead use no lease.
  if (granted_ == dead_) grant_until_ = now_;
  if (IsLeading() && !link_up_) standby_.down = true;
}

void Machine::Core::Handle(const event::Appended& event) {
  if (event.tail.txid <= tail_.txid) return;
  if (unsynced_since_ == kForever) unsynced_since_ = now_;
  if (standby_.behind_since == kForever) standby_.behind_since = now_;
  tail_ = event.tail;
}

void Machine::Core::Handle(const event::Durable& event) {
  durable_ = std::max(durable_, std::min(event.last, tail_.txid));
  unsynced_since_ = durable_ == tail_.txid ? kForever : now_;
  if (!IsLeading()) following_.ack_due = true;
}

void Machine::Core::Handle(const event::LogFailed& event) {
  if (log_failure_.empty()) log_failure_ = event.reason;
  if (!switch_.sent) switch_.sick = true;
  if (!IsActive()) Stop("the log failed: " + event.reason);
}

void Machine::Core::Handle(const event::StatePersisted& event) {
  const Epoch before = state_.promised_durably();
  state_.Persisted(event.sequence);
  if (state_.promised_durably() != before && !IsLeading()) following_.ack_due = true;
}

void Machine::Core::Handle(const event::ConfigRead& event) {
  config_.On(event);
  if (!config_.known()) return;
  state_.Remember(config_.known()->config);
  Persist();
}

void Machine::Core::Handle(const event::ConfigWritten& event) {
  config_.On(event);
}

MachineStatus Machine::Core::status() const {
  MachineStatus status;
  status.role = role_;
  status.epoch = IsLeading() ? epoch_ : following_.epoch;
  status.tail = tail_.txid;
  status.durable = durable_;
  status.commit = commit_;
  status.peer_durable = standby_.match;
  status.reads_until = reads_until_;
  status.link_up = link_up_;
  return status;
}

}  // namespace cairn::namenode::ha
