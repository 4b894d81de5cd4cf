// SPDX-License-Identifier: Apache-2.0
#include "namenode/pair.h"

#include <utility>

#include "common/log/log.h"
#include "namenode/image_download.h"

namespace cairn::namenode {
namespace {

// How long an operator waits for a switch.
constexpr std::chrono::seconds kSwitchPatience{10};

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

bool Pair::WaitServing(bool serving) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kSwitchPatience, [&] { return serving_ == serving; });
}

Status Pair::ToStandby() {
  driver_->WantHandoff();
  if (WaitServing(false)) return Status();
  return Status(Code::kServiceFailed, "the other namenode did not take over");
}

Status Pair::ToActive() {
  if (WaitServing(true)) return Status();
  return Status(Code::kServiceFailed,
                "a standby becomes active when the active one hands over, or is dead");
}

// --- What the protocol asks.

Status Pair::Store(std::string_view records) {
  if (stale_) Exit("an image was taken from the peer");
  return role_->Apply(records);
}

Status Pair::Cut(TxId tail) {
  CAIRN_TRY(log_->Close());
  CAIRN_TRY(state_file_->CutLog(tail));
  Exit("the log was cut back to transaction " + ToString(tail));
  return Status();
}

// The files are the image's at once; memory is with the next start, before the next record.
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
  stale_ = true;
  return newest;
}

Status Pair::BeginTerm(TxId first) {
  if (stale_) Exit("an image was taken from the peer");
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

Result<TxId> Pair::StopAdmitting() { return role_->StopAdmitting(); }

void Pair::ResumeAdmitting() {
  if (const Status status = role_->ResumeAdmitting(); !status.ok()) Exit(status.ToString());
}

void Pair::BecomeStandby() {
  if (const Status status = role_->Follow(); !status.ok()) Exit(status.ToString());
  SetServing(false);
}

void Pair::Exit(const std::string& reason) { member_.leave(reason); }

}  // namespace cairn::namenode
