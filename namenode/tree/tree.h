// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/ids.h"
#include "common/util/path.h"
#include "common/util/result.h"
#include "namenode/tree/child_lists.h"
#include "namenode/tree/features.h"
#include "namenode/tree/inode.h"
#include "namenode/tree/inode_table.h"
#include "namenode/tree/name_index.h"
#include "namenode/tree/resolved_path.h"

namespace cairn::namenode {

// The namespace: directories, files and symbolic links under one root. A file knows the ids of its
// blocks, and nothing else of them.
//
// Mutators check the structure (names are unique, parents are directories, no cycles) and nothing
// that is policy: permissions are permission_checker.h, limits fs_limits.h, quotas quota.h. They
// never touch the times of a parent, and change nothing when they fail.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class Tree {
 public:
  // A tree of an empty root. `root.id` and `root.name` are not used.
  explicit Tree(const NewInode& root);
  ~Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  InodeHandle root() const { return root_; }
  // The inode of that id, if it can be reached from the root; kNoInode otherwise.
  InodeHandle Find(InodeId id) const;
  // kNoInode when there is none, or when `dir` is no directory.
  InodeHandle Child(InodeHandle dir, std::string_view name) const;

  // Walks down `path` as far as it exists. "/.reserved/.inodes/<id>/…" starts at that inode;
  // "/.reserved/raw/…" at the root. Fails with kNotFound, in Apache's words, when such an id does
  // not exist; a component that does not exist is no failure, nor is a file in the way.
  Result<ResolvedPath> Resolve(const Path& path) const;
  // The same for an inode that is known by id.
  ResolvedPath ResolveInode(InodeHandle inode) const;
  std::string PathOf(InodeHandle inode) const;
  // Whether `inode` is `ancestor`, or under it.
  bool IsUnder(InodeHandle inode, InodeHandle ancestor) const;

  // Add an inode to `parent`. With kNoInode as parent it is detached until Attach: an image tells
  // inodes first, and their places later. Fail with kAlreadyExists for the name, kCorrupt for the
  // id, kParentNotDirectory.
  Result<InodeHandle> AddDirectory(InodeHandle parent, const NewInode& inode);
  Result<InodeHandle> AddFile(InodeHandle parent, const NewInode& inode, const FileLayout& layout);
  Result<InodeHandle> AddSymlink(InodeHandle parent, const NewInode& inode, std::string target);
  // Puts a detached inode (with its subtree) in its place. Also undoes Detach.
  Status Attach(InodeHandle parent, InodeHandle child);
  // Moves an inode with its subtree. Fails with kAlreadyExists when the name is taken (by another
  // inode), with kInvalidArgument when the target is in the subtree.
  Status Move(InodeHandle inode, InodeHandle new_parent, std::string_view new_name);

  // Takes an inode with its subtree out of the namespace: neither paths nor ids lead there any
  // more. Its memory stays until CollectSlice. Must not be the root.
  void Detach(InodeHandle inode);
  // Gives a detached inode up: CollectSlice will free it and what is below.
  void Discard(InodeHandle detached);

  // What CollectSlice freed.
  struct Collected {
    std::vector<InodeId> files;   // That had a writer: their leases go.
    std::vector<BlockId> blocks;  // That no file has any more.
    size_t inodes = 0;
  };
  // Frees up to `inodes_max` discarded inodes and adds what they had to `out`. False when nothing
  // is left to free.
  bool CollectSlice(size_t inodes_max, Collected& out);

  size_t ChildCount(InodeHandle dir) const;
  // Up to `limit` children in Apache's order (signed bytes) that come after the name `start_after`
  // (all, when it is empty), and how many come after those.
  struct Page {
    std::vector<InodeHandle> children;
    size_t remaining = 0;
  };
  Page Children(InodeHandle dir, std::string_view start_after, size_t limit) const;
  // Adds all children to `out`, in no order: cheaper, where no order is needed.
  void AppendChildren(InodeHandle dir, std::vector<InodeHandle>& out) const {
    children_.All(ListOf(dir), out);
  }
  // Makes room for that many children at once, when an image tells.
  void ReserveChildren(InodeHandle dir, size_t count);

  const InodeTable& inodes() const { return inodes_; }
  InodeTable& inodes() { return inodes_; }
  const Features& features() const { return features_; }
  Features& features() { return features_; }

  // Bytes taken, by part.
  struct Memory {
    InodeTable::Memory inodes;
    size_t index = 0;
    size_t children = 0;
    size_t features = 0;
    size_t total() const;
  };
  Memory MemoryBytes() const;

 private:
  Status CheckPlace(InodeHandle parent, std::string_view name) const;
  Result<InodeHandle> Add(FileType type, InodeHandle parent, const NewInode& inode);
  void Link(InodeHandle parent, InodeHandle child);
  void Unlink(InodeHandle child);
  void FreeOne(InodeHandle inode, Collected& out);
  Result<Path> ResolveReserved(const Path& path) const;
  Result<Path> ResolveInodePath(const Path& path) const;
  uint32_t ListOf(InodeHandle dir) const;

  InodeTable inodes_;
  Features features_{inodes_};
  NameIndex index_{inodes_};
  ChildLists children_{inodes_};
  InodeHandle root_;
  // Subtrees to be freed, and how many inodes are detached but not given up: while both are none,
  // Find needs no walk to the root.
  std::vector<InodeHandle> discarded_;
  size_t detached_roots_ = 0;
};

}  // namespace cairn::namenode
