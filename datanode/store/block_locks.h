// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <unordered_set>

#include "common/model/ids.h"

namespace cairn::datanode {

// One lock for each block, made when it is wanted: operations on a block exclude each other, also
// while they wait for the disk, and never those on other blocks.
//
// Thread-safe.
class BlockLocks {
 public:
  // Held while alive.
  class Guard {
   public:
    Guard(BlockLocks& locks, BlockId id) : locks_(locks), id_(id) { locks_.Lock(id_); }
    ~Guard() { locks_.Unlock(id_); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    BlockLocks& locks_;
    const BlockId id_;
  };

 private:
  static constexpr size_t kShards = 64;

  struct Shard {
    std::mutex mutex;
    std::condition_variable released;
    std::unordered_set<BlockId> held;
  };

  Shard& ShardOf(BlockId id) { return shards_[static_cast<uint64_t>(id.value) % kShards]; }

  void Lock(BlockId id) {
    Shard& shard = ShardOf(id);
    std::unique_lock lock(shard.mutex);
    shard.released.wait(lock, [&] { return shard.held.insert(id).second; });
  }

  void Unlock(BlockId id) {
    Shard& shard = ShardOf(id);
    {
      const std::lock_guard lock(shard.mutex);
      shard.held.erase(id);
    }
    shard.released.notify_all();
  }

  std::array<Shard, kShards> shards_;
};

}  // namespace cairn::datanode
