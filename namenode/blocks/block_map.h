// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/util/clock.h"
#include "common/util/result.h"
#include "namenode/blocks/block_index.h"
#include "namenode/blocks/storage_list.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

// A replica of a block that is being written or recovered.
struct WrittenReplica {
  StorageIndex storage;
  // What the datanode said last; the block's own values until it says anything.
  GenerationStamp stamp;
  uint64_t length = 0;
  ReplicaState state = ReplicaState::kRbw;
  bool reported = false;
  bool was_primary = false;  // Led a recovery that did not end.
};

// What is known of a block only while it is not complete.
struct WrittenBlock {
  std::vector<WrittenReplica> replicas;
  GenerationStamp recovery_id;  // 0: no recovery was ordered.
  std::optional<Block> truncate;

  WrittenReplica* Find(StorageIndex storage);
};

// All blocks: their records, and which volumes hold their replicas, both ways.
//
// A record is 52 bytes with room for three replicas; further replicas live in a pool. Records are
// in slabs and never move. Together with index and volume lists a block with three replicas costs
// 68 bytes.
//
// Not thread-safe: guarded by the namesystem lock.
class BlockMap {
 public:
  BlockMap() = default;
  BlockMap(const BlockMap&) = delete;
  BlockMap& operator=(const BlockMap&) = delete;

  // kAlreadyExists, or kInvalidArgument for a value that no record can hold.
  Result<BlockHandle> Add(InodeId owner, const Block& block, uint16_t replication,
                          BlockState state);
  // With its replicas and all.
  void Remove(BlockHandle block);
  void Reserve(uint64_t blocks);

  BlockHandle Find(BlockId id) const { return index_.Find(id); }

  BlockId Id(BlockHandle block) const { return BlockId(slot(block).id); }
  GenerationStamp Stamp(BlockHandle block) const { return GenerationStamp(slot(block).stamp); }
  uint64_t Length(BlockHandle block) const { return slot(block).length; }
  uint16_t Replication(BlockHandle block) const { return slot(block).replication; }
  BlockState State(BlockHandle block) const { return static_cast<BlockState>(slot(block).state); }
  bool IsComplete(BlockHandle block) const { return State(block) == BlockState::kComplete; }
  bool IsFinished(BlockHandle block) const {
    return IsComplete(block) || State(block) == BlockState::kCommitted;
  }
  InodeId Owner(BlockHandle block) const;
  Block Get(BlockHandle block) const { return {Id(block), Length(block), Stamp(block)}; }
  BlockView View(BlockHandle block) const;

  // Fails when a value does not fit.
  Status SetLengthAndStamp(BlockHandle block, uint64_t length, GenerationStamp stamp);
  void SetReplication(BlockHandle block, uint16_t replication);
  void SetOwner(BlockHandle block, InodeId owner);
  // A complete block has no WrittenBlock; every other one has.
  void SetState(BlockHandle block, BlockState state);

  // Bits that other parts keep with a block, so that they need not search for most.
  enum Flag : uint8_t {
    kHasCorrupt = 1,
    kIsLow = 2,
    kIsPending = 4,
    kHasExcess = 8,
    kPostponed = 16
  };
  bool HasFlag(BlockHandle block, Flag flag) const { return slot(block).flags & flag; }
  bool HasFlags(BlockHandle block) const { return slot(block).flags != 0; }
  void SetFlag(BlockHandle block, Flag flag, bool on);

  uint32_t ReplicaCount(BlockHandle block) const { return slot(block).count; }
  StorageIndex ReplicaAt(BlockHandle block, uint32_t i) const;
  bool HasReplica(BlockHandle block, StorageIndex storage) const;
  // False when it is there already, or the block has kReplicasMax.
  bool AddReplica(BlockHandle block, StorageIndex storage);
  bool RemoveReplica(BlockHandle block, StorageIndex storage);
  std::vector<StorageIndex> Replicas(BlockHandle block) const;

  // The blocks of a volume; positions move when replicas are removed.
  uint32_t StorageSize(StorageIndex storage) const;
  BlockHandle StorageAt(StorageIndex storage, uint32_t position) const {
    return lists_[storage.value].At(position);
  }
  // Full reports mark what they saw; see StorageList.
  void StartMarking(StorageIndex storage) { List(storage).StartMarking(); }
  void StopMarking(StorageIndex storage) { List(storage).StopMarking(); }
  bool HasMark(StorageIndex storage, uint32_t position) const {
    return lists_[storage.value].HasMark(position);
  }
  // False when the volume has no replica of the block.
  bool MarkReplica(BlockHandle block, StorageIndex storage);

  // Null for a complete block.
  WrittenBlock* Construction(BlockHandle block);
  const WrittenBlock* Construction(BlockHandle block) const;
  std::unordered_map<BlockHandle, WrittenBlock>& constructions() { return constructions_; }

  uint64_t size() const { return size_; }
  uint64_t complete_count() const { return complete_count_; }
  // Handles are below this; one that IsUsed() not belongs to no block.
  uint32_t HandleEnd() const { return handle_end_; }
  bool IsUsed(BlockHandle block) const { return slot(block).state != kFree; }

  uint64_t MemoryBytes() const;

  static constexpr uint32_t kReplicasMax = 4095;

 private:
  static constexpr uint32_t kInline = 3;
  static constexpr uint32_t kSlabSize = 1 << 16;
  static constexpr uint8_t kFree = 7;
  static constexpr uint64_t kValueEnd = uint64_t{1} << 48;

  struct __attribute__((packed, aligned(4))) Slot {
    int64_t id;
    uint64_t stamp : 48;
    uint64_t replication : 16;
    uint64_t length : 48;
    uint64_t state : 3;
    uint64_t count : 13;
    uint8_t owner[6];
    uint8_t flags;
    // Index of the volume, three bytes each; with more than kInline replicas they are in the pool.
    uint8_t storage[kInline][3];
    // Position in the volume's list. position[0] is the place in the pool when there are more than
    // kInline replicas, and the next free record in a free one.
    uint32_t position[kInline];
  };
  static_assert(sizeof(Slot) == 52);

  struct Place {
    StorageIndex storage;
    uint32_t position;
  };

  Slot& slot(BlockHandle block) { return slabs_[block.value / kSlabSize][block.value % kSlabSize]; }
  const Slot& slot(BlockHandle block) const {
    return slabs_[block.value / kSlabSize][block.value % kSlabSize];
  }
  StorageList& List(StorageIndex storage);
  Place PlaceAt(const Slot& s, uint32_t i) const;
  void SetPlace(Slot& s, uint32_t i, Place place);
  // Number of the replica on this volume; count when there is none.
  uint32_t FindPlace(const Slot& s, StorageIndex storage) const;
  void RemovePlace(Slot& s, uint32_t i);
  void SpillToPool(Slot& s);
  BlockHandle NewSlot();

  std::vector<std::unique_ptr<Slot[]>> slabs_;
  uint32_t handle_end_ = 0;
  uint32_t free_head_ = kNoBlock.value;
  uint64_t size_ = 0;
  uint64_t complete_count_ = 0;
  BlockIndex index_;
  std::vector<StorageList> lists_;
  std::vector<std::vector<Place>> pool_;
  std::vector<uint32_t> pool_free_;
  std::unordered_map<BlockHandle, WrittenBlock> constructions_;
};

}  // namespace cairn::namenode
