// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

void Machine::Core::Open() {
  const Config config = config_.known()->config;
  role_ = Role::kOpening;
  epoch_ = config.epoch;
  const Member* peer = config.Find(self_.peer);
  peer_may_lead_ = needed_ = peer != nullptr;
  standby_ = {};
  if (peer != nullptr) standby_.log = peer->log;
  standby_.contact = now_;
  standby_.behind_since = now_;
  released_.reset();
  admits_ = true;
  switch_ = {};
  lease_until_ = 0;
  heartbeat_at_ = now_;
  audit_at_ = now_ + options_.config_audit;
  following_.busy = following_.in_sync = following_.in_step = following_.ack_due = false;
  term_first_ = Next(tail_.txid);
  if (options_.Keeps(Rule::kPromiseBeforeWrite)) state_.Promise(epoch_);
  state_.Remember(config);
  state_.BeginTerm(epoch_, term_first_);
  Persist();
  Do(action::BeginTerm{epoch_, term_first_});
}

// The whole log is committed as soon as our first record is: everything that was ever acknowledged
// is in it, and nobody can acknowledge anything else any more.
void Machine::Core::DecideOpening() {
  if (commit_ < term_first_) return;
  if (!GrantEnded()) return WakeAt(grant_until_);
  role_ = peer_may_lead_ ? Role::kActivePaired : Role::kActiveSolo;
  UpdateRelease();
  Do(action::Serve{epoch_});
}

}  // namespace cairn::namenode::ha
