// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_writer.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "datanode/store/meta_file.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {

// What of some packets is written where.
struct ReplicaWriter::Plan {
  uint64_t from = 0;                   // First byte in the block that is written.
  uint64_t to = 0;                     // Behind the last one.
  std::vector<std::string_view> data;  // [from, to)
  uint64_t sums_from = 0;              // First byte of the chunk of the first checksum written.
  std::string sums;                    // Checksums of the chunks from there to `to`.
};

ReplicaWriter::ReplicaWriter(Setup setup)
    : core_(*setup.core),
      volume_(*setup.volume),
      pool_id_(std::move(setup.pool_id)),
      checksum_(setup.checksum),
      data_(std::move(setup.data)),
      meta_(std::move(setup.meta)),
      progress_(std::move(setup.progress)),
      block_(setup.block),
      state_(setup.state),
      written_out_(progress_->lengths().on_disk) {}

ReplicaWriter::~ReplicaWriter() {
  // The files are closed before anybody else may open them for writing.
  data_.reset();
  meta_.reset();
  progress_->Detach();
}

Block ReplicaWriter::block() const {
  const std::lock_guard lock(mutex_);
  Block block = block_;
  block.length = progress_->lengths().received;
  return block;
}

ReplicaState ReplicaWriter::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string ReplicaWriter::storage_uuid() const { return volume_.storage_uuid(); }

StorageType ReplicaWriter::storage_type() const { return volume_.type(); }

Status ReplicaWriter::Usable() const {
  const std::lock_guard lock(mutex_);
  if (!failure_.ok()) return failure_;
  if (closed_) {
    return Status(Code::kCancelled, "replica " + ToString(block_) + " is not being written");
  }
  if (progress_->stop_requested()) {
    return Status(Code::kCancelled,
                  "writer of " + ToString(block_) + " was stopped: the replica is being recovered");
  }
  return Status();
}

void ReplicaWriter::Fail(const Status& why) {
  const std::lock_guard lock(mutex_);
  if (failure_.ok()) failure_ = why;
}

void ReplicaWriter::Close(const Block& block, ReplicaState state) {
  const std::lock_guard lock(mutex_);
  block_ = block;
  state_ = state;
  closed_ = true;
}

Status ReplicaWriter::WritePackets(std::span<const PacketContent> packets) {
  CAIRN_TRY(Usable());
  while (!packets.empty()) CAIRN_TRY(WriteRun(packets));
  return Status();
}

Status ReplicaWriter::WriteRun(std::span<const PacketContent>& packets) {
  const WriteProgress::Lengths before = progress_->lengths();
  const PacketContent& first = packets.front();
  packets = packets.subspan(1);
  progress_->SetReceived(first.offset + first.data.size());
  if (first.offset + first.data.size() <= before.on_disk) return Status();
  if (first.offset > before.on_disk) {
    return Status(Code::kInvalidArgument, "packet of " + ToString(block()) + " begins at " +
                                              std::to_string(first.offset) + ", but only " +
                                              std::to_string(before.on_disk) +
                                              " bytes are on disk");
  }
  Result<Plan> plan = MakePlan(first);
  if (!plan.ok()) {
    Fail(plan.status());
    return plan.status();
  }
  while (!packets.empty() && Extend(*plan, packets.front())) packets = packets.subspan(1);
  const uint64_t end = plan->to;
  if (Status s = WriteFiles(*plan); !s.ok()) {
    Fail(s);
    // As if the packets had not come: both files keep the bytes that they had, so that a recovery
    // finds data and checksums that agree. A disk that is full can still be cut.
    if (Status undone = Restore(before); !undone.ok()) {
      LOG(kWarn, "partial packet could not be removed", {"block", block()}, {"reason", undone});
    }
    core_.OnIoError(volume_, s);
    return s;
  }
  std::string last;
  if (end % checksum_.bytes_per_checksum != 0 && !plan->sums.empty()) {
    last = plan->sums.substr(plan->sums.size() - kChecksumBytes);
  }
  volume_.AddUsed(pool_id_, static_cast<int64_t>(end - before.on_disk) +
                                static_cast<int64_t>(MetaFileSize(checksum_, end)) -
                                static_cast<int64_t>(MetaFileSize(checksum_, before.on_disk)));
  dirty_ = true;
  progress_->SetOnDisk(end, std::move(last));
  return Status();
}

Result<ReplicaWriter::Plan> ReplicaWriter::MakePlan(const PacketContent& packet) {
  const uint64_t offset = packet.offset;
  const std::string_view data = packet.data;
  std::string_view checksums = packet.checksums;
  const uint32_t chunk = checksum_.bytes_per_checksum;
  const uint64_t on_disk = progress_->lengths().on_disk;
  Plan plan;
  plan.from = on_disk;
  plan.to = offset + data.size();
  plan.data.push_back(data.substr(static_cast<size_t>(on_disk - offset)));
  plan.sums_from = on_disk / chunk * chunk;
  if (ChecksumSize(checksum_) == 0) return plan;

  const std::string what = ToString(block());
  std::string computed;
  if (checksums.empty()) {
    // Sums of the packet's own chunks; the first may be the rest of a chunk.
    const size_t lead = std::min<size_t>(data.size(), (chunk - offset % chunk) % chunk);
    if (lead > 0) PutU32(computed, UpdateChecksum(checksum_.type, 0, data.substr(0, lead)));
    computed += ComputeChecksums(checksum_, data.substr(lead));
    checksums = computed;
  }
  const uint64_t expected = ChunkCount(checksum_, offset % chunk + data.size()) * kChecksumBytes;
  if (checksums.size() != expected) {
    return Status(Code::kInvalidArgument,
                  "packet of " + what + " has " + std::to_string(checksums.size()) +
                      " bytes of checksums, expected " + std::to_string(expected));
  }
  if (plan.sums_from >= offset) {
    // The packet has the whole of the chunk in which the bytes on disk end: its checksum counts.
    const uint64_t skipped = ChunkCount(checksum_, plan.sums_from - offset / chunk * chunk);
    plan.sums = checksums.substr(static_cast<size_t>(skipped * kChecksumBytes));
    return plan;
  }
  // The packet begins within the chunk in which the bytes on disk end. Its first checksum is of a
  // piece of that chunk; verify it before it is lost in the checksum of the whole.
  const size_t piece = static_cast<size_t>(std::min<uint64_t>(data.size(), chunk - offset % chunk));
  CAIRN_TRY(VerifyChecksums(checksum_, offset, data.substr(0, piece),
                            checksums.substr(0, kChecksumBytes), "packet of " + what));
  CAIRN_ASSIGN(uint32_t sum, PartialChunkChecksum(plan.sums_from, on_disk));
  sum = UpdateChecksum(checksum_.type, sum,
                       data.substr(static_cast<size_t>(on_disk - offset),
                                   piece - static_cast<size_t>(on_disk - offset)));
  PutU32(plan.sums, sum);
  plan.sums += checksums.substr(kChecksumBytes);
  return plan;
}

bool ReplicaWriter::Extend(Plan& plan, const PacketContent& packet) const {
  const bool follows = packet.offset == plan.to && !packet.data.empty();
  if (!follows || packet.offset % checksum_.bytes_per_checksum != 0) return false;
  const uint64_t sum_bytes =
      ChunkCount(checksum_, packet.data.size()) * ChecksumSize(checksum_);
  // Others are computed, or refused, for a packet that comes first.
  if (ChecksumSize(checksum_) != 0 && packet.checksums.size() != sum_bytes) return false;
  plan.data.push_back(packet.data);
  plan.sums += packet.checksums.substr(0, static_cast<size_t>(sum_bytes));
  plan.to += packet.data.size();
  return true;
}

Result<uint32_t> ReplicaWriter::PartialChunkChecksum(uint64_t from, uint64_t to) {
  const size_t n = static_cast<size_t>(to - from);
  CAIRN_ASSIGN(const std::string bytes, data_->ReadAt(from, n));
  CAIRN_ASSIGN(const std::string stored, meta_->ReadAt(ChecksumOffset(checksum_, from),
                                                       kChecksumBytes));
  const uint32_t sum = UpdateChecksum(checksum_.type, 0, bytes);
  if (bytes.size() != n || stored.size() != kChecksumBytes || sum != LoadU32(stored.data())) {
    return Status(Code::kChecksum, "partial chunk of " + ToString(block()) + " at " +
                                       std::to_string(from) +
                                       " does not match its checksum on disk");
  }
  return sum;
}

Status ReplicaWriter::WriteFiles(const Plan& plan) {
  CAIRN_TRY(data_->WritePartsAt(plan.from, plan.data));
  if (plan.sums.empty()) return Status();
  return meta_->WriteAt(ChecksumOffset(checksum_, plan.sums_from), plan.sums);
}

Status ReplicaWriter::Restore(const WriteProgress::Lengths& before) {
  CAIRN_TRY(data_->Truncate(before.on_disk));
  const uint64_t meta_size = MetaFileSize(checksum_, before.on_disk);
  if (before.on_disk % checksum_.bytes_per_checksum != 0 && ChecksumSize(checksum_) != 0) {
    const uint64_t chunk_begin = before.on_disk - before.on_disk % checksum_.bytes_per_checksum;
    CAIRN_ASSIGN(const std::string bytes,
                 data_->ReadAt(chunk_begin, static_cast<size_t>(before.on_disk - chunk_begin)));
    std::string sum;
    PutU32(sum, UpdateChecksum(checksum_.type, 0, bytes));
    if (!before.last_checksum.empty() && sum != before.last_checksum) {
      return Status(Code::kChecksum, "partial chunk changed on disk");
    }
    CAIRN_TRY(meta_->WriteAt(ChecksumOffset(checksum_, chunk_begin), sum));
  }
  return meta_->Truncate(meta_size);
}

Status ReplicaWriter::Flush(bool to_disk) {
  CAIRN_TRY(Usable());
  if (!to_disk || !dirty_) return Status();
  Status s = data_->Sync();
  if (s.ok()) s = meta_->Sync();
  if (!s.ok()) {
    Fail(s);
    core_.OnIoError(volume_, s);
    return s;
  }
  dirty_ = false;
  return Status();
}

void ReplicaWriter::StartWriteOut(bool drop_behind) {
  const uint64_t on_disk = progress_->lengths().on_disk;
  if (data_ == nullptr || data_->fd() < 0 || on_disk <= written_out_) return;
  const off_t from = static_cast<off_t>(written_out_);
  const off_t n = static_cast<off_t>(on_disk - written_out_);
  ::sync_file_range(data_->fd(), from, n, SYNC_FILE_RANGE_WRITE);
  // Pages that are being written out cannot be dropped: those of the call before can.
  if (drop_behind && written_out_ > 0) {
    ::posix_fadvise(data_->fd(), 0, from, POSIX_FADV_DONTNEED);
  }
  written_out_ = on_disk;
}

}  // namespace cairn::datanode
