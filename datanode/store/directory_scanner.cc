// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>

#include <algorithm>
#include <set>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/replica_files.h"
#include "datanode/store/scanner.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {

// One pool on one volume. The listing is made without locks, so a difference may be a replica on
// its way: each one is looked at again under the block's lock before anything is changed.
class DirectoryScanner::Comparison {
 public:
  Comparison(StoreCore& core, Pool& pool, Volume& volume, DirectoryScanResult& result)
      : core_(core),
        disk_(core.disk),
        pool_(pool),
        volume_(volume),
        index_(*core.IndexOf(volume)),
        dirs_(PoolDirectories::Of(volume.root(), pool.id())),
        result_(result) {}

  void Run() {
    // What memory has, by directory: (bits of the path, id), 16 bytes each for the time of the
    // scan.
    std::vector<std::pair<int64_t, int64_t>> known;
    pool_.replicas.ForEach([&](const ReplicaEntry& entry) {
      if (entry.volume != index_ || entry.state != ReplicaState::kFinalized) return;
      known.emplace_back(PathBits(entry.block.id), entry.block.id.value);
    });
    std::sort(known.begin(), known.end());

    constexpr int64_t kDirectories = 32 * 32;
    auto next = known.begin();
    for (int64_t bits = 0; bits < kDirectories; ++bits) {
      const auto end = std::find_if(next, known.end(),
                                    [&](const auto& item) { return item.first != bits; });
      // Not that of a block: the path only needs the bits.
      const std::string directory =
          dirs_.FinalizedDirectory(BlockId(((bits >> 5) << 16) | ((bits & 31) << 8)));
      CompareDirectory(directory, next, end);
      next = end;
    }
  }

 private:
  using KnownIterator = std::vector<std::pair<int64_t, int64_t>>::const_iterator;

  static int64_t PathBits(BlockId id) {
    return (((id.value >> 16) & 31) << 5) | ((id.value >> 8) & 31);
  }

  void CompareDirectory(const std::string& directory, KnownIterator begin, KnownIterator end) {
    std::set<BlockId> to_check;
    for (KnownIterator it = begin; it != end; ++it) to_check.insert(BlockId(it->second));
    if (disk_.IsDirectory(directory)) {
      const Result<std::vector<std::string>> names = disk_.List(directory);
      if (!names.ok()) {
        core_.OnIoError(volume_, names.status());
        return;
      }
      CompareNames(*names, &to_check);
    }
    for (BlockId id : to_check) {
      if (!volume_.failed()) Settle(id, directory);
    }
  }

  // Takes out of `to_check` what is the same on disk, and adds what is only there.
  void CompareNames(const std::vector<std::string>& names, std::set<BlockId>* to_check) {
    std::map<BlockId, std::pair<bool, std::optional<GenerationStamp>>> on_disk;
    for (const std::string& name : names) {
      const std::optional<ReplicaFileName> parsed = ParseReplicaFileName(name);
      if (!parsed) continue;
      auto& [has_block, stamp] = on_disk[parsed->id];
      if (parsed->generation_stamp) {
        stamp = parsed->generation_stamp;
      } else {
        has_block = true;
      }
    }
    for (const auto& [id, files] : on_disk) {
      const std::optional<ReplicaEntry> entry = pool_.replicas.Find(id);
      const bool same = entry && entry->state == ReplicaState::kFinalized &&
                        entry->volume == index_ && files.first &&
                        files.second == entry->block.generation_stamp && SameLength(*entry);
      if (same) {
        to_check->erase(id);
      } else {
        to_check->insert(id);
      }
    }
  }

  bool SameLength(const ReplicaEntry& entry) {
    const Result<uint64_t> size = disk_.FileSize(core_.PathsOf(pool_, entry).block_path);
    return size.ok() && *size == entry.block.length;
  }

  struct OnDisk {
    std::optional<uint64_t> length;         // Of the block file, when there is one.
    std::optional<GenerationStamp> stamp;   // Of the latest meta file.
  };

  OnDisk Look(BlockId id, const std::string& directory) {
    OnDisk found;
    if (const Result<uint64_t> size = disk_.FileSize(directory + "/" + BlockFileName(id));
        size.ok()) {
      found.length = *size;
    }
    const Result<std::vector<std::string>> names = disk_.List(directory);
    if (!names.ok()) return found;
    for (const std::string& name : *names) {
      const std::optional<ReplicaFileName> parsed = ParseReplicaFileName(name);
      if (!parsed || parsed->id != id || !parsed->generation_stamp) continue;
      if (!found.stamp || *found.stamp < *parsed->generation_stamp) {
        found.stamp = parsed->generation_stamp;
      }
    }
    return found;
  }

  void Settle(BlockId id, const std::string& directory) {
    // A volume that has lost a directory must not make the namenode believe that replicas are gone.
    if (!disk_.IsDirectory(dirs_.finalized)) {
      core_.OnIoError(volume_, Status(Code::kIoError, "directory is missing: " + dirs_.finalized));
      return;
    }
    std::function<void()> report;
    {
      const BlockLocks::Guard guard(core_.locks, id);
      const std::optional<ReplicaEntry> entry = pool_.replicas.Find(id);
      // Being written or recovered: its files are on their way.
      if (entry && entry->state != ReplicaState::kFinalized) return;
      const OnDisk found = Look(id, directory);
      if (!found.length) {
        report = SettleWithoutBlock(id, directory, found, entry);
      } else if (!entry || entry->volume != index_) {
        report = SettleUnknown(id, found, entry);
      } else {
        report = SettleMismatch(*entry, found);
      }
    }
    if (report) report();
  }

  std::function<void()> SettleWithoutBlock(BlockId id, const std::string& directory,
                                           const OnDisk& found,
                                           const std::optional<ReplicaEntry>& entry) {
    if (found.stamp) {
      const std::string meta = directory + "/" + MetaFileName(id, *found.stamp);
      LOG(kWarn, "meta file without a block is deleted", {"file", meta});
      if (disk_.Remove(meta).ok()) ++result_.orphan_meta_files;
    }
    if (!entry || entry->volume != index_) return nullptr;
    LOG(kWarn, "replica is missing on disk", {"block", entry->block}, {"volume", volume_.root()});
    pool_.replicas.Remove(id);
    ++result_.missing;
    return [this, block = entry->block] {
      core_.events.OnDeleted(ExtendedBlock{pool_.id(), block}, volume_.storage());
    };
  }

  std::function<void()> SettleUnknown(BlockId id, const OnDisk& found,
                                      const std::optional<ReplicaEntry>& entry) {
    ReplicaEntry added;
    added.block = Block{id, *found.length, found.stamp.value_or(GenerationStamp())};
    added.volume = index_;
    volume_.AddUsed(pool_.id(), static_cast<int64_t>(*found.length));
    core_.PutFound(pool_, added);
    if (entry) {
      ++result_.duplicates;
      return nullptr;
    }
    LOG(kWarn, "replica is on disk only, it is added", {"block", added.block},
        {"volume", volume_.root()});
    ++result_.found;
    return [this, block = added.block] {
      core_.events.OnFound(ExtendedBlock{pool_.id(), block}, volume_.storage());
    };
  }

  std::function<void()> SettleMismatch(ReplicaEntry entry, const OnDisk& found) {
    const Block before = entry.block;
    const bool has_meta = disk_.Exists(core_.PathsOf(pool_, entry).meta_path);
    if (!has_meta && found.stamp) entry.block.generation_stamp = *found.stamp;
    entry.block.length = *found.length;
    if (entry.block == before && (has_meta || found.stamp)) return nullptr;
    LOG(kWarn, "replica differs on disk", {"block", before}, {"length", before.length},
        {"on_disk", ToString(entry.block)}, {"length_on_disk", *found.length});
    ++result_.mismatched;
    pool_.replicas.Put(entry);
    if (entry.block.length == before.length && (has_meta || found.stamp)) return nullptr;
    return [this, before] {
      core_.events.OnCorrupt(ExtendedBlock{pool_.id(), before}, volume_.storage());
    };
  }

  StoreCore& core_;
  io::Disk& disk_;
  Pool& pool_;
  Volume& volume_;
  const uint16_t index_;
  const PoolDirectories dirs_;
  DirectoryScanResult& result_;
};

DirectoryScanner::DirectoryScanner(ReplicaStore& store, ScannerOptions options)
    : store_(store), options_(options) {}

DirectoryScanner::~DirectoryScanner() { Stop(); }

void DirectoryScanner::Start() {
  if (options_.directory_interval <= Clock::Duration::zero()) return;
  thread_ = std::thread([this] { Run(); });
}

void DirectoryScanner::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

DirectoryScanResult DirectoryScanner::ScanPool(const std::string& pool_id) {
  DirectoryScanResult result;
  StoreCore& core = store_.core();
  const Result<std::shared_ptr<Pool>> pool = core.FindPool(pool_id);
  if (!pool.ok()) return result;
  for (Volume* volume : core.WorkingVolumes()) Comparison(core, **pool, *volume, result).Run();
  return result;
}

void DirectoryScanner::Run() {
  ::pthread_setname_np(::pthread_self(), "store.dirscan");
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, options_.directory_interval, [&] { return stopping_; })) {
    lock.unlock();
    for (const std::string& pool_id : store_.Pools()) {
      const DirectoryScanResult result = ScanPool(pool_id);
      LOG(kInfo, "directories compared", {"pool", pool_id}, {"found", result.found},
          {"missing", result.missing}, {"mismatched", result.mismatched},
          {"orphan_meta_files", result.orphan_meta_files}, {"duplicates", result.duplicates});
    }
    lock.lock();
  }
}

}  // namespace cairn::datanode
