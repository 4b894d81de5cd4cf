// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "namenode/tree/quota.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Blocks of one length each, complete unless told otherwise.
class FakeBlocks final : public BlockLengths {
 public:
  Info LengthOf(BlockId block) const override {
    const auto it = blocks_.find(block);
    return it == blocks_.end() ? Info{} : it->second;
  }
  void Set(BlockId block, uint64_t length, bool complete = true) {
    blocks_[block] = {length, complete};
  }

 private:
  std::map<BlockId, Info> blocks_;
};

// A tree whose root belongs to "root:supergroup", with short ways to fill it.
class TreeTest : public ::testing::Test {
 protected:
  TreeTest() : tree_({.permission = {"root", "supergroup", 0755}, .modification_time_ms = 7}) {}

  static Path P(std::string_view text) { return *Path::Parse(text); }

  InodeHandle At(std::string_view path) { return tree_.Resolve(P(path))->last(); }

  InodeHandle Dir(std::string_view path, const PermissionStatus& permission = {"root", "g", 0755}) {
    const ResolvedPath resolved = *tree_.Resolve(P(path));
    const Result<InodeHandle> added = tree_.AddDirectory(
        resolved.parent(), {InodeId(next_id_++), resolved.name(), permission, 1});
    EXPECT_TRUE(added.ok()) << added.status().ToString();
    return *added;
  }

  InodeHandle File(std::string_view path, const PermissionStatus& permission = {"root", "g", 0644},
                   const FileLayout& layout = {3, 128 << 20}) {
    const ResolvedPath resolved = *tree_.Resolve(P(path));
    const Result<InodeHandle> added = tree_.AddFile(
        resolved.parent(), {InodeId(next_id_++), resolved.name(), permission, 1, 2}, layout);
    EXPECT_TRUE(added.ok()) << added.status().ToString();
    return *added;
  }

  InodeHandle Link(std::string_view path, std::string target) {
    const ResolvedPath resolved = *tree_.Resolve(P(path));
    return *tree_.AddSymlink(
        resolved.parent(),
        {InodeId(next_id_++), resolved.name(), {"root", "g", 0777}, 1, 2}, std::move(target));
  }

  std::vector<std::string> Names(InodeHandle dir, std::string_view after = {},
                                 size_t limit = SIZE_MAX) {
    std::vector<std::string> names;
    for (const InodeHandle child : tree_.Children(dir, after, limit).children) {
      names.emplace_back(tree_.inodes().Name(child));
    }
    return names;
  }

  Tree::Collected Delete(InodeHandle inode) {
    tree_.Detach(inode);
    tree_.Discard(inode);
    Tree::Collected collected;
    while (tree_.CollectSlice(3, collected)) {
    }
    return collected;
  }

  Tree tree_;
  uint64_t next_id_ = kRootInodeId.value + 1;
};

}  // namespace cairn::namenode
