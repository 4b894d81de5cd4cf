// SPDX-License-Identifier: Apache-2.0
// The half of Redundancy that goes by steps and rounds: lost volumes, scans, orders to copy.
#include <algorithm>

#include "common/log/log.h"
#include "namenode/blocks/redundancy.h"
#include "namenode/blocks/storage_policy.h"

namespace cairn::namenode {

void Redundancy::Activate() {
  standby_ = false;
  if (active_) return;
  active_ = true;
  StartScan();
}

void Redundancy::BecomeStandby() {
  active_ = false;
  standby_ = true;
  // Orders of an active that is no longer one must not be carried out later.
  low_.Clear();
  pending_.Clear();
  transfers_.clear();
  invalidations_ = {};
  for (BlockHandle block : postponed_) p_.map.SetFlag(block, BlockMap::kPostponed, false);
  postponed_.clear();
  postponed_work_.clear();
  scan_next_ = UINT32_MAX;
}

void Redundancy::Lose(StorageIndex storage) {
  invalidations_.Drop(storage);
  for (BlockHandle block : pending_.RemoveTarget(storage)) Recheck(block);
  for (auto& [block, written] : p_.map.constructions()) {
    WrittenReplica* replica = written.Find(storage);
    if (replica == nullptr) continue;
    // It may come back, but what it said does not count until it says so again.
    replica->reported = false;
    replica->state = ReplicaState::kRbw;
  }
  if (std::find(losing_.begin(), losing_.end(), storage) == losing_.end()) {
    losing_.push_back(storage);
  }
}

void Redundancy::StopLosing(StorageIndex storage) { std::erase(losing_, storage); }

bool Redundancy::Step(uint32_t blocks) {
  uint32_t budget = blocks;
  const bool losing = StepLosing(budget);
  const bool scanning = StepScan(budget);
  const bool postponed = StepPostponed(budget);
  return losing || scanning || postponed;
}

bool Redundancy::StepLosing(uint32_t& budget) {
  while (!losing_.empty()) {
    const StorageIndex storage = losing_.back();
    while (p_.map.StorageSize(storage) > 0) {
      if (budget == 0) return true;
      --budget;
      RemoveReplica(p_.map.StorageAt(storage, p_.map.StorageSize(storage) - 1), storage);
    }
    losing_.pop_back();
    if (p_.datanodes.storage(storage).gone) p_.datanodes.RemoveStorage(storage);
  }
  return false;
}

bool Redundancy::StepScan(uint32_t& budget) {
  if (!active_ || scan_next_ == UINT32_MAX) return false;
  for (; scan_next_ < p_.map.HandleEnd(); ++scan_next_) {
    if (budget == 0) return true;
    --budget;
    const BlockHandle block(scan_next_);
    if (!p_.map.IsUsed(block)) continue;
    if (p_.map.IsComplete(block)) CheckAll(block, kNoStorage, kNoDatanode);
  }
  scan_next_ = UINT32_MAX;
  LOG(kInfo, "replication queues are filled", {"low", low_.size()},
      {"missing", low_.Size(Urgency::kCorrupt)}, {"postponed", postponed_.size()});
  return false;
}

bool Redundancy::StepPostponed(uint32_t& budget) {
  if (!active_) return false;
  if (postponed_work_.empty() && postponed_dirty_) {
    postponed_work_.assign(postponed_.begin(), postponed_.end());
    postponed_dirty_ = false;
  }
  while (!postponed_work_.empty()) {
    if (budget == 0) return true;
    --budget;
    const BlockHandle block = postponed_work_.back();
    postponed_work_.pop_back();
    // Removed since, and perhaps another block's by now: the flag tells.
    if (!p_.map.IsUsed(block) || !p_.map.HasFlag(block, BlockMap::kPostponed)) continue;
    Unpostpone(block);
    if (p_.map.IsComplete(block)) CheckAll(block, kNoStorage, kNoDatanode);
  }
  return false;
}

void Redundancy::ExpirePending() {
  const std::vector<BlockHandle> old =
      pending_.TakeOlderThan(p_.clock.Now() - p_.options.pending_timeout);
  timed_out_ += old.size();
  for (BlockHandle block : old) {
    LOG(kWarn, "ordered copy did not arrive in time", {"block", p_.map.Get(block)});
    Recheck(block);
  }
}

void Redundancy::ScheduleRound() {
  if (!active_) return;
  const size_t budget = size_t{p_.options.work_multiplier} * p_.datanodes.LiveCount();
  for (const LowRedundancyQueues::Entry& entry : low_.Next(budget)) {
    ScheduleOne(entry.block, entry.urgency);
  }
}

void Redundancy::ScheduleOne(BlockHandle block, Urgency urgency) {
  const Counts counts = Count(block);
  if (!p_.map.IsComplete(block) || HasEnough(block, counts)) {
    low_.Remove(block);
    return;
  }
  const StorageIndex source = ChooseSource(block, urgency);
  if (source == kNoStorage) return;
  const PlacementRequest request = RequestFor(block, counts, source);
  if (request.count == 0) return;
  const std::vector<StorageIndex> targets = p_.placement.Choose(request);
  if (targets.empty()) return;
  if (counts.live >= p_.map.Replication(block)) {
    // Only wanted for another rack: a copy in a rack that has one already is waste.
    std::vector<StorageIndex> all = request.existing;
    all.insert(all.end(), targets.begin(), targets.end());
    if (!p_.placement.IsSpread(all, p_.map.Replication(block))) return;
  }
  transfers_[p_.datanodes.storage(source).node].push_back({p_.map.Get(block), targets});
  pending_.Add(block, targets, p_.clock.Now());
  for (StorageIndex target : targets) p_.datanodes.NoteScheduled(target);
  Recheck(block);
  LOG(kInfo, "copy ordered", {"block", p_.map.Get(block)},
      {"source", p_.datanodes.NodeOf(source).info.id.TransferAddress()},
      {"target", p_.datanodes.NodeOf(targets[0]).info.id.TransferAddress()},
      {"targets", targets.size()});
}

StorageIndex Redundancy::ChooseSource(BlockHandle block, Urgency urgency) const {
  StorageIndex source = kNoStorage;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    const StorageIndex s = p_.map.ReplicaAt(block, i);
    const StorageEntry& volume = p_.datanodes.storage(s);
    const DatanodeEntry& node = p_.datanodes.node(volume.node);
    if (volume.failed || !node.alive || corrupt_.Contains(block, s) ||
        excess_.Contains(block, s) || node.IsDecommissioned()) {
      continue;
    }
    const size_t queued = QueuedTransfers(volume.node);
    if (queued >= p_.options.max_streams_hard) continue;
    if (urgency != Urgency::kHighest && !node.IsDecommissioning() &&
        queued >= p_.options.max_streams) {
      continue;
    }
    // A datanode that leaves serves no writers: it has time.
    if (node.IsDecommissioning()) return s;
    if (p_.random.Below(++seen) == 0) source = s;
  }
  return source;
}

PlacementRequest Redundancy::RequestFor(BlockHandle block, const Counts& counts,
                                        StorageIndex source) const {
  PlacementRequest request;
  const uint32_t wanted = p_.map.Replication(block);
  const uint32_t pending = pending_.Count(block);
  if (counts.live < wanted) {
    request.count = wanted - std::min(wanted, counts.live + pending);
  } else {
    request.count = 1;  // On a new rack.
  }
  request.writer = p_.datanodes.storage(source).node;
  request.block_size = p_.map.Length(block);
  std::vector<StorageType> present;
  for (uint32_t i = 0; i < p_.map.ReplicaCount(block); ++i) {
    const StorageIndex s = p_.map.ReplicaAt(block, i);
    request.excluded.push_back(p_.datanodes.storage(s).node);
    if (!IsLive(block, s)) continue;
    request.existing.push_back(s);
    present.push_back(p_.datanodes.storage(s).storage.type);
  }
  if (const std::vector<StorageIndex>* targets = pending_.Targets(block)) {
    for (StorageIndex s : *targets) {
      request.excluded.push_back(p_.datanodes.storage(s).node);
      request.existing.push_back(s);
      present.push_back(p_.datanodes.storage(s).storage.type);
    }
  }
  const BlockStoragePolicy& policy = StoragePolicyById(PolicyOf(block));
  request.types = policy.MissingTypes(static_cast<uint16_t>(wanted), present);
  if (request.types.empty()) request.types = policy.ChooseTypes(1);
  request.fallbacks.assign(policy.replication_fallbacks.begin(),
                           policy.replication_fallbacks.end());
  return request;
}

size_t Redundancy::QueuedTransfers(DatanodeIndex node) const {
  auto it = transfers_.find(node);
  return it == transfers_.end() ? 0 : it->second.size();
}

uint64_t Redundancy::queued_transfers() const {
  uint64_t sum = 0;
  for (const auto& [node, queue] : transfers_) sum += queue.size();
  return sum;
}

std::vector<TransferCommand::Item> Redundancy::TakeTransfers(DatanodeIndex node, uint32_t max) {
  std::vector<TransferCommand::Item> items;
  auto it = transfers_.find(node);
  if (it == transfers_.end()) return items;
  std::deque<Transfer>& queue = it->second;
  while (!queue.empty() && items.size() < max) {
    const Transfer transfer = std::move(queue.front());
    queue.pop_front();
    const BlockHandle block = p_.map.Find(transfer.block.id);
    // Deleted or opened again since.
    if (block == kNoBlock || p_.map.Get(block) != transfer.block) continue;
    TransferCommand::Item item{transfer.block, {}};
    for (StorageIndex target : transfer.targets) {
      if (p_.datanodes.NodeOf(target).alive) item.targets.push_back(p_.datanodes.Target(target));
    }
    if (!item.targets.empty()) items.push_back(std::move(item));
  }
  if (queue.empty()) transfers_.erase(it);
  return items;
}

void Redundancy::DropTransfers(DatanodeIndex node) {
  auto it = transfers_.find(node);
  if (it == transfers_.end()) return;
  const std::deque<Transfer> dropped = std::move(it->second);
  transfers_.erase(it);
  for (const Transfer& transfer : dropped) {
    const BlockHandle block = p_.map.Find(transfer.block.id);
    if (block == kNoBlock) continue;
    for (StorageIndex target : transfer.targets) pending_.Remove(block, target);
    Recheck(block);
  }
}

std::vector<Block> Redundancy::TakeInvalidations(DatanodeIndex node, uint32_t max) {
  std::vector<Block> blocks;
  if (!active_ || invalidations_.size() == 0) return blocks;
  for (StorageIndex s : p_.datanodes.node(node).storages) {
    if (blocks.size() >= max) break;
    std::vector<Block> some = invalidations_.Take(s, max - blocks.size());
    blocks.insert(blocks.end(), some.begin(), some.end());
  }
  return blocks;
}

}  // namespace cairn::namenode
