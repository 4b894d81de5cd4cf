// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica.h"

#include <algorithm>
#include <utility>

namespace cairn::datanode {

const char* ReplicaStateName(ReplicaState state) {
  switch (state) {
    case ReplicaState::kFinalized:
      return "FINALIZED";
    case ReplicaState::kRbw:
      return "RBW";
    case ReplicaState::kRwr:
      return "RWR";
    case ReplicaState::kRur:
      return "RUR";
    case ReplicaState::kTemporary:
      return "TEMPORARY";
  }
  return "UNKNOWN";
}

namespace {

// Apache's class for each state: its messages begin with it.
const char* ApacheClassName(ReplicaState state) {
  switch (state) {
    case ReplicaState::kFinalized:
      return "FinalizedReplica";
    case ReplicaState::kRbw:
      return "ReplicaBeingWritten";
    case ReplicaState::kRwr:
      return "ReplicaWaitingToBeRecovered";
    case ReplicaState::kRur:
      return "ReplicaUnderRecovery";
    case ReplicaState::kTemporary:
      return "LocalReplicaInPipeline";
  }
  return "Replica";
}

}  // namespace

std::string ToString(const ReplicaSnapshot& replica) {
  std::string out = std::string(ApacheClassName(replica.state)) + ", " + ToString(replica.block) +
                    ", " + ReplicaStateName(replica.state) +
                    ", getNumBytes()=" + std::to_string(replica.block.length) +
                    ", getBytesOnDisk()=" + std::to_string(replica.bytes_on_disk) +
                    ", getVisibleLength()=" + std::to_string(replica.visible_length) +
                    ", storage=" + replica.storage_uuid;
  if (replica.state == ReplicaState::kRur) {
    out += ", recoveryId=" + ToString(replica.recovery_id) +
           ", original=" + ReplicaStateName(replica.original_state);
  }
  return out;
}

WriteProgress::WriteProgress(Volume& volume, uint64_t length, uint64_t bytes_to_reserve)
    : volume_(volume), lengths_{length, length, length, ""}, reserved_(bytes_to_reserve) {
  volume_.Reserve(static_cast<int64_t>(reserved_));
}

WriteProgress::~WriteProgress() { volume_.Reserve(-static_cast<int64_t>(reserved_)); }

WriteProgress::Lengths WriteProgress::lengths() const {
  const std::lock_guard lock(mutex_);
  return lengths_;
}

void WriteProgress::SetReceived(uint64_t length) {
  const std::lock_guard lock(mutex_);
  lengths_.received = std::max(lengths_.received, length);
}

void WriteProgress::SetOnDisk(uint64_t length, std::string last_checksum) {
  {
    const std::lock_guard lock(mutex_);
    lengths_.on_disk = length;
    lengths_.received = std::max(lengths_.received, length);
    lengths_.last_checksum = std::move(last_checksum);
  }
  changed_.notify_all();
}

void WriteProgress::SetAcked(uint64_t length) {
  const std::lock_guard lock(mutex_);
  if (length <= lengths_.acked) return;
  // What is acknowledged has its blocks on disk: it counts as used from now on, not as reserved.
  const uint64_t freed = std::min(reserved_, length - lengths_.acked);
  lengths_.acked = length;
  reserved_ -= freed;
  volume_.Reserve(-static_cast<int64_t>(freed));
}

void WriteProgress::Reset(uint64_t length) {
  const std::lock_guard lock(mutex_);
  lengths_ = Lengths{length, length, length, ""};
}

void WriteProgress::ReleaseReserved() {
  const std::lock_guard lock(mutex_);
  volume_.Reserve(-static_cast<int64_t>(std::exchange(reserved_, 0)));
}

Status WriteProgress::WaitForOnDisk(uint64_t length, Clock::Duration limit) const {
  std::unique_lock lock(mutex_);
  if (changed_.wait_for(lock, limit, [&] { return lengths_.on_disk >= length; })) return Status();
  return Status(Code::kTimeout, "need " + std::to_string(length) + " bytes, but only " +
                                    std::to_string(lengths_.on_disk) + " bytes available");
}

bool WriteProgress::Attach(std::function<void()> stop) {
  const std::lock_guard lock(mutex_);
  if (has_writer_) return false;
  has_writer_ = true;
  stop_requested_ = false;
  stop_ = std::move(stop);
  return true;
}

void WriteProgress::Detach() {
  std::function<void()> stop;
  {
    const std::lock_guard lock(mutex_);
    has_writer_ = false;
    stop = std::exchange(stop_, nullptr);
  }
  changed_.notify_all();
}

bool WriteProgress::has_writer() const {
  const std::lock_guard lock(mutex_);
  return has_writer_;
}

bool WriteProgress::stop_requested() const {
  const std::lock_guard lock(mutex_);
  return stop_requested_;
}

Status WriteProgress::StopWriter(Clock::Duration limit, const std::string& what) {
  std::unique_lock lock(mutex_);
  if (!has_writer_) return Status();
  stop_requested_ = true;
  if (std::function<void()> stop = std::exchange(stop_, nullptr)) {
    // Without the lock: the stopper may make the writer detach at once.
    lock.unlock();
    stop();
    lock.lock();
  }
  if (changed_.wait_for(lock, limit, [&] { return !has_writer_; })) return Status();
  return Status(Code::kIoError, "Join on writer thread of " + what + " timed out");
}

}  // namespace cairn::datanode
