// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/util/clock.h"
#include "namenode/blocks/block_map.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

// How urgently a block needs replicas; 0 is the most urgent. Apache's levels.
enum class Urgency : uint8_t {
  kHighest = 0,           // One replica is left, or only those of leaving datanodes.
  kVeryLow = 1,           // Less than a third of what is wanted.
  kLow = 2,               // Any other shortage.
  kBadlyDistributed = 3,  // Enough, but in too few racks.
  kCorrupt = 4,           // None: nothing can be copied.
};

// Blocks that need replicas, by urgency.
//
// Not thread-safe: guarded by the namesystem lock. So are all classes of this file.
class LowRedundancyQueues {
 public:
  static constexpr size_t kLevels = 5;

  explicit LowRedundancyQueues(BlockMap& map) : map_(map) {}

  // `leaving`: replicas on datanodes that are to go.
  static Urgency UrgencyOf(uint32_t good, uint32_t leaving, uint32_t wanted);

  // Moves the block to the level.
  void Update(BlockHandle block, Urgency urgency);
  void Remove(BlockHandle block);
  bool Contains(BlockHandle block) const { return map_.HasFlag(block, BlockMap::kIsLow); }

  struct Entry {
    BlockHandle block;
    Urgency urgency;
  };
  // At most `max` blocks, the most urgent first, each level going on where it was left. A level
  // that ended starts again when all did.
  std::vector<Entry> Next(size_t max);

  size_t size() const { return places_.size(); }
  size_t Size(Urgency urgency) const { return levels_[static_cast<size_t>(urgency)].blocks.size(); }
  const std::vector<BlockHandle>& Blocks(Urgency urgency) const {
    return levels_[static_cast<size_t>(urgency)].blocks;
  }
  void Clear();

 private:
  struct Level {
    std::vector<BlockHandle> blocks;
    size_t cursor = 0;
  };
  struct Place {
    Urgency urgency;
    uint32_t position;
  };

  BlockMap& map_;
  std::array<Level, kLevels> levels_;
  std::unordered_map<BlockHandle, Place> places_;
};

// Copies that were ordered and not reported yet.
class PendingReconstruction {
 public:
  explicit PendingReconstruction(BlockMap& map) : map_(map) {}

  void Add(BlockHandle block, const std::vector<StorageIndex>& targets, Clock::TimePoint now);
  // A copy arrived, or can no longer arrive.
  void Remove(BlockHandle block, StorageIndex target);
  void RemoveAll(BlockHandle block);
  uint32_t Count(BlockHandle block) const;
  const std::vector<StorageIndex>* Targets(BlockHandle block) const;
  // Removes and returns what was ordered before `limit`.
  std::vector<BlockHandle> TakeOlderThan(Clock::TimePoint limit);
  // Removes copies to this volume; returns the blocks concerned.
  std::vector<BlockHandle> RemoveTarget(StorageIndex target);

  size_t size() const { return orders_.size(); }
  void Clear();

 private:
  struct Order {
    std::vector<StorageIndex> targets;
    Clock::TimePoint ordered_at;
  };

  BlockMap& map_;
  std::unordered_map<BlockHandle, Order> orders_;
};

// Why a replica is corrupt.
enum class CorruptReason : uint8_t {
  kReported,         // A reader or the datanode's scanner found bad bytes.
  kStampMismatch,    // Another generation stamp than the finished block's.
  kSizeMismatch,     // Another length.
  kInvalidState,     // Not finalized although the block is complete.
};

// Replicas that must not be read, by block.
class CorruptReplicas {
 public:
  explicit CorruptReplicas(BlockMap& map) : map_(map) {}

  struct Entry {
    StorageIndex storage;
    CorruptReason reason;
    GenerationStamp stamp;  // The replica's own.
    bool ordered = false;   // To be deleted; it stays here until the datanode has done it.
  };

  void Add(BlockHandle block, const Entry& entry);
  // False when it was not corrupt.
  bool Remove(BlockHandle block, StorageIndex storage);
  void RemoveAll(BlockHandle block);
  bool Contains(BlockHandle block, StorageIndex storage) const { return Find(block, storage); }
  // Null when the replica is good.
  const Entry* Find(BlockHandle block, StorageIndex storage) const;
  // Of those that are marked.
  void SetOrdered(BlockHandle block, StorageIndex storage);
  uint32_t Count(BlockHandle block) const;
  std::vector<Entry> Entries(BlockHandle block) const;
  size_t size() const { return entries_.size(); }  // Blocks.

 private:
  BlockMap& map_;
  std::unordered_map<BlockHandle, std::vector<Entry>> entries_;
};

// Replicas that are one too many and were ordered to be deleted; they count no more, and leave
// this set when the datanode says that they are gone.
class ExcessReplicas {
 public:
  explicit ExcessReplicas(BlockMap& map) : map_(map) {}

  void Add(BlockHandle block, StorageIndex storage);
  bool Remove(BlockHandle block, StorageIndex storage);
  void RemoveAll(BlockHandle block);
  bool Contains(BlockHandle block, StorageIndex storage) const;
  std::vector<StorageIndex> Storages(BlockHandle block) const;
  size_t size() const { return count_; }  // Replicas.

 private:
  BlockMap& map_;
  std::unordered_map<BlockHandle, std::vector<StorageIndex>> entries_;
  size_t count_ = 0;
};

// Replicas to be deleted, by volume, until the datanode fetches the order with a heartbeat. By
// block id: the block itself may be gone.
class InvalidationQueues {
 public:
  void Add(StorageIndex storage, const Block& block);
  bool Remove(StorageIndex storage, BlockId id);
  bool Contains(StorageIndex storage, BlockId id) const;
  // Removes and returns at most `max`.
  std::vector<Block> Take(StorageIndex storage, size_t max);
  void Drop(StorageIndex storage);
  size_t size() const { return count_; }

 private:
  struct Rest {
    uint64_t length;
    GenerationStamp stamp;
  };
  std::unordered_map<StorageIndex, std::unordered_map<BlockId, Rest>> queues_;
  size_t count_ = 0;
};

}  // namespace cairn::namenode
