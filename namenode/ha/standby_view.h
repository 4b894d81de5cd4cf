// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>

#include "namenode/ha/types.h"

namespace cairn::namenode::ha {

// What a primary knows of its standby, in the present epoch. A plain value of the machine.
struct StandbyView {
  LogId log;           // That its answers came from.
  bool placed = false; // Its end is on our log: `next` is right.
  TxId match;          // Durable there, in our epoch.
  TxId next;           // First record that was not sent.
  std::deque<TxId> in_flight;  // Last record of each batch that it has not taken.
  bool sending = false;        // A SendAppend waits for its answer.

  Micros contact = 0;          // Latest stamp that it answered.
  Micros append_stamp = 0;     // Of the latest Append.
  Micros resent_at = 0;        // When sending went back the last time.
  Micros behind_since = kForever;  // When it last made progress, while it lacks records.

  bool down = false;     // Its host lives, and its process does not.
  bool refuses = false;  // It promised a higher epoch.
  bool foreign = false;  // It counts as in sync, but its log is another one.

  void Forget() {
    placed = false;
    in_flight.clear();
  }
};

}  // namespace cairn::namenode::ha
