// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "namenode/ha/actions.h"
#include "namenode/ha/config.h"
#include "namenode/ha/durable_state.h"
#include "namenode/ha/events.h"
#include "namenode/ha/options.h"
#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

enum class Role {
  kStarting,       // Does not know the configuration yet.
  kStandby,        // Follows, and is not in sync: must not be promoted.
  kStandbyInSync,  // Follows, and holds every acknowledged record.
  kCandidate,      // Wants to lead: promise and compare-and-set are under way.
  kOpening,        // Leads, and does not answer yet.
  kActivePaired,   // Leads; commits need the standby's answer.
  kActiveSolo,     // Leads alone.
  kHandingOver,    // Was active, and has asked the other to lead.
  kStopped,        // Deposed or broken: the process must end.
};

// For haadmin, beans and the claim to datanodes.
struct MachineStatus {
  Role role = Role::kStarting;
  Epoch epoch;    // That this node leads or follows in.
  TxId tail;      // Last record of the log.
  TxId durable;
  TxId commit;    // As far as it is known here.
  TxId peer_durable;  // What the standby has acknowledged; only of a primary.
  Micros reads_until = 0;
  bool link_up = false;
};

// Who one namenode of a pair is.
struct Identity {
  NodeId node;
  NodeId peer;
  Incarnation incarnation;
};

// One namenode of the pair, without I/O, clocks or threads: events in, actions out. Whoever drives
// it gives it every event with the time at which it is handled (rising), does what it returns, and
// calls it again at Deadline() at the latest.
//
// Not thread-safe: guarded by its driver.
class Machine {
 public:
  Machine(Identity self, Options options, DurableState state, LogBounds log);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  // The first event should be a Tick: it asks for the configuration.
  Actions On(const Event& event, Micros now);

  // When the next Tick is due, at the latest.
  Micros Deadline() const;

  MachineStatus status() const;
  // An image may cover records up to this one: they are committed and on the local disk.
  TxId CheckpointLimit() const;
  // May this node claim to be ACTIVE towards datanodes?
  bool MayClaimActive(Micros now) const;

 private:
  class Core;
  std::unique_ptr<Core> core_;
};

}  // namespace cairn::namenode::ha
