// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/util/clock.h"
#include "common/util/random.h"
#include "namenode/blocks/block_map.h"
#include "namenode/blocks/block_owners.h"
#include "namenode/blocks/commands.h"
#include "namenode/blocks/datanode_manager.h"
#include "namenode/blocks/options.h"
#include "namenode/blocks/placement.h"
#include "namenode/blocks/replica_queues.h"
#include "namenode/blocks/safe_mode.h"

namespace cairn::namenode {

// Keeps every finished block at its wanted number of good replicas: learns of replicas that come
// and go, orders copies of what lacks and deletion of what is too much or corrupt.
//
// Two rules hold whatever comes: the last good replica is never ordered to be deleted, and nothing
// is deleted while one of the block's volumes has not reported in full since it registered or
// since the last failover (its copy may be gone already, by the order of another active).
//
// Not thread-safe: guarded by the namesystem lock.
class Redundancy {
 public:
  // All must outlive this object. `owners` may be null.
  struct Parts {
    BlockMap& map;
    DatanodeManager& datanodes;
    const PlacementPolicy& placement;
    SafeMode& safe_mode;
    const BlockManagerOptions& options;
    const Clock& clock;
    Random& random;
    const BlockOwners* owners;
  };
  explicit Redundancy(const Parts& parts) : p_(parts) {}
  Redundancy(const Redundancy&) = delete;
  Redundancy& operator=(const Redundancy&) = delete;

  // Replicas of a block by what they are good for.
  struct Counts {
    uint32_t live = 0;     // Good, on a volume in service, not ordered to be deleted.
    uint32_t leaving = 0;  // Good, on a datanode that is to go.
    uint32_t corrupt = 0;
    uint32_t excess = 0;
    uint32_t stale = 0;    // Of all of these, on volumes whose contents are uncertain.
  };
  Counts Count(BlockHandle block) const;
  bool IsLive(BlockHandle block, StorageIndex storage) const;
  bool HasMin(BlockHandle block) const {
    const Counts counts = Count(block);
    return counts.live + counts.leaving >= p_.options.replication_min;
  }

  // --- What happened. Blocks must be finished, but for MarkCorrupt and RemoveReplica.

  // A good replica was reported. `hint`: a datanode whose replica may go in exchange.
  void AddReplica(BlockHandle block, StorageIndex storage, DatanodeIndex hint = kNoDatanode);
  void RemoveReplica(BlockHandle block, StorageIndex storage);
  // The datanode says that it has deleted it.
  void ReplicaDeleted(BlockHandle block, StorageIndex storage);
  // A full report names a replica that was ordered to be deleted: the order may have been lost.
  void StillThere(BlockHandle block, StorageIndex storage);
  // `replica` as it is on the volume, with its own length and stamp.
  void MarkCorrupt(BlockHandle block, StorageIndex storage, CorruptReason reason,
                   const Block& replica);
  // The block became complete; copies on the way are those of its pipeline.
  void MakeComplete(BlockHandle block);
  // It is opened again: it needs no repair, and nothing of it may be deleted.
  void BeforeReopen(BlockHandle block);
  void SetReplication(BlockHandle block, uint16_t replication);
  // Orders the deletion of all replicas and forgets the block.
  void Forget(BlockHandle block);
  // A replica that belongs to no block.
  void Invalidate(StorageIndex storage, const Block& replica);
  void CancelInvalidation(StorageIndex storage, BlockId id) { invalidations_.Remove(storage, id); }

  // Volumes that are lost: their replicas count no more at once, and are removed step by step.
  void Lose(StorageIndex storage);
  // A volume came back before all its replicas were removed.
  void StopLosing(StorageIndex storage);
  // A full report was applied: what waited for it may go on.
  void NoteFullReport() { postponed_dirty_ = true; }

  // --- Work.

  // Off: on a standby and in start-up safe mode; then nothing is ordered. A standby keeps no orders
  // for later either.
  void Activate();
  void BecomeStandby();
  void LeaveStandby() { standby_ = false; }
  bool IsActive() const { return active_; }
  // Looks at all blocks again, step by step.
  void StartScan() { scan_next_ = 0; }
  // A step of all the work that goes by steps. True: there is more.
  bool Step(uint32_t blocks);
  // Orders copies for the most urgent blocks.
  void ScheduleRound();
  void ExpirePending();

  std::vector<TransferCommand::Item> TakeTransfers(DatanodeIndex node, uint32_t max);
  std::vector<Block> TakeInvalidations(DatanodeIndex node, uint32_t max);
  // The datanode is gone: what it was to copy is ordered anew.
  void DropTransfers(DatanodeIndex node);

  const LowRedundancyQueues& low() const { return low_; }
  const PendingReconstruction& pending() const { return pending_; }
  const CorruptReplicas& corrupt() const { return corrupt_; }
  const ExcessReplicas& excess() const { return excess_; }
  const InvalidationQueues& invalidations() const { return invalidations_; }
  size_t postponed_size() const { return postponed_.size(); }
  uint64_t timed_out() const { return timed_out_; }
  uint64_t queued_transfers() const;
  uint64_t MissingWithReplicationOne() const;

 private:
  struct Transfer {
    Block block;
    std::vector<StorageIndex> targets;
  };
  // Keeps safe mode's counters right over a change of one block.
  class SafeModeChange;

  void Recheck(BlockHandle block);
  void CheckAll(BlockHandle block, StorageIndex added, DatanodeIndex hint);
  bool HasEnough(BlockHandle block, const Counts& counts) const;
  bool IsSpread(BlockHandle block) const;
  void RemoveExcess(BlockHandle block, StorageIndex added, DatanodeIndex hint);
  std::vector<StorageType> ExcessTypes(BlockHandle block,
                                       std::span<const StorageIndex> replicas) const;
  void RemoveCorrupt(BlockHandle block, const Counts& counts);
  void ReclaimExcess(BlockHandle block, Counts& counts);
  void Postpone(BlockHandle block);
  void Unpostpone(BlockHandle block);
  void DropOtherOfNode(BlockHandle block, StorageIndex kept);
  void ArrivedFromPending(BlockHandle block, StorageIndex storage);
  uint8_t PolicyOf(BlockHandle block) const;

  bool StepLosing(uint32_t& budget);
  bool StepScan(uint32_t& budget);
  bool StepPostponed(uint32_t& budget);

  void ScheduleOne(BlockHandle block, Urgency urgency);
  StorageIndex ChooseSource(BlockHandle block, Urgency urgency) const;
  PlacementRequest RequestFor(BlockHandle block, const Counts& counts, StorageIndex source) const;
  size_t QueuedTransfers(DatanodeIndex node) const;

  const Parts p_;
  bool active_ = false;
  bool standby_ = false;
  LowRedundancyQueues low_{p_.map};
  PendingReconstruction pending_{p_.map};
  CorruptReplicas corrupt_{p_.map};
  ExcessReplicas excess_{p_.map};
  InvalidationQueues invalidations_;
  std::unordered_map<DatanodeIndex, std::deque<Transfer>> transfers_;
  // Too many replicas, but a volume that did not report in full: looked at again after reports.
  std::unordered_set<BlockHandle> postponed_;
  std::vector<BlockHandle> postponed_work_;
  bool postponed_dirty_ = false;
  std::vector<StorageIndex> losing_;
  uint32_t scan_next_ = UINT32_MAX;
  uint64_t timed_out_ = 0;
};

}  // namespace cairn::namenode
