// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "namenode/tree/inode.h"
#include "namenode/tree/inode_table.h"
#include "namenode/tree/tagged_index.h"

namespace cairn::namenode {

// From (directory, name) to the child of that name, for the whole namespace.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class NameIndex {
 public:
  // `inodes`, which keeps the keys, must outlive this object.
  explicit NameIndex(const InodeTable& inodes) : inodes_(inodes), index_(10) {}

  InodeHandle Find(InodeHandle parent, std::string_view name) const;
  // `child` has its parent and name, and none like it is there.
  void Insert(InodeHandle child);
  // `child` still has the parent and name with which it was inserted.
  void Erase(InodeHandle child);

  size_t MemoryBytes() const { return index_.MemoryBytes(); }

 private:
  const InodeTable& inodes_;
  TaggedIndex index_;
};

}  // namespace cairn::namenode
