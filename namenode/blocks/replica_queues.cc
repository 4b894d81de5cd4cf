// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/replica_queues.h"

#include <algorithm>

namespace cairn::namenode {

Urgency LowRedundancyQueues::UrgencyOf(uint32_t good, uint32_t leaving, uint32_t wanted) {
  if (good >= wanted) return Urgency::kBadlyDistributed;
  if (good == 0) return leaving > 0 ? Urgency::kHighest : Urgency::kCorrupt;
  if (good == 1) return Urgency::kHighest;
  return good * 3 < wanted ? Urgency::kVeryLow : Urgency::kLow;
}

void LowRedundancyQueues::Update(BlockHandle block, Urgency urgency) {
  if (Contains(block)) {
    if (places_.at(block).urgency == urgency) return;
    Remove(block);
  }
  Level& level = levels_[static_cast<size_t>(urgency)];
  places_[block] = {urgency, static_cast<uint32_t>(level.blocks.size())};
  level.blocks.push_back(block);
  map_.SetFlag(block, BlockMap::kIsLow, true);
}

void LowRedundancyQueues::Remove(BlockHandle block) {
  if (!Contains(block)) return;
  const Place place = places_.at(block);
  places_.erase(block);
  map_.SetFlag(block, BlockMap::kIsLow, false);
  Level& level = levels_[static_cast<size_t>(place.urgency)];
  const BlockHandle moved = level.blocks.back();
  level.blocks.pop_back();
  if (moved == block) return;
  level.blocks[place.position] = moved;
  places_[moved].position = place.position;
  // The moved block must still be met in this round: let the cursor come by it again.
  level.cursor = std::min<size_t>(level.cursor, place.position);
}

std::vector<LowRedundancyQueues::Entry> LowRedundancyQueues::Next(size_t max) {
  std::vector<Entry> result;
  bool all_ended = true;
  for (size_t l = 0; l < kLevels; ++l) {
    if (static_cast<Urgency>(l) == Urgency::kCorrupt) continue;  // There is nothing to copy from.
    Level& level = levels_[l];
    while (result.size() < max && level.cursor < level.blocks.size()) {
      result.push_back({level.blocks[level.cursor++], static_cast<Urgency>(l)});
    }
    if (level.cursor < level.blocks.size()) all_ended = false;
  }
  if (all_ended) {
    for (Level& level : levels_) level.cursor = 0;
  }
  return result;
}

void LowRedundancyQueues::Clear() {
  for (const auto& [block, place] : places_) map_.SetFlag(block, BlockMap::kIsLow, false);
  places_.clear();
  levels_ = {};
}

void PendingReconstruction::Add(BlockHandle block, const std::vector<StorageIndex>& targets,
                                Clock::TimePoint now) {
  if (targets.empty()) return;
  Order& order = orders_[block];
  for (StorageIndex target : targets) {
    if (std::find(order.targets.begin(), order.targets.end(), target) == order.targets.end()) {
      order.targets.push_back(target);
    }
  }
  order.ordered_at = now;
  map_.SetFlag(block, BlockMap::kIsPending, true);
}

void PendingReconstruction::Remove(BlockHandle block, StorageIndex target) {
  if (!map_.HasFlag(block, BlockMap::kIsPending)) return;
  std::vector<StorageIndex>& targets = orders_.at(block).targets;
  std::erase(targets, target);
  if (targets.empty()) RemoveAll(block);
}

void PendingReconstruction::RemoveAll(BlockHandle block) {
  if (!map_.HasFlag(block, BlockMap::kIsPending)) return;
  orders_.erase(block);
  map_.SetFlag(block, BlockMap::kIsPending, false);
}

uint32_t PendingReconstruction::Count(BlockHandle block) const {
  const std::vector<StorageIndex>* targets = Targets(block);
  return targets == nullptr ? 0 : static_cast<uint32_t>(targets->size());
}

const std::vector<StorageIndex>* PendingReconstruction::Targets(BlockHandle block) const {
  return map_.HasFlag(block, BlockMap::kIsPending) ? &orders_.at(block).targets : nullptr;
}

std::vector<BlockHandle> PendingReconstruction::TakeOlderThan(Clock::TimePoint limit) {
  std::vector<BlockHandle> old;
  for (const auto& [block, order] : orders_) {
    if (order.ordered_at < limit) old.push_back(block);
  }
  for (BlockHandle block : old) RemoveAll(block);
  return old;
}

std::vector<BlockHandle> PendingReconstruction::RemoveTarget(StorageIndex target) {
  std::vector<BlockHandle> concerned;
  for (const auto& [block, order] : orders_) {
    if (std::find(order.targets.begin(), order.targets.end(), target) != order.targets.end()) {
      concerned.push_back(block);
    }
  }
  for (BlockHandle block : concerned) Remove(block, target);
  return concerned;
}

void PendingReconstruction::Clear() {
  for (const auto& [block, order] : orders_) map_.SetFlag(block, BlockMap::kIsPending, false);
  orders_.clear();
}

void CorruptReplicas::Add(BlockHandle block, const Entry& entry) {
  Remove(block, entry.storage);
  entries_[block].push_back(entry);
  map_.SetFlag(block, BlockMap::kHasCorrupt, true);
}

bool CorruptReplicas::Remove(BlockHandle block, StorageIndex storage) {
  if (!map_.HasFlag(block, BlockMap::kHasCorrupt)) return false;
  std::vector<Entry>& entries = entries_.at(block);
  const size_t erased =
      std::erase_if(entries, [&](const Entry& entry) { return entry.storage == storage; });
  if (entries.empty()) RemoveAll(block);
  return erased > 0;
}

void CorruptReplicas::RemoveAll(BlockHandle block) {
  if (!map_.HasFlag(block, BlockMap::kHasCorrupt)) return;
  entries_.erase(block);
  map_.SetFlag(block, BlockMap::kHasCorrupt, false);
}

const CorruptReplicas::Entry* CorruptReplicas::Find(BlockHandle block,
                                                    StorageIndex storage) const {
  if (!map_.HasFlag(block, BlockMap::kHasCorrupt)) return nullptr;
  for (const Entry& entry : entries_.at(block)) {
    if (entry.storage == storage) return &entry;
  }
  return nullptr;
}

void CorruptReplicas::SetOrdered(BlockHandle block, StorageIndex storage) {
  if (!map_.HasFlag(block, BlockMap::kHasCorrupt)) return;
  for (Entry& entry : entries_.at(block)) {
    if (entry.storage == storage) entry.ordered = true;
  }
}

uint32_t CorruptReplicas::Count(BlockHandle block) const {
  if (!map_.HasFlag(block, BlockMap::kHasCorrupt)) return 0;
  return static_cast<uint32_t>(entries_.at(block).size());
}

std::vector<CorruptReplicas::Entry> CorruptReplicas::Entries(BlockHandle block) const {
  if (!map_.HasFlag(block, BlockMap::kHasCorrupt)) return {};
  return entries_.at(block);
}

void ExcessReplicas::Add(BlockHandle block, StorageIndex storage) {
  if (Contains(block, storage)) return;
  entries_[block].push_back(storage);
  ++count_;
  map_.SetFlag(block, BlockMap::kHasExcess, true);
}

bool ExcessReplicas::Remove(BlockHandle block, StorageIndex storage) {
  if (!map_.HasFlag(block, BlockMap::kHasExcess)) return false;
  std::vector<StorageIndex>& storages = entries_.at(block);
  const size_t erased = std::erase(storages, storage);
  count_ -= erased;
  if (storages.empty()) RemoveAll(block);
  return erased > 0;
}

void ExcessReplicas::RemoveAll(BlockHandle block) {
  if (!map_.HasFlag(block, BlockMap::kHasExcess)) return;
  count_ -= entries_.at(block).size();
  entries_.erase(block);
  map_.SetFlag(block, BlockMap::kHasExcess, false);
}

bool ExcessReplicas::Contains(BlockHandle block, StorageIndex storage) const {
  if (!map_.HasFlag(block, BlockMap::kHasExcess)) return false;
  const std::vector<StorageIndex>& storages = entries_.at(block);
  return std::find(storages.begin(), storages.end(), storage) != storages.end();
}

std::vector<StorageIndex> ExcessReplicas::Storages(BlockHandle block) const {
  if (!map_.HasFlag(block, BlockMap::kHasExcess)) return {};
  return entries_.at(block);
}

void InvalidationQueues::Add(StorageIndex storage, const Block& block) {
  const auto [it, is_new] =
      queues_[storage].insert_or_assign(block.id, Rest{block.length, block.generation_stamp});
  if (is_new) ++count_;
}

bool InvalidationQueues::Remove(StorageIndex storage, BlockId id) {
  auto queue = queues_.find(storage);
  if (queue == queues_.end() || queue->second.erase(id) == 0) return false;
  --count_;
  if (queue->second.empty()) queues_.erase(queue);
  return true;
}

bool InvalidationQueues::Contains(StorageIndex storage, BlockId id) const {
  if (queues_.empty()) return false;
  auto queue = queues_.find(storage);
  return queue != queues_.end() && queue->second.contains(id);
}

std::vector<Block> InvalidationQueues::Take(StorageIndex storage, size_t max) {
  std::vector<Block> result;
  auto queue = queues_.find(storage);
  if (queue == queues_.end()) return result;
  auto it = queue->second.begin();
  while (it != queue->second.end() && result.size() < max) {
    result.push_back({it->first, it->second.length, it->second.stamp});
    it = queue->second.erase(it);
    --count_;
  }
  if (queue->second.empty()) queues_.erase(queue);
  return result;
}

void InvalidationQueues::Drop(StorageIndex storage) {
  auto queue = queues_.find(storage);
  if (queue == queues_.end()) return;
  count_ -= queue->second.size();
  queues_.erase(queue);
}

}  // namespace cairn::namenode
