// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "namenode/blocks/types.h"

namespace cairn::namenode {

// Finds a block's record by its id.
//
// Ids of today are given out one after the other, so they index an array: 4 bytes a block, in pages
// that exist only where blocks do. Random ids of old clusters and negative ids of block groups go
// into a hash map.
//
// Not thread-safe: guarded by the namesystem lock.
class BlockIndex {
 public:
  BlockHandle Find(BlockId id) const {
    const uint64_t offset = Offset(id);
    if (offset >= kDirectEnd) return FindSparse(id);
    const size_t page = offset / kPageSize;
    if (page >= pages_.size() || !pages_[page]) return kNoBlock;
    return BlockHandle(pages_[page]->handles[offset % kPageSize]);
  }

  // The id must not be there yet.
  void Insert(BlockId id, BlockHandle handle) {
    const uint64_t offset = Offset(id);
    if (offset >= kDirectEnd) {
      sparse_.emplace(id.value, handle);
      return;
    }
    const size_t page = offset / kPageSize;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (!pages_[page]) {
      pages_[page] = std::make_unique<Page>();
      pages_[page]->handles.fill(kNoBlock.value);
      ++page_count_;
    }
    pages_[page]->handles[offset % kPageSize] = handle.value;
    ++pages_[page]->used;
  }

  // The id must be there.
  void Erase(BlockId id) {
    const uint64_t offset = Offset(id);
    if (offset >= kDirectEnd) {
      sparse_.erase(id.value);
      return;
    }
    std::unique_ptr<Page>& page = pages_[offset / kPageSize];
    page->handles[offset % kPageSize] = kNoBlock.value;
    if (--page->used == 0) {
      page.reset();
      --page_count_;
    }
  }

  uint64_t MemoryBytes() const {
    return pages_.capacity() * sizeof(pages_[0]) + page_count_ * sizeof(Page) +
           sparse_.size() * 40 + sparse_.bucket_count() * sizeof(void*);
  }

 private:
  static constexpr int64_t kBase = kLastReservedBlockId.value;
  // 2^32 ids: beyond any namespace; bounds pages_ at 64 MiB when an image lies.
  static constexpr uint64_t kDirectEnd = uint64_t{1} << 32;
  static constexpr size_t kPageSize = 512;

  struct Page {
    std::array<uint32_t, kPageSize> handles;
    uint32_t used = 0;
  };

  // Ids below the base wrap around to numbers beyond kDirectEnd.
  static uint64_t Offset(BlockId id) {
    return static_cast<uint64_t>(id.value) - static_cast<uint64_t>(kBase);
  }

  BlockHandle FindSparse(BlockId id) const {
    auto it = sparse_.find(id.value);
    return it == sparse_.end() ? kNoBlock : it->second;
  }

  std::vector<std::unique_ptr<Page>> pages_;
  uint64_t page_count_ = 0;
  std::unordered_map<int64_t, BlockHandle> sparse_;
};

}  // namespace cairn::namenode
