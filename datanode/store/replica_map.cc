// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_map.h"

#include <algorithm>
#include <utility>

namespace cairn::datanode {
namespace {

// Spreads ids that grow by one over shards and slots (the finalizer of SplitMix64).
uint64_t Mix(int64_t id) {
  uint64_t x = static_cast<uint64_t>(id) + 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

constexpr size_t kSlotsMin = 16;
constexpr size_t kNotFound = ~size_t{0};

}  // namespace

ReplicaMap::Shard& ReplicaMap::ShardOf(BlockId id) const {
  return shards_[Mix(id.value) % kShards];
}

size_t ReplicaMap::IdealIndex(const Shard& shard, int64_t id) {
  // The upper half of the hash scaled to the table: any table size will do, so that a table can
  // grow by a fraction. The shard was chosen by lower bits.
  return static_cast<size_t>(((Mix(id) >> 32) * shard.slots.size()) >> 32);
}

size_t ReplicaMap::FindSlot(const Shard& shard, int64_t id) {
  if (shard.slots.empty()) return kNotFound;
  for (size_t i = IdealIndex(shard, id);; i = i + 1 == shard.slots.size() ? 0 : i + 1) {
    const Slot& slot = shard.slots[i];
    if (slot.state == kEmpty) return kNotFound;
    if (slot.id == id) return i;
  }
}

void ReplicaMap::Grow(Shard& shard) {
  // Growth by a third at a load of 7/8 keeps between 36 and 50 bytes for a replica.
  std::vector<Slot> old(std::max(kSlotsMin, shard.slots.size() + shard.slots.size() / 3));
  old.swap(shard.slots);
  for (const Slot& slot : old) {
    if (slot.state == kEmpty) continue;
    size_t i = IdealIndex(shard, slot.id);
    while (shard.slots[i].state != kEmpty) i = i + 1 == shard.slots.size() ? 0 : i + 1;
    shard.slots[i] = slot;
  }
}

void ReplicaMap::RemoveSlot(Shard& shard, size_t index) {
  // Closes the gap by moving later slots of the same run back, so that no tombstones are needed.
  const size_t n = shard.slots.size();
  size_t gap = index;
  for (size_t i = (gap + 1) % n; shard.slots[i].state != kEmpty; i = (i + 1) % n) {
    const size_t ideal = IdealIndex(shard, shard.slots[i].id);
    const size_t distance_to_ideal = (i + n - ideal) % n;
    const size_t distance_to_gap = (i + n - gap) % n;
    if (distance_to_ideal < distance_to_gap) continue;
    shard.slots[gap] = shard.slots[i];
    gap = i;
  }
  shard.slots[gap] = Slot{};
  --shard.used;
}

ReplicaEntry ReplicaMap::EntryOf(const Shard& shard, const Slot& slot) {
  ReplicaEntry entry;
  entry.block = Block{BlockId(slot.id), slot.length, GenerationStamp(slot.generation_stamp)};
  entry.volume = slot.volume;
  entry.state = static_cast<ReplicaState>(slot.state);
  if (entry.state == ReplicaState::kFinalized) return entry;
  if (auto it = shard.live.find(slot.id); it != shard.live.end()) {
    entry.progress = it->second.progress;
    entry.recovery_id = it->second.recovery_id;
    entry.original_state = it->second.original_state;
  }
  if (entry.progress != nullptr) entry.block.length = entry.progress->lengths().received;
  return entry;
}

std::optional<ReplicaEntry> ReplicaMap::Find(BlockId id) const {
  const Shard& shard = ShardOf(id);
  const std::lock_guard lock(shard.mutex);
  const size_t i = FindSlot(shard, id.value);
  if (i == kNotFound) return std::nullopt;
  return EntryOf(shard, shard.slots[i]);
}

void ReplicaMap::Put(ReplicaEntry entry) {
  const int64_t id = entry.block.id.value;
  Shard& shard = ShardOf(entry.block.id);
  const std::lock_guard lock(shard.mutex);
  size_t i = FindSlot(shard, id);
  if (i == kNotFound) {
    if ((shard.used + 1) * 8 > shard.slots.size() * 7) Grow(shard);
    i = IdealIndex(shard, id);
    while (shard.slots[i].state != kEmpty) i = i + 1 == shard.slots.size() ? 0 : i + 1;
    ++shard.used;
  }
  Slot& slot = shard.slots[i];
  slot.id = id;
  slot.length = entry.block.length;
  slot.generation_stamp = entry.block.generation_stamp.value;
  slot.volume = entry.volume;
  slot.state = static_cast<uint8_t>(entry.state);
  if (entry.state == ReplicaState::kFinalized) {
    shard.live.erase(id);
  } else {
    shard.live[id] = Live{std::move(entry.progress), entry.recovery_id, entry.original_state};
  }
}

bool ReplicaMap::Remove(BlockId id) {
  Shard& shard = ShardOf(id);
  const std::lock_guard lock(shard.mutex);
  const size_t i = FindSlot(shard, id.value);
  if (i == kNotFound) return false;
  RemoveSlot(shard, i);
  shard.live.erase(id.value);
  return true;
}

void ReplicaMap::ForEach(const std::function<void(const ReplicaEntry&)>& visit) const {
  std::vector<ReplicaEntry> copy;
  for (const Shard& shard : shards_) {
    copy.clear();
    {
      const std::lock_guard lock(shard.mutex);
      copy.reserve(shard.used);
      for (const Slot& slot : shard.slots) {
        if (slot.state != kEmpty) copy.push_back(EntryOf(shard, slot));
      }
    }
    for (const ReplicaEntry& entry : copy) visit(entry);
  }
}

uint64_t ReplicaMap::RemoveVolume(uint16_t volume) {
  uint64_t removed = 0;
  for (Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    std::vector<int64_t> ids;
    for (const Slot& slot : shard.slots) {
      if (slot.state != kEmpty && slot.volume == volume) ids.push_back(slot.id);
    }
    for (int64_t id : ids) {
      RemoveSlot(shard, FindSlot(shard, id));
      shard.live.erase(id);
    }
    removed += ids.size();
  }
  return removed;
}

uint64_t ReplicaMap::size() const {
  uint64_t size = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    size += shard.used;
  }
  return size;
}

uint64_t ReplicaMap::memory_bytes() const {
  uint64_t bytes = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    bytes += shard.slots.capacity() * sizeof(Slot);
  }
  return bytes;
}

}  // namespace cairn::datanode
