// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/state_hash.h"

#include <functional>

#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

class StateHashTest : public TreeTest {};

TEST_F(StateHashTest, TheOrderOfCreationDoesNotMatter) {
  Tree other({.permission = {"root", "supergroup", 0755}, .modification_time_ms = 7});
  const NewInode a{InodeId(20000), "a", {"u", "g", 0755}, 1};
  const NewInode b{InodeId(20001), "b", {"u", "g", 0644}, 1, 2};
  const InodeHandle in_first = *tree_.AddDirectory(tree_.root(), a);
  ASSERT_TRUE(tree_.AddFile(in_first, b, {3, 1}).ok());
  const InodeHandle file = *other.AddFile(kNoInode, b, {3, 1});
  const InodeHandle dir = *other.AddDirectory(kNoInode, a);
  EXPECT_NE(HashTree(tree_), HashTree(other));
  ASSERT_TRUE(other.Attach(dir, file).ok());
  ASSERT_TRUE(other.Attach(other.root(), dir).ok());
  EXPECT_EQ(HashTree(tree_), HashTree(other));
}

TEST_F(StateHashTest, EveryChangeShows) {
  const InodeHandle dir = Dir("/d");
  const InodeHandle file = File("/d/f");
  InodeTable& inodes = tree_.inodes();
  Features& features = tree_.features();
  const std::vector<std::function<void()>> changes = {
      [&] { inodes.SetModificationTime(file, 99); },
      [&] { inodes.SetAccessTime(file, 99); },
      [&] { inodes.SetPermission(file, {"root", "g", 0600}); },
      [&] { inodes.SetLayout(file, {2, 128 << 20}); },
      [&] { inodes.AppendBlock(file, BlockId(1)); },
      [&] { inodes.SetBlocks(file, {BlockId(2), BlockId(1)}); },
      [&] { inodes.SetBlocks(file, {BlockId(1), BlockId(2)}); },
      [&] { features.SetWriter(file, {"c", "h"}); },
      [&] { features.SetAcl(file, {{AclScope::kAccess, AclType::kUser, 7, "x"}}); },
      [&] { features.SetXattrs(file, {{XattrNamespace::kUser, "x", std::nullopt}}); },
      [&] { features.SetXattrs(file, {{XattrNamespace::kUser, "x", "v"}}); },
      [&] { features.SetOpaque(file, {{"k", "v"}}); },
      [&] { features.EnsureQuota(dir).limits.names = 5; },
      [&] { ASSERT_TRUE(tree_.Move(file, tree_.root(), "f").ok()); },
      [&] { ASSERT_TRUE(tree_.Move(file, tree_.root(), "g").ok()); },
      [&] { Link("/l", "/d"); },
      [&] { tree_.Detach(dir); },
  };
  StateHash before = HashTree(tree_);
  for (size_t i = 0; i < changes.size(); ++i) {
    changes[i]();
    const StateHash after = HashTree(tree_);
    EXPECT_NE(after, before) << "change " << i;
    before = after;
  }
  tree_.features().AddUsage(tree_.root(), {.names = 4});
  EXPECT_EQ(HashTree(tree_), before);  // Derived.
}

}  // namespace
}  // namespace cairn::namenode
