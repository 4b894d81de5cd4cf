// SPDX-License-Identifier: Apache-2.0
#include "namenode/pair.h"

#include <optional>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "namenode/image_download.h"

namespace cairn::namenode {
namespace {

// How long an operator waits for a switch: the protocol gives up after two.
constexpr std::chrono::seconds kSwitchPatience{10};
// How long the new active may take from its lead to its first answer.
constexpr std::chrono::seconds kOpeningPatience{2};

}  // namespace

Result<std::unique_ptr<Pair>> Pair::Open(PairMember member, const Clock& clock, Random& random,
                                         NameStorage& storage) {
  std::unique_ptr<Pair> pair(new Pair(std::move(member), clock, random, storage));
  CAIRN_ASSIGN(pair->state_file_, ha::StateFile::Open(storage, random));
  return pair;
}

Pair::Pair(PairMember member, const Clock& clock, Random& random, NameStorage& storage)
    : member_(std::move(member)), clock_(clock), random_(random), storage_(storage) {}

Pair::~Pair() { Stop(); }

Result<std::unique_ptr<EditLog>> Pair::OpenLog(NamesystemState& state) {
  CAIRN_TRY(state_file_->Account(random_));
  CAIRN_ASSIGN(const ha::LogBounds bounds,
               ha::BoundsOf(storage_, state.last_applied, state_file_->state().terms));
  driver_ = std::make_unique<ha::Driver>(member_.setup.driver, clock_, storage_, *state_file_,
                                         bounds, *this);
  EditLog::Options options;
  options.chain_crc = bounds.tail.chain;
  options.on_fatal = [this](const Status& why) { driver_->OnLogFailed(why); };
  options.on_batch = [this](const EditLog::Batch& batch) { driver_->OnBatch(batch); };
  options.before_segment = [this](TxId first) { return state_file_->NoteSegment(first); };
  CAIRN_ASSIGN(std::unique_ptr<EditLog> log,
               EditLog::Follow(storage_, state.last_applied, std::move(options)));
  log->Subscribe([this](TxId durable) { driver_->OnDurable(durable); });
  state_ = &state;
  state.authority = this;
  role_ = std::make_unique<Role>(state, [this](const Status& why) { Exit(why.ToString()); });
  StartStandby(state, log.get(), &storage_);
  return log;
}

Status Pair::Start(EditLog& log) {
  log_ = &log;
  return driver_->Start();
}

void Pair::Stop() {
  if (driver_ != nullptr) driver_->Stop();
}

// --- What an operator asks.

void Pair::SetServing(bool serving) {
  {
    const std::lock_guard lock(mutex_);
    serving_ = serving;
  }
  changed_.notify_all();
}

Status Pair::HandOver() {
  if (driver_ == nullptr || driver_->status().role != ha::Role::kActivePaired) {
    return Status(Code::kServiceFailed,
                  "the other namenode is not in sync: it could not take over");
  }
  TxId last;
  {
    std::unique_lock lock(mutex_);
    if (!serving_) return Status(Code::kServiceFailed, "this namenode is not active");
    const uint64_t before = resumptions_;
    driver_->WantHandoff();
    changed_.wait_for(lock, kSwitchPatience,
                      [&] { return !serving_ || resumptions_ != before; });
    if (serving_) return Status(Code::kServiceFailed, "the other namenode did not take over");
    last = last_admitted_;
  }
  // It answers clients when its first record is here as well, which it needs us for.
  driver_->WaitUntil([last](const ha::MachineStatus& status) { return status.commit > last; },
                     kOpeningPatience);
  LOG(kInfo, "the other namenode has taken over", {"transaction", last});
  return Status();
}

Status Pair::ToActive() {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, kSwitchPatience, [this] { return serving_; })) return Status();
  return Status(Code::kServiceFailed,
                "a standby becomes active when the active one hands over, or is dead");
}

void Pair::OnCheckpoint() {
  const Result<std::vector<Segment>> finalized = storage_.Segments();
  const Result<std::optional<TxId>> open = storage_.NewestSegment();
  if (!finalized.ok() || !open.ok()) return;
  if (!finalized->empty()) return driver_->OnTrimmed(finalized->front().first);
  if (*open) driver_->OnTrimmed(**open);
}

// --- What the protocol asks.

Status Pair::Store(std::string_view records) {
  return role_->Apply(records);
}

Status Pair::Cut(TxId tail) {
  CAIRN_TRY(log_->Close());
  CAIRN_TRY(state_file_->CutLog(tail));
  Exit("the log was cut back to transaction " + ToString(tail));
  return Status();
}

Result<TxId> Pair::TakeImage(TxId from) {
  const net::HostPort& peer = member_.setup.peer_http;
  CAIRN_ASSIGN(const TxId newest, NewestImageAt(peer, storage_.info()));
  if (newest.value + 1 < from.value) {
    return Status(Code::kNotFound, "the peer's newest image ends at transaction " +
                                       ToString(newest) + ", its log begins at " + ToString(from));
  }
  CAIRN_TRY(DownloadImage(storage_, peer, newest));
  CAIRN_TRY(log_->Close());
  CAIRN_TRY(state_file_->ReplaceLog(newest));
  return newest;
}

Status Pair::BeginTerm(TxId first) {
  CAIRN_ASSIGN(const TxId begun, role_->OpenLog());
  if (begun == first) return Status();
  return Status(Code::kInternal, "the term begins at transaction " + ToString(begun) + ", not at " +
                                     ToString(first));
}

Status Pair::Serve(ha::Epoch epoch) {
  epoch_.store(epoch.value, std::memory_order_release);
  CAIRN_TRY(role_->Serve());
  SetServing(true);
  return Status();
}

void Pair::AdmitMutations(bool admit) { state_->admits_mutations.store(admit); }

Result<TxId> Pair::StopAdmitting() {
  CAIRN_ASSIGN(const TxId last, role_->StopAdmitting());
  const std::lock_guard lock(mutex_);
  last_admitted_ = last;
  return last;
}

void Pair::ResumeAdmitting() {
  if (const Status status = role_->ResumeAdmitting(); !status.ok()) Exit(status.ToString());
  {
    const std::lock_guard lock(mutex_);
    ++resumptions_;
  }
  changed_.notify_all();
}

void Pair::BecomeStandby() {
  if (const Status status = role_->Follow(); !status.ok()) Exit(status.ToString());
  SetServing(false);
}

void Pair::Exit(const std::string& reason) { member_.leave(reason); }

}  // namespace cairn::namenode
