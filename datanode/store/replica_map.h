// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/model/block.h"
#include "datanode/store/replica.h"

namespace cairn::datanode {

// What the store knows of one replica.
struct ReplicaEntry {
  Block block;          // The length is that of `progress` while there is one.
  uint16_t volume = 0;  // Index of the store's volume.
  ReplicaState state = ReplicaState::kFinalized;

  // Of a replica that is not finalized only.
  std::shared_ptr<WriteProgress> progress;  // Rbw, temporary, and rur that was one of them.
  GenerationStamp recovery_id;              // Rur.
  ReplicaState original_state = ReplicaState::kFinalized;  // Rur.

  // The state by which its files are found.
  ReplicaState file_state() const { return state == ReplicaState::kRur ? original_state : state; }
};

// The replicas of one block pool, by block id. A finalized replica costs one slot of 32 bytes in an
// open-addressed table (about 42 bytes at the usual load); only replicas that are being written or
// recovered have an object.
//
// Thread-safe; each shard has a lock of its own, held for a look-up or for copying one shard.
class ReplicaMap {
 public:
  std::optional<ReplicaEntry> Find(BlockId id) const;
  void Put(ReplicaEntry entry);
  bool Remove(BlockId id);
  // Calls `visit` with a copy of every entry, without a lock held.
  void ForEach(const std::function<void(const ReplicaEntry&)>& visit) const;
  // Removes the replicas of one volume and returns how many they were.
  uint64_t RemoveVolume(uint16_t volume);
  uint64_t size() const;
  // Bytes of memory of the tables.
  uint64_t memory_bytes() const;

 private:
  static constexpr size_t kShards = 64;
  static constexpr uint8_t kEmpty = 0xff;

  struct Slot {
    int64_t id = 0;
    uint64_t length = 0;
    uint64_t generation_stamp = 0;
    uint16_t volume = 0;
    uint8_t state = kEmpty;
  };
  static_assert(sizeof(Slot) == 32);

  struct Live {
    std::shared_ptr<WriteProgress> progress;
    GenerationStamp recovery_id;
    ReplicaState original_state;
  };

  struct Shard {
    mutable std::mutex mutex;
    std::vector<Slot> slots;
    size_t used = 0;
    std::unordered_map<int64_t, Live> live;
  };

  Shard& ShardOf(BlockId id) const;
  static size_t IdealIndex(const Shard& shard, int64_t id);
  static size_t FindSlot(const Shard& shard, int64_t id);
  static void Grow(Shard& shard);
  static void RemoveSlot(Shard& shard, size_t index);
  static ReplicaEntry EntryOf(const Shard& shard, const Slot& slot);

  mutable std::array<Shard, kShards> shards_;
};

}  // namespace cairn::datanode
