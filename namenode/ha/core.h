// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "namenode/ha/config_cell.h"
#include "namenode/ha/machine.h"
#include "namenode/ha/standby_view.h"
#include "namenode/ha/state_keeper.h"

namespace cairn::namenode::ha {

// The body of a machine. An event first changes what is known (Handle), then Decide() does whatever
// is due in the present role: conditions are looked at as they are, not when they arise, so that a
// lost message or a failed attempt needs no case of its own.
//
//   machine.cc    dispatch, queries             standby.cc      following a primary
//   candidate.cc  suspicion, promise, write     opening.cc      from the write to the first answer
//   active.cc     commit, leases, releases      membership.cc   shrinking and expanding
//   sending.cc    records to the standby        handoff.cc      the planned switch
class Machine::Core {
 public:
  Core(Identity self, Options options, DurableState state, LogBounds log);

  Actions On(const Event& event, Micros now);
  Micros deadline() const { return wake_; }
  MachineStatus status() const;
  TxId CheckpointLimit() const { return std::min(commit_, durable_); }
  bool MayClaimActive(Micros now) const { return IsActive() && now < reads_until_; }

 private:
  // --- machine.cc
  void Handle(const event::Tick&) {}
  void Handle(const event::LinkUp&);
  void Handle(const event::LinkDown& event);
  void Handle(const event::Received& event);
  void Handle(const event::PeerDied& event);
  void Handle(const event::Appended& event);
  void Handle(const event::Durable& event);
  void Handle(const event::LogFailed& event);
  void Handle(const event::LogTrimmed& event) { oldest_ = event.oldest; }
  void Handle(const event::AppendSent& event);
  void Handle(const event::LogCut& event);
  void Handle(const event::ImageInstalled& event);
  void Handle(const event::StatePersisted& event);
  void Handle(const event::ConfigRead& event);
  void Handle(const event::ConfigWritten& event);
  void Handle(const event::ConfigTouched&) { config_.Touch(); }
  void Handle(const event::HandoffWanted&);
  void Handle(const event::AdmissionStopped& event);
  void Handle(const event::ForceLead&);
  void Decide();
  template <typename T>
  void Do(T action) {
    out_.push_back(std::move(action));
  }
  // What is due already waits for something else than time.
  void WakeAt(Micros when) {
    if (when > now_) wake_ = std::min(wake_, when);
  }
  // Gives out what changed of the durable state.
  void Persist();
  // Reads the configuration, but not more often than options_.config_retry.
  void AskConfig();
  void Stop(std::string reason);
  bool IsLeading() const { return role_ >= Role::kOpening && role_ <= Role::kHandingOver; }
  bool IsActive() const { return role_ >= Role::kActivePaired && role_ <= Role::kHandingOver; }
  bool Wrote(const Config& config) const { return config.incarnation == self_.incarnation; }
  Member Self() const { return {self_.node, state_.state().log}; }
  Position PositionOf(TxId txid) const;

  // --- standby.cc
  void On(const Heartbeat& message);
  void On(const Append& message);
  void On(const Sync& message);
  void On(const Handoff& message);
  // Whether the sender may lead us; if so, grants it a lease.
  bool Accept(const Lead& lead);
  void Follow(const Lead& lead);
  void LearnCommit(TxId commit);
  void SendAck(bool gap = false);
  void DecideStandby();

  // --- candidate.cc
  // May this node be promoted, by the configuration that is known?
  bool Eligible() const;
  bool GrantEnded() const { return now_ >= grant_until_; }
  void Suspect();
  void StandForLead(bool keep_peer = false);
  Micros GrantTime() const;
  void DecideCandidate();

  // --- opening.cc
  void Open();
  void DecideOpening();

  // --- active.cc
  void On(const Ack& message);
  void On(const Refused& message);
  Lead MakeLead();
  // Takes over a configuration that this process wrote; ends when another did.
  void Adopt();
  void UpdateCommit();
  void UpdateRelease();
  void DecideLeading();

  // --- membership.cc
  int Copies() const { return needed_ ? 2 : 1; }
  bool StandbyLost();
  void DecideMembership();
  void Shrink();
  void Join();
  void Expand();
  void WriteConfig(std::vector<Member> in_sync, TxId start);

  // --- sending.cc
  void SendHeartbeat();
  void SendRecords();
  void SendSync();
  void Place(const Ack& message);
  void Resend(TxId from);

  // --- handoff.cc
  void StartHandoff(bool sick);
  void DecideHandoff();
  void SendHandoff();
  void CancelHandoff();
  // Follows the one that took over, or ends.
  void Retire(const std::string& reason);
  void CheckDisk();

  const Identity self_;
  const Options options_;
  Role role_ = Role::kStarting;
  Micros now_ = 0;
  bool started_ = false;
  Micros wake_ = 0;
  Actions out_;
  StateKeeper state_;
  ConfigCell config_;
  Micros read_not_before_ = 0;
  Micros write_not_before_ = 0;
  bool link_up_ = false;

  // The local log.
  Position tail_;
  TxId durable_;
  TxId oldest_;
  TxId image_;
  Micros unsynced_since_ = kForever;  // Records wait for the disk, which last made progress then.
  TxId commit_;                       // As far as known.

  // As a standby.
  struct Following {
    Epoch epoch;
    Incarnation incarnation;
    Micros stamp = 0;
    bool in_step = false;  // Our whole log is on the primary's.
    bool in_sync = false;
    bool busy = false;     // The log is being cut or replaced.
    EpochTable terms;      // Of the primary, as of its last Sync.
    bool ack_due = false;
  } following_;
  Micros grant_until_ = 0;
  Incarnation granted_;
  Incarnation dead_;                // Proven.
  Micros suspect_not_before_ = 0;   // This process was paused itself.
  Micros suspected_since_ = -1;

  // As a candidate.
  struct Candidacy {
    Epoch epoch;
    bool keep_peer = false;  // The primary asked us to lead, and stays in sync.
  } candidacy_;

  // As a primary.
  Epoch epoch_;
  TxId term_first_;             // Our first record.
  StandbyView standby_;
  bool needed_ = false;         // Commits need the standby's answer.
  bool peer_may_lead_ = false;  // The znode may count it as in sync. Implies needed_.
  Micros lease_until_ = 0;
  Micros reads_until_ = 0;
  std::optional<action::Release> released_;
  bool admits_ = true;
  Micros heartbeat_at_ = 0;
  Micros join_not_before_ = 0;
  Micros audit_at_ = 0;
  struct Switch {
    bool sick = false;
    std::optional<Position> last;  // Nothing is appended after it.
    bool sent = false;
    bool retaking = false;
    Micros started_at = 0;
  } switch_;
  std::string log_failure_;
};

}  // namespace cairn::namenode::ha
