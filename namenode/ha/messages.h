// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "namenode/ha/epoch_table.h"
#include "namenode/ha/types.h"

// What the two namenodes say to each other. The link may lose, delay, repeat and reorder: whoever
// receives checks epoch and position. Plain values.
namespace cairn::namenode::ha {

// Consecutive records of one term, in Apache's encoding. The machine never looks at the bytes.
// Immutable; shared by the log, the link and the machine.
struct Batch {
  TxId first;
  Position last;
  std::string bytes;
};

// At the head of everything that a primary says. Whoever accepts it (its epoch is not below what
// was promised) thereby grants the primary a lease.
struct Lead {
  Epoch epoch;
  Incarnation incarnation;
  Micros stamp = 0;      // The primary's time of sending; comes back in the answer.
  TxId commit;           // Everything up to it is committed.
  bool in_sync = false;  // The receiver is in the in-sync set.
  bool operator==(const Lead&) const = default;
};

// Primary to standby: I live. `tail` is the last record that was sent.
struct Heartbeat {
  Lead lead;
  Position tail;
};

// Primary to standby: records that follow `previous`.
struct Append {
  Lead lead;
  Position previous;
  std::shared_ptr<const Batch> batch;
};

// Primary to standby: your log has another end than mine; this is mine. The standby cuts its log
// to the last record that both have, or fetches an image when that lies before `oldest`.
struct Sync {
  Lead lead;
  EpochTable terms;
  Position tail;
  TxId oldest;  // First record that can still be sent.
};

// Primary to standby: lead. The primary has stopped to admit calls and to answer reads, and its
// lease is over. `last` is the end of its log.
struct Handoff {
  Lead lead;
  Position last;
  // The primary holds everything durably and stays in the in-sync set. False when it is sick.
  bool stays = false;
};

// Standby to primary.
struct Ack {
  Epoch epoch;
  Micros stamp = 0;  // The latest that was accepted in this epoch.
  LogId log;
  Position tail;   // What the standby has taken.
  TxId durable;    // What is on its disk.
  bool gap = false;  // The last Append did not fit to `tail`.
};

// Standby to primary: I promised to follow no epoch below `promised`.
struct Refused {
  Epoch epoch;  // The one that was refused.
  Epoch promised;
};

using Message = std::variant<Heartbeat, Append, Sync, Handoff, Ack, Refused>;

}  // namespace cairn::namenode::ha
