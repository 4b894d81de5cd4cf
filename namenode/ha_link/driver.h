// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/util/clock.h"
#include "common/util/result.h"
#include "namenode/ha/machine.h"
#include "namenode/ha_link/config_store.h"
#include "namenode/ha_link/peer_link.h"
#include "namenode/ha_link/record_feed.h"
#include "namenode/ha_link/state_file.h"

namespace cairn::namenode::ha {

// What the pair wants of its namenode: of log, memory and front-ends. Calls come on the driver's
// disk thread, one after the other, and may wait; Exit comes on any thread.
class LocalNode {
 public:
  virtual ~LocalNode() = default;

  // Standby: appends records to the log as they are, and applies them.
  virtual Status Store(std::string_view records) = 0;
  // Standby: takes back everything after `tail`, from the log and from memory.
  virtual Status Cut(TxId tail) = 0;
  // Standby: the log becomes an image of the peer's, whose transaction is returned; it must cover
  // at least `from` - 1. Memory follows by Exit, which comes when the state of the new log is saved
  // and before any record for it.
  virtual Result<TxId> TakeImage(TxId from) = 0;
  // A segment of this namenode's own begins at `first`.
  virtual Status BeginTerm(TxId first) = 0;
  // Clients are answered from now on.
  virtual Status Serve(Epoch epoch) = 0;
  virtual void AdmitMutations(bool admit) = 0;
  // Admits nothing any more; returns the log's last transaction, after which none comes.
  virtual Result<TxId> StopAdmitting() = 0;
  virtual void ResumeAdmitting() = 0;
  virtual void BecomeStandby() = 0;
  // Ends the process.
  virtual void Exit(const std::string& reason) = 0;
};

// Drives a machine: gives it clock, link, log and ZooKeeper, and does what it says.
//
// A thread ("ha-machine") handles one event after the other; another ("ha-disk") does what touches
// the disk, in the machine's order. The log reports to OnBatch, OnDurable and OnLogFailed, which
// never wait.
//
// Thread-safe.
class Driver {
 public:
  struct Options {
    Identity self;
    ha::Options machine;
    PeerLink::Options link;
    ConfigStore::Options store;
  };

  // All references must outlive the driver. `bounds` is the log as BoundsOf finds it.
  Driver(Options options, const Clock& clock, const NameStorage& storage, StateFile& state,
         const LogBounds& bounds, LocalNode& node);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Opens link and store and starts the machine. The node's log must be open.
  Status Start();
  // Nothing is called any more when it returns.
  void Stop();

  // For EditLog::Options::on_batch, its Subscribe, its on_fatal, and after purges.
  void OnBatch(const EditLog::Batch& batch);
  void OnDurable(TxId last);
  void OnLogFailed(const Status& why);
  void OnTrimmed(TxId oldest);

  // Operators.
  void WantHandoff();
  void ForceLead();

  // Everything up to it is committed and may be told.
  TxId Committed() const { return TxId(commit_.load(std::memory_order_acquire)); }
  // Waits until `txid` is committed; kStandby when this namenode will not commit it.
  Status WaitCommitted(TxId txid);
  // `callback` runs on the machine's thread when Committed() has grown; it must not wait.
  void Subscribe(std::function<void(TxId)> callback);
  // Whether what was read may be told at this moment.
  bool MayAnswer() const;
  // Whether datanodes may be told that this is the active.
  bool MayClaimActive() const;
  // An image may cover transactions up to it.
  TxId CheckpointLimit() const;
  MachineStatus status() const;
  // Waits until the machine's status is such; false when it was not by then.
  bool WaitUntil(const std::function<bool(const MachineStatus&)>& such,
                 std::chrono::milliseconds patience);

 private:
  using Work = std::function<void()>;

  Micros Now() const;
  void Push(Event event);
  void PushFromLink(Event event);
  void RunMachine();
  std::optional<Event> NextEvent();
  Actions Handle(const Event& event);
  void RunDisk();
  void Post(Work work);

  // One overload for each action.
  void Do(const action::Send& action);
  void Do(const action::SendAppend& action);
  void Do(const action::PersistState& action);
  void Do(const action::StoreRecords& action);
  void Do(const action::CutLog& action);
  void Do(const action::FetchImage& action);
  void Do(const action::BeginTerm& action);
  void Do(const action::ReadConfig& action);
  void Do(const action::WriteConfig& action);
  void Do(const action::Release& action);
  void Do(const action::Serve& action);
  void Do(const action::AdmitMutations& action);
  void Do(const action::StopAdmitting& action);
  void Do(const action::ResumeAdmitting& action);
  void Do(const action::BecomeStandby& action);
  void Do(const action::Exit& action);

  void SendRecords(const action::SendAppend& action, const EpochTable& terms,
                   RecordFeed::Records records);
  void Require(const Status& status, const char* what);
  Position PositionOf(TxId txid);

  const Options options_;
  const Clock& clock_;
  const NameStorage& storage_;
  StateFile& state_;
  LocalNode& node_;
  RecordFeed feed_;

  mutable std::mutex machine_mutex_;
  std::condition_variable turned_;  // The machine has handled an event.
  Machine machine_;               // Guarded by machine_mutex_.
  bool begins_anew_ = false;      // An image was taken. Of the machine's thread.
  EpochTable terms_;              // As last given out; of the machine's thread.
  std::atomic<uint64_t> term_{0};        // Of the records that this namenode writes.
  std::atomic<int64_t> term_first_{0};   // 0: it writes none.
  std::atomic<uint32_t> chain_{0};       // At the log's end, as OnBatch knows it.

  std::atomic<int64_t> commit_{0};
  std::atomic<Micros> reads_until_{0};
  std::atomic<int64_t> durable_{0};

  std::mutex mutex_;
  std::condition_variable wake_;   // For the machine's thread.
  std::condition_variable room_;   // For the link.
  std::condition_variable disk_;   // For the disk thread.
  std::condition_variable grown_;  // For WaitCommitted.
  std::deque<Event> events_;       // Guarded by mutex_, as all below.
  std::deque<Work> work_;
  std::vector<std::function<void(TxId)>> subscribers_;
  bool stopping_ = false;
  bool over_ = false;  // Nothing more will be committed here.

  std::unique_ptr<PeerLink> link_;
  std::unique_ptr<ConfigStore> store_;
  std::thread machine_thread_;
  std::thread disk_thread_;
};

// What a recovered log that ends with `last` holds: its end with term and chain, its first record,
// and the newest image.
Result<LogBounds> BoundsOf(const NameStorage& storage, TxId last, const EpochTable& terms);

}  // namespace cairn::namenode::ha
