// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/driver.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <utility>

#include "common/log/log.h"
#include "common/net/io_threads.h"
#include "namenode/journal/log_chain.h"

namespace cairn::namenode::ha {

namespace {

// Records that are kept for a standby that lags a little.
constexpr size_t kFeedBytesMax = 32 << 20;
// Events that may wait before the link is held up.
constexpr size_t kEventsMax = 1024;

// The last record of the term that `txid` belongs to, as far as the table knows.
TxId EndOfTerm(const EpochTable& terms, TxId txid) {
  for (const EpochTable::Entry& entry : terms.entries()) {
    if (entry.first > txid) return TxId(entry.first.value - 1);
  }
  return TxId(std::numeric_limits<int64_t>::max());
}

}  // namespace

Driver::Driver(Options options, const Clock& clock, const NameStorage& storage, StateFile& state,
               const LogBounds& bounds, LocalNode& node)
    : options_(std::move(options)),
      clock_(clock),
      storage_(storage),
      state_(state),
      node_(node),
      feed_(storage, kFeedBytesMax),
      machine_(options_.self, options_.machine, state.state(), bounds),
      terms_(state.state().terms),
      chain_(bounds.tail.chain),
      durable_(bounds.tail.txid.value) {}

Driver::~Driver() { Stop(); }

Status Driver::Start() {
  disk_thread_ = std::thread([this] { RunDisk(); });
  Push(event::Tick{});
  CAIRN_ASSIGN(store_, ConfigStore::Start(options_.store, [this](Event e) { Push(std::move(e)); }));
  CAIRN_ASSIGN(link_, PeerLink::Start(options_.link,
                                      [this](Event e) { PushFromLink(std::move(e)); }));
  machine_thread_ = std::thread([this] { RunMachine(); });
  return Status();
}

void Driver::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = over_ = true;
  }
  for (std::condition_variable* waiting : {&wake_, &room_, &disk_, &grown_}) waiting->notify_all();
  if (machine_thread_.joinable()) machine_thread_.join();
  link_.reset();
  store_.reset();
  if (disk_thread_.joinable()) disk_thread_.join();
}

Micros Driver::Now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(clock_.Now().time_since_epoch())
      .count();
}

// --- Events.

void Driver::Push(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    // Of what only grows, the last word is enough.
    const bool durable = std::holds_alternative<event::Durable>(event);
    const bool appended = std::holds_alternative<event::Appended>(event);
    if (!events_.empty() && (durable || appended) && events_.back().index() == event.index()) {
      events_.back() = std::move(event);
    } else {
      events_.push_back(std::move(event));
    }
  }
  wake_.notify_one();
}

void Driver::PushFromLink(Event event) {
  {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return events_.size() < kEventsMax || stopping_; });
  }
  Push(std::move(event));
}

void Driver::OnBatch(const EditLog::Batch& batch) {
  feed_.Add(batch);
  chain_.store(batch.crc_after, std::memory_order_release);
  const int64_t first = term_first_.load(std::memory_order_acquire);
  if (first == 0 || batch.first.value < first) return;
  Push(event::Appended{{batch.last, Epoch(term_.load()), batch.crc_after}});
}

void Driver::OnDurable(TxId last) {
  durable_.store(last.value, std::memory_order_release);
  Push(event::Durable{last});
}

void Driver::OnLogFailed(const Status& why) { Push(event::LogFailed{why.ToString()}); }
void Driver::OnTrimmed(TxId oldest) { Push(event::LogTrimmed{oldest}); }
void Driver::WantHandoff() { Push(event::HandoffWanted{}); }
void Driver::ForceLead() { Push(event::ForceLead{}); }

// --- The machine's thread.

void Driver::RunMachine() {
  net::NameThisThread("ha-machine");
  while (const std::optional<Event> event = NextEvent()) {
    const auto* installed = std::get_if<event::ImageInstalled>(&*event);
    if (installed != nullptr && installed->image) begins_anew_ = true;
    for (const Action& action : Handle(*event)) {
      std::visit([this](const auto& what) { Do(what); }, action);
    }
  }
}

// The next event, a Tick when one is due, nothing when the driver stops.
std::optional<Event> Driver::NextEvent() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stopping_) return std::nullopt;
    if (!events_.empty()) {
      Event event = std::move(events_.front());
      events_.pop_front();
      room_.notify_one();
      return event;
    }
    lock.unlock();
    Micros left = kForever;
    {
      const std::lock_guard machine(machine_mutex_);
      const Micros deadline = machine_.Deadline();
      if (deadline != kForever) left = deadline - Now();
    }
    lock.lock();
    if (left <= 0) return event::Tick{};
    // A clock that is set, or a suspended machine, must not make this a long sleep.
    const std::chrono::microseconds pause(std::min<Micros>(left, 1'000'000));
    wake_.wait_for(lock, pause, [this] { return !events_.empty() || stopping_; });
  }
}

Actions Driver::Handle(const Event& event) {
  Actions actions;
  {
    const std::lock_guard lock(machine_mutex_);
    actions = machine_.On(event, Now());
  }
  turned_.notify_all();
  return actions;
}

void Driver::Do(const action::Send& action) { link_->Send(action.message); }

void Driver::Do(const action::SendAppend& action) {
  const TxId previous = action.append.previous.txid;
  const TxId until = std::min(action.up_to, EndOfTerm(terms_, TxId(previous.value + 1)));
  if (std::optional<RecordFeed::Records> records =
          feed_.FromMemory(previous, until, kAppendBytesMax)) {
    return SendRecords(action, terms_, std::move(*records));
  }
  Post([this, action, previous, until, terms = terms_] {
    const TxId durable = std::min(until, TxId(durable_.load(std::memory_order_acquire)));
    Result<RecordFeed::Records> records = feed_.FromDisk(previous, durable, kAppendBytesMax);
    if (!records.ok()) {
      LOG(kWarn, "records for the peer cannot be read", {"after", previous},
          {"reason", records.status()});
      Push(event::AppendSent{previous, previous});
      return;
    }
    SendRecords(action, terms, std::move(*records));
  });
}

void Driver::SendRecords(const action::SendAppend& action, const EpochTable& terms,
                         RecordFeed::Records records) {
  const TxId previous = action.append.previous.txid;
  if (records.batch.empty()) return Push(event::AppendSent{previous, previous});
  Append append = action.append;
  append.previous.chain = records.chain_before;
  const TxId last = records.batch.last;
  append.batch = std::make_shared<const Batch>(
      Batch{.first = records.batch.first,
            .last = {last, terms.TermOf(last), records.chain_after},
            .bytes = std::move(records.batch.bytes)});
  link_->Send(append);
  Push(event::AppendSent{previous, last});
}

void Driver::Do(const action::ReadConfig& action) { store_->Read(action.request); }

void Driver::Do(const action::WriteConfig& action) {
  std::string in_sync;
  for (const Member& member : action.config.in_sync) {
    in_sync += (in_sync.empty() ? "" : ",") + member.node.value;
  }
  LOG(kInfo, "configuration of the pair proposed", {"epoch", action.config.epoch.value},
      {"primary", action.config.primary.value}, {"in_sync", in_sync});
  store_->Write(action.request, action.config, action.version);
}

void Driver::Do(const action::Release& action) {
  reads_until_.store(action.reads_until, std::memory_order_release);
  std::vector<std::function<void(TxId)>> subscribers;
  {
    const std::lock_guard lock(mutex_);
    if (action.commit.value < commit_.load(std::memory_order_relaxed)) return;
    commit_.store(action.commit.value, std::memory_order_release);
    subscribers = subscribers_;
  }
  grown_.notify_all();
  for (const auto& subscriber : subscribers) subscriber(action.commit);
}

void Driver::Do(const action::Exit& action) {
  LOG(kError, "namenode leaves the pair", {"reason", action.reason});
  reads_until_.store(0, std::memory_order_release);
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  grown_.notify_all();
  node_.Exit(action.reason);
}

// --- What touches the disk, in order.

void Driver::Post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  disk_.notify_one();
}

void Driver::RunDisk() {
  net::NameThisThread("ha-disk");
  std::unique_lock lock(mutex_);
  for (;;) {
    disk_.wait(lock, [this] { return !work_.empty() || stopping_; });
    if (stopping_) return;
    const Work work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

// A step that fails leaves log and machine apart: the machine must not go on as if it were done.
void Driver::Require(const Status& status, const char* what) {
  if (status.ok()) return;
  LOG(kError, "step of the pair failed", {"step", what}, {"reason", status});
  Push(event::LogFailed{std::string(what) + ": " + status.ToString()});
}

Position Driver::PositionOf(TxId txid) {
  const Result<uint32_t> chain = ChainAt(storage_, txid);
  return {txid, state_.state().terms.TermOf(txid), chain.ok() ? *chain : 0};
}

void Driver::Do(const action::PersistState& action) {
  terms_ = action.state.terms;
  Post([this, action, last = begins_anew_] {
    const Status saved = state_.Save(action.state);
    if (!saved.ok()) return Require(saved, "save the pair's state");
    if (last) return node_.Exit("an image was taken from the peer");
    Push(event::StatePersisted{action.sequence});
  });
}

void Driver::Do(const action::StoreRecords& action) {
  Post([this, batch = action.batch] {
    Require(node_.Store(batch->bytes), "store records");
  });
}

void Driver::Do(const action::CutLog& action) {
  Post([this, tail = action.tail] {
    const Status cut = node_.Cut(tail);
    if (!cut.ok()) return Require(cut, "cut the log");
    Push(event::LogCut{PositionOf(tail)});
  });
}

void Driver::Do(const action::FetchImage& action) {
  Post([this, action] {
    const Result<TxId> image = node_.TakeImage(action.from);
    event::ImageInstalled installed{.log = state_.state().log};
    if (image.ok()) {
      installed.image = Position{*image, Epoch(0), 0};
    } else {
      LOG(kWarn, "image of the peer not taken", {"reason", image.status()});
    }
    Push(std::move(installed));
  });
}

void Driver::Do(const action::BeginTerm& action) {
  Post([this, action] {
    term_.store(action.term.value);
    term_first_.store(action.first.value, std::memory_order_release);
    Require(node_.BeginTerm(action.first), "begin a term");
  });
}

void Driver::Do(const action::Serve& action) {
  Post([this, epoch = action.epoch] { Require(node_.Serve(epoch), "serve"); });
}

void Driver::Do(const action::AdmitMutations& action) {
  Post([this, admit = action.admit] { node_.AdmitMutations(admit); });
}

void Driver::Do(const action::StopAdmitting&) {
  Post([this] {
    const Result<TxId> last = node_.StopAdmitting();
    if (!last.ok()) return Require(last.status(), "stop to admit calls");
    // OnBatch has seen the last record before its chain is asked for.
    Push(event::AdmissionStopped{
        {*last, Epoch(term_.load()), chain_.load(std::memory_order_acquire)}});
  });
}

void Driver::Do(const action::ResumeAdmitting&) {
  Post([this] { node_.ResumeAdmitting(); });
}

void Driver::Do(const action::BecomeStandby&) {
  Post([this] {
    term_first_.store(0, std::memory_order_release);
    node_.BecomeStandby();
  });
}

// --- What others ask.

Status Driver::WaitCommitted(TxId txid) {
  std::unique_lock lock(mutex_);
  grown_.wait(lock, [&] { return Committed() >= txid || over_; });
  if (Committed() >= txid) return Status();
  return Status(Code::kStandby, "this namenode is not the active any more");
}

void Driver::Subscribe(std::function<void(TxId)> callback) {
  const std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(callback));
}

bool Driver::MayAnswer() const {
  return Now() < reads_until_.load(std::memory_order_acquire);
}

bool Driver::MayClaimActive() const {
  const std::lock_guard lock(machine_mutex_);
  return machine_.MayClaimActive(Now());
}

TxId Driver::CheckpointLimit() const {
  const std::lock_guard lock(machine_mutex_);
  return machine_.CheckpointLimit();
}

MachineStatus Driver::status() const {
  const std::lock_guard lock(machine_mutex_);
  return machine_.status();
}

bool Driver::WaitUntil(const std::function<bool(const MachineStatus&)>& such,
                       std::chrono::milliseconds patience) {
  std::unique_lock lock(machine_mutex_);
  return turned_.wait_for(lock, patience, [&] { return such(machine_.status()); });
}

Result<LogBounds> BoundsOf(const NameStorage& storage, TxId last, const EpochTable& terms) {
  LogBounds bounds{.oldest = TxId(last.value + 1)};
  CAIRN_ASSIGN(const std::vector<ImageFile> images, storage.Images());
  if (!images.empty()) bounds.image = images.front().txid;
  CAIRN_ASSIGN(const uint32_t chain, ChainAt(storage, last));
  bounds.tail = {last, terms.TermOf(last), chain};
  CAIRN_ASSIGN(const std::vector<Segment> segments, storage.Segments());
  for (const Segment& segment : segments) bounds.oldest = std::min(bounds.oldest, segment.first);
  return bounds;
}

}  // namespace cairn::namenode::ha
