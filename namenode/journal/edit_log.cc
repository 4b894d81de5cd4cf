// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/edit_log.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "common/util/scheduling.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/log_chain.h"

namespace cairn::namenode {

Result<std::unique_ptr<EditLog>> EditLog::Start(NameStorage& storage, TxId last,
                                                Options options) {
  std::unique_ptr<EditLog> log(new EditLog(storage, last, std::move(options)));
  {
    std::lock_guard lock(log->mutex_);
    CAIRN_ASSIGN(const TxId first, log->AppendLocked(op::StartLogSegment(), true));
    static_cast<void>(first);
  }
  log->thread_ = std::thread([raw = log.get()] { raw->Run(); });
  CAIRN_TRY(log->WaitDurable(TxId(last.value + 1)));
  return log;
}

Result<std::unique_ptr<EditLog>> EditLog::Follow(NameStorage& storage, TxId last,
                                                 Options options) {
  std::unique_ptr<EditLog> log(new EditLog(storage, last, std::move(options)));
  log->following_ = true;
  log->thread_ = std::thread([raw = log.get()] { raw->Run(); });
  return log;
}

EditLog::EditLog(NameStorage& storage, TxId last, Options options)
    : storage_(storage),
      options_(std::move(options)),
      layout_version_(storage.info().layout_version),
      last_appended_(last.value),
      durable_(last.value),
      crc_(options_.chain_crc) {}

EditLog::~EditLog() {
  {
    std::lock_guard lock(mutex_);
    closing_ = true;
  }
  work_.notify_all();
  if (thread_.joinable()) thread_.join();
}

Status EditLog::CheckOpenLocked() const {
  if (!fatal_.ok()) return fatal_;
  if (closing_) return Status(Code::kCancelled, "the edit log is closed");
  return Status();
}

Result<TxId> EditLog::Append(EditOp op) {
  std::unique_lock lock(mutex_);
  WaitForRoomLocked(lock);
  CAIRN_TRY(CheckOpenLocked());
  if (following_) return Status(Code::kStandby, "the edit log follows a peer's");
  const bool idle = queue_.empty();
  CAIRN_ASSIGN(const TxId txid, AppendLocked(std::move(op), false));
  lock.unlock();
  // With the lock held, the thread that wakes would only wait for it, and on a busy machine for its
  // turn to run, twice.
  if (idle) work_.notify_one();
  return txid;
}

void EditLog::WaitForRoomLocked(std::unique_lock<std::mutex>& lock) {
  progress_.wait(lock, [this] { return queued_bytes_ <= options_.buffer_bytes_max || stopped_; });
}

Result<TxId> EditLog::AppendLocked(EditOp op, bool opens_segment) {
  const TxId txid(last_appended_.load(std::memory_order_relaxed) + 1);
  scratch_.clear();
  CAIRN_TRY(EncodeRecord(EditRecord{txid, std::move(op)}, layout_version_, scratch_));
  QueueLocked(txid, scratch_, opens_segment);
  return txid;
}

void EditLog::QueueLocked(TxId txid, std::string_view record, bool opens_segment) {
  if (queue_.empty() || opens_segment || queue_.back().closes_segment ||
      queue_.back().bytes.size() + record.size() > kGroupBytesMax) {
    Group& group = queue_.emplace_back();
    group.first = txid;
    group.opens_segment = opens_segment;
  }
  queue_.back().bytes.append(record);
  queue_.back().last = txid;
  queued_bytes_ += record.size();
  last_appended_.store(txid.value, std::memory_order_release);
  transactions_.fetch_add(1, std::memory_order_relaxed);
  if (opens_segment) {
    segment_queued_ = true;
    segment_start_.store(txid.value, std::memory_order_release);
  }
}

Status EditLog::AppendRecords(std::string_view records) {
  std::unique_lock lock(mutex_);
  WaitForRoomLocked(lock);
  CAIRN_TRY(CheckOpenLocked());
  if (!following_) return Status(Code::kFenced, "the edit log follows no peer any more");
  std::vector<Frame> frames;
  int64_t last = last_appended_.load(std::memory_order_relaxed);
  for (std::string_view rest = records; !rest.empty(); rest.remove_prefix(frames.back().size)) {
    CAIRN_ASSIGN(const Frame frame, PeekFrame(rest));
    if (frame.kind != Frame::Kind::kRecord || frame.txid.value != last + 1) {
      return Status(Code::kCorrupt, "what follows transaction " + std::to_string(last) +
                                        " from the peer is not the next record");
    }
    last = frame.txid.value;
    frames.push_back(frame);
  }
  for (const Frame& frame : frames) {
    const std::string_view record = records.substr(0, frame.size);
    const bool opens = !segment_queued_ || OpensSegment(record);
    QueueLocked(frame.txid, record, opens);
    records.remove_prefix(frame.size);
  }
  lock.unlock();
  work_.notify_one();
  return Status();
}

Result<TxId> EditLog::BeginSegment() {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(CheckOpenLocked());
  CAIRN_ASSIGN(const TxId first, AppendLocked(op::StartLogSegment(), true));
  following_ = false;
  work_.notify_one();
  return first;
}

Status EditLog::BeginFollowing() {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(CheckOpenLocked());
  following_ = true;
  return Status();
}

Result<EditLog::Rolled> EditLog::Roll() {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(CheckOpenLocked());
  if (following_) return Status(Code::kStandby, "the edit log follows a peer's");
  CAIRN_ASSIGN(const TxId end, AppendLocked(op::EndLogSegment(), false));
  queue_.back().closes_segment = true;
  CAIRN_ASSIGN(const TxId start, AppendLocked(op::StartLogSegment(), true));
  work_.notify_one();
  return Rolled{end, start};
}

Status EditLog::WaitDurable(TxId txid) {
  std::unique_lock lock(mutex_);
  progress_.wait(lock, [&] { return Durable() >= txid || stopped_; });
  if (Durable() >= txid) return Status();
  return fatal_.ok() ? Status(Code::kCancelled, "the edit log is closed") : fatal_;
}

void EditLog::Subscribe(std::function<void(TxId)> callback) {
  std::lock_guard lock(mutex_);
  subscribers_.push_back(std::move(callback));
}

EditLog::Counters EditLog::counters() const {
  return Counters{transactions_.load(), groups_.load(), sync_ns_.load()};
}

Status EditLog::Close() {
  {
    std::lock_guard lock(mutex_);
    CAIRN_TRY(CheckOpenLocked());
    if (!following_) {
      CAIRN_ASSIGN(const TxId end, AppendLocked(op::EndLogSegment(), false));
      static_cast<void>(end);
      queue_.back().closes_segment = true;
    }
    closing_ = true;
  }
  work_.notify_all();
  thread_.join();
  if (fatal_.ok() && !outputs_.empty()) return FinalizeSegment(Durable());
  return fatal_;
}

void EditLog::Run() {
  pthread_setname_np(pthread_self(), "edit-log");
  // Each sync is a wait, and somebody waits for what comes behind it.
  AskForShortSlices();
  for (;;) {
    Group group;
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return !queue_.empty() || closing_; });
      if (queue_.empty()) {
        stopped_ = true;
        progress_.notify_all();
        return;
      }
      group = std::move(queue_.front());
      queue_.pop_front();
    }
    const auto begun = std::chrono::steady_clock::now();
    if (const Status status = WriteGroup(group); !status.ok()) return Die(status);
    const auto spent = std::chrono::steady_clock::now() - begun;
    sync_ns_.fetch_add(
        std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count(),
        std::memory_order_relaxed);
    groups_.fetch_add(1, std::memory_order_relaxed);
    std::vector<std::function<void(TxId)>> subscribers;
    {
      std::lock_guard lock(mutex_);
      queued_bytes_ -= group.bytes.size();
      durable_.store(group.last.value, std::memory_order_release);
      subscribers = subscribers_;
    }
    progress_.notify_all();
    for (const auto& subscriber : subscribers) subscriber(group.last);
  }
}

void EditLog::Die(const Status& why) {
  LOG(kError, "edit log cannot be written", {"reason", why}, {"durable", Durable()});
  {
    std::lock_guard lock(mutex_);
    fatal_ = why.WithContext("edit log");
    stopped_ = true;
  }
  progress_.notify_all();
  if (options_.on_fatal) options_.on_fatal(why);
}

// Runs `step` on each output; one that fails is dropped with its directory. Fails when none is
// left.
template <typename Step>
Status EditLog::OnEveryOutput(Step step) {
  Status last_failure(Code::kIoError, "no edits directory is left");
  std::erase_if(outputs_, [&](Output& output) {
    const Status status = step(output);
    if (status.ok()) return false;
    storage_.Fail(output.path, status);
    last_failure = status;
    return true;
  });
  return outputs_.empty() ? last_failure : Status();
}

Status EditLog::WriteGroup(const Group& group) {
  const Batch batch{.first = group.first,
                    .last = group.last,
                    .bytes = group.bytes,
                    .crc_before = crc_,
                    .crc_after = ExtendChain(crc_, group.bytes)};
  if (options_.on_batch) options_.on_batch(batch);
  if (group.opens_segment) {
    if (!outputs_.empty()) CAIRN_TRY(FinalizeSegment(TxId(group.first.value - 1)));
    if (options_.before_segment) CAIRN_TRY(options_.before_segment(group.first));
    CAIRN_TRY(OpenSegment(group.first));
  }
  CAIRN_TRY(WriteRecords(group.bytes));
  crc_ = batch.crc_after;
  if (group.closes_segment) CAIRN_TRY(FinalizeSegment(group.last));
  return Status();
}

Status EditLog::OpenSegment(TxId first) {
  io::Disk& disk = storage_.disk();
  outputs_.clear();
  for (const std::string& current : storage_.EditDirectories()) {
    outputs_.push_back({current, current + "/" + UnfinishedSegmentName(first), nullptr});
  }
  const std::string header = SegmentHeader(layout_version_);
  std::string bytes = header;
  bytes.resize(std::max(bytes.size(), options_.preallocate_bytes), '\xFF');
  CAIRN_TRY(OnEveryOutput([&](Output& output) -> Status {
    CAIRN_ASSIGN(output.file, disk.Open(output.path, io::OpenMode::kCreateNew));
    CAIRN_TRY(output.file->WriteAt(0, bytes));
    CAIRN_TRY(output.file->Sync());
    CAIRN_TRY(disk.SyncDirectory(output.current));
    return storage_.WriteSeenTxId(output.current, first);
  }));
  segment_first_ = first;
  written_ = header.size();
  allocated_ = bytes.size();
  return Status();
}

// All directories first get the bytes and then make them durable: the disks work side by side.
Status EditLog::WriteRecords(const std::string& bytes) {
  std::string filler;
  if (options_.preallocate_bytes > 0) {
    uint64_t needed = allocated_;
    while (needed < written_ + bytes.size()) needed += options_.preallocate_bytes;
    filler.assign(needed - allocated_, '\xFF');
  }
  CAIRN_TRY(OnEveryOutput([&](Output& output) -> Status {
    if (!filler.empty()) CAIRN_TRY(output.file->WriteAt(allocated_, filler));
    return output.file->WriteAt(written_, bytes);
  }));
  CAIRN_TRY(OnEveryOutput([](Output& output) { return output.file->Sync(); }));
  allocated_ += filler.size();
  written_ += bytes.size();
  return Status();
}

Status EditLog::FinalizeSegment(TxId last) {
  io::Disk& disk = storage_.disk();
  const TxId first = segment_first_;
  CAIRN_TRY(OnEveryOutput([&](Output& output) -> Status {
    CAIRN_TRY(output.file->Truncate(written_));
    CAIRN_TRY(output.file->Sync());
    CAIRN_TRY(disk.Rename(output.path, output.current + "/" + SegmentName(first, last)));
    return disk.SyncDirectory(output.current);
  }));
  outputs_.clear();
  return Status();
}

}  // namespace cairn::namenode
