// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "common/model/ids.h"

namespace cairn::namenode {

// Lists of blocks for the files that have more than one; a file with one block has it inline.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class BlockListPool {
 public:
  uint32_t Add(std::vector<BlockId> blocks) {
    bytes_ += blocks.capacity() * sizeof(BlockId);
    if (free_.empty()) {
      lists_.push_back(std::move(blocks));
      return static_cast<uint32_t>(lists_.size() - 1);
    }
    const uint32_t number = free_.back();
    free_.pop_back();
    lists_[number] = std::move(blocks);
    return number;
  }

  void Append(uint32_t number, BlockId block) {
    std::vector<BlockId>& list = lists_[number];
    bytes_ -= list.capacity() * sizeof(BlockId);
    list.push_back(block);
    bytes_ += list.capacity() * sizeof(BlockId);
  }

  void RemoveLast(uint32_t number) { lists_[number].pop_back(); }

  void Free(uint32_t number) {
    bytes_ -= lists_[number].capacity() * sizeof(BlockId);
    lists_[number] = std::vector<BlockId>();
    free_.push_back(number);
  }

  const std::vector<BlockId>& At(uint32_t number) const { return lists_[number]; }

  size_t MemoryBytes() const {
    return bytes_ + lists_.size() * sizeof(std::vector<BlockId>) +
           free_.capacity() * sizeof(uint32_t);
  }

 private:
  std::deque<std::vector<BlockId>> lists_;  // A deque: growing moves nothing.
  std::vector<uint32_t> free_;
  size_t bytes_ = 0;
};

}  // namespace cairn::namenode
