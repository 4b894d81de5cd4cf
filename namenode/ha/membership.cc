// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

bool Machine::Core::StandbyLost() {
  if (standby_.down || standby_.refuses || standby_.foreign) return true;
  const Micros silent_at = standby_.contact + options_.silence;
  Micros stuck_at = kForever;
  if (standby_.behind_since != kForever) stuck_at = standby_.behind_since + options_.ack_timeout;
  WakeAt(std::min(silent_at, stuck_at));
  return now_ >= silent_at || now_ >= stuck_at;
}

void Machine::Core::DecideMembership() {
  if (role_ == Role::kHandingOver && switch_.sent && !switch_.retaking) return;
  if (needed_ && StandbyLost()) return Shrink();
  if (role_ != Role::kActivePaired && role_ != Role::kActiveSolo) return;
  if (!needed_) Join();
  if (needed_ && config_.known()->config.Find(self_.peer) == nullptr) Expand();
}

void Machine::Core::Shrink() {
  if (!peer_may_lead_) {
    // It was never proposed in this version of the configuration, so nobody counts on it.
    needed_ = false;
    join_not_before_ = now_ + options_.join_pause;
    return;
  }
  if (config_.busy()) return;
  if (config_.must_read()) return AskConfig();
  if (now_ < write_not_before_) return WakeAt(write_not_before_);
  WriteConfig({Self()}, Next(durable_));
  if (!options_.Keeps(Rule::kHoldUntilShrunk)) needed_ = false;
}

void Machine::Core::Join() {
  const bool answers = link_up_ && standby_.placed && !standby_.down && !standby_.refuses &&
                       now_ - standby_.contact < options_.silence / 2;
  if (!answers || tail_.txid.value - standby_.match.value > options_.join_lag_max) return;
  if (now_ < join_not_before_) return WakeAt(join_not_before_);
  needed_ = options_.Keeps(Rule::kNeedBeforeExpand);
  standby_.foreign = false;
  standby_.behind_since = standby_.match < tail_.txid ? now_ : kForever;
  if (!needed_) Expand();
}

// The commit point stands still since the answer became necessary, unless the standby has it.
void Machine::Core::Expand() {
  if (standby_.match < commit_ || config_.busy()) return;
  // A write that ZooKeeper does not answer would bind us to the standby for as long.
  const bool reachable = config_.read_at() + 2 * options_.config_retry >= now_;
  if (config_.must_read() || !reachable) return AskConfig();
  if (now_ < write_not_before_) return WakeAt(write_not_before_);
  WriteConfig({Self(), {self_.peer, standby_.log}},
              Next(std::min(durable_, standby_.match)));
  // From now on it may be promoted, whatever the answer to the write will be.
  peer_may_lead_ = needed_ && options_.Keeps(Rule::kKeepInDoubt);
}

void Machine::Core::WriteConfig(std::vector<Member> in_sync, TxId start) {
  Config config;
  config.epoch = Next(config_.known()->config.epoch);
  config.primary = self_.node;
  config.incarnation = self_.incarnation;
  config.in_sync = std::move(in_sync);
  config.start = start;
  write_not_before_ = now_ + options_.config_retry;
  Do(config_.Write(std::move(config)));
}

}  // namespace cairn::namenode::ha
