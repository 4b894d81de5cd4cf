// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/loader.h"

#include <pthread.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <thread>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_files.h"

namespace cairn::datanode {
namespace {

constexpr std::string_view kUnlinkedSuffix = ".unlinked";

// The files of one block in one directory.
struct Found {
  bool has_block = false;
  std::optional<GenerationStamp> stamp;  // The latest of its meta files.
};
using FoundById = std::map<BlockId, Found>;

// Loads one pool from one volume. Lives on one thread.
class VolumeLoader {
 public:
  VolumeLoader(StoreCore& core, Pool& pool, Volume& volume)
      : core_(core),
        disk_(core.disk),
        pool_(pool),
        volume_(volume),
        index_(*core.IndexOf(volume)),
        dirs_(PoolDirectories::Of(volume.root(), pool.id())) {}

  Status Load() {
    CAIRN_TRY(disk_.RemoveTree(dirs_.tmp));
    for (const std::string& dir : {dirs_.tmp, dirs_.rbw, dirs_.finalized}) {
      CAIRN_TRY(disk_.MakeDirectories(dir));
    }
    CAIRN_TRY(disk_.SyncDirectory(dirs_.pool));
    CAIRN_TRY(disk_.SyncDirectory(io::ParentOf(dirs_.rbw)));
    // First rbw: it settles moves between the two that a crash left half done.
    CAIRN_TRY(LoadRbw());
    return LoadFinalized();
  }

 private:
  // Restores names that a copy on write left behind, and reads what is there.
  Result<FoundById> ReadDirectory(const std::string& directory) {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(directory));
    FoundById found;
    for (std::string name : names) {
      if (name.ends_with(kUnlinkedSuffix)) {
        const std::string copy = directory + "/" + name;
        name.resize(name.size() - kUnlinkedSuffix.size());
        if (disk_.Exists(directory + "/" + name)) {
          CAIRN_TRY(disk_.Remove(copy));
          continue;
        }
        CAIRN_TRY(disk_.Rename(copy, directory + "/" + name));
      }
      const std::optional<ReplicaFileName> parsed = ParseReplicaFileName(name);
      if (!parsed) continue;
      Found& entry = found[parsed->id];
      if (!parsed->generation_stamp) {
        entry.has_block = true;
        continue;
      }
      const GenerationStamp stamp = *parsed->generation_stamp;
      if (entry.stamp) {
        const GenerationStamp older = std::min(stamp, *entry.stamp);
        LOG(kWarn, "block has two meta files, the older one is deleted", {"block", parsed->id},
            {"stamp", older});
        CAIRN_TRY(disk_.Remove(directory + "/" + MetaFileName(parsed->id, older)));
      }
      entry.stamp = entry.stamp ? std::max(stamp, *entry.stamp) : stamp;
    }
    return found;
  }

  // A meta file without a block in `directory`: moved to the block, when that has none, else
  // deleted.
  Status SettleOrphan(const std::string& directory, BlockId id, GenerationStamp stamp,
                      const std::string& other) {
    const std::string path = directory + "/" + MetaFileName(id, stamp);
    if (disk_.Exists(other + "/" + BlockFileName(id))) {
      CAIRN_ASSIGN(const FoundById there, ReadDirectory(other));
      const auto it = there.find(id);
      if (it != there.end() && it->second.has_block && !it->second.stamp) {
        LOG(kWarn, "meta file is moved to its block", {"file", path});
        return disk_.Rename(path, other + "/" + MetaFileName(id, stamp));
      }
    }
    LOG(kWarn, "meta file without a block is deleted", {"file", path});
    return disk_.Remove(path);
  }

  Status LoadRbw() {
    CAIRN_ASSIGN(FoundById found, ReadDirectory(dirs_.rbw));
    for (auto& [id, files] : found) {
      const std::string finalized = dirs_.FinalizedDirectory(id);
      if (!files.has_block) {
        CAIRN_TRY(SettleOrphan(dirs_.rbw, id, *files.stamp, finalized));
        continue;
      }
      if (!files.stamp && disk_.IsDirectory(finalized)) {
        CAIRN_ASSIGN(const FoundById there, ReadDirectory(finalized));
        const auto it = there.find(id);
        if (it != there.end() && !it->second.has_block && it->second.stamp) {
          CAIRN_TRY(SettleOrphan(finalized, id, *it->second.stamp, dirs_.rbw));
          files.stamp = it->second.stamp;
        }
      }
      CAIRN_TRY(AddRbw(id, files));
    }
    return Status();
  }

  // Consumes the marker of an announced restart. True while it holds.
  bool TakeRestartMarker(BlockId id) {
    const std::string path = RestartMarkerPath(dirs_, id);
    const Result<std::string> text = disk_.ReadFile(path, 64);
    if (!text.ok()) return false;
    if (Status s = disk_.Remove(path); !s.ok()) {
      LOG(kWarn, "restart marker stays", {"file", path}, {"reason", s});
    }
    int64_t until_ms = 0;
    std::from_chars(text->data(), text->data() + text->size(), until_ms);
    return until_ms > core_.clock.WallMs();
  }

  Status AddRbw(BlockId id, const Found& files) {
    ReplicaEntry entry;
    entry.block.id = id;
    entry.block.generation_stamp = files.stamp.value_or(GenerationStamp());
    entry.volume = index_;
    entry.state = TakeRestartMarker(id) ? ReplicaState::kRbw : ReplicaState::kRwr;
    const ReplicaStore::LocalPaths paths = core_.PathsOf(pool_, entry);
    if (!files.stamp) {
      CAIRN_ASSIGN(const uint64_t size, disk_.FileSize(paths.block_path));
      // Created, but the meta file was not: nobody was told of it.
      if (size == 0) return disk_.Remove(paths.block_path);
      entry.state = ReplicaState::kRwr;
    }
    const Result<uint64_t> length = RepairedLength(paths);
    if (length.ok()) {
      entry.block.length = *length;
    } else {
      // Worthless, but the namenode must hear of it to have it deleted.
      LOG(kWarn, "replica cannot be repaired", {"block", entry.block}, {"reason", length.status()});
      entry.state = ReplicaState::kRwr;
    }
    if (entry.state == ReplicaState::kRbw) {
      entry.progress = std::make_shared<WriteProgress>(volume_, entry.block.length, 0);
    }
    CAIRN_ASSIGN(const uint64_t size, disk_.FileSize(paths.block_path));
    return Put(std::move(entry), paths, size);
  }

  Result<uint64_t> RepairedLength(const ReplicaStore::LocalPaths& paths) {
    CAIRN_ASSIGN(const ReplicaFiles files,
                 OpenReplicaFiles(disk_, paths.block_path, paths.meta_path,
                                  io::OpenMode::kReadWrite));
    return RepairTail(files);
  }

  Status LoadFinalized() {
    CAIRN_ASSIGN(const std::vector<std::string> outer, disk_.List(dirs_.finalized));
    for (const std::string& i : outer) {
      const std::string outer_path = dirs_.finalized + "/" + i;
      if (!i.starts_with("subdir") || !disk_.IsDirectory(outer_path)) continue;
      CAIRN_ASSIGN(const std::vector<std::string> inner, disk_.List(outer_path));
      for (const std::string& j : inner) {
        const std::string path = outer_path + "/" + j;
        if (j.starts_with("subdir") && disk_.IsDirectory(path)) CAIRN_TRY(LoadFinalized(path));
      }
    }
    return Status();
  }

  Status LoadFinalized(const std::string& directory) {
    CAIRN_ASSIGN(const FoundById found, ReadDirectory(directory));
    for (const auto& [id, files] : found) {
      if (dirs_.FinalizedDirectory(id) != directory) {
        LOG(kWarn, "replica is in a directory where it does not belong, it is left alone",
            {"block", id}, {"directory", directory});
        continue;
      }
      if (!files.has_block) {
        CAIRN_TRY(SettleOrphan(directory, id, *files.stamp, dirs_.rbw));
        continue;
      }
      ReplicaEntry entry;
      entry.block.id = id;
      entry.block.generation_stamp = files.stamp.value_or(GenerationStamp());
      entry.volume = index_;
      const ReplicaStore::LocalPaths paths = core_.PathsOf(pool_, entry);
      CAIRN_ASSIGN(entry.block.length, disk_.FileSize(paths.block_path));
      const uint64_t length = entry.block.length;
      CAIRN_TRY(Put(std::move(entry), paths, length));
    }
    return Status();
  }

  Status Put(ReplicaEntry entry, const ReplicaStore::LocalPaths& paths, uint64_t bytes) {
    if (const Result<uint64_t> meta = disk_.FileSize(paths.meta_path); meta.ok()) bytes += *meta;
    volume_.AddUsed(pool_.id(), static_cast<int64_t>(bytes));
    // Another volume's thread may hold the same block.
    const BlockLocks::Guard guard(core_.locks, entry.block.id);
    core_.PutFound(pool_, std::move(entry));
    return Status();
  }

  StoreCore& core_;
  io::Disk& disk_;
  Pool& pool_;
  Volume& volume_;
  const uint16_t index_;
  const PoolDirectories dirs_;
};

// Gives new directories their VERSION files and checks those of the others.
Status Handshake(StoreCore& core, Volume& volume, const NamespaceInfo& ns) {
  const int64_t now = core.clock.WallMs();
  const Result<StorageVersion> storage = ReadStorageVersion(core.disk, volume.root());
  if (storage.ok()) {
    CAIRN_TRY(CheckStorage(*storage, ns, volume.root()));
    volume.set_storage_uuid(storage->storage_id);
  }
  const Result<PoolVersion> pool = ReadPoolVersion(core.disk, volume.root(), ns.block_pool_id);
  if (pool.ok()) CAIRN_TRY(CheckPool(*pool, ns, volume.root()));
  if (!pool.ok() && pool.status().code() != Code::kNotFound) return pool.status();

  if (!storage.ok()) {
    if (storage.status().code() != Code::kNotFound) return storage.status();
    StorageVersion version;
    version.storage_id = NewStorageId();
    version.cluster_id = ns.cluster_id;
    version.datanode_uuid = core.datanode_uuid();
    LOG(kInfo, "data directory is formatted", {"directory", volume.root()},
        {"storage", version.storage_id}, {"cluster", ns.cluster_id});
    CAIRN_TRY(WriteStorageVersion(core.disk, volume.root(), version, now));
    volume.set_storage_uuid(version.storage_id);
  }
  if (pool.ok()) return Status();
  PoolVersion version;
  version.namespace_id = ns.namespace_id;
  version.pool_id = ns.block_pool_id;
  version.ctime_ms = ns.ctime_ms;
  return WritePoolVersion(core.disk, volume.root(), version, now);
}

}  // namespace

Status LoadPool(StoreCore& core, Pool& pool) {
  std::vector<Volume*> volumes = core.WorkingVolumes();
  // All handshakes before the first load: a wrong namenode must not touch a replica.
  std::vector<std::pair<Volume*, Status>> failed;
  for (Volume* volume : volumes) {
    const Status s = Handshake(core, *volume, pool.ns);
    if (s.code() == Code::kIncorrectVersion || s.code() == Code::kCorrupt) return s;
    if (!s.ok()) failed.emplace_back(volume, s);
  }
  for (const auto& [volume, why] : failed) core.DropVolume(*volume, why);

  volumes = core.WorkingVolumes();
  std::vector<Status> results(volumes.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < volumes.size(); ++i) {
    threads.emplace_back([&, i] {
      ::pthread_setname_np(::pthread_self(), "store.load");
      results[i] = VolumeLoader(core, pool, *volumes[i]).Load();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < volumes.size(); ++i) {
    if (results[i].ok()) continue;
    core.DropVolume(*volumes[i], results[i]);
    // The pool is not in the list yet, so its replicas are not dropped with the volume.
    pool.replicas.RemoveVolume(*core.IndexOf(*volumes[i]));
  }
  if (core.TooManyFailed()) {
    return Status(Code::kDiskError, "too many failed volumes: " +
                                        std::to_string(core.failed_volumes()) + " failed, " +
                                        std::to_string(core.WorkingVolumes().size()) + " left");
  }
  LOG(kInfo, "block pool loaded", {"pool", pool.id()}, {"replicas", pool.replicas.size()},
      {"volumes", core.WorkingVolumes().size()});
  return Status();
}

bool HasReplicaFiles(io::Disk& disk, const PoolDirectories& dirs) {
  std::vector<std::string> to_look{dirs.rbw, dirs.finalized};
  while (!to_look.empty()) {
    const std::string directory = to_look.back();
    to_look.pop_back();
    const Result<std::vector<std::string>> names = disk.List(directory);
    if (!names.ok()) continue;
    for (const std::string& name : *names) {
      if (ParseReplicaFileName(name)) return true;
      if (name.starts_with("subdir")) to_look.push_back(directory + "/" + name);
    }
  }
  return false;
}

}  // namespace cairn::datanode
