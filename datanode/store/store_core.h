// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "datanode/store/block_locks.h"
#include "datanode/store/deleter.h"
#include "datanode/store/replica_map.h"
#include "datanode/store/replica_store.h"

namespace cairn::datanode {

// One namespace's replicas on this datanode.
struct Pool {
  explicit Pool(NamespaceInfo n) : ns(std::move(n)) {}

  const NamespaceInfo ns;
  ReplicaMap replicas;

  const std::string& id() const { return ns.block_pool_id; }
};

// What the operations of ReplicaStore and the scanners have in common: volumes, pools, locks.
// Internal to datanode/store.
//
// An operation on a block: take its lock, look it up, do I/O, put the new entry, release; then tell
// the owner. Locks are taken in the order block, pool list, map shard, progress.
//
// Thread-safe.
class StoreCore {
 public:
  StoreCore(io::Disk& disk, const Clock& clock, StoreOptions options, StoreEvents& events,
            std::vector<std::unique_ptr<Volume>> volumes);
  ~StoreCore();

  io::Disk& disk;
  const Clock& clock;
  const StoreOptions options;
  StoreEvents& events;

  // Held while a pool is loaded or deleted.
  std::mutex add_pool_mutex;

  BlockLocks locks;
  VolumeChooser chooser;

  // Volumes keep their index for ever; a failed one stays in the list.
  size_t volume_count() const { return volumes_.size(); }
  Volume& volume(size_t index) const { return *volumes_[index]; }
  std::optional<uint16_t> IndexOf(const Volume& volume) const;
  std::vector<Volume*> WorkingVolumes() const;

  // kIoError for a pool that has not been added.
  Result<std::shared_ptr<Pool>> FindPool(const std::string& pool_id) const;
  std::vector<std::shared_ptr<Pool>> Pools() const;
  void PutPool(std::shared_ptr<Pool> pool);
  void RemovePool(const std::string& pool_id);

  std::string datanode_uuid() const;
  void set_datanode_uuid(const std::string& uuid);

  // The typed replica of an entry; the entry's files are in that state's place.
  template <ReplicaState kState>
  ReplicaIn<kState> As(const Pool& pool, const ReplicaEntry& entry) const {
    return ReplicaIn<kState>{&volume(entry.volume), pool.id(), entry.block};
  }
  ReplicaSnapshot Snapshot(const ReplicaEntry& entry) const;
  ReplicaStore::LocalPaths PathsOf(const Pool& pool, const ReplicaEntry& entry) const;

  // An I/O operation on a volume failed: checks the volume, and drops it when it is sick. The
  // caller holds no lock but a block's.
  void OnIoError(Volume& volume, const Status& why);
  void DropVolume(Volume& volume, const Status& why);
  // How many volumes have failed, those that could not be opened included.
  int failed_volumes() const;
  bool TooManyFailed() const;
  VolumeFailures Failures() const;
  void NoteUnopened(const std::string& root);

  // A complete replica could not be opened: a missing one is forgotten, a short one reported, and
  // after an I/O error its volume is checked. The caller holds no lock.
  void OnUnreadable(Pool& pool, const ReplicaEntry& entry, const Status& why);

  // Deletes files, forgets the entry and tells the owner. The caller holds the block's lock. When
  // the files cannot be deleted the entry stays.
  Status RemoveNow(Pool& pool, const ReplicaEntry& entry);
  // The task of the deleter.
  void DeleteIfCurrent(const ExtendedBlock& block);

  // Of two copies of a block, whether `a` is better: a later stamp, then more bytes, then
  // finalized.
  static bool IsBetter(const ReplicaEntry& a, const ReplicaEntry& b);
  // Puts a replica that was found on disk; when the block is known elsewhere, the better one stays
  // and the other's files are deleted. The caller holds the block's lock.
  void PutFound(Pool& pool, ReplicaEntry found);

  // Its threads use all other members: the destructor ends them first.
  std::unique_ptr<Deleter> deleter;

 private:
  // Before the pools: replicas being written give their reservations back when they are destroyed.
  const std::vector<std::unique_ptr<Volume>> volumes_;

  mutable std::shared_mutex pools_mutex_;
  std::map<std::string, std::shared_ptr<Pool>> pools_;

  mutable std::mutex mutex_;  // Guards the following.
  std::string datanode_uuid_;
  std::map<const Volume*, Clock::TimePoint> checked_;  // When a volume passed its last check.
  VolumeFailures failures_;
};

// Moves an entry's files to their final place (unless they are there) and puts the finalized entry.
// The caller holds the block's lock.
Result<FinalizedInfo> FinalizeEntry(StoreCore& core, Pool& pool, const ReplicaEntry& entry,
                                    bool sync);

// The entry of a block in any state; kReplicaNotFound, with Apache's text, when there is none.
Result<ReplicaEntry> FindOrNotFound(const Pool& pool, const ExtendedBlock& block);

}  // namespace cairn::datanode
