// SPDX-License-Identifier: Apache-2.0
// ReplicaStore: new replicas, and the end of writing.
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_files.h"
#include "datanode/store/replica_moves.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {
namespace {

Status AlreadyExists(const ExtendedBlock& block, ReplicaState state) {
  return Status(Code::kReplicaAlreadyExists,
                "Block " + block.pool_id + ":" + ToString(block.block) +
                    " already exists in state " + ReplicaStateName(state) +
                    " and thus cannot be created.");
}

// Moves an entry's files to the finalized directory.
Status MoveToFinalized(StoreCore& core, const Pool& pool, const ReplicaEntry& entry, bool sync) {
  switch (entry.file_state()) {
    case ReplicaState::kTemporary:
      return Finalize(core.As<ReplicaState::kTemporary>(pool, entry), sync).status();
    case ReplicaState::kRwr:
      return Finalize(core.As<ReplicaState::kRwr>(pool, entry), sync).status();
    case ReplicaState::kRbw:
      return Finalize(core.As<ReplicaState::kRbw>(pool, entry), sync).status();
    default:
      return Status();
  }
}

}  // namespace

Result<FinalizedInfo> FinalizeEntry(StoreCore& core, Pool& pool, const ReplicaEntry& entry,
                                    bool sync) {
  CAIRN_TRY(MoveToFinalized(core, pool, entry, sync));
  ReplicaEntry finalized;
  finalized.block = entry.block;
  finalized.volume = entry.volume;
  if (entry.progress != nullptr) {
    finalized.block.length = entry.progress->lengths().on_disk;
    entry.progress->ReleaseReserved();
  }
  pool.replicas.Put(finalized);
  return FinalizedInfo{ExtendedBlock{pool.id(), finalized.block},
                       core.volume(entry.volume).storage()};
}

// Makes the files, the entry and the writer of a new replica. The caller holds the block's lock and
// has made sure that the block is not here.
Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::CreateReplica(
    Pool& pool, const Block& block, ReplicaState state, const PlacementOptions& place,
    WriterOptions options) {
  CAIRN_ASSIGN(Volume* const volume,
               core_->chooser.Choose(core_->WorkingVolumes(), place.type, place.storage_uuid,
                                     block.length));
  ReplicaEntry entry;
  // The asked length is what the replica may become.
  entry.block = Block{block.id, 0, block.generation_stamp};
  entry.volume = *core_->IndexOf(*volume);
  entry.state = state;
  const LocalPaths paths = core_->PathsOf(pool, entry);
  Result<ReplicaFiles> files =
      CreateReplicaFiles(core_->disk, paths.block_path, paths.meta_path, options.checksum);
  if (!files.ok()) {
    core_->OnIoError(*volume, files.status());
    return files.status().WithContext("create " + ToString(block));
  }
  volume->AddUsed(pool.id(), static_cast<int64_t>(kMetaHeaderBytes));
  entry.progress = std::make_shared<WriteProgress>(*volume, 0, block.length);
  entry.progress->Attach(std::move(options.stop));
  pool.replicas.Put(entry);
  return MakeWriter(pool, entry, std::move(files).value());
}

std::unique_ptr<ReplicaWriter> ReplicaStore::MakeWriter(const Pool& pool,
                                                        const ReplicaEntry& entry,
                                                        ReplicaFiles files) {
  ReplicaWriter::Setup setup;
  setup.core = core_.get();
  setup.volume = &core_->volume(entry.volume);
  setup.pool_id = pool.id();
  setup.block = entry.block;
  setup.state = entry.state;
  setup.checksum = files.checksum;
  setup.data = std::move(files.data);
  setup.meta = std::move(files.meta);
  setup.progress = entry.progress;
  return std::unique_ptr<ReplicaWriter>(new ReplicaWriter(std::move(setup)));
}

Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::CreateRbw(
    const ExtendedBlock& block, const PlacementOptions& place, WriterOptions options,
    GenerationStamp new_generation_stamp) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  const bool retried = new_generation_stamp != GenerationStamp();
  Block wanted = block.block;
  if (retried) wanted.generation_stamp = new_generation_stamp;
  for (;;) {
    std::shared_ptr<WriteProgress> busy;
    {
      const BlockLocks::Guard guard(core_->locks, wanted.id);
      const std::optional<ReplicaEntry> known = pool->replicas.Find(wanted.id);
      if (known && (!retried || known->block.generation_stamp >= wanted.generation_stamp)) {
        return AlreadyExists(block, known->state);
      }
      if (known && known->progress != nullptr && known->progress->has_writer()) {
        busy = known->progress;
      } else {
        if (known) CAIRN_TRY(core_->RemoveNow(*pool, *known));
        return CreateReplica(*pool, wanted, ReplicaState::kRbw, place, std::move(options));
      }
    }
    CAIRN_TRY(busy->StopWriter(core_->options.writer_stop_limit, ToString(wanted)));
  }
}

Result<std::unique_ptr<ReplicaWriter>> ReplicaStore::CreateTemporary(
    const ExtendedBlock& block, const PlacementOptions& place, bool is_transfer,
    WriterOptions options) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  for (;;) {
    std::shared_ptr<WriteProgress> busy;
    {
      const BlockLocks::Guard guard(core_->locks, block.block.id);
      const std::optional<ReplicaEntry> known = pool->replicas.Find(block.block.id);
      if (known) {
        const bool in_pipeline =
            known->state == ReplicaState::kTemporary || known->state == ReplicaState::kRbw;
        if (known->block.generation_stamp >= block.block.generation_stamp ||
            (!is_transfer && !in_pipeline)) {
          return AlreadyExists(block, known->state);
        }
      }
      if (known && known->progress != nullptr && known->progress->has_writer()) {
        busy = known->progress;
      } else {
        // An older version of the block: it must not collide with the new one.
        if (known) CAIRN_TRY(core_->RemoveNow(*pool, *known));
        return CreateReplica(*pool, block.block, ReplicaState::kTemporary, place,
                             std::move(options));
      }
    }
    CAIRN_TRY(busy->StopWriter(core_->options.writer_stop_limit, ToString(block.block)));
  }
}

// The entry that `writer` writes. Fails when the replica is no longer the writer's.
Result<ReplicaEntry> ReplicaStore::EntryOf(const Pool& pool, const ReplicaWriter& writer) const {
  const std::optional<ReplicaEntry> entry = pool.replicas.Find(writer.block_.id);
  if (!entry) {
    return Status(Code::kReplicaNotFound, "Replica does not exist " + pool.id() + ":" +
                                              ToString(writer.block_));
  }
  if (entry->progress != writer.progress_ || entry->state == ReplicaState::kRur) {
    return Status(Code::kCancelled, "writer of " + ToString(writer.block_) +
                                        " has lost the replica: " +
                                        ToString(core_->Snapshot(*entry)));
  }
  return *entry;
}

Result<FinalizedInfo> ReplicaStore::Finalize(ReplicaWriter& writer, bool sync) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(writer.pool_id_));
  const BlockLocks::Guard guard(core_->locks, writer.block_.id);
  if (writer.state() == ReplicaState::kFinalized) {
    return FinalizedInfo{ExtendedBlock{pool->id(), writer.block()}, writer.volume_.storage()};
  }
  // A writer that was told to stop must not change the replica behind the recovery's back.
  CAIRN_TRY(writer.Usable());
  CAIRN_ASSIGN(const ReplicaEntry entry, EntryOf(*pool, writer));
  const WriteProgress::Lengths lengths = writer.progress_->lengths();
  if (lengths.on_disk != lengths.received) {
    return Status(Code::kIoError, "cannot finalize " + ToString(entry.block) + ": " +
                                      std::to_string(lengths.received) + " bytes received, " +
                                      std::to_string(lengths.on_disk) + " on disk");
  }
  if (sync) CAIRN_TRY(writer.Flush(true));
  const Result<FinalizedInfo> info = FinalizeEntry(*core_, *pool, entry, sync);
  if (!info.ok()) {
    core_->OnIoError(writer.volume_, info.status());
    return info.status();
  }
  writer.Close(info->block.block, ReplicaState::kFinalized);
  return info;
}

Status ReplicaStore::AbortTemporary(ReplicaWriter& writer) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(writer.pool_id_));
  const BlockLocks::Guard guard(core_->locks, writer.block_.id);
  const Result<ReplicaEntry> entry = EntryOf(*pool, writer);
  // Taken over or gone: then it is no longer ours to remove.
  if (!entry.ok() || entry->state != ReplicaState::kTemporary) return Status();
  CAIRN_TRY(core_->RemoveNow(*pool, *entry));
  writer.Close(entry->block, ReplicaState::kTemporary);
  return Status();
}

Status ReplicaStore::ConvertTemporaryToRbw(ReplicaWriter& writer, GenerationStamp expected,
                                           uint64_t visible_length) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(writer.pool_id_));
  const BlockLocks::Guard guard(core_->locks, writer.block_.id);
  CAIRN_TRY(writer.Usable());
  CAIRN_ASSIGN(ReplicaEntry entry, EntryOf(*pool, writer));
  const std::string text = ToString(core_->Snapshot(entry));
  if (entry.state != ReplicaState::kTemporary) {
    return Status(Code::kReplicaAlreadyExists,
                  "r.getState() != ReplicaState.TEMPORARY, r=" + text);
  }
  if (entry.block.generation_stamp != expected) {
    return Status(Code::kReplicaAlreadyExists, "temp.getGenerationStamp() != expectedGs = " +
                                                   ToString(expected) + ", temp=" + text);
  }
  const WriteProgress::Lengths lengths = entry.progress->lengths();
  if (lengths.on_disk < visible_length) {
    return Status(Code::kIoError, std::to_string(lengths.on_disk) + " = numBytes < visible = " +
                                      std::to_string(visible_length) + ", temp=" + text);
  }
  CAIRN_TRY(ConvertToRbw(core_->As<ReplicaState::kTemporary>(*pool, entry)).status());
  // All of the copy is what a reader may be promised.
  entry.progress->SetAcked(lengths.on_disk);
  entry.state = ReplicaState::kRbw;
  pool->replicas.Put(entry);
  writer.Close(entry.block, ReplicaState::kRbw);
  return Status();
}

Status ReplicaStore::MarkForRestart(ReplicaWriter& writer, int64_t until_ms) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(writer.pool_id_));
  const BlockLocks::Guard guard(core_->locks, writer.block_.id);
  CAIRN_ASSIGN(const ReplicaEntry entry, EntryOf(*pool, writer));
  if (entry.state != ReplicaState::kRbw) return Status();
  const PoolDirectories dirs = PoolDirectories::Of(writer.volume_.root(), pool->id());
  const std::string path = RestartMarkerPath(dirs, entry.block.id);
  CAIRN_ASSIGN(const std::unique_ptr<io::File> file,
               core_->disk.Open(path, io::OpenMode::kCreate));
  CAIRN_TRY(file->WriteAt(0, std::to_string(until_ms)));
  return file->Sync();
}

}  // namespace cairn::datanode
