// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/tagged_index.h"

#include <algorithm>
#include <utility>

namespace cairn::namenode {
namespace {

constexpr uint32_t kFirstCapacity = 8;

}  // namespace

void TaggedIndex::Shard::Put(Entry entry) {
  uint32_t i = Home(entry.tag);
  while (entries[i].handle != kNone) i = Next(i);
  entries[i] = entry;
}

void TaggedIndex::Shard::Grow() {
  const uint32_t old_capacity = capacity;
  const std::unique_ptr<Entry[]> old = std::move(entries);
  capacity = std::max(kFirstCapacity, old_capacity + old_capacity / 4);
  entries.reset(new Entry[capacity]);
  std::fill_n(entries.get(), capacity, Entry{0, kNone});
  for (uint32_t i = 0; i < old_capacity; ++i) {
    if (old[i].handle != kNone) Put(old[i]);
  }
}

void TaggedIndex::Insert(uint64_t hash, uint32_t handle) {
  Shard& shard = ShardOf(hash);
  // At most four fifths full: a miss then passes over a dozen entries, two cache lines.
  if (uint64_t{shard.size + 1} * 5 > uint64_t{shard.capacity} * 4) shard.Grow();
  shard.Put({static_cast<uint32_t>(hash), handle});
  ++shard.size;
}

void TaggedIndex::Erase(uint64_t hash, uint32_t handle) {
  Shard& shard = ShardOf(hash);
  assert(shard.size > 0);
  uint32_t hole = shard.Home(static_cast<uint32_t>(hash));
  while (shard.entries[hole].handle != handle) {
    assert(shard.entries[hole].handle != kNone);
    hole = shard.Next(hole);
  }
  // Moves later entries of the run back, so that no search ends early at the hole.
  for (uint32_t i = shard.Next(hole); shard.entries[i].handle != kNone; i = shard.Next(i)) {
    const uint32_t home = shard.Home(shard.entries[i].tag);
    const bool stays = hole <= i ? (hole < home && home <= i) : (hole < home || home <= i);
    if (stays) continue;
    shard.entries[hole] = shard.entries[i];
    hole = i;
  }
  shard.entries[hole].handle = kNone;
  --shard.size;
}

size_t TaggedIndex::MemoryBytes() const {
  size_t bytes = shards_.size() * sizeof(Shard);
  for (const Shard& shard : shards_) bytes += shard.capacity * sizeof(Entry);
  return bytes;
}

}  // namespace cairn::namenode
