// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/ha/sim/node.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <variant>

#include "tests/namenode/ha/sim/world.h"

namespace cairn::namenode::ha::sim {
namespace {

constexpr int64_t kBatchRecordsMax = 64;

uint64_t Chain(uint64_t before, Epoch term, uint64_t value) {
  uint64_t z = before * 0x9e3779b97f4a7c15ULL ^ (value + (term.value << 48) + 0x1234567);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

Position Disk::PositionAt(TxId txid) const {
  const Record& record = At(txid);
  return {txid, record.term, static_cast<uint32_t>(record.hash) | 1};
}

void Disk::Append(Epoch term, uint64_t value) {
  const uint64_t before = records.empty() ? base_record.hash : records.back().hash;
  records.push_back({term, value, Chain(before, term, value)});
}

void Disk::CutAfter(TxId txid) {
  records.resize(static_cast<size_t>(txid.value - base.value));
  written = std::min(written, txid);
}

void Disk::TrimBefore(TxId base_txid) {
  if (base_txid <= base) return;
  base_record = At(base_txid);
  records.erase(records.begin(), records.begin() + (base_txid.value - base.value));
  base = base_txid;
}

Node::Node(World& world, int index, Options options, Wiring wiring)
    : world_(world),
      scheduler_(world.scheduler()),
      index_(index),
      name_("nn" + std::to_string(index + 1)),
      options_(options),
      wiring_(wiring),
      drift_ppm_(world.scheduler().Between(-45'000, 45'000)),
      clock_offset_(world.scheduler().Between(0, 1'000'000'000)) {
  disk_.state.log = LogId("log-" + name_);
}

Micros Node::Now() const { return scheduler_.now(); }
Micros Node::Local() const {
  return clock_offset_ + Now() + Now() * drift_ppm_ / 1'000'000;
}
Micros Node::FromLocal(Micros local) const {
  const auto elapsed = static_cast<double>(local - clock_offset_);
  return static_cast<Micros>(elapsed / (1 + static_cast<double>(drift_ppm_) / 1e6)) + 2;
}

void Node::Start() {
  ++life_;
  incarnation_ = Incarnation(scheduler_.Draw() | 1);
  const Identity self{NodeId(name_), NodeId("nn" + std::to_string(2 - index_)), incarnation_};
  const LogBounds bounds{disk_.PositionAt(disk_.tail()), Next(disk_.base), disk_.image};
  machine_ = std::make_unique<Machine>(self, options_, disk_.state, bounds);
  checked_ = disk_.image;
  taken_ = disk_.tail();
  Deliver(event::Tick{});
}

void Node::Crash() {
  if (!alive()) return;
  ++life_;
  const TxId before = disk_.written;
  if (running_) {
    // The state file is the old one or the new one; of the records some are whole.
    if (running_->kind == Job::kRecords) {
      const TxId last = std::min(running_->txid, disk_.tail());
      if (last > before) disk_.written = TxId(scheduler_.Between(before.value, last.value));
    } else if (running_->kind != Job::kImage && scheduler_.Chance(50)) {
      if (running_->kind == Job::kState) StoreState(running_->state.state);
      if (running_->kind == Job::kCut) disk_.CutAfter(running_->txid);
    }
  }
  if (wiring_.forgets_records && scheduler_.Chance(50)) {
    disk_.written = std::max({disk_.base, disk_.image, TxId(disk_.written.value - 5)});
  }
  disk_.CutAfter(disk_.written);
  machine_.reset();
  jobs_.clear();
  running_.reset();
  inbox_.clear();
  paused_ = exiting_ = broken_ = false;
  tick_at_ = kForever;
  Leave();
}

void Node::ReplaceDisk() {
  disk_ = {};
  disk_.state.log = LogId("log-" + name_ + "-" + std::to_string(++replaced_));
}

void Node::Leave() {
  serving_ = admitting_ = false;
  mutations_ = true;
  commit_ = TxId(0);
  reads_until_ = 0;
  writes_.clear();
  reads_.clear();
}

void Node::Pause(Micros duration) {
  if (!alive() || paused_) return;
  paused_ = true;
  scheduler_.In(duration, [this, life = life_] {
    if (life != life_) return;
    paused_ = false;
    std::deque<Event> events = std::exchange(inbox_, {});
    if (scheduler_.Chance(50)) events.push_front(event::Tick{});
    for (Event& event : events) {
      if (life == life_) Deliver(std::move(event));
    }
    if (life != life_) return;
    Deliver(event::Tick{});
    RunDisk();
    TakeGroup();
  });
}

void Node::Deliver(Event event) {
  if (!alive() || exiting_) return;
  if (paused_) return inbox_.push_back(std::move(event));
  Handle(event);
}

void Node::Handle(const Event& event) {
  const uint64_t life = life_;
  for (const Action& action : machine_->On(event, Local())) {
    if (life != life_ || exiting_) return;
    std::visit([this](const auto& a) { Do(a); }, action);
  }
  CheckCommitted();
  Drain();
  ScheduleTick();
}

void Node::ScheduleTick() {
  const Micros due = std::max(Now() + 1, FromLocal(machine_->Deadline()));
  if (due >= tick_at_) return;
  tick_at_ = due;
  scheduler_.At(due, [this, life = life_, due] {
    if (life != life_ || tick_at_ != due) return;
    tick_at_ = kForever;
    Deliver(event::Tick{});
  });
}

void Node::CheckCommitted() {
  const TxId commit = machine_->status().commit;
  for (checked_ = std::max(checked_, disk_.base); checked_ < commit;) {
    checked_ = Next(checked_);
    if (!disk_.Has(checked_)) return world_.oracle().Violate(name_ + " lacks what it commits");
    world_.oracle().Committed(checked_, disk_.At(checked_), name_);
  }
}

// --- clients

bool Node::Mutate(uint64_t value) {
  if (!serving() || !admitting_ || !mutations_ || paused_ || exiting_) return false;
  disk_.Append(term_, value);
  writes_.push_back({disk_.tail(), value, {}});
  if (wiring_.replies_at_once) {
    world_.oracle().Committed(disk_.tail(), disk_.At(disk_.tail()), name_);
    Do(action::Release{disk_.tail(), reads_until_});
  }
  TakeGroup();
  return true;
}

bool Node::Read() {
  if (!serving() || !admitting_ || paused_ || exiting_) return false;
  // Of something that was just changed, or of something that was not.
  const TxId seen = scheduler_.Chance(50) ? disk_.tail() : commit_;
  reads_.push_back({seen, 0, world_.oracle().last_acknowledged()});
  Drain();
  return true;
}

void Node::Drain() {
  while (!writes_.empty() && writes_.front().txid <= commit_) {
    world_.oracle().Acknowledged(writes_.front().txid, writes_.front().value);
    writes_.pop_front();
  }
  if (!wiring_.ignores_lease && Local() >= reads_until_) return;
  std::erase_if(reads_, [this](const Held& read) {
    if (read.txid > commit_ && !wiring_.reads_dirty) return false;
    if (disk_.Has(read.txid)) world_.oracle().Saw(read.txid, disk_.At(read.txid));
    world_.oracle().Answered(read.txid, read.newest, name_);
    return true;
  });
}

// The log's thread takes what has gathered when it is free.
void Node::TakeGroup() {
  if (running_ || paused_ || taken_ == disk_.tail() || !serving_) return;
  taken_ = disk_.tail();
  Enqueue({Job::kRecords, {}, taken_, false});
  Deliver(event::Appended{disk_.PositionAt(taken_)});
}

void Node::Checkpoint() {
  if (!alive() || paused_ || exiting_) return;
  if (const std::optional<TxId> image = MakeImage(); image && *image > disk_.image) {
    disk_.image = *image;
    disk_.TrimBefore(TxId(std::max<int64_t>(0, image->value - scheduler_.Between(0, 100))));
    Deliver(event::LogTrimmed{Next(disk_.base)});
  }
}

std::optional<TxId> Node::MakeImage() {
  if (!alive() || paused_) return std::nullopt;
  TxId limit = wiring_.checkpoints_all ? disk_.written : machine_->CheckpointLimit();
  limit = std::max(limit, disk_.image);
  if (limit.value > world_.oracle().committed()) {
    world_.oracle().Violate(name_ + " makes an image of what is not committed");
  }
  return limit;
}

// --- actions

void Node::Do(const action::Send& action) { world_.Send(index_, action.message); }

void Node::Do(const action::SendAppend& action) {
  const TxId previous = action.append.previous.txid;
  TxId last = previous;
  if (previous >= disk_.base && previous < disk_.tail()) {
    Append append = action.append;
    append.previous = disk_.PositionAt(previous);
    auto batch = std::make_shared<Batch>();
    batch->first = Next(previous);
    const Epoch term = disk_.At(batch->first).term;
    const TxId end{std::min(action.up_to.value, previous.value + kBatchRecordsMax)};
    while (last < end && disk_.At(Next(last)).term == term) {
      last = Next(last);
      const uint64_t value = disk_.At(last).value;
      batch->bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    batch->last = disk_.PositionAt(last);
    append.batch = std::move(batch);
    world_.Send(index_, std::move(append));
  }
  scheduler_.In(20, [this, life = life_, previous, last] {
    if (life == life_) Deliver(event::AppendSent{previous, last});
  });
}

void Node::Do(const action::StoreRecords& action) {
  const Batch& batch = *action.batch;
  if (disk_.tail() != TxId(batch.first.value - 1)) {
    return world_.oracle().Violate(name_ + " stores records that do not follow");
  }
  for (size_t at = 0; at < batch.bytes.size(); at += sizeof(uint64_t)) {
    uint64_t value = 0;
    std::memcpy(&value, batch.bytes.data() + at, sizeof value);
    disk_.Append(batch.last.term, value);
  }
  if (!(disk_.PositionAt(disk_.tail()) == batch.last)) {
    world_.oracle().Violate(name_ + " differs from its primary at " +
                            std::to_string(batch.last.txid.value));
  }
  taken_ = disk_.tail();
  Enqueue({Job::kRecords, {}, taken_, false});
}

void Node::Do(const action::CutLog& action) {
  std::erase_if(jobs_, [](const Job& job) { return job.kind == Job::kRecords; });
  Enqueue({Job::kCut, {}, action.tail, false});
}

void Node::Do(const action::BeginTerm& action) {
  term_ = action.term;
  if (Next(disk_.tail()) != action.first) world_.oracle().Violate(name_ + " opens elsewhere");
  disk_.Append(term_, 0);
  taken_ = disk_.tail();
  Enqueue({Job::kRecords, {}, taken_, false});
  scheduler_.In(10, [this, life = life_, tail = disk_.PositionAt(taken_)] {
    if (life == life_) Deliver(event::Appended{tail});
  });
}

void Node::Do(const action::ReadConfig& action) {
  world_.zookeeper().Read(index_, action.request,
                          [this, life = life_](const event::ConfigRead& answer) {
                            if (life == life_) Deliver(answer);
                          });
}

void Node::Do(const action::WriteConfig& action) {
  world_.zookeeper().Write(index_, action, [this, life = life_](const event::ConfigWritten& a) {
    if (life == life_) Deliver(a);
  });
}

void Node::Do(const action::Release& action) {
  commit_ = std::max(commit_, action.commit);
  reads_until_ = action.reads_until;
  CheckCommitted();
  Drain();
}

void Node::Do(const action::Serve&) {
  const TxId newest = world_.oracle().last_acknowledged();
  const bool has = newest <= disk_.image ||
                   (disk_.Has(newest) && disk_.At(newest) == world_.oracle().at(newest));
  // A deposed one that opened under a lease answers nobody.
  if (!has && Local() < reads_until_) {
    world_.oracle().Violate(name_ + " serves without the acknowledged " +
                            std::to_string(newest.value));
  }
  serving_ = admitting_ = true;
}

void Node::Do(const action::StopAdmitting&) {
  admitting_ = false;
  if (taken_ != disk_.tail()) {
    taken_ = disk_.tail();
    Enqueue({Job::kRecords, {}, taken_, false});
  }
  scheduler_.In(scheduler_.Between(10, 2'000), [this, life = life_] {
    if (life == life_) Deliver(event::AdmissionStopped{disk_.PositionAt(taken_)});
  });
}

void Node::Do(const action::Exit&) {
  exiting_ = true;
  world_.OnExit(index_);
}

// --- disk

void Node::Enqueue(Job job) {
  jobs_.push_back(std::move(job));
  RunDisk();
}

void Node::RunDisk() {
  if (running_ || paused_ || jobs_.empty()) return;
  if (broken_) {
    scheduler_.In(0, [this, life = life_] {
      if (life == life_) Deliver(event::LogFailed{"input/output error"});
    });
    return;
  }
  running_ = std::move(jobs_.front());
  jobs_.pop_front();
  while (running_->kind == Job::kRecords && !jobs_.empty() &&
         jobs_.front().kind == Job::kRecords) {
    running_->txid = jobs_.front().txid;
    jobs_.pop_front();
  }
  Micros took = scheduler_.Between(400, 4'000);
  if (scheduler_.Chance(1)) took = scheduler_.Between(20'000, 170'000);
  if (running_->kind == Job::kImage) took = scheduler_.Between(10'000, 300'000);
  if (Now() < slow_until_) took = std::min(slow_until_ - Now(), took * 300);
  scheduler_.In(took, [this, life = life_] {
    if (life != life_) return;
    if (broken_) {
      running_.reset();
      return Deliver(event::LogFailed{"input/output error"});
    }
    const Job job = std::move(*running_);
    running_.reset();
    Finish(job);
    if (life != life_) return;
    RunDisk();
    if (!running_) TakeGroup();
  });
}

void Node::StoreState(const DurableState& state) {
  const DurableState before = std::exchange(disk_.state, state);
  if (wiring_.forgets_promise) disk_.state.promised = before.promised;
  if (wiring_.forgets_terms) disk_.state.terms = before.terms;
}

void Node::Finish(const Job& job) {
  switch (job.kind) {
    case Job::kState:
      StoreState(job.state.state);
      return Deliver(event::StatePersisted{job.state.sequence});
    case Job::kRecords:
      if (job.txid > disk_.tail()) return;
      disk_.written = std::max(disk_.written, job.txid);
      return Deliver(event::Durable{disk_.written});
    case Job::kCut:
      disk_.CutAfter(job.txid);
      taken_ = job.txid;
      return Deliver(event::LogCut{disk_.PositionAt(job.txid)});
    case Job::kImage:
      return InstallImage(job);
  }
}

void Node::InstallImage(const Job& job) {
  Node& peer = world_.node(1 - index_);
  const std::optional<TxId> image = world_.Linked() ? peer.MakeImage() : std::nullopt;
  if (!image || Next(*image) < job.txid || !peer.disk().Has(*image)) {
    return Deliver(event::ImageInstalled{std::nullopt, disk_.state.log});
  }
  disk_.image = disk_.base = disk_.written = taken_ = *image;
  disk_.base_record = peer.disk().At(*image);
  disk_.records.clear();
  checked_ = *image;
  const LogId log = job.new_log ? LogId(disk_.state.log.value + "+") : disk_.state.log;
  Deliver(event::ImageInstalled{disk_.PositionAt(*image), log});
}

}  // namespace cairn::namenode::ha::sim
