// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

bool Machine::Core::Accept(const Lead& lead) {
  if (role_ == Role::kStopped || lead.incarnation == dead_) return false;
  const Epoch lowest = IsLeading() ? std::max(epoch_, state_.promised()) : state_.promised();
  // A primary that has asked us to lead knows of our promise when it is refused.
  if (lead.epoch < lowest && options_.Keeps(Rule::kRefuseOldEpochs)) {
    Do(action::Send{Refused{lead.epoch, lowest}});
    return false;
  }
  if (IsLeading()) {
    if (lead.epoch <= epoch_) return false;
    Retire("another leads in epoch " + std::to_string(lead.epoch.value));
    if (role_ == Role::kStopped) return false;
  }
  if (role_ == Role::kCandidate || role_ == Role::kStarting) role_ = Role::kStandby;
  Follow(lead);
  return true;
}

void Machine::Core::Follow(const Lead& lead) {
  state_.Promise(lead.epoch);
  Persist();
  if (lead.incarnation != following_.incarnation) {
    following_.incarnation = lead.incarnation;
    following_.stamp = 0;
    following_.in_step = false;
    following_.in_sync = false;
  }
  following_.epoch = lead.epoch;
  if (lead.stamp >= following_.stamp) {
    following_.stamp = lead.stamp;
    following_.in_sync = lead.in_sync;
  }
  role_ = following_.in_sync ? Role::kStandbyInSync : Role::kStandby;
  grant_until_ = std::max(grant_until_, now_ + GrantTime());
  granted_ = lead.incarnation;
  suspected_since_ = -1;
}

void Machine::Core::LearnCommit(TxId commit) {
  if (following_.in_step) commit_ = std::max(commit_, std::min(commit, tail_.txid));
}

void Machine::Core::On(const Heartbeat& message) {
  if (!Accept(message.lead)) return;
  if (message.tail.SameRecord(tail_)) following_.in_step = true;
  LearnCommit(message.lead.commit);
  following_.ack_due = true;
}

void Machine::Core::On(const Append& message) {
  if (!Accept(message.lead) || following_.busy || message.batch == nullptr) return;
  const Batch& batch = *message.batch;
  if (batch.first != Next(message.previous.txid) || batch.last.txid < batch.first) return;
  if (batch.last.txid <= tail_.txid &&
      state_.terms().TermOf(batch.last.txid) == batch.last.term) {
    following_.ack_due = true;  // Have it.
    return;
  }
  const bool fits = options_.Keeps(Rule::kCutDiverged) ? message.previous.SameRecord(tail_)
                                                       : message.previous.txid == tail_.txid;
  if (!fits || batch.last.term < tail_.term) return SendAck(/*gap=*/true);
  if (fits && options_.Keeps(Rule::kCutDiverged) && !message.previous.SameContent(tail_)) {
    // Our disk gives back something else than was written to it.
    following_.busy = true;
    Do(action::FetchImage{TxId(1), /*new_log=*/true});
    return;
  }
  if (state_.terms().TermOf(batch.first) != batch.last.term) {
    state_.BeginTerm(batch.last.term, batch.first);
    Persist();
  }
  if (unsynced_since_ == kForever) unsynced_since_ = now_;
  tail_ = batch.last;
  following_.in_step = true;
  LearnCommit(message.lead.commit);
  Do(action::StoreRecords{message.batch});
}

void Machine::Core::On(const Sync& message) {
  if (!Accept(message.lead) || following_.busy) return;
  // The primary's last term goes on for as long as it leads, so its end is left open: a message
  // that was under way for long must not cut what was written since.
  const Position common = EpochTable::LastCommon(state_.terms(), tail_.txid, message.terms,
                                                 TxId(std::numeric_limits<int64_t>::max()));
  following_.terms = message.terms;
  following_.ack_due = true;
  if (common.txid == tail_.txid && Next(tail_.txid) >= message.oldest) {
    following_.in_step = true;
    return LearnCommit(message.lead.commit);
  }
  following_.busy = true;
  following_.in_step = false;
  // What an image holds, or what we know to be committed, differs only if somebody forced a node
  // to lead that was not in sync.
  const TxId kept = std::max({commit_, image_, TxId(oldest_.value - 1)});
  if (Next(common.txid) < message.oldest || common.txid < kept) {
    Do(action::FetchImage{Next(common.txid)});
  } else {
    Do(action::CutLog{common.txid});
  }
}

void Machine::Core::Handle(const event::LogCut& event) {
  following_.busy = false;
  tail_ = event.tail;
  durable_ = event.tail.txid;
  unsynced_since_ = kForever;
  state_.CutAfter(tail_.txid);
  tail_.term = state_.terms().TermOf(tail_.txid);
  Persist();
  following_.ack_due = true;
}

void Machine::Core::Handle(const event::ImageInstalled& event) {
  following_.busy = false;
  following_.ack_due = true;
  if (!event.image) return;
  tail_ = *event.image;
  durable_ = image_ = commit_ = tail_.txid;
  oldest_ = Next(tail_.txid);
  unsynced_since_ = kForever;
  EpochTable terms = following_.terms;
  terms.CutAfter(tail_.txid);
  state_.Replace(std::move(terms), event.log);
  tail_.term = state_.terms().TermOf(tail_.txid);
  Persist();
}

void Machine::Core::SendAck(bool gap) {
  following_.ack_due = false;
  if (following_.epoch.value == 0) return;
  // Not after a promise to another epoch, nor before the one to this is on the disk.
  const bool promised = following_.epoch == state_.promised() &&
                        following_.epoch <= state_.promised_durably();
  if (!promised && options_.Keeps(Rule::kRefuseOldEpochs)) return;
  const TxId durable = options_.Keeps(Rule::kAckDurable) ? durable_ : tail_.txid;
  Do(action::Send{
      Ack{following_.epoch, following_.stamp, state_.state().log, tail_, durable, gap}});
}

void Machine::Core::DecideStandby() {
  if (following_.ack_due && !following_.busy) SendAck();
  if (config_.must_read()) AskConfig();
  if (!config_.known()) return;
  if (role_ == Role::kStarting) role_ = Role::kStandby;
  Suspect();
}

}  // namespace cairn::namenode::ha
