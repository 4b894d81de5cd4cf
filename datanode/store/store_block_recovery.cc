// SPDX-License-Identifier: Apache-2.0
// ReplicaStore: block recovery, by which the datanodes of a block agree on its length.
#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_files.h"
#include "datanode/store/replica_moves.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {
namespace {

constexpr uint64_t kCopyBytes = 1 << 20;

// The files of a replica under recovery must be as long as memory says; more bytes than that are
// what a failed write could not take back.
Status Reconcile(StoreCore& core, const Pool& pool, const ReplicaEntry& entry) {
  const ReplicaStore::LocalPaths paths = core.PathsOf(pool, entry);
  CAIRN_ASSIGN(const ReplicaFiles files, OpenReplicaFiles(core.disk, paths.block_path,
                                                          paths.meta_path,
                                                          io::OpenMode::kReadWrite));
  const WriteProgress::Lengths lengths = entry.progress->lengths();
  CAIRN_ASSIGN(const uint64_t data_size, files.data->Size());
  CAIRN_ASSIGN(const uint64_t meta_size, files.meta->Size());
  const uint64_t meta_wanted = MetaFileSize(files.checksum, lengths.on_disk);
  if (data_size < lengths.on_disk || meta_size < meta_wanted) {
    return Status(Code::kIoError, "Block length mismatch, len=" + std::to_string(data_size) +
                                      " but r=" + ToString(core.Snapshot(entry)));
  }
  if (data_size == lengths.on_disk && meta_size == meta_wanted) return Status();
  LOG(kWarn, "replica has more bytes than were written, they are cut", {"block", entry.block},
      {"size", data_size}, {"written", lengths.on_disk});
  CAIRN_TRY(files.data->Truncate(lengths.on_disk));
  if (!lengths.last_checksum.empty()) {
    CAIRN_TRY(files.meta->WriteAt(ChecksumOffset(files.checksum, lengths.on_disk),
                                  lengths.last_checksum));
  }
  return files.meta->Truncate(meta_wanted);
}

Status BumpEntry(StoreCore& core, const Pool& pool, ReplicaEntry* entry, GenerationStamp stamp) {
  switch (entry->file_state()) {
    case ReplicaState::kFinalized:
      CAIRN_TRY(
          BumpGenerationStamp(core.As<ReplicaState::kFinalized>(pool, *entry), stamp).status());
      break;
    case ReplicaState::kTemporary:
      CAIRN_TRY(
          BumpGenerationStamp(core.As<ReplicaState::kTemporary>(pool, *entry), stamp).status());
      break;
    default:
      CAIRN_TRY(BumpGenerationStamp(core.As<ReplicaState::kRbw>(pool, *entry), stamp).status());
  }
  entry->block.generation_stamp = stamp;
  return Status();
}

// Copies the first `length` bytes of a replica of `from_length` bytes into new files, with
// checksums.
Status CopyPrefix(const ReplicaFiles& from, uint64_t from_length, const ReplicaFiles& to,
                  uint64_t length, const std::string& what) {
  // Verified first, as far as the chunk that is cut: the copy gets checksums of its own.
  const uint64_t to_verify =
      std::min(from_length, ChunkCount(from.checksum, length) * from.checksum.bytes_per_checksum);
  CAIRN_TRY(VerifyFiles(*from.data, *from.meta, from.checksum, 0, to_verify, "", what));
  const uint64_t step = std::max<uint64_t>(1, kCopyBytes / from.checksum.bytes_per_checksum) *
                        from.checksum.bytes_per_checksum;
  for (uint64_t offset = 0; offset < length; offset += step) {
    const size_t n = static_cast<size_t>(std::min(step, length - offset));
    CAIRN_ASSIGN(const std::string bytes, from.data->ReadAt(offset, n));
    if (bytes.size() != n) return Status(Code::kCorrupt, "replica is too short: " + what);
    CAIRN_TRY(to.data->WriteAt(offset, bytes));
    CAIRN_TRY(to.meta->WriteAt(ChecksumOffset(from.checksum, offset),
                               ComputeChecksums(from.checksum, bytes)));
  }
  CAIRN_TRY(to.data->Sync());
  return to.meta->Sync();
}

// Truncate with copy: the bytes that stay go to a block of their own.
Result<FinalizedInfo> CopyToNewBlock(StoreCore& core, Pool& pool, const ReplicaEntry& entry,
                                     const Block& wanted) {
  if (pool.replicas.Find(wanted.id)) {
    return Status(Code::kReplicaAlreadyExists,
                  "Block " + ToString(wanted) + " already exists and thus cannot be created.");
  }
  const ReplicaStore::LocalPaths from_paths = core.PathsOf(pool, entry);
  CAIRN_ASSIGN(const ReplicaFiles from, OpenReplicaFiles(core.disk, from_paths.block_path,
                                                         from_paths.meta_path,
                                                         io::OpenMode::kRead));
  ReplicaEntry copy;
  copy.block = wanted;
  copy.volume = entry.volume;
  copy.state = ReplicaState::kRbw;
  const ReplicaStore::LocalPaths to_paths = core.PathsOf(pool, copy);
  CAIRN_ASSIGN(const ReplicaFiles to, CreateReplicaFiles(core.disk, to_paths.block_path,
                                                         to_paths.meta_path, from.checksum));
  const Status copied = CopyPrefix(from, core.Snapshot(entry).bytes_on_disk, to, wanted.length,
                                   ToString(entry.block));
  if (!copied.ok()) {
    const Result<uint64_t> undone =
        RemoveReplicaFiles(core.disk, to_paths.block_path, to_paths.meta_path);
    return undone.ok() ? copied : copied.WithContext(undone.status().message());
  }
  core.volume(copy.volume)
      .AddUsed(pool.id(), static_cast<int64_t>(wanted.length +
                                               MetaFileSize(from.checksum, wanted.length)));
  return FinalizeEntry(core, pool, copy, true);
}

Status TruncateEntry(StoreCore& core, const Pool& pool, ReplicaEntry* entry, uint64_t length,
                     uint64_t new_length) {
  const ReplicaStore::LocalPaths paths = core.PathsOf(pool, *entry);
  CAIRN_TRY(BreakHardLinks(core.disk, paths.block_path));
  CAIRN_TRY(BreakHardLinks(core.disk, paths.meta_path));
  CAIRN_ASSIGN(const ReplicaFiles files, OpenReplicaFiles(core.disk, paths.block_path,
                                                          paths.meta_path,
                                                          io::OpenMode::kReadWrite));
  CAIRN_TRY(TruncateReplica(files, length, new_length, ToString(entry->block)));
  core.volume(entry->volume)
      .AddUsed(pool.id(), static_cast<int64_t>(new_length) - static_cast<int64_t>(length) +
                              static_cast<int64_t>(MetaFileSize(files.checksum, new_length)) -
                              static_cast<int64_t>(MetaFileSize(files.checksum, length)));
  entry->block.length = new_length;
  if (entry->progress != nullptr) entry->progress->Reset(new_length);
  return Status();
}

}  // namespace

Result<std::optional<RecoveryInfo>> ReplicaStore::InitReplicaRecovery(
    const ExtendedBlock& block, GenerationStamp recovery_id) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  for (;;) {
    std::shared_ptr<WriteProgress> busy;
    {
      const BlockLocks::Guard guard(core_->locks, block.block.id);
      const std::optional<ReplicaEntry> entry = pool->replicas.Find(block.block.id);
      if (!entry) return std::optional<RecoveryInfo>();
      if (entry->progress != nullptr && entry->progress->has_writer()) {
        busy = entry->progress;
      } else {
        CAIRN_ASSIGN(RecoveryInfo info, StartRecovery(*pool, *entry, block, recovery_id));
        return std::optional<RecoveryInfo>(std::move(info));
      }
    }
    CAIRN_TRY(busy->StopWriter(core_->options.writer_stop_limit, ToString(block.block)));
  }
}

// The caller holds the block's lock, and nobody writes.
Result<RecoveryInfo> ReplicaStore::StartRecovery(Pool& pool, ReplicaEntry entry,
                                                 const ExtendedBlock& block,
                                                 GenerationStamp recovery_id) {
  const ReplicaSnapshot snapshot = core_->Snapshot(entry);
  const std::string text =
      "block=" + block.pool_id + ":" + ToString(block.block) + ", replica=" + ToString(snapshot);
  if (entry.state == ReplicaState::kTemporary || entry.state == ReplicaState::kRbw) {
    if (snapshot.bytes_on_disk < snapshot.visible_length) {
      return Status(Code::kIoError, "getBytesOnDisk() < getVisibleLength(), rip=" + text);
    }
    CAIRN_TRY(Reconcile(*core_, pool, entry));
  }
  if (entry.block.generation_stamp < block.block.generation_stamp) {
    return Status(Code::kIoError,
                  "replica.getGenerationStamp() < block.getGenerationStamp(), " + text);
  }
  if (entry.block.generation_stamp >= recovery_id) {
    return Status(Code::kIoError,
                  "THIS IS NOT SUPPOSED TO HAPPEN: replica.getGenerationStamp() >= recoveryId = " +
                      ToString(recovery_id) + ", " + text);
  }
  if (entry.state == ReplicaState::kRur) {
    if (entry.recovery_id >= recovery_id) {
      return Status(Code::kRecoveryInProgress, "rur.getRecoveryID() >= recoveryId = " +
                                                   ToString(recovery_id) + ", " + text);
    }
  } else {
    entry.original_state = entry.state;
    entry.state = ReplicaState::kRur;
    if (entry.progress != nullptr) entry.progress->ReleaseReserved();
  }
  LOG(kInfo, "replica is under recovery", {"block", entry.block}, {"recovery_id", recovery_id},
      {"was", ReplicaStateName(entry.original_state)});
  entry.recovery_id = recovery_id;
  pool.replicas.Put(entry);
  Block reported = entry.block;
  reported.length = snapshot.bytes_on_disk;
  return RecoveryInfo{reported, entry.original_state};
}

Result<FinalizedInfo> ReplicaStore::UpdateReplicaUnderRecovery(const ExtendedBlock& block,
                                                               GenerationStamp recovery_id,
                                                               BlockId new_block_id,
                                                               uint64_t new_length) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  const BlockLocks::Guard guard(core_->locks, block.block.id);
  const std::optional<ReplicaEntry> found = pool->replicas.Find(block.block.id);
  const std::string name = block.pool_id + ":" + ToString(block.block);
  if (!found) return Status(Code::kReplicaNotFound, "Replica not found for " + name);
  ReplicaEntry entry = *found;
  const ReplicaSnapshot snapshot = core_->Snapshot(entry);
  const std::string text = ToString(snapshot);
  if (entry.state != ReplicaState::kRur) {
    return Status(Code::kIoError, "replica.getState() != RUR, replica=" + text);
  }
  if (snapshot.bytes_on_disk != block.block.length) {
    return Status(Code::kIoError,
                  "THIS IS NOT SUPPOSED TO HAPPEN: replica.getBytesOnDisk() != "
                  "block.getNumBytes(), block=" +
                      name + ", replica=" + text);
  }
  if (entry.recovery_id != recovery_id) {
    return Status(Code::kIoError, "rur.getRecoveryID() != recoveryId = " + ToString(recovery_id) +
                                      ", rur=" + text);
  }
  if (snapshot.bytes_on_disk < new_length) {
    return Status(Code::kIoError, "rur.getNumBytes() < newlength = " +
                                      std::to_string(new_length) + ", rur=" + text);
  }
  const bool to_new_block = new_block_id != BlockId() && new_block_id != block.block.id;
  const Result<FinalizedInfo> info =
      to_new_block
          ? FinishToNewBlock(*pool, entry, Block{new_block_id, new_length, recovery_id})
          : FinishInPlace(*pool, entry, recovery_id, snapshot.bytes_on_disk, new_length);
  if (!info.ok()) core_->OnIoError(core_->volume(entry.volume), info.status());
  return info;
}

Result<FinalizedInfo> ReplicaStore::FinishInPlace(Pool& pool, ReplicaEntry entry,
                                                  GenerationStamp recovery_id, uint64_t length,
                                                  uint64_t new_length) {
  // Each step leaves a replica that the same recovery, or a later one, can go on with.
  if (new_length < length) CAIRN_TRY(TruncateEntry(*core_, pool, &entry, length, new_length));
  pool.replicas.Put(entry);
  CAIRN_TRY(BumpEntry(*core_, pool, &entry, recovery_id));
  pool.replicas.Put(entry);
  return FinalizeEntry(*core_, pool, entry, true);
}

Result<FinalizedInfo> ReplicaStore::FinishToNewBlock(Pool& pool, const ReplicaEntry& entry,
                                                     const Block& wanted) {
  Result<FinalizedInfo> copied = CopyToNewBlock(*core_, pool, entry, wanted);
  if (!copied.ok()) return copied;
  // The old block is whole again, under its own stamp.
  CAIRN_TRY(FinalizeEntry(*core_, pool, entry, true).status());
  return copied;
}

}  // namespace cairn::datanode
