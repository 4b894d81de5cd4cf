// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha/core.h"

namespace cairn::namenode::ha {

void Machine::Core::SendHeartbeat() {
  heartbeat_at_ = now_ + options_.heartbeat;
  if (link_up_) Do(action::Send{Heartbeat{MakeLead(), tail_}});
}

void Machine::Core::SendRecords() {
  if (!link_up_ || !standby_.placed || standby_.sending || standby_.next > tail_.txid) return;
  if (standby_.in_flight.size() >= static_cast<size_t>(options_.batches_in_flight_max)) return;
  standby_.sending = true;
  standby_.append_stamp = now_;
  const TxId previous{standby_.next.value - 1};
  Do(action::SendAppend{Append{MakeLead(), PositionOf(previous), nullptr}, tail_.txid});
}

void Machine::Core::Handle(const event::AppendSent& event) {
  standby_.sending = false;
  if (!IsLeading() || !standby_.placed || Next(event.previous) != standby_.next) return;
  if (event.last == event.previous) {
    standby_.Forget();  // Trimmed meanwhile: its next answer is met with a Sync.
    return;
  }
  standby_.next = Next(event.last);
  standby_.in_flight.push_back(event.last);
}

void Machine::Core::SendSync() {
  // Before its first record is there, our last term is not ours.
  if (!link_up_ || tail_.txid < term_first_) return;
  Do(action::Send{Sync{MakeLead(), state_.terms(), tail_, oldest_}});
}

void Machine::Core::Resend(TxId from) {
  standby_.next = from;
  standby_.in_flight.clear();
  standby_.resent_at = now_;
}

void Machine::Core::Place(const Ack& message) {
  const bool same_term = state_.terms().TermOf(message.tail.txid) == message.tail.term ||
                         !options_.Keeps(Rule::kCutDiverged);
  if (!same_term || message.tail.txid > tail_.txid || Next(message.tail.txid) < oldest_) {
    standby_.Forget();
    return SendSync();
  }
  const TxId match = std::min(message.durable, message.tail.txid);
  if (match > standby_.match) {
    standby_.match = match;
    standby_.behind_since = match < tail_.txid ? now_ : kForever;
  }
  while (!standby_.in_flight.empty() && standby_.in_flight.front() <= message.tail.txid) {
    standby_.in_flight.pop_front();
  }
  const TxId next = Next(message.tail.txid);
  if (!standby_.placed) {
    standby_.placed = true;
    return Resend(next);
  }
  const bool lost = message.gap || message.stamp > standby_.append_stamp;
  if (lost && next < standby_.next && message.stamp > standby_.resent_at) Resend(next);
}

}  // namespace cairn::namenode::ha
