// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/redundancy.h"

#include <algorithm>

#include "common/log/log.h"
#include "namenode/blocks/storage_policy.h"

namespace cairn::namenode {

class Redundancy::SafeModeChange {
 public:
  SafeModeChange(Redundancy& redundancy, BlockHandle block)
      : r_(redundancy), block_(block), on_(r_.p_.safe_mode.IsStartup()) {
    if (on_) Look(&was_complete_, &was_safe_);
  }
  ~SafeModeChange() {
    if (!on_) return;
    bool complete = false;
    bool safe = false;
    Look(&complete, &safe);
    if (complete != was_complete_) r_.p_.safe_mode.AddTotal(complete ? 1 : -1);
    if (safe != was_safe_) r_.p_.safe_mode.AddSafe(safe ? 1 : -1);
  }
  SafeModeChange(const SafeModeChange&) = delete;
  SafeModeChange& operator=(const SafeModeChange&) = delete;

 private:
  void Look(bool* complete, bool* safe) const {
    const BlockMap& map = r_.p_.map;
    *complete = map.IsUsed(block_) && map.IsComplete(block_);
    *safe = *complete && map.ReplicaCount(block_) - r_.corrupt_.Count(block_) >=
                             r_.p_.options.safe_mode_replication_min;
  }

  Redundancy& r_;
  const BlockHandle block_;
  const bool on_;
  bool was_complete_ = false;
  bool was_safe_ = false;
};

bool Redundancy::IsLive(BlockHandle block, StorageIndex storage) const {
  const StorageEntry& volume = p_.datanodes.storage(storage);
  const DatanodeEntry& node = p_.datanodes.node(volume.node);
  return !volume.failed && node.alive && node.InService() && !corrupt_.Contains(block, storage) &&
         !excess_.Contains(block, storage);
}

Redundancy::Counts Redundancy::Count(BlockHandle block) const {
  Counts counts;
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    const StorageIndex s = p_.map.ReplicaAt(block, i);
    const StorageEntry& volume = p_.datanodes.storage(s);
    const DatanodeEntry& node = p_.datanodes.node(volume.node);
    if (volume.failed || !node.alive) continue;
    counts.stale += volume.contents_stale;
    if (corrupt_.Contains(block, s)) {
      ++counts.corrupt;
    } else if (excess_.Contains(block, s)) {
      ++counts.excess;
    } else if (node.InService()) {
      ++counts.live;
    } else {
      ++counts.leaving;
    }
  }
  return counts;
}

uint8_t Redundancy::PolicyOf(BlockHandle block) const {
  return p_.owners == nullptr ? 0 : p_.owners->StoragePolicyOf(p_.map.Owner(block));
}

void Redundancy::AddReplica(BlockHandle block, StorageIndex storage, DatanodeIndex hint) {
  {
    SafeModeChange change(*this, block);
    DropOtherOfNode(block, storage);
    if (!p_.map.AddReplica(block, storage)) {
      // What a report can see is right again; what a reader saw in the bytes it cannot.
      const CorruptReplicas::Entry* entry = corrupt_.Find(block, storage);
      if (entry != nullptr && entry->reason != CorruptReason::kReported) {
        corrupt_.Remove(block, storage);
        invalidations_.Remove(storage, p_.map.Id(block));
      }
    }
  }
  ArrivedFromPending(block, storage);
  if (p_.map.State(block) == BlockState::kCommitted && HasMin(block)) MakeComplete(block);
  if (active_ && p_.map.IsComplete(block)) CheckAll(block, storage, hint);
}

// A datanode has one replica of a block: reported on another of its volumes, it has moved.
void Redundancy::DropOtherOfNode(BlockHandle block, StorageIndex kept) {
  const DatanodeIndex node = p_.datanodes.storage(kept).node;
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    const StorageIndex s = p_.map.ReplicaAt(block, i);
    if (s == kept || p_.datanodes.storage(s).node != node) continue;
    corrupt_.Remove(block, s);
    excess_.Remove(block, s);
    p_.map.RemoveReplica(block, s);
    return;
  }
}

void Redundancy::ArrivedFromPending(BlockHandle block, StorageIndex storage) {
  const std::vector<StorageIndex>* targets = pending_.Targets(block);
  if (targets == nullptr) return;
  // The datanode may have chosen another of its volumes.
  const DatanodeIndex node = p_.datanodes.storage(storage).node;
  for (StorageIndex target : *targets) {
    if (p_.datanodes.storage(target).node != node) continue;
    pending_.Remove(block, target);
    return;
  }
}

void Redundancy::CheckAll(BlockHandle block, StorageIndex added, DatanodeIndex hint) {
  Recheck(block);
  const Counts counts = Count(block);
  const uint16_t wanted = p_.map.Replication(block);
  if (counts.live > wanted) RemoveExcess(block, added, hint);
  if (counts.corrupt > 0) RemoveCorrupt(block, counts);
}

void Redundancy::RemoveReplica(BlockHandle block, StorageIndex storage) {
  SafeModeChange change(*this, block);
  corrupt_.Remove(block, storage);
  excess_.Remove(block, storage);
  p_.map.RemoveReplica(block, storage);
  Recheck(block);
}

void Redundancy::MarkCorrupt(BlockHandle block, StorageIndex storage, CorruptReason reason,
                             const Block& replica) {
  {
    SafeModeChange change(*this, block);
    DropOtherOfNode(block, storage);
    p_.map.AddReplica(block, storage);
    // Marked before it was only too many: now it is no good.
    excess_.Remove(block, storage);
    corrupt_.Add(block, {storage, reason, replica.generation_stamp});
  }
  LOG(kWarn, "replica is corrupt", {"block", p_.map.Get(block)},
      {"datanode", p_.datanodes.NodeOf(storage).info.id.TransferAddress()},
      {"replica_stamp", replica.generation_stamp}, {"replica_length", replica.length},
      {"reason", static_cast<int>(reason)});
  if (!active_ || !p_.map.IsFinished(block)) return;
  RemoveCorrupt(block, Count(block));
  Recheck(block);
}

// Orders the deletion of corrupt replicas that are not needed as a last resort: when there are
// enough good ones, when there are more of both than wanted, when the replica is a left-over of an
// older write, or, one at a time, when no datanode is left that could take a good copy instead.
void Redundancy::RemoveCorrupt(BlockHandle block, const Counts& counts) {
  const uint16_t wanted = p_.map.Replication(block);
  const uint32_t good = counts.live + counts.leaving;
  if (good < std::max<uint32_t>(1, p_.options.replication_min)) return;
  const std::vector<CorruptReplicas::Entry> entries = corrupt_.Entries(block);
  auto left = static_cast<uint32_t>(std::count_if(
      entries.begin(), entries.end(), [](const auto& entry) { return !entry.ordered; }));
  const bool cramped =
      left == entries.size() && good + counts.corrupt >= p_.datanodes.topology().NodeCount();
  bool made_room = false;
  for (const CorruptReplicas::Entry& entry : entries) {
    if (entry.ordered) continue;
    const bool enough = counts.live >= wanted || good + left > wanted;
    const bool make_room = cramped && !made_room;
    if (!enough && !make_room && entry.stamp >= p_.map.Stamp(block)) continue;
    if (counts.stale > 0) {
      Postpone(block);
      return;
    }
    made_room = true;
    --left;
    corrupt_.SetOrdered(block, entry.storage);
    invalidations_.Add(entry.storage, {p_.map.Id(block), p_.map.Length(block), entry.stamp});
  }
}

void Redundancy::StillThere(BlockHandle block, StorageIndex storage) {
  if (!active_ || invalidations_.Contains(storage, p_.map.Id(block))) return;
  const CorruptReplicas::Entry* entry = corrupt_.Find(block, storage);
  if (entry != nullptr && entry->ordered) {
    invalidations_.Add(storage, {p_.map.Id(block), p_.map.Length(block), entry->stamp});
  } else if (excess_.Contains(block, storage)) {
    invalidations_.Add(storage, p_.map.Get(block));
  }
}

void Redundancy::ReplicaDeleted(BlockHandle block, StorageIndex storage) {
  invalidations_.Remove(storage, p_.map.Id(block));
  RemoveReplica(block, storage);
}

void Redundancy::MakeComplete(BlockHandle block) {
  std::vector<StorageIndex> coming;
  if (const WrittenBlock* written = p_.map.Construction(block); active_ && written) {
    for (const WrittenReplica& replica : written->replicas) {
      const StorageIndex s = replica.storage;
      if (!p_.map.HasReplica(block, s) && p_.datanodes.NodeOf(s).alive &&
          !p_.datanodes.storage(s).failed && replica.stamp == p_.map.Stamp(block)) {
        coming.push_back(s);
      }
    }
  }
  {
    SafeModeChange change(*this, block);
    p_.map.SetState(block, BlockState::kComplete);
  }
  // The other datanodes of the pipeline will report in a moment: no copies because of them.
  pending_.Add(block, coming, p_.clock.Now());
  if (active_) CheckAll(block, kNoStorage, kNoDatanode);
}

void Redundancy::BeforeReopen(BlockHandle block) {
  SafeModeChange change(*this, block);
  low_.Remove(block);
  pending_.RemoveAll(block);
  Unpostpone(block);
  // What was not fetched yet is called back; what was is lost.
  for (StorageIndex s : excess_.Storages(block)) {
    if (!invalidations_.Remove(s, p_.map.Id(block))) p_.map.RemoveReplica(block, s);
  }
  excess_.RemoveAll(block);
  const bool has_good = p_.map.ReplicaCount(block) > corrupt_.Count(block);
  for (const CorruptReplicas::Entry& entry : corrupt_.Entries(block)) {
    if (!has_good) break;
    Invalidate(entry.storage, {p_.map.Id(block), p_.map.Length(block), entry.stamp});
    p_.map.RemoveReplica(block, entry.storage);
  }
  corrupt_.RemoveAll(block);
  p_.map.SetState(block, BlockState::kUnderConstruction);
}

void Redundancy::SetReplication(BlockHandle block, uint16_t replication) {
  const uint16_t before = p_.map.Replication(block);
  p_.map.SetReplication(block, replication);
  if (before == replication || !active_ || !p_.map.IsComplete(block)) return;
  CheckAll(block, kNoStorage, kNoDatanode);
}

void Redundancy::Invalidate(StorageIndex storage, const Block& replica) {
  // A dead datanode reports again before it gets orders.
  if (!standby_ && p_.datanodes.NodeOf(storage).alive) invalidations_.Add(storage, replica);
}

void Redundancy::Forget(BlockHandle block) {
  SafeModeChange change(*this, block);
  const Block known = p_.map.Get(block);
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    Invalidate(p_.map.ReplicaAt(block, i), known);
  }
  if (const WrittenBlock* written = p_.map.Construction(block)) {
    for (const WrittenReplica& replica : written->replicas) {
      if (!replica.reported) continue;
      Invalidate(replica.storage, {known.id, replica.length, replica.stamp});
    }
  }
  if (p_.map.HasFlags(block)) {
    low_.Remove(block);
    pending_.RemoveAll(block);
    corrupt_.RemoveAll(block);
    excess_.RemoveAll(block);
    Unpostpone(block);
  }
  p_.map.Remove(block);
}

bool Redundancy::IsSpread(BlockHandle block) const {
  if (!p_.datanodes.topology().EverHadTwoRacks()) return true;
  std::vector<StorageIndex> live;
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    const StorageIndex s = p_.map.ReplicaAt(block, i);
    if (IsLive(block, s)) live.push_back(s);
  }
  return p_.placement.IsSpread(live, p_.map.Replication(block));
}

bool Redundancy::HasEnough(BlockHandle block, const Counts& counts) const {
  const uint32_t pending = pending_.Count(block);
  return counts.live + pending >= p_.map.Replication(block) && (pending > 0 || IsSpread(block));
}

void Redundancy::Recheck(BlockHandle block) {
  if (!active_ || !p_.map.IsComplete(block)) {
    low_.Remove(block);
    return;
  }
  Counts counts = Count(block);
  if (counts.live < p_.map.Replication(block) && counts.excess > 0) ReclaimExcess(block, counts);
  if (HasEnough(block, counts)) {
    low_.Remove(block);
  } else {
    low_.Update(block, LowRedundancyQueues::UrgencyOf(counts.live, counts.leaving,
                                                      p_.map.Replication(block)));
  }
}

// A replica whose deletion was not fetched yet is better than a copy.
void Redundancy::ReclaimExcess(BlockHandle block, Counts& counts) {
  for (StorageIndex s : excess_.Storages(block)) {
    if (counts.live >= p_.map.Replication(block)) return;
    if (!invalidations_.Remove(s, p_.map.Id(block))) continue;
    excess_.Remove(block, s);
    --counts.excess;
    ++counts.live;
  }
}

void Redundancy::RemoveExcess(BlockHandle block, StorageIndex added, DatanodeIndex hint) {
  ExcessRequest request;
  request.replication = p_.map.Replication(block);
  request.delete_hint = hint;
  if (added != kNoStorage) request.added = p_.datanodes.storage(added).node;
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    const StorageIndex s = p_.map.ReplicaAt(block, i);
    const StorageEntry& volume = p_.datanodes.storage(s);
    if (volume.failed || !p_.datanodes.node(volume.node).alive) continue;
    if (volume.contents_stale) {
      Postpone(block);
      return;
    }
    if (IsLive(block, s) && volume.storage.state == StorageState::kNormal) {
      request.candidates.push_back(s);
    }
  }
  while (request.candidates.size() > std::max<size_t>(1, request.replication)) {
    request.all = request.candidates;
    request.excess_types = ExcessTypes(block, request.all);
    const StorageIndex victim = p_.placement.ChooseExcess(request);
    if (victim == kNoStorage) return;
    excess_.Add(block, victim);
    invalidations_.Add(victim, p_.map.Get(block));
    std::erase(request.candidates, victim);
    request.delete_hint = kNoDatanode;
  }
}

std::vector<StorageType> Redundancy::ExcessTypes(BlockHandle block,
                                                 std::span<const StorageIndex> replicas) const {
  std::vector<StorageType> wanted =
      StoragePolicyById(PolicyOf(block)).ChooseTypes(p_.map.Replication(block));
  std::vector<StorageType> excess;
  for (StorageIndex s : replicas) {
    const StorageType type = p_.datanodes.storage(s).storage.type;
    if (auto it = std::find(wanted.begin(), wanted.end(), type); it != wanted.end()) {
      wanted.erase(it);
    } else {
      excess.push_back(type);
    }
  }
  return excess;
}

void Redundancy::Postpone(BlockHandle block) {
  if (p_.map.HasFlag(block, BlockMap::kPostponed)) return;
  postponed_.insert(block);
  p_.map.SetFlag(block, BlockMap::kPostponed, true);
}

void Redundancy::Unpostpone(BlockHandle block) {
  if (!p_.map.HasFlag(block, BlockMap::kPostponed)) return;
  postponed_.erase(block);
  p_.map.SetFlag(block, BlockMap::kPostponed, false);
}

uint64_t Redundancy::MissingWithReplicationOne() const {
  uint64_t count = 0;
  for (BlockHandle block : low_.Blocks(Urgency::kCorrupt)) {
    if (p_.map.Replication(block) == 1) ++count;
  }
  return count;
}

}  // namespace cairn::namenode
