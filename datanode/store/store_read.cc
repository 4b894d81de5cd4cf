// SPDX-License-Identifier: Apache-2.0
// ReplicaStore: reading, queries and reports.
#include <algorithm>
#include <map>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_files.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {
namespace {

// How long a reader waits for bytes that a pipeline is about to write.
constexpr Clock::Duration kReadWait = std::chrono::seconds(3);

std::string Name(const ExtendedBlock& block) {
  return block.pool_id + ":" + ToString(block.block);
}

Status NoReplica(const ExtendedBlock& block) {
  return Status(Code::kReplicaNotFound,
                "Replica not found for " + Name(block) +
                    ". The block may have been removed recently by the balancer or by "
                    "intentionally reducing the replication factor. This condition is usually "
                    "harmless. To be certain, please check the preceding datanode log messages for "
                    "signs of a more serious issue.");
}

// A complete replica whose files have fewer bytes than it should.
Status CheckSizes(const OpenReplica& replica) {
  CAIRN_ASSIGN(const uint64_t data_size, replica.data->Size());
  CAIRN_ASSIGN(const uint64_t meta_size, replica.meta->Size());
  if (data_size >= replica.readable_length &&
      meta_size >= MetaFileSize(replica.checksum, replica.readable_length)) {
    return Status();
  }
  return Status(Code::kCorrupt, "replica " + Name(replica.block) + " should have " +
                                    std::to_string(replica.readable_length) +
                                    " bytes; its files have " + std::to_string(data_size) +
                                    " and " + std::to_string(meta_size));
}

Result<OpenReplica> OpenFiles(StoreCore& core, const Pool& pool, const ReplicaEntry& entry) {
  const ReplicaStore::LocalPaths paths = core.PathsOf(pool, entry);
  CAIRN_ASSIGN(ReplicaFiles files, OpenReplicaFiles(core.disk, paths.block_path, paths.meta_path,
                                                    io::OpenMode::kRead));
  OpenReplica open;
  open.block = ExtendedBlock{pool.id(), entry.block};
  open.state = entry.state;
  open.storage = core.volume(entry.volume).storage();
  open.checksum = files.checksum;
  if (entry.progress != nullptr) {
    // One look at all lengths and the checksum: the writer goes on meanwhile.
    WriteProgress::Lengths lengths = entry.progress->lengths();
    open.readable_length = lengths.on_disk;
    open.visible_length = std::min(lengths.acked, lengths.on_disk);
    open.last_checksum = std::move(lengths.last_checksum);
  } else {
    // An append replaces the last checksum in the file; it cannot begin while the block's lock is
    // held, and afterwards this reader has a copy.
    open.readable_length = entry.block.length;
    open.visible_length = entry.block.length;
    CAIRN_ASSIGN(open.last_checksum, ReadLastChecksum(files, entry.block.length));
  }
  open.block.block.length = open.readable_length;
  open.data = std::move(files.data);
  open.meta = std::move(files.meta);
  if (entry.progress == nullptr) CAIRN_TRY(CheckSizes(open));
  return open;
}

}  // namespace

Result<OpenReplica> ReplicaStore::OpenForRead(const ExtendedBlock& block, uint64_t min_length) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  std::optional<ReplicaEntry> entry = pool->replicas.Find(block.block.id);
  if (entry && entry->state == ReplicaState::kRbw) {
    CAIRN_TRY(entry->progress->WaitForOnDisk(min_length, kReadWait).WithContext(Name(block)));
  }
  Status failed;
  {
    const BlockLocks::Guard guard(core_->locks, block.block.id);
    entry = pool->replicas.Find(block.block.id);
    if (!entry) return NoReplica(block);
    const ReplicaSnapshot snapshot = core_->Snapshot(*entry);
    if (entry->block.generation_stamp < block.block.generation_stamp) {
      return Status(Code::kReplicaNotFound, "Replica gen stamp < block genstamp, block=" +
                                                Name(block) + ", replica=" + ToString(snapshot));
    }
    const ReplicaState kept = entry->file_state();
    if (kept != ReplicaState::kFinalized && kept != ReplicaState::kRbw) {
      return Status(Code::kIoError, "Replica is not readable, block=" + Name(block) +
                                        ", replica=" + ToString(snapshot));
    }
    Result<OpenReplica> open = OpenFiles(*core_, *pool, *entry);
    if (open.ok()) return open;
    failed = open.status();
  }
  core_->OnUnreadable(*pool, *entry, failed);
  return failed;
}

std::optional<ReplicaSnapshot> ReplicaStore::Find(const std::string& pool_id, BlockId id) const {
  const Result<std::shared_ptr<Pool>> pool = core_->FindPool(pool_id);
  if (!pool.ok()) return std::nullopt;
  const std::optional<ReplicaEntry> entry = (*pool)->replicas.Find(id);
  if (!entry) return std::nullopt;
  return core_->Snapshot(*entry);
}

Result<int64_t> ReplicaStore::VisibleLength(const ExtendedBlock& block) const {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  CAIRN_ASSIGN(const ReplicaEntry entry, FindOrNotFound(*pool, block));
  const ReplicaSnapshot snapshot = core_->Snapshot(entry);
  if (entry.block.generation_stamp < block.block.generation_stamp) {
    return Status(Code::kIoError,
                  "replica.getGenerationStamp() < block.getGenerationStamp(), block=" +
                      Name(block) + ", replica=" + ToString(snapshot));
  }
  const ReplicaState kept = entry.file_state();
  if (kept == ReplicaState::kTemporary || kept == ReplicaState::kRwr) return int64_t{-1};
  return static_cast<int64_t>(snapshot.visible_length);
}

bool ReplicaStore::IsValid(const ExtendedBlock& block) const {
  const std::optional<ReplicaSnapshot> replica = Find(block.pool_id, block.block.id);
  return replica && replica->state == ReplicaState::kFinalized &&
         replica->block.generation_stamp == block.block.generation_stamp &&
         replica->block.length >= block.block.length;
}

Result<ReplicaStore::LocalPaths> ReplicaStore::Paths(const ExtendedBlock& block) const {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(block.pool_id));
  const std::optional<ReplicaEntry> entry = pool->replicas.Find(block.block.id);
  if (!entry) return NoReplica(block);
  if (entry->block.generation_stamp < block.block.generation_stamp) {
    return Status(Code::kIoError,
                  "Replica generation stamp < block generation stamp, block=" + Name(block) +
                      ", replica=" + ToString(core_->Snapshot(*entry)));
  }
  return core_->PathsOf(*pool, *entry);
}

std::vector<StorageBlocks> ReplicaStore::BlockReports(const std::string& pool_id) const {
  std::vector<StorageBlocks> reports;
  std::map<size_t, size_t> report_of;  // By volume.
  for (size_t i = 0; i < core_->volume_count(); ++i) {
    if (core_->volume(i).failed()) continue;
    report_of[i] = reports.size();
    reports.push_back(StorageBlocks{core_->volume(i).storage(), {}});
  }
  const Result<std::shared_ptr<Pool>> pool = core_->FindPool(pool_id);
  if (!pool.ok()) return reports;
  (*pool)->replicas.ForEach([&](const ReplicaEntry& entry) {
    const ReplicaState state = entry.file_state();
    const auto report = report_of.find(entry.volume);
    if (state == ReplicaState::kTemporary || report == report_of.end()) return;
    Block block = entry.block;
    if (entry.progress != nullptr) block.length = entry.progress->lengths().on_disk;
    reports[report->second].blocks.push_back(StorageBlocks::Entry{block, state});
  });
  return reports;
}

std::vector<StorageReport> ReplicaStore::StorageReports(const std::string& pool_id) const {
  std::vector<StorageReport> reports;
  for (const Volume* volume : core_->WorkingVolumes()) reports.push_back(volume->Report(pool_id));
  return reports;
}

VolumeFailures ReplicaStore::Failures() const { return core_->Failures(); }

std::vector<Volume*> ReplicaStore::Volumes() const { return core_->WorkingVolumes(); }

uint64_t ReplicaStore::ReplicaCount(const std::string& pool_id) const {
  const Result<std::shared_ptr<Pool>> pool = core_->FindPool(pool_id);
  return pool.ok() ? (*pool)->replicas.size() : 0;
}

std::vector<std::string> ReplicaStore::Pools() const {
  std::vector<std::string> ids;
  for (const std::shared_ptr<Pool>& pool : core_->Pools()) ids.push_back(pool->id());
  return ids;
}

}  // namespace cairn::datanode
