// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "common/util/clock.h"
#include "common/util/random.h"
#include "common/util/result.h"
#include "namenode/ha_link/driver.h"
#include "namenode/ha_link/state_file.h"
#include "namenode/journal/edit_log.h"
#include "namenode/namesystem/authority.h"
#include "namenode/namesystem/ha_control.h"
#include "namenode/namesystem/role.h"
#include "namenode/pair_setup.h"

namespace cairn::namenode {

// A namenode as one of a pair: joins the driver of the protocol with log, memory and state file.
//
//   pair = Pair::Open(…);  storage.RecoverSegments();  LoadState(…)
//   log = pair->OpenLog(state)
//   pair->Start(log)
//
// What was applied and then turns out not to have happened cannot be taken back from memory: the
// process ends, and the next begins with what the log still has.
//
// Thread-safe after Start.
class Pair final : public Authority, public HaControl, public ha::LocalNode {
 public:
  // Reads the state file, before the segments are recovered. References must outlive the pair.
  static Result<std::unique_ptr<Pair>> Open(PairMember member, const Clock& clock, Random& random,
                                            NameStorage& storage);
  ~Pair() override;

  // Opens the log of a loaded state as one that follows, and makes the state a standby.
  Result<std::unique_ptr<EditLog>> OpenLog(NamesystemState& state);
  // Finds the peer and ZooKeeper. `log` must outlive the pair's Stop.
  Status Start(EditLog& log);
  // Lets the other namenode become active, if this one is, and waits until it is. kServiceFailed
  // at once when the other is not in sync, and after some seconds when it does not take over: then
  // this one is the active still.
  Status HandOver();
  void Stop();

  ha::Driver& driver() { return *driver_; }

  // Authority.
  TxId Committed() const override { return driver_->Committed(); }
  Status WaitCommitted(TxId txid) override { return driver_->WaitCommitted(txid); }
  bool MayServe() const override { return driver_->MayClaimActive() && driver_->MayAnswer(); }
  bool MayAnswer() const override { return driver_->MayAnswer(); }
  uint64_t Epoch() const override { return epoch_.load(std::memory_order_acquire); }
  void OnCheckpoint() override;

  // HaControl. Only the active can hand over; the standby becomes active when it does.
  Status ToActive() override;
  Status ToStandby() override { return HandOver(); }

 private:
  Pair(PairMember member, const Clock& clock, Random& random, NameStorage& storage);

  // LocalNode, on the driver's disk thread.
  Status Store(std::string_view records) override;
  Status Cut(TxId tail) override;
  Result<TxId> TakeImage(TxId from) override;
  Status BeginTerm(TxId first) override;
  Status Serve(ha::Epoch epoch) override;
  void AdmitMutations(bool admit) override;
  Result<TxId> StopAdmitting() override;
  void ResumeAdmitting() override;
  void BecomeStandby() override;
  void Exit(const std::string& reason) override;

  void SetServing(bool serving);

  const PairMember member_;
  const Clock& clock_;
  Random& random_;
  NameStorage& storage_;
  std::unique_ptr<ha::StateFile> state_file_;
  NamesystemState* state_ = nullptr;
  EditLog* log_ = nullptr;
  std::unique_ptr<Role> role_;
  std::unique_ptr<ha::Driver> driver_;
  std::atomic<uint64_t> epoch_{0};

  std::mutex mutex_;
  std::condition_variable changed_;
  bool serving_ = false;     // Guarded by mutex_, as what follows.
  TxId last_admitted_;       // When serving was stopped last.
  uint64_t resumptions_ = 0;  // How often nobody took over.
};

}  // namespace cairn::namenode
