// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "namenode/ha/config.h"
#include "namenode/ha/durable_state.h"
#include "namenode/ha/messages.h"
#include "namenode/ha/types.h"

// What a machine wants done. They are to be started in the given order. Those that touch the disk
// (PersistState, StoreRecords, CutLog, FetchImage, BeginTerm) also take effect in that order: no
// record is written before the state that was given out earlier is durable. Plain values.
namespace cairn::namenode::ha::action {

// To the peer; may be lost.
struct Send {
  Message message;
};
// To the peer: as Send, but the adapter first fills `append.batch` with the records that follow
// append.previous.txid (of one term, bounded in bytes, none above `up_to`) and
// append.previous.chain. Answer: AppendSent, also when the link is down. One at a time.
struct SendAppend {
  Append append;
  TxId up_to;
};

// Replaces the state file atomically and durably. Answer: StatePersisted. A later one may replace
// an earlier that has not begun; its answer then counts for both.
struct PersistState {
  uint64_t sequence = 0;
  DurableState state;
};

// Standby: write the records to the log, apply them, and answer Durable when they are on the disk.
// The bytes were checked against their chain by whoever decoded them.
struct StoreRecords {
  std::shared_ptr<const Batch> batch;
};
// Standby: remove the records after `tail`, durably, also from memory (load again from an image at
// or below it when they had been applied). Records that StoreRecords queued are dropped as well.
// Answer: LogCut; no Durable of a record that was dropped may come after it.
struct CutLog {
  TxId tail;
};
// Standby: replace memory and log by an image of the peer that covers at least `from` - 1. With
// `new_log` the log is damaged and takes a new identity. Answer: ImageInstalled.
struct FetchImage {
  TxId from;
  bool new_log = false;
};

// New primary: finalize the segment and open one whose first record, at `first`, is of the new
// term. Everything before has been applied when it returns. Answers: Appended, then Durable.
struct BeginTerm {
  Epoch term;
  TxId first;
};

// ZooKeeper. Each is answered once, with the same `request`, at the latest when the adapter's
// timeout passes.
struct ReadConfig {
  uint64_t request = 0;
};
struct WriteConfig {
  uint64_t request = 0;
  Config config;
  int32_t version = -1;  // The version that it replaces.
};

// What may be answered to clients: a mutation once commit >= its txid; a read once commit >= the
// txid of the state that it read and, at the moment of sending, now < reads_until. Until the next
// Release.
struct Release {
  TxId commit;
  Micros reads_until = 0;
};

// Answer clients from now on: this namenode is active. Before: renew the leases of files, take all
// replicas for stale until their datanodes have reported, and send `epoch` to the datanodes.
struct Serve {
  Epoch epoch;
};
// Whether mutations may begin; only an active namenode is told. The initial value is true.
struct AdmitMutations {
  bool admit = true;
};
// Admit no calls any more, and answer AdmissionStopped when no more can be appended.
struct StopAdmitting {};
// A switch did not happen: this namenode goes on as active.
struct ResumeAdmitting {};
// This namenode was active and is a standby now, with its memory whole.
struct BecomeStandby {};

// Ends the process: held calls are answered with StandbyException. The memory may hold changes that
// never happened; the next start reads the log and joins as a standby.
struct Exit {
  std::string reason;
};

}  // namespace cairn::namenode::ha::action

namespace cairn::namenode::ha {

using Action =
    std::variant<action::Send, action::SendAppend, action::PersistState, action::StoreRecords,
                 action::CutLog, action::FetchImage, action::BeginTerm, action::ReadConfig,
                 action::WriteConfig, action::Release, action::Serve, action::AdmitMutations,
                 action::StopAdmitting, action::ResumeAdmitting, action::BecomeStandby,
                 action::Exit>;
using Actions = std::vector<Action>;

}  // namespace cairn::namenode::ha
