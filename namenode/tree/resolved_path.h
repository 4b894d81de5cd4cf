// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/path.h"
#include "namenode/tree/inode.h"

namespace cairn::namenode {

// A path and the inodes that it leads through: the root first, then one for each component as far
// as they exist.
//
// A value; the handles are valid while the namesystem lock is held.
class ResolvedPath {
 public:
  ResolvedPath(Path path, std::vector<InodeHandle> inodes, bool raw)
      : path_(std::move(path)), inodes_(std::move(inodes)), raw_(raw) {}

  // What was asked for, with /.reserved/.inodes/<id> replaced by the inode's own path.
  const Path& path() const { return path_; }
  // Number of components; 0 for the root.
  size_t depth() const { return path_.size(); }
  // Number of inodes that exist, the root included: depth() + 1 when the whole path exists.
  size_t existing() const { return inodes_.size(); }
  bool exists() const { return existing() == depth() + 1; }

  // The inode after `i` components (0: the root); kNoInode when it does not exist.
  InodeHandle At(size_t i) const { return i < inodes_.size() ? inodes_[i] : kNoInode; }
  InodeHandle last() const { return At(depth()); }
  // kNoInode for the root.
  InodeHandle parent() const { return depth() == 0 ? kNoInode : At(depth() - 1); }
  // The deepest inode that exists; `path()` below it starts at component existing() - 1.
  InodeHandle deepest() const { return inodes_.back(); }
  std::string_view name() const { return path_.name(); }
  // The path of the inode after `i` components.
  std::string PathTo(size_t i) const { return std::string(path_.Prefix(i)); }

  // The path went through /.reserved/raw: superusers only, but for reading.
  bool raw() const { return raw_; }

 private:
  Path path_;
  std::vector<InodeHandle> inodes_;
  bool raw_;
};

}  // namespace cairn::namenode
