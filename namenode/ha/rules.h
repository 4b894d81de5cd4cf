// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace cairn::namenode::ha {

// The rules that keep acknowledged records. Tests leave one out at a time, and the simulator must
// notice (tests/namenode/ha/mutants_test.cc). Nothing else may.
enum class Rule : uint8_t {
  kRefuseOldEpochs,    // A standby follows no epoch below its promise.
  kPromiseBeforeWrite, // A candidate promises before its compare-and-set.
  kHoldUntilShrunk,    // A primary commits alone only when the smaller set is known to be written.
  kNeedBeforeExpand,   // An answer is necessary before its node is put into the in-sync set.
  kKeepInDoubt,        // ... and stays so while that write may still be done.
  kReadsNeedLease,     // A paired primary answers reads under a lease only.
  kLeadInSyncOnly,     // Only a member of the in-sync set, with that log, is promoted.
  kOpenAfterGrant,     // A new primary waits for the end of the lease that it granted.
  kAckDurable,         // A standby acknowledges what is on its disk.
  kCutDiverged,        // Records are appended only behind the record that they followed.
};

}  // namespace cairn::namenode::ha
