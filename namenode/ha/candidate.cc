// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

Micros Machine::Core::GrantTime() const {
  return options_.Keeps(Rule::kOpenAfterGrant) ? options_.lease + options_.lease_margin
                                               : options_.lease / 4;
}

bool Machine::Core::Eligible() const {
  const Config& config = config_.known()->config;
  // Somebody with a higher epoch has been heard: what we read is not the newest.
  if (config.epoch < following_.epoch || following_.busy) return false;
  if (!options_.Keeps(Rule::kLeadInSyncOnly)) return true;
  return config.Holds(Self()) && Next(tail_.txid) >= config.start;
}

void Machine::Core::Suspect() {
  const Config& config = config_.known()->config;
  if (config.primary == self_.node && !config_.must_read() && Eligible()) {
    // We led, or a write of ours was done after all. A primary that starts again never resumes its
    // epoch.
    return StandForLead();
  }
  if (!GrantEnded() || now_ < suspect_not_before_) {
    suspected_since_ = -1;
    return WakeAt(std::max(grant_until_, suspect_not_before_));
  }
  if (suspected_since_ < 0) suspected_since_ = now_;
  if (config_.must_read() || config_.read_at() < suspected_since_ ||
      config_.read_at() + 5 * options_.config_retry <= now_) {
    return AskConfig();
  }
  if (!Eligible()) return;
  const bool proven = dead_.value != 0 && dead_ == config.incarnation;
  const Micros wait_until = suspected_since_ + options_.live_primary_wait;
  if (config_.peer_lives() && !proven && now_ < wait_until) return WakeAt(wait_until);
  StandForLead();
}

void Machine::Core::StandForLead(bool keep_peer) {
  role_ = Role::kCandidate;
  candidacy_ = {Next(config_.known()->config.epoch), keep_peer};
  if (options_.Keeps(Rule::kPromiseBeforeWrite)) state_.Promise(candidacy_.epoch);
  Persist();
}

void Machine::Core::DecideCandidate() {
  if (options_.Keeps(Rule::kPromiseBeforeWrite) &&
      state_.promised_durably() < candidacy_.epoch) {
    return;
  }
  if (config_.busy()) return;
  if (config_.must_read()) return AskConfig();
  const Config& config = config_.known()->config;
  if (config.epoch >= candidacy_.epoch) {
    if (Wrote(config)) return Open();
    role_ = Role::kStandby;
    suspected_since_ = -1;
    return;
  }
  if (now_ < write_not_before_) return WakeAt(write_not_before_);
  std::vector<Member> in_sync{Self()};
  if (const Member* peer = config.Find(self_.peer); peer && candidacy_.keep_peer) {
    in_sync.push_back(*peer);
  }
  WriteConfig(std::move(in_sync), Next(durable_));
}

void Machine::Core::Handle(const event::ForceLead&) {
  if (role_ != Role::kStandby && role_ != Role::kStandbyInSync) return;
  if (!config_.known() || following_.busy) return;
  StandForLead();
}

}  // namespace cairn::namenode::ha
