// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/volume.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/log/log.h"

namespace cairn::datanode {

Volume::Volume(io::Disk& disk, DataDirectory directory, Options options)
    : disk_(disk), directory_(std::move(directory)), options_(options) {}

Result<std::unique_ptr<Volume>> Volume::Open(io::Disk& disk, const DataDirectory& directory,
                                             Options options) {
  if (!disk.IsDirectory(directory.root)) {
    CAIRN_TRY(disk.MakeDirectories(directory.root));
    CAIRN_TRY(disk.SyncDirectory(io::ParentOf(directory.root)));
  }
  std::unique_ptr<Volume> volume(new Volume(disk, directory, options));
  CAIRN_ASSIGN(volume->lock_, disk.Lock(directory.root + "/in_use.lock",
                                        std::to_string(::getpid()) + "@localhost"));
  CAIRN_TRY(volume->Check());
  return volume;
}

std::string Volume::storage_uuid() const {
  const std::lock_guard lock(mutex_);
  return storage_uuid_;
}

void Volume::set_storage_uuid(const std::string& uuid) {
  const std::lock_guard lock(mutex_);
  storage_uuid_ = uuid;
}

DatanodeStorage Volume::storage() const {
  return DatanodeStorage{storage_uuid(), StorageState::kNormal, directory_.type};
}

uint64_t Volume::Reserved(uint64_t capacity) const {
  const double fraction = std::clamp(options_.reserved_fraction, 0.0, 1.0);
  return std::max(options_.reserved_bytes,
                  static_cast<uint64_t>(static_cast<double>(capacity) * fraction));
}

Result<uint64_t> Volume::Available() const {
  if (failed_) return failure();
  CAIRN_ASSIGN(const io::Space space, disk_.SpaceOf(directory_.root));
  const uint64_t used = Used();
  const uint64_t disk_used = space.capacity - std::min(space.capacity, space.available);
  const uint64_t non_dfs_used = disk_used - std::min(disk_used, used);
  const uint64_t reserved = Reserved(space.capacity);
  const uint64_t promised =
      static_cast<uint64_t>(std::max<int64_t>(0, reserved_for_replicas_.load()));

  // What others use counts towards the reservation; only its rest is taken from the free space.
  const uint64_t reserved_rest = reserved - std::min(reserved, non_dfs_used);
  const uint64_t budget = space.capacity - std::min(space.capacity, reserved);
  const uint64_t by_budget = budget - std::min(budget, used + promised);
  const uint64_t by_disk = space.available - std::min(space.available, reserved_rest + promised);
  return std::min(by_budget, by_disk);
}

StorageReport Volume::Report(const std::string& pool_id) const {
  StorageReport report;
  report.storage = storage();
  report.mount = directory_.root;
  report.dfs_used = Used();
  report.block_pool_used = Used(pool_id);
  const Result<uint64_t> available = Available();
  const Result<io::Space> space = disk_.SpaceOf(directory_.root);
  if (!available.ok() || !space.ok()) {
    report.failed = true;
    return report;
  }
  const uint64_t reserved = Reserved(space->capacity);
  report.capacity = space->capacity - std::min(space->capacity, reserved);
  report.remaining = *available;
  const uint64_t disk_used = space->capacity - std::min(space->capacity, space->available);
  const uint64_t others = disk_used - std::min(disk_used, report.dfs_used);
  report.non_dfs_used = others - std::min(others, reserved);
  return report;
}

void Volume::AddUsed(const std::string& pool_id, int64_t bytes) {
  const std::lock_guard lock(mutex_);
  int64_t& used = used_[pool_id];
  used = std::max<int64_t>(0, used + bytes);
}

uint64_t Volume::Used(const std::string& pool_id) const {
  const std::lock_guard lock(mutex_);
  const auto it = used_.find(pool_id);
  return it == used_.end() ? 0 : static_cast<uint64_t>(it->second);
}

uint64_t Volume::Used() const {
  const std::lock_guard lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [pool, used] : used_) sum += static_cast<uint64_t>(used);
  return sum;
}

Status Volume::Check() const {
  const std::lock_guard lock(check_mutex_);
  const std::string path = directory_.root + "/.volume_check";
  const auto probe = [&]() -> Status {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(directory_.root));
    {
      CAIRN_ASSIGN(const std::unique_ptr<io::File> file,
                   disk_.Open(path, io::OpenMode::kCreate));
      CAIRN_TRY(file->WriteAt(0, "probe"));
      CAIRN_TRY(file->Sync());
    }
    CAIRN_ASSIGN(const std::string text, disk_.ReadFile(path, 64));
    if (text != "probe") return Status(Code::kCorrupt, path + " reads back as other bytes");
    return disk_.Remove(path);
  };
  const Status s = probe();
  // A full disk still serves its replicas.
  if (s.ok() || s.code() == Code::kDiskOutOfSpace) return Status();
  return Status(Code::kDiskError, "volume " + directory_.root + ": " + s.message());
}

void Volume::MarkFailed(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    failure_ = why;
  }
  failed_ = true;
}

Status Volume::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

Result<Volume*> VolumeChooser::Choose(const std::vector<Volume*>& volumes, StorageType type,
                                      const std::string& storage_uuid, uint64_t bytes) {
  const auto has_room = [&](const Volume& volume, uint64_t* available) {
    const Result<uint64_t> free = volume.Available();
    if (free.ok()) *available = *free;
    return free.ok() && *free > bytes && *free - bytes > spare_bytes_;
  };
  std::vector<Volume*> candidates;
  uint64_t available = 0;
  for (Volume* volume : volumes) {
    if (volume->type() != type || volume->failed()) continue;
    if (!storage_uuid.empty() && volume->storage_uuid() == storage_uuid &&
        has_room(*volume, &available)) {
      return volume;
    }
    candidates.push_back(volume);
  }
  if (candidates.empty()) {
    return Status(Code::kDiskOutOfSpace, "No more available volumes");
  }
  uint64_t available_max = 0;
  const uint64_t first = next_++;
  for (size_t i = 0; i < candidates.size(); ++i) {
    Volume* const volume = candidates[(first + i) % candidates.size()];
    available = 0;
    if (has_room(*volume, &available)) return volume;
    available_max = std::max(available_max, available);
  }
  return Status(Code::kDiskOutOfSpace,
                "Out of space: The volume with the most available space (=" +
                    std::to_string(available_max) + " B) is less than the block size (=" +
                    std::to_string(bytes) + " B).");
}

}  // namespace cairn::datanode
