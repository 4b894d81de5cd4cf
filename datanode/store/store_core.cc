// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/store_core.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_moves.h"

namespace cairn::datanode {

StoreCore::StoreCore(io::Disk& d, const Clock& c, StoreOptions o, StoreEvents& e,
                     std::vector<std::unique_ptr<Volume>> volumes)
    : disk(d),
      clock(c),
      options(std::move(o)),
      events(e),
      chooser(options.spare_bytes),
      volumes_(std::move(volumes)) {
  deleter = std::make_unique<Deleter>(
      volumes_.size(), [this](const ExtendedBlock& block) { DeleteIfCurrent(block); });
}

StoreCore::~StoreCore() { deleter.reset(); }

std::optional<uint16_t> StoreCore::IndexOf(const Volume& volume) const {
  for (size_t i = 0; i < volumes_.size(); ++i) {
    if (volumes_[i].get() == &volume) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

std::vector<Volume*> StoreCore::WorkingVolumes() const {
  std::vector<Volume*> working;
  for (const auto& volume : volumes_) {
    if (!volume->failed()) working.push_back(volume.get());
  }
  return working;
}

Result<std::shared_ptr<Pool>> StoreCore::FindPool(const std::string& pool_id) const {
  const std::shared_lock lock(pools_mutex_);
  const auto it = pools_.find(pool_id);
  if (it == pools_.end()) {
    return Status(Code::kIoError, "block pool " + pool_id + " is not found");
  }
  return it->second;
}

std::vector<std::shared_ptr<Pool>> StoreCore::Pools() const {
  const std::shared_lock lock(pools_mutex_);
  std::vector<std::shared_ptr<Pool>> pools;
  for (const auto& [id, pool] : pools_) pools.push_back(pool);
  return pools;
}

void StoreCore::PutPool(std::shared_ptr<Pool> pool) {
  const std::unique_lock lock(pools_mutex_);
  const std::string id = pool->id();
  pools_[id] = std::move(pool);
}

void StoreCore::RemovePool(const std::string& pool_id) {
  const std::unique_lock lock(pools_mutex_);
  pools_.erase(pool_id);
}

std::string StoreCore::datanode_uuid() const {
  const std::lock_guard lock(mutex_);
  return datanode_uuid_;
}

void StoreCore::set_datanode_uuid(const std::string& uuid) {
  const std::lock_guard lock(mutex_);
  datanode_uuid_ = uuid;
}

ReplicaSnapshot StoreCore::Snapshot(const ReplicaEntry& entry) const {
  ReplicaSnapshot snapshot;
  snapshot.block = entry.block;
  snapshot.state = entry.state;
  snapshot.bytes_on_disk = entry.block.length;
  snapshot.storage_uuid = volume(entry.volume).storage_uuid();
  snapshot.storage_type = volume(entry.volume).type();
  snapshot.recovery_id = entry.recovery_id;
  snapshot.original_state = entry.original_state;
  if (entry.file_state() == ReplicaState::kFinalized) {
    snapshot.visible_length = entry.block.length;
  }
  if (entry.progress != nullptr) {
    const WriteProgress::Lengths lengths = entry.progress->lengths();
    snapshot.block.length = lengths.received;
    snapshot.bytes_on_disk = lengths.on_disk;
    if (entry.file_state() == ReplicaState::kRbw) snapshot.visible_length = lengths.acked;
  }
  return snapshot;
}

ReplicaStore::LocalPaths StoreCore::PathsOf(const Pool& pool, const ReplicaEntry& entry) const {
  const auto paths = [](const auto& replica) {
    return ReplicaStore::LocalPaths{replica.BlockPath(), replica.MetaPath()};
  };
  switch (entry.file_state()) {
    case ReplicaState::kFinalized:
      return paths(As<ReplicaState::kFinalized>(pool, entry));
    case ReplicaState::kTemporary:
      return paths(As<ReplicaState::kTemporary>(pool, entry));
    default:
      return paths(As<ReplicaState::kRbw>(pool, entry));
  }
}

void StoreCore::OnIoError(Volume& volume, const Status& why) {
  // No volume is to blame for a missing file, a full disk or bad bytes.
  if (volume.failed() || why.code() == Code::kDiskOutOfSpace || why.code() == Code::kChecksum ||
      why.code() == Code::kCorrupt) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    const auto it = checked_.find(&volume);
    if (it != checked_.end() && clock.Now() - it->second < options.volume_check_gap) return;
    checked_[&volume] = clock.Now();
  }
  const Status check = volume.Check();
  if (check.ok()) {
    LOG(kWarn, "i/o failed on a volume that passes its check", {"volume", volume.root()},
        {"reason", why});
    return;
  }
  DropVolume(volume, check);
}

void StoreCore::DropVolume(Volume& volume, const Status& why) {
  uint64_t capacity = 0;
  if (const Result<io::Space> space = disk.SpaceOf(volume.root()); space.ok()) {
    capacity = space->capacity;
  }
  {
    const std::lock_guard lock(mutex_);
    if (volume.failed()) return;
    volume.MarkFailed(why);
    failures_.roots.push_back(volume.root());
    failures_.last_failure_ms = static_cast<uint64_t>(clock.WallMs());
    failures_.capacity_lost_bytes += capacity;
  }
  uint64_t lost = 0;
  for (const std::shared_ptr<Pool>& pool : Pools()) {
    lost += pool->replicas.RemoveVolume(*IndexOf(volume));
  }
  const bool fatal = TooManyFailed();
  LOG(kError, "volume dropped", {"volume", volume.root()}, {"replicas", lost}, {"fatal", fatal},
      {"reason", why});
  events.OnVolumeFailed(volume.storage(), volume.root(), why, fatal);
}

int StoreCore::failed_volumes() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(failures_.roots.size());
}

bool StoreCore::TooManyFailed() const {
  if (WorkingVolumes().empty()) return true;
  return options.failed_volumes_tolerated >= 0 &&
         failed_volumes() > options.failed_volumes_tolerated;
}

VolumeFailures StoreCore::Failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

void StoreCore::NoteUnopened(const std::string& root) {
  const std::lock_guard lock(mutex_);
  failures_.roots.push_back(root);
  failures_.last_failure_ms = static_cast<uint64_t>(clock.WallMs());
}

void StoreCore::OnUnreadable(Pool& pool, const ReplicaEntry& entry, const Status& why) {
  Volume& home = volume(entry.volume);
  const ExtendedBlock block{pool.id(), entry.block};
  LOG(kWarn, "replica cannot be read", {"block", entry.block}, {"reason", why});
  if (why.code() == Code::kCorrupt) {
    events.OnCorrupt(block, home.storage());
    return;
  }
  if (why.code() != Code::kNotFound) {
    OnIoError(home, why);
    return;
  }
  if (entry.state != ReplicaState::kFinalized) return;
  // A file that is missing, or a whole directory: look at the volume before believing it.
  if (Status check = home.Check(); !check.ok()) {
    DropVolume(home, check);
    return;
  }
  const std::string path = PathsOf(pool, entry).block_path;
  bool data_is_here = false;
  {
    const BlockLocks::Guard guard(locks, entry.block.id);
    const std::optional<ReplicaEntry> now = pool.replicas.Find(entry.block.id);
    if (!now || now->state != entry.state || now->block != entry.block) return;
    data_is_here = disk.Exists(path);
    if (!data_is_here && !RemoveNow(pool, *now).ok()) return;
  }
  // Bytes without a meta file are no good, but there is something to delete.
  if (data_is_here) {
    events.OnCorrupt(block, home.storage());
  } else {
    events.OnDeleted(block, home.storage());
  }
}

Status StoreCore::RemoveNow(Pool& pool, const ReplicaEntry& entry) {
  const ReplicaStore::LocalPaths paths = PathsOf(pool, entry);
  Volume& home = volume(entry.volume);
  // Files first: an entry whose files are still there must not be forgotten, or the block could be
  // created anew and then lose its files to this deletion.
  const Result<uint64_t> freed = RemoveReplicaFiles(disk, paths.block_path, paths.meta_path);
  if (!freed.ok()) {
    OnIoError(home, freed.status());
    return freed.status();
  }
  home.AddUsed(pool.id(), -static_cast<int64_t>(*freed));
  pool.replicas.Remove(entry.block.id);
  if (entry.progress != nullptr) entry.progress->ReleaseReserved();
  return Status();
}

void StoreCore::DeleteIfCurrent(const ExtendedBlock& block) {
  const Result<std::shared_ptr<Pool>> pool = FindPool(block.pool_id);
  if (!pool.ok()) return;
  std::optional<ReplicaEntry> entry = (*pool)->replicas.Find(block.block.id);
  if (entry && entry->progress != nullptr) {
    // The file was deleted under its writer: nobody wants the rest. Without the block's lock, which
    // the writer may need to leave.
    const Status s = entry->progress->StopWriter(options.writer_stop_limit, ToString(entry->block));
    if (!s.ok()) LOG(kWarn, "writer of a deleted block goes on", {"reason", s});
  }
  {
    const BlockLocks::Guard guard(locks, block.block.id);
    entry = (*pool)->replicas.Find(block.block.id);
    // Appended to, recovered or replaced since it was invalidated: that one is not meant.
    if (!entry || entry->block.generation_stamp != block.block.generation_stamp) return;
    if (entry->progress != nullptr && entry->progress->has_writer()) {
      LOG(kWarn, "replica being written is not deleted", {"block", entry->block});
      return;
    }
    if (Status s = RemoveNow(**pool, *entry); !s.ok()) {
      LOG(kWarn, "replica could not be deleted", {"block", entry->block}, {"reason", s});
      return;
    }
  }
  events.OnDeleted(ExtendedBlock{block.pool_id, entry->block}, volume(entry->volume).storage());
}

bool StoreCore::IsBetter(const ReplicaEntry& a, const ReplicaEntry& b) {
  if (a.block.generation_stamp != b.block.generation_stamp) {
    return a.block.generation_stamp > b.block.generation_stamp;
  }
  if (a.block.length != b.block.length) return a.block.length > b.block.length;
  return a.state == ReplicaState::kFinalized && b.state != ReplicaState::kFinalized;
}

void StoreCore::PutFound(Pool& pool, ReplicaEntry found) {
  const std::optional<ReplicaEntry> known = pool.replicas.Find(found.block.id);
  if (!known) {
    pool.replicas.Put(std::move(found));
    return;
  }
  const ReplicaStore::LocalPaths known_paths = PathsOf(pool, *known);
  const ReplicaStore::LocalPaths found_paths = PathsOf(pool, found);
  // The same file, found twice, is no duplicate.
  if (known_paths.block_path == found_paths.block_path) return;

  const bool keep_found = IsBetter(found, *known);
  const ReplicaEntry& loser = keep_found ? *known : found;
  const ReplicaStore::LocalPaths& loser_paths = keep_found ? known_paths : found_paths;
  LOG(kWarn, "block has two replicas, the worse one is deleted", {"block", loser.block},
      {"file", loser_paths.block_path});
  if (keep_found) pool.replicas.Put(found);
  const Result<uint64_t> freed =
      RemoveReplicaFiles(disk, loser_paths.block_path, loser_paths.meta_path);
  if (freed.ok()) {
    volume(loser.volume).AddUsed(pool.id(), -static_cast<int64_t>(*freed));
  } else {
    LOG(kWarn, "duplicate replica could not be deleted", {"file", loser_paths.block_path},
        {"reason", freed.status()});
  }
}

}  // namespace cairn::datanode
