// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "namenode/ha/machine.h"
#include "tests/namenode/ha/sim/oracle.h"
#include "tests/namenode/ha/sim/scheduler.h"

namespace cairn::namenode::ha::sim {

class World;

// Mistakes that the adapters around a machine could make. Tests plant them one at a time.
struct Wiring {
  bool forgets_promise = false;    // The state file is not durable.
  bool forgets_terms = false;
  bool forgets_records = false;    // Records are reported durable before they are.
  bool replies_at_once = false;    // Mutations are answered when they are applied.
  bool reads_dirty = false;        // Reads are answered while there is a lease,
  bool ignores_lease = false;      // ... or when they are committed.
  bool checkpoints_all = false;    // Images hold what is not committed.
};

// What a crash leaves: the state file, one image, and the records behind `base`.
struct Disk {
  DurableState state;
  TxId image{0};
  TxId base{0};
  Record base_record;
  std::vector<Record> records;  // Those after `written` are in memory only.
  TxId written{0};

  TxId tail() const { return TxId(base.value + static_cast<int64_t>(records.size())); }
  bool Has(TxId txid) const { return txid >= base && txid <= tail(); }
  const Record& At(TxId txid) const {
    return txid == base ? base_record : records[static_cast<size_t>((txid.value - base.value) - 1)];
  }
  Position PositionAt(TxId txid) const;
  void Append(Epoch term, uint64_t value);
  void CutAfter(TxId txid);
  void TrimBefore(TxId base_txid);
};

// One namenode: a machine, its disk, its clock, and adapters that may be slow, fail and die.
//
// Not thread-safe.
class Node {
 public:
  Node(World& world, int index, Options options, Wiring wiring);

  // --- of the world
  void Start();
  void Crash();
  void Pause(Micros duration);
  void ReplaceDisk();  // Of a dead process.
  void SlowDisk(Micros duration) { slow_until_ = std::max(slow_until_, Now() + duration); }
  void BreakDisk() { broken_ = true; }
  void Checkpoint();
  void Deliver(Event event);

  // --- of clients
  bool serving() const { return machine_ != nullptr && serving_; }
  bool Mutate(uint64_t value);
  bool Read();

  bool alive() const { return machine_ != nullptr; }
  bool paused() const { return paused_; }
  Incarnation incarnation() const { return incarnation_; }
  MachineStatus status() const { return machine_->status(); }
  const Disk& disk() const { return disk_; }
  // The image that the other fetches; nothing while the process does not run.
  std::optional<TxId> MakeImage();

 private:
  // A piece of work of the disk's queue.
  struct Job {
    enum Kind { kState, kRecords, kCut, kImage } kind;
    action::PersistState state;
    TxId txid;
    bool new_log = false;
  };
  struct Held {
    TxId txid;
    uint64_t value = 0;   // Of a mutation.
    TxId newest;          // Of a read: what had been acknowledged when it was asked.
  };

  Micros Now() const;
  Micros Local() const;
  Micros FromLocal(Micros local) const;
  void Handle(const Event& event);
  void ScheduleTick();
  void Drain();
  void CheckCommitted();
  void Enqueue(Job job);
  void RunDisk();
  void StoreState(const DurableState& state);
  void Finish(const Job& job);
  void InstallImage(const Job& job);
  void TakeGroup();
  void Leave();  // Stops to serve.

  void Do(const action::Send& action);
  void Do(const action::SendAppend& action);
  void Do(const action::PersistState& action) { Enqueue({Job::kState, action, {}, false}); }
  void Do(const action::StoreRecords& action);
  void Do(const action::CutLog& action);
  void Do(const action::FetchImage& action) {
    Enqueue({Job::kImage, {}, action.from, action.new_log});
  }
  void Do(const action::BeginTerm& action);
  void Do(const action::ReadConfig& action);
  void Do(const action::WriteConfig& action);
  void Do(const action::Release& action);
  void Do(const action::Serve& action);
  void Do(const action::AdmitMutations& action) { mutations_ = action.admit; }
  void Do(const action::StopAdmitting& action);
  void Do(const action::ResumeAdmitting&) { admitting_ = true; }
  void Do(const action::BecomeStandby&) { Leave(); }
  void Do(const action::Exit& action);

  World& world_;
  Scheduler& scheduler_;
  const int index_;
  const std::string name_;
  const Options options_;
  const Wiring wiring_;
  const int64_t drift_ppm_;
  const Micros clock_offset_;
  Disk disk_;
  int replaced_ = 0;  // Disks so far.

  // The process.
  uint64_t life_ = 0;
  Incarnation incarnation_;
  std::unique_ptr<Machine> machine_;
  bool paused_ = false;
  std::deque<Event> inbox_;  // While paused.
  Micros tick_at_ = kForever;
  bool exiting_ = false;
  std::deque<Job> jobs_;
  std::optional<Job> running_;
  Micros slow_until_ = 0;
  bool broken_ = false;
  Epoch term_;
  bool serving_ = false;
  bool admitting_ = false;
  bool mutations_ = true;
  TxId taken_{0};  // Records that the log's thread has taken.
  TxId commit_{0};
  Micros reads_until_ = 0;
  TxId checked_{0};
  std::deque<Held> writes_;
  std::deque<Held> reads_;
};

}  // namespace cairn::namenode::ha::sim
