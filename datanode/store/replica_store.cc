// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_store.h"

#include <utility>

#include "common/log/log.h"
#include "datanode/store/loader.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {
namespace {

// The uuid that the directories agree on; empty when all are new.
Result<std::string> CommonUuid(io::Disk& disk,
                               const std::vector<std::unique_ptr<Volume>>& volumes) {
  std::string uuid;
  for (const std::unique_ptr<Volume>& volume : volumes) {
    const Result<StorageVersion> version = ReadStorageVersion(disk, volume->root());
    if (version.status().code() == Code::kNotFound) continue;
    if (!version.ok()) return version.status();
    volume->set_storage_uuid(version->storage_id);
    if (!uuid.empty() && version->datanode_uuid != uuid) {
      return Status(Code::kIncorrectVersion,
                    "Root " + volume->root() + ": DatanodeUuid=" + version->datanode_uuid +
                        ", does not match " + uuid + " from other StorageDirectory.");
    }
    uuid = version->datanode_uuid;
  }
  return uuid;
}

}  // namespace

ReplicaStore::ReplicaStore(std::unique_ptr<StoreCore> core) : core_(std::move(core)) {}

ReplicaStore::~ReplicaStore() = default;

Result<std::unique_ptr<ReplicaStore>> ReplicaStore::Open(io::Disk& disk, const Clock& clock,
                                                         StoreOptions options,
                                                         StoreEvents& events) {
  std::vector<std::unique_ptr<Volume>> volumes;
  std::vector<std::string> unopened;
  Status last;
  for (const DataDirectory& directory : options.directories) {
    Result<std::unique_ptr<Volume>> volume = Volume::Open(disk, directory, options.volume);
    if (volume.ok()) {
      volumes.push_back(std::move(volume).value());
      continue;
    }
    // Another process owns it: that is a mistake of the operator's, not a sick disk.
    if (volume.status().code() == Code::kAlreadyExists) {
      return volume.status().WithContext("data directory " + directory.root + " is in use");
    }
    LOG(kError, "data directory cannot be used", {"directory", directory.root},
        {"reason", volume.status()});
    unopened.push_back(directory.root);
    last = volume.status();
  }
  const int failed = static_cast<int>(unopened.size());
  if (volumes.empty() ||
      (options.failed_volumes_tolerated >= 0 && failed > options.failed_volumes_tolerated)) {
    return Status(Code::kDiskError,
                  "too many failed volumes - current valid volumes: " +
                      std::to_string(volumes.size()) +
                      ", volumes configured: " + std::to_string(options.directories.size()) +
                      ", volumes failed: " + std::to_string(failed) +
                      ", volume failures tolerated: " +
                      std::to_string(options.failed_volumes_tolerated) + ": " + last.message());
  }
  CAIRN_ASSIGN(std::string uuid, CommonUuid(disk, volumes));
  auto core = std::make_unique<StoreCore>(disk, clock, std::move(options), events,
                                          std::move(volumes));
  for (const std::string& root : unopened) core->NoteUnopened(root);
  core->set_datanode_uuid(uuid.empty() ? NewUuid() : uuid);
  return std::unique_ptr<ReplicaStore>(new ReplicaStore(std::move(core)));
}

std::string ReplicaStore::datanode_uuid() const { return core_->datanode_uuid(); }

Status ReplicaStore::AddPool(const NamespaceInfo& ns) {
  CAIRN_TRY(CheckPoolId(ns.block_pool_id));
  // Both namenodes of a pair shake hands at once.
  const std::lock_guard lock(core_->add_pool_mutex);
  if (Result<std::shared_ptr<Pool>> known = core_->FindPool(ns.block_pool_id); known.ok()) {
    return CheckPool(PoolVersion{(*known)->ns.namespace_id, ns.block_pool_id,
                                 (*known)->ns.ctime_ms},
                     ns, "memory");
  }
  auto pool = std::make_shared<Pool>(ns);
  CAIRN_TRY(LoadPool(*core_, *pool));
  core_->PutPool(std::move(pool));
  return Status();
}

void ReplicaStore::RemovePool(const std::string& pool_id) { core_->RemovePool(pool_id); }

Status ReplicaStore::DeletePool(const std::string& pool_id, bool force) {
  CAIRN_TRY(CheckPoolId(pool_id));
  const std::lock_guard lock(core_->add_pool_mutex);
  if (core_->FindPool(pool_id).ok()) {
    return Status(Code::kIoError, "The block pool is still running. First do a refreshNamenodes "
                                  "to shutdown the block pool service");
  }
  for (Volume* volume : core_->WorkingVolumes()) {
    const PoolDirectories dirs = PoolDirectories::Of(volume->root(), pool_id);
    if (!force && HasReplicaFiles(core_->disk, dirs)) {
      return Status(Code::kIoError,
                    "Cannot delete block pool, it contains some blocks: " + dirs.pool);
    }
  }
  for (Volume* volume : core_->WorkingVolumes()) {
    const PoolDirectories dirs = PoolDirectories::Of(volume->root(), pool_id);
    CAIRN_TRY(core_->disk.RemoveTree(dirs.pool));
    CAIRN_TRY(core_->disk.SyncDirectory(io::ParentOf(dirs.pool)));
    volume->AddUsed(pool_id, -static_cast<int64_t>(volume->Used(pool_id)));
  }
  return Status();
}

Status ReplicaStore::Invalidate(const std::string& pool_id, const std::vector<Block>& blocks) {
  CAIRN_ASSIGN(const std::shared_ptr<Pool> pool, core_->FindPool(pool_id));
  std::string errors;
  size_t failed = 0;
  for (const Block& block : blocks) {
    const std::optional<ReplicaEntry> entry = pool->replicas.Find(block.id);
    if (!entry) {
      LOG(kInfo, "replica to delete is not here", {"block", block});
      continue;
    }
    if (entry->block.generation_stamp != block.generation_stamp) {
      errors += "\n" + std::to_string(failed++) + ") Failed to delete replica " +
                ToString(block) + ": GenerationStamp not matched, existing replica is " +
                ToString(entry->block);
      continue;
    }
    core_->deleter->Add(entry->volume, ExtendedBlock{pool_id, entry->block});
  }
  if (failed == 0) return Status();
  return Status(Code::kIoError, "Failed to delete " + std::to_string(failed) + " (out of " +
                                    std::to_string(blocks.size()) + ") replica(s):" + errors);
}

void ReplicaStore::DrainDeletions() { core_->deleter->Drain(); }

uint64_t ReplicaStore::pending_deletions() const { return core_->deleter->pending(); }

void ReplicaStore::ReportIoError(const ExtendedBlock& block) {
  const Result<std::shared_ptr<Pool>> pool = core_->FindPool(block.pool_id);
  if (!pool.ok()) return;
  const std::optional<ReplicaEntry> entry = (*pool)->replicas.Find(block.block.id);
  if (!entry) return;
  core_->OnIoError(core_->volume(entry->volume),
                   Status(Code::kIoError, "reported for " + ToString(entry->block)));
}

}  // namespace cairn::datanode
