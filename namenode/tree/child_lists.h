// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "namenode/tree/inode.h"
#include "namenode/tree/inode_table.h"

namespace cairn::namenode {

// The children of each directory: a pile of those that came lately, and sorted chunks of the rest.
// A creation adds to the pile, in constant time; the first listing after it sorts the pile in.
// Listing from any name is a search by halves, whatever the size.
//
// Not thread-safe: guarded by the namesystem lock. Concurrent const calls are fine: sorting, which
// they may have to do, is guarded by a mutex and done before any of them looks at the chunks.
class ChildLists {
 public:
  // `inodes`, which keeps the names, must outlive this object.
  explicit ChildLists(const InodeTable& inodes) : inodes_(inodes) {}

  uint32_t NewList();
  void FreeList(uint32_t list);

  void Add(uint32_t list, InodeHandle child);
  // The child must be there, under the name with which it was added.
  void Remove(uint32_t list, InodeHandle child);
  // Removes any child of a list that is not empty.
  InodeHandle TakeAny(uint32_t list);
  void Reserve(uint32_t list, size_t count);

  size_t Count(uint32_t list) const { return lists_[list].count; }
  // Adds up to `limit` children behind the name `after` to `out`; all when it is empty. Returns how
  // many are behind those.
  size_t Page(uint32_t list, std::string_view after, size_t limit,
              std::vector<InodeHandle>& out) const;

  // Adds all children to `out`, in no order, without sorting anything.
  void All(uint32_t list, std::vector<InodeHandle>& out) const;

  size_t MemoryBytes() const;

 private:
  using Chunk = std::vector<uint32_t>;

  struct List {
    uint32_t count = 0;
    // Whether `pile` has to be sorted in before `chunks` may be read.
    std::atomic<bool> unsorted{false};
    std::vector<uint32_t> pile;
    std::vector<Chunk> chunks;  // None is empty.
  };

  // A place in the chunks.
  struct Position {
    size_t chunk;
    size_t offset;
  };

  std::string_view NameOf(uint32_t handle) const { return inodes_.Name(InodeHandle(handle)); }
  bool Less(uint32_t a, uint32_t b) const;
  // The first child whose name is `name` or behind it.
  Position LowerBound(const List& list, std::string_view name) const;
  void Sort(List& list) const;
  void InsertSorted(List& list, uint32_t child) const;
  void EraseAt(List& list, Position position) const;
  static void CopyAll(const List& list, std::vector<InodeHandle>& out);
  static void Cut(const std::vector<uint32_t>& sorted, List& list);

  const InodeTable& inodes_;
  mutable std::mutex sort_mutex_;
  mutable std::deque<List> lists_;  // Changed by const calls only as Sort does.
  std::vector<uint32_t> free_;
};

}  // namespace cairn::namenode
