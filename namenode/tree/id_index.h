// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "namenode/tree/tagged_index.h"

namespace cairn::namenode {

// From inode ids to handles. Ids are given out one by one, so they lead directly into pages of
// handles; where most of a page's ids are gone, or ids are far out, a hash table serves instead.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class IdIndex {
 public:
  static constexpr uint32_t kNone = TaggedIndex::kNone;

  IdIndex() : sparse_(8) {}

  // `id_of(handle)` tells the id of an entry.
  template <typename IdOf>
  uint32_t Find(uint64_t id, IdOf id_of) const {
    const uint64_t page = id >> kPageBits;
    if (page < pages_.size() && pages_[page].handles) {
      return (*pages_[page].handles)[id & (kPageIds - 1)];
    }
    return sparse_.Find(Hash(id), [&](uint32_t handle) { return id_of(handle) == id; });
  }

  // The id must not be there.
  template <typename IdOf>
  void Insert(uint64_t id, uint32_t handle, IdOf id_of) {
    if (InsertDirect(id, handle)) return;
    sparse_.Insert(Hash(id), handle);
    const uint64_t page = id >> kPageBits;
    if (page >= pages_.size() || ++pages_[page].live < kPromoteAt) return;
    MakePage(page, [&](uint64_t one) {
      return sparse_.Find(Hash(one), [&](uint32_t h) { return id_of(h) == one; });
    });
  }

  // The id must be there.
  void Erase(uint64_t id, uint32_t handle);

  size_t MemoryBytes() const;

 private:
  static constexpr uint32_t kPageBits = 10;
  static constexpr uint32_t kPageIds = 1u << kPageBits;
  // A page takes 4 KiB: worth it when this many of its ids are in use.
  static constexpr uint16_t kPromoteAt = 256;
  static constexpr uint16_t kDemoteAt = 96;
  // Ids beyond this many pages (17 billion ids) are only hashed.
  static constexpr uint64_t kPagesMax = 1u << 24;

  using Handles = std::array<uint32_t, kPageIds>;
  struct Page {
    std::unique_ptr<Handles> handles;  // Null: the hash table serves.
    uint16_t live = 0;
  };

  static uint64_t Hash(uint64_t id);
  // False when the hash table has to serve.
  bool InsertDirect(uint64_t id, uint32_t handle);
  // Moves the ids of a page from the hash table, where `find` finds them.
  void MakePage(uint64_t page, const std::function<uint32_t(uint64_t)>& find);

  std::vector<Page> pages_;
  TaggedIndex sparse_;
};

}  // namespace cairn::namenode
