// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "namenode/ha/rules.h"
#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

// Times are microseconds.
struct Options {
  // L: for how long a standby's answer lets the primary answer reads.
  Micros lease = 400'000;
  // A standby opens no earlier than lease + margin after it last heard the primary. Must cover the
  // difference of two clocks' rates over a lease (10 %), and the time that a message lies in the
  // standby's buffers counts for nothing: it lengthens the grant.
  Micros lease_margin = 100'000;
  // Between heartbeats of an idle primary.
  Micros heartbeat = 100'000;
  // How long a standby may answer nothing at all before it leaves the in-sync set. A little above
  // the lease, and below the grant, so that a primary that lives wins when only the link is cut.
  Micros silence = 450'000;
  // T_ack: how long it may go without making a record durable that it was sent.
  Micros ack_timeout = 1'000'000;
  // How much longer a standby waits while the primary's ephemeral znode lives, so that a primary
  // that only lost the link wins the race.
  Micros live_primary_wait = 150'000;
  // A process that was paused for longer first reads its link for this long before it suspects.
  Micros pause_grace = 200'000;
  // Between two attempts to reach ZooKeeper.
  Micros config_retry = 100'000;
  // A primary whose own log needs longer than this for a sync hands over, if it can.
  Micros sick_disk = 1'500'000;
  // How long a planned switch may take before the primary takes the lead back.
  Micros handoff_timeout = 2'000'000;
  // How long a standby that catches up may lag when its answer is made necessary.
  int64_t join_lag_max = 4'096;  // Records.
  // How long the primary waits before it makes the answer of a standby necessary that failed to
  // answer in time.
  Micros join_pause = 1'000'000;
  // Appends that may be unanswered.
  int batches_in_flight_max = 8;
  // Copies that a commit needs, 1 or 2. With 2 a primary without an in-sync standby refuses
  // mutations; reads go on.
  int min_in_sync = 1;
  // Between two reads of the configuration by a primary that has no reason for one.
  Micros config_audit = 5'000'000;

  // For tests: bits of the rules (rules.h) that are left out.
  uint32_t rules_left_out = 0;
  bool Keeps(Rule rule) const { return (rules_left_out >> static_cast<int>(rule) & 1) == 0; }
};

}  // namespace cairn::namenode::ha
