// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <vector>

#include "namenode/blocks/types.h"

namespace cairn::namenode {

// The blocks that one volume holds: 4 bytes each, in chunks, without order. A replica remembers
// its position here, so that removing it is one move.
//
// While a full report is being read, a bit for each replica says whether the report named it.
//
// Not thread-safe: guarded by the namesystem lock.
class StorageList {
 public:
  uint32_t size() const { return size_; }
  BlockHandle At(uint32_t position) const {
    return BlockHandle(chunks_[position / kChunk][position % kChunk]);
  }

  // The new replica's position.
  uint32_t Append(BlockHandle block) {
    if (size_ == chunks_.size() * kChunk) chunks_.push_back(std::make_unique<uint32_t[]>(kChunk));
    chunks_[size_ / kChunk][size_ % kChunk] = block.value;
    if (marking_) {
      if (size_ / 64 >= marks_.size()) marks_.push_back(0);
      SetMark(size_, true);  // It came after the report began: the report cannot know it.
    }
    return size_++;
  }

  // Moves the last replica to `position` and returns it; kNoBlock when the removed was the last.
  BlockHandle Remove(uint32_t position) {
    assert(position < size_);
    const uint32_t last = --size_;
    const BlockHandle moved = At(last);
    if (marking_) SetMark(position, HasMark(last));
    if (chunks_.size() > size_ / kChunk + 2) chunks_.pop_back();
    if (position == last) return kNoBlock;
    chunks_[position / kChunk][position % kChunk] = moved.value;
    return moved;
  }

  void StartMarking() {
    marking_ = true;
    marks_.assign(size_ / 64 + 1, 0);
  }
  void StopMarking() {
    marking_ = false;
    marks_ = {};
  }
  bool IsMarking() const { return marking_; }
  void Mark(uint32_t position) {
    if (marking_) SetMark(position, true);
  }
  bool HasMark(uint32_t position) const { return (marks_[position / 64] >> (position % 64)) & 1; }

  uint64_t MemoryBytes() const {
    return chunks_.size() * kChunk * sizeof(uint32_t) + chunks_.capacity() * sizeof(chunks_[0]) +
           marks_.capacity() * sizeof(uint64_t) + sizeof(*this);
  }

 private:
  static constexpr uint32_t kChunk = 1024;

  void SetMark(uint32_t position, bool on) {
    const uint64_t bit = uint64_t{1} << (position % 64);
    if (on) {
      marks_[position / 64] |= bit;
    } else {
      marks_[position / 64] &= ~bit;
    }
  }

  std::vector<std::unique_ptr<uint32_t[]>> chunks_;
  uint32_t size_ = 0;
  bool marking_ = false;
  std::vector<uint64_t> marks_;
};

}  // namespace cairn::namenode
