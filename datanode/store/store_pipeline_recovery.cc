// SPDX-License-Identifier: Apache-2.0
// ReplicaStore: replicas that are written again, by append or by a rebuilt pipeline.
#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_files.h"
#include "datanode/store/replica_moves.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {
namespace {

std::string Name(const ExtendedBlock& block) {
  return block.pool_id + ":" + ToString(block.block);
}

Status NotFound(const std::string& message) { return Status(Code::kReplicaNotFound, message); }

Status WrongLength(const std::string& replica, uint64_t length, uint64_t expected) {
  return Status(Code::kIoError, "Corrupted replica " + replica + " with a length of " +
                                    std::to_string(length) + " expected length is " +
                                    std::to_string(expected));
}

Status CheckStampRange(const ReplicaEntry& entry, const ExtendedBlock& block,
                       GenerationStamp new_generation_stamp) {
  const GenerationStamp stamp = entry.block.generation_stamp;
  if (stamp >= block.block.generation_stamp && stamp <= new_generation_stamp) return Status();
  return NotFound("Cannot append to a replica with unexpected generation stamp " +
                  ToString(stamp) + ". Expected GS range is [" +
                  ToString(block.block.generation_stamp) + ", " +
                  ToString(new_generation_stamp) + "].");
}

// An old replica keeps its own checksum; a writer that cuts its chunks differently cannot go on.
Status CheckChunkSize(const ReplicaFiles& files, const ChecksumSpec& asked) {
  if (files.checksum.bytes_per_checksum == asked.bytes_per_checksum) return Status();
  return Status(Code::kIoError,
                "Client requested checksum with chunk size " +
                    std::to_string(asked.bytes_per_checksum) +
                    " when appending to an existing block with different chunk size: " +
                    std::to_string(files.checksum.bytes_per_checksum));
}

}  // namespace

Result<ReplicaEntry> FindOrNotFound(const Pool& pool, const ExtendedBlock& block) {
  std::optional<ReplicaEntry> entry = pool.replicas.Find(block.block.id);
  if (entry) return *std::move(entry);
  return NotFound("Replica does not exist " + Name(block));
}

// Takes the replica for a new writer: attaches, opens, and cuts what is not to stay.
Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::Reopen(Pool& pool, ReplicaEntry entry,
                                                            GenerationStamp new_generation_stamp,
                                                            WriterOptions options) {
  const LocalPaths paths = core_->PathsOf(pool, entry);
  CAIRN_ASSIGN(ReplicaFiles files, OpenReplicaFiles(core_->disk, paths.block_path,
                                                    paths.meta_path, io::OpenMode::kReadWrite));
  CAIRN_TRY(CheckChunkSize(files, options.checksum));
  WriteProgress& progress = *entry.progress;
  const WriteProgress::Lengths lengths = progress.lengths();
  CAIRN_ASSIGN(const uint64_t data_size, files.data->Size());
  if (data_size < lengths.acked) {
    return NotFound("Found fewer bytesOnDisk than bytesAcked for replica " +
                    ToString(core_->Snapshot(entry)));
  }
  // What was not acknowledged may be bad, if its sender was the node that failed; the client sends
  // it again. This also removes what a failed write left behind.
  if (data_size != lengths.acked || lengths.on_disk != lengths.acked) {
    if (data_size > lengths.on_disk && !lengths.last_checksum.empty()) {
      // The write that failed may have replaced the checksum of the last chunk, too.
      CAIRN_TRY(files.meta->WriteAt(ChecksumOffset(files.checksum, lengths.on_disk),
                                    lengths.last_checksum));
    }
    CAIRN_TRY(TruncateReplica(files, std::min(data_size, lengths.on_disk), lengths.acked,
                              ToString(entry.block)));
    const auto used = [&](uint64_t length) {
      return static_cast<int64_t>(length + MetaFileSize(files.checksum, length));
    };
    core_->volume(entry.volume).AddUsed(pool.id(), used(lengths.acked) - used(lengths.on_disk));
    progress.Reset(lengths.acked);
  }
  CAIRN_ASSIGN(std::string last, ReadLastChecksum(files, lengths.acked));
  CAIRN_ASSIGN(const RbwReplica bumped,
               BumpGenerationStamp(core_->As<ReplicaState::kRbw>(pool, entry),
                                   new_generation_stamp));
  entry.block = bumped.block;
  entry.block.length = lengths.acked;
  pool.replicas.Put(entry);
  progress.SetOnDisk(lengths.acked, std::move(last));
  if (!progress.Attach(std::move(options.stop))) {
    return Status(Code::kInternal, "replica " + ToString(entry.block) + " has two writers");
  }
  return MakeWriter(pool, entry, std::move(files));
}

Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::RecoverRbw(
    const ExtendedBlock& block, GenerationStamp new_generation_stamp, uint64_t min_bytes_received,
    uint64_t max_bytes_received, WriterOptions options) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  for (;;) {
    std::shared_ptr<WriteProgress> busy;
    {
      const BlockLocks::Guard guard(core_->locks, block.block.id);
      CAIRN_ASSIGN(const ReplicaEntry entry, FindOrNotFound(*pool, block));
      const std::string text = ToString(core_->Snapshot(entry));
      if (entry.state != ReplicaState::kRbw) {
        return NotFound("Cannot recover a non-RBW replica " + text);
      }
      if (entry.progress->has_writer()) {
        busy = entry.progress;
      } else {
        CAIRN_TRY(CheckStampRange(entry, block, new_generation_stamp));
        const WriteProgress::Lengths lengths = entry.progress->lengths();
        if (lengths.acked < min_bytes_received || lengths.received > max_bytes_received) {
          return NotFound("Unmatched length replica " + text + ": BytesAcked = " +
                          std::to_string(lengths.acked) + " BytesRcvd = " +
                          std::to_string(lengths.received) + " are not in the range of [" +
                          std::to_string(min_bytes_received) + ", " +
                          std::to_string(max_bytes_received) + "].");
        }
        LOG(kInfo, "replica being written is recovered", {"block", entry.block},
            {"new_stamp", new_generation_stamp}, {"length", lengths.acked});
        return Reopen(*pool, entry, new_generation_stamp, std::move(options));
      }
    }
    CAIRN_TRY(busy->StopWriter(core_->options.writer_stop_limit, ToString(block.block)));
  }
}

// Makes a finalized replica rbw under its new stamp, and opens it.
Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::AppendTo(Pool& pool, ReplicaEntry entry,
                                                              GenerationStamp new_generation_stamp,
                                                              uint64_t block_length_max,
                                                              WriterOptions options) {
  Volume& volume = core_->volume(entry.volume);
  {
    // Before anything is moved: a replica that cannot be appended to stays finalized.
    const LocalPaths paths = core_->PathsOf(pool, entry);
    CAIRN_ASSIGN(const ReplicaFiles files, OpenReplicaFiles(core_->disk, paths.block_path,
                                                            paths.meta_path, io::OpenMode::kRead));
    CAIRN_TRY(CheckChunkSize(files, options.checksum));
    CAIRN_ASSIGN(const uint64_t data_size, files.data->Size());
    CAIRN_ASSIGN(const uint64_t meta_size, files.meta->Size());
    if (data_size != entry.block.length ||
        meta_size < MetaFileSize(files.checksum, entry.block.length)) {
      return Status(Code::kIoError, "Corrupted block: " + ToString(core_->Snapshot(entry)));
    }
  }
  const uint64_t length = entry.block.length;
  const uint64_t to_reserve = block_length_max - std::min(block_length_max, length);
  CAIRN_ASSIGN(const uint64_t available, volume.Available());
  if (available < to_reserve) {
    return Status(Code::kDiskOutOfSpace, "Insufficient space for appending to " +
                                             ToString(core_->Snapshot(entry)));
  }
  CAIRN_ASSIGN(const RbwReplica rbw,
               ReopenForAppend(core_->As<ReplicaState::kFinalized>(pool, entry),
                               new_generation_stamp));
  entry.block = rbw.block;
  entry.state = ReplicaState::kRbw;
  entry.progress = std::make_shared<WriteProgress>(volume, length, to_reserve);
  pool.replicas.Put(entry);
  return Reopen(pool, entry, new_generation_stamp, std::move(options));
}

Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::Append(const ExtendedBlock& block,
                                                            GenerationStamp new_generation_stamp,
                                                            uint64_t expected_length,
                                                            WriterOptions options) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  if (new_generation_stamp < block.block.generation_stamp) {
    return Status(Code::kIoError, "The new generation stamp " + ToString(new_generation_stamp) +
                                      " should be greater than the replica " + Name(block) +
                                      "'s generation stamp");
  }
  const BlockLocks::Guard guard(core_->locks, block.block.id);
  CAIRN_ASSIGN(const ReplicaEntry entry, FindOrNotFound(*pool, block));
  if (entry.block.generation_stamp != block.block.generation_stamp) {
    return NotFound("Cannot append to a replica with unexpected generation stamp " + Name(block));
  }
  if (entry.state != ReplicaState::kFinalized) {
    return NotFound("Cannot append to an unfinalized replica " + Name(block));
  }
  if (entry.block.length != expected_length) {
    return WrongLength(ToString(core_->Snapshot(entry)), entry.block.length, expected_length);
  }
  LOG(kInfo, "replica is appended to", {"block", entry.block},
      {"new_stamp", new_generation_stamp});
  return AppendTo(*pool, entry, new_generation_stamp, block.block.length, std::move(options));
}

// What both recoveries of an append check. Returns the progress whose writer must be stopped first,
// or none when the replica is as expected.
Result<std::shared_ptr<WriteProgress>> ReplicaStore::RecoverCheck(
    const ReplicaEntry& entry, const ExtendedBlock& block, GenerationStamp new_generation_stamp,
    uint64_t expected_length) const {
  const std::string text = ToString(core_->Snapshot(entry));
  if (entry.state != ReplicaState::kFinalized && entry.state != ReplicaState::kRbw) {
    return NotFound(
        "Cannot recover append/close to a replica that's not FINALIZED and not RBW " + text);
  }
  CAIRN_TRY(CheckStampRange(entry, block, new_generation_stamp));
  uint64_t length = entry.block.length;
  if (entry.state == ReplicaState::kRbw) {
    if (entry.progress->has_writer()) return entry.progress;
    const WriteProgress::Lengths lengths = entry.progress->lengths();
    length = lengths.received;
    if (lengths.received != lengths.on_disk || lengths.received != lengths.acked) {
      return Status(Code::kReplicaAlreadyExists,
                    "RBW replica " + text + "bytesRcvd(" + std::to_string(lengths.received) +
                        "), bytesOnDisk(" + std::to_string(lengths.on_disk) +
                        "), and bytesAcked(" + std::to_string(lengths.acked) +
                        ") are not the same.");
    }
  }
  if (length != expected_length) return WrongLength(text, length, expected_length);
  return std::shared_ptr<WriteProgress>();
}

Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::RecoverAppend(
    const ExtendedBlock& block, GenerationStamp new_generation_stamp, uint64_t expected_length,
    WriterOptions options) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  for (;;) {
    std::shared_ptr<WriteProgress> busy;
    {
      const BlockLocks::Guard guard(core_->locks, block.block.id);
      CAIRN_ASSIGN(const ReplicaEntry entry, FindOrNotFound(*pool, block));
      CAIRN_ASSIGN(busy, RecoverCheck(entry, block, new_generation_stamp, expected_length));
      if (busy == nullptr) {
        LOG(kInfo, "failed append is recovered", {"block", entry.block},
            {"new_stamp", new_generation_stamp});
        if (entry.state == ReplicaState::kFinalized) {
          return AppendTo(*pool, entry, new_generation_stamp, block.block.length,
                          std::move(options));
        }
        return Reopen(*pool, entry, new_generation_stamp, std::move(options));
      }
    }
    CAIRN_TRY(busy->StopWriter(core_->options.writer_stop_limit, ToString(block.block)));
  }
}

Result<FinalizedInfo> ReplicaStore::RecoverClose(const ExtendedBlock& block,
                                                 GenerationStamp new_generation_stamp,
                                                 uint64_t expected_length) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  for (;;) {
    std::shared_ptr<WriteProgress> busy;
    {
      // Stamp check, rename and map change are one step: of two recoveries at once, the one with
      // the older stamp finds the newer one in place and is refused.
      const BlockLocks::Guard guard(core_->locks, block.block.id);
      CAIRN_ASSIGN(ReplicaEntry entry, FindOrNotFound(*pool, block));
      CAIRN_ASSIGN(busy, RecoverCheck(entry, block, new_generation_stamp, expected_length));
      if (busy == nullptr) {
        LOG(kInfo, "failed close is recovered", {"block", entry.block},
            {"new_stamp", new_generation_stamp});
        if (entry.state == ReplicaState::kFinalized) {
          CAIRN_ASSIGN(const FinalizedReplica bumped,
                       BumpGenerationStamp(core_->As<ReplicaState::kFinalized>(*pool, entry),
                                           new_generation_stamp));
          entry.block = bumped.block;
          pool->replicas.Put(entry);
          return FinalizedInfo{ExtendedBlock{pool->id(), entry.block},
                               core_->volume(entry.volume).storage()};
        }
        CAIRN_ASSIGN(const RbwReplica bumped,
                     BumpGenerationStamp(core_->As<ReplicaState::kRbw>(*pool, entry),
                                         new_generation_stamp));
        entry.block = bumped.block;
        pool->replicas.Put(entry);
        return FinalizeEntry(*core_, *pool, entry, false);
      }
    }
    CAIRN_TRY(busy->StopWriter(core_->options.writer_stop_limit, ToString(block.block)));
  }
}

}  // namespace cairn::datanode
