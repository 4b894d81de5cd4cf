// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/id_index.h"

#include <algorithm>

namespace cairn::namenode {

uint64_t IdIndex::Hash(uint64_t id) {
  // The finalizer of SplitMix64: a bijection that spreads neighbours.
  id = (id ^ (id >> 30)) * 0xBF58476D1CE4E5B9ULL;
  id = (id ^ (id >> 27)) * 0x94D049BB133111EBULL;
  return id ^ (id >> 31);
}

bool IdIndex::InsertDirect(uint64_t id, uint32_t handle) {
  const uint64_t page = id >> kPageBits;
  if (page >= kPagesMax) return false;
  if (page >= pages_.size()) {
    // A step to the next page is a new id of a running namenode, which many will follow. A leap is
    // an image that tells its inodes in any order.
    const bool next = page == pages_.size();
    pages_.resize(page + 1);
    if (!next) return false;
    pages_[page].handles = std::make_unique<Handles>();
    pages_[page].handles->fill(kNone);
  }
  if (!pages_[page].handles) return false;
  (*pages_[page].handles)[id & (kPageIds - 1)] = handle;
  ++pages_[page].live;
  return true;
}

void IdIndex::MakePage(uint64_t page, const std::function<uint32_t(uint64_t)>& find) {
  auto handles = std::make_unique<Handles>();
  for (uint32_t i = 0; i < kPageIds; ++i) {
    const uint64_t id = (page << kPageBits) | i;
    const uint32_t handle = find(id);
    (*handles)[i] = handle;
    if (handle != kNone) sparse_.Erase(Hash(id), handle);
  }
  pages_[page].handles = std::move(handles);
}

void IdIndex::Erase(uint64_t id, uint32_t handle) {
  const uint64_t page = id >> kPageBits;
  if (page >= pages_.size()) return sparse_.Erase(Hash(id), handle);
  if (!pages_[page].handles) {
    sparse_.Erase(Hash(id), handle);
    --pages_[page].live;
    return;
  }
  (*pages_[page].handles)[id & (kPageIds - 1)] = kNone;
  --pages_[page].live;
  // The newest page is still being filled.
  if (pages_[page].live >= kDemoteAt || page + 1 == pages_.size()) return;
  for (uint32_t i = 0; i < kPageIds; ++i) {
    const uint32_t other = (*pages_[page].handles)[i];
    if (other != kNone) sparse_.Insert(Hash((page << kPageBits) | i), other);
  }
  pages_[page].handles.reset();
}

size_t IdIndex::MemoryBytes() const {
  const auto direct = std::count_if(pages_.begin(), pages_.end(),
                                    [](const Page& page) { return page.handles != nullptr; });
  return static_cast<size_t>(direct) * sizeof(Handles) + pages_.capacity() * sizeof(Page) +
         sparse_.MemoryBytes();
}

}  // namespace cairn::namenode
