// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cairn::namenode {

// A hash table from keys that somebody else keeps to 32-bit handles: 8 bytes an entry, a 32-bit tag
// of the hash and the handle. A look-up reads the key of a candidate only when its tag agrees.
//
// The table is cut into shards by the top bits of the hash, which grow one by one by a quarter: no
// insertion ever waits for a large rehash. An entry's home is computed from its tag, so that
// growing touches no keys.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class TaggedIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit TaggedIndex(uint32_t shard_bits) : shift_(64 - shard_bits), shards_(1u << shard_bits) {}

  // The handle whose tag agrees with `hash` and for which `matches(handle)`; kNone otherwise.
  template <typename Matches>
  uint32_t Find(uint64_t hash, Matches matches) const {
    const Shard& shard = ShardOf(hash);
    if (shard.capacity == 0) return kNone;
    const auto tag = static_cast<uint32_t>(hash);
    for (uint32_t i = shard.Home(tag);; i = shard.Next(i)) {
      const Entry& entry = shard.entries[i];
      if (entry.handle == kNone) return kNone;
      if (entry.tag == tag && matches(entry.handle)) return entry.handle;
    }
  }

  // The key must not be there.
  void Insert(uint64_t hash, uint32_t handle);
  // The key must be there.
  void Erase(uint64_t hash, uint32_t handle);

  size_t MemoryBytes() const;

 private:
  struct Entry {
    uint32_t tag;
    uint32_t handle;
  };

  struct Shard {
    std::unique_ptr<Entry[]> entries;
    uint32_t capacity = 0;
    uint32_t size = 0;

    uint32_t Home(uint32_t tag) const {
      return static_cast<uint32_t>((uint64_t{tag} * capacity) >> 32);
    }
    uint32_t Next(uint32_t i) const { return i + 1 == capacity ? 0 : i + 1; }
    void Put(Entry entry);
    void Grow();
  };

  Shard& ShardOf(uint64_t hash) { return shards_[hash >> shift_]; }
  const Shard& ShardOf(uint64_t hash) const { return shards_[hash >> shift_]; }

  const uint32_t shift_;
  std::vector<Shard> shards_;
};

}  // namespace cairn::namenode
