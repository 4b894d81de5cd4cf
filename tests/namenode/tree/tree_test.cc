// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/tree.h"

#include <algorithm>

#include "namenode/tree/fs_limits.h"
#include "namenode/tree/subtree_walk.h"
#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

TEST_F(TreeTest, RootHasItsIdAndAttributes) {
  EXPECT_EQ(tree_.inodes().Id(tree_.root()), kRootInodeId);
  EXPECT_EQ(tree_.Find(kRootInodeId), tree_.root());
  EXPECT_EQ(tree_.PathOf(tree_.root()), "/");
  EXPECT_EQ(tree_.inodes().Permission(tree_.root()).mode, 0755);
  EXPECT_EQ(tree_.inodes().ModificationTimeMs(tree_.root()), 7u);
  EXPECT_EQ(tree_.inodes().Parent(tree_.root()), kNoInode);
  EXPECT_TRUE(tree_.Resolve(Path())->exists());
}

TEST_F(TreeTest, ResolveTellsHowFarAPathExists) {
  Dir("/a");
  const InodeHandle b = Dir("/a/b");
  const ResolvedPath path = *tree_.Resolve(P("/a/b/c/d"));
  EXPECT_FALSE(path.exists());
  EXPECT_EQ(path.depth(), 4u);
  EXPECT_EQ(path.existing(), 3u);
  EXPECT_EQ(path.deepest(), b);
  EXPECT_EQ(path.last(), kNoInode);
  EXPECT_EQ(path.parent(), kNoInode);
  EXPECT_EQ(path.PathTo(2), "/a/b");
  EXPECT_EQ(path.name(), "d");
}

TEST_F(TreeTest, ResolveStopsAtAFile) {
  const InodeHandle file = File("/f");
  const ResolvedPath path = *tree_.Resolve(P("/f/x"));
  EXPECT_FALSE(path.exists());
  EXPECT_EQ(path.deepest(), file);
}

TEST_F(TreeTest, InodePathsResolveById) {
  const InodeHandle a = Dir("/a");
  const InodeHandle b = Dir("/a/b");
  const std::string prefix = "/.reserved/.inodes/" + ToString(tree_.inodes().Id(b));
  EXPECT_EQ(At(prefix), b);
  EXPECT_EQ(tree_.Resolve(P(prefix))->path().text(), "/a/b");
  EXPECT_EQ(tree_.Resolve(P(prefix + "/c/d"))->path().text(), "/a/b/c/d");
  EXPECT_EQ(At(prefix + "/.."), a);
  EXPECT_EQ(At("/.reserved/.inodes/16385"), tree_.root());
  EXPECT_EQ(At("/.reserved/.inodes/16385/a"), a);
  EXPECT_EQ(At("/.reserved/.inodes/" + ToString(tree_.inodes().Id(a)) + "/.."), tree_.root());
}

TEST_F(TreeTest, InodePathsThatLeadNowhereAreToldInApachesWords) {
  const Status unknown = tree_.Resolve(P("/.reserved/.inodes/99999/x")).status();
  EXPECT_EQ(unknown.code(), Code::kNotFound);
  EXPECT_EQ(unknown.message(),
            "File for given inode path does not exist: /.reserved/.inodes/99999/x");
  for (const char* id : {"abc", "1x", "", "+-5", "99999999999999999999"}) {
    const std::string text = std::string("/.reserved/.inodes/") + id;
    if (*id == '\0') continue;
    EXPECT_EQ(tree_.Resolve(P(text)).status().message(), "Invalid inode path: " + text);
  }
  EXPECT_EQ(tree_.Resolve(P("/.reserved/.inodes/-1")).status().code(), Code::kNotFound);
}

TEST_F(TreeTest, RawPathsResolveWithoutTheirPrefix) {
  const InodeHandle a = Dir("/a");
  EXPECT_EQ(At("/.reserved/raw"), tree_.root());
  EXPECT_EQ(At("/.reserved/raw/a"), a);
  EXPECT_TRUE(tree_.Resolve(P("/.reserved/raw/a"))->raw());
  EXPECT_FALSE(tree_.Resolve(P("/a"))->raw());
  EXPECT_FALSE(tree_.Resolve(P("/.reserved/raw/.reserved"))->exists());
}

TEST_F(TreeTest, ReservedAndSnapshotPathsDoNotExist) {
  Dir("/a");
  EXPECT_FALSE(tree_.Resolve(P("/.reserved"))->exists());
  EXPECT_FALSE(tree_.Resolve(P("/.reserved/.inodes"))->exists());
  EXPECT_FALSE(tree_.Resolve(P("/a/.snapshot"))->exists());
}

TEST_F(TreeTest, NamesAndIdsAreUnique) {
  const InodeHandle a = Dir("/a");
  const Result<InodeHandle> again = tree_.AddFile(tree_.root(), {InodeId(77777), "a"}, {3, 1});
  EXPECT_EQ(again.status().code(), Code::kAlreadyExists);
  const Result<InodeHandle> same_id =
      tree_.AddDirectory(tree_.root(), {tree_.inodes().Id(a), "other"});
  EXPECT_EQ(same_id.status().code(), Code::kCorrupt);
  const InodeHandle file = File("/f");
  EXPECT_EQ(tree_.AddDirectory(file, {InodeId(88888), "x"}).status().code(),
            Code::kParentNotDirectory);
  EXPECT_EQ(tree_.AddDirectory(tree_.root(), {InodeId(88888), ""}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(tree_.AddDirectory(tree_.root(), {InodeId(88888), "x/y"}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(tree_.inodes().size(), 3u);
  EXPECT_EQ(tree_.Find(InodeId(88888)), kNoInode);
}

TEST_F(TreeTest, ChildrenComeInTheOrderOfSignedBytes) {
  for (const char* name : {"/z", "/a", "/日", "/é", "/B"}) File(name);
  EXPECT_EQ(Names(tree_.root()), (std::vector<std::string>{"é", "日", "B", "a", "z"}));
  EXPECT_EQ(Names(tree_.root(), "日"), (std::vector<std::string>{"B", "a", "z"}));
}

TEST_F(TreeTest, PagesStartBehindANameThatNeedNotExist) {
  for (const char* name : {"/b", "/d", "/f", "/h"}) File(name);
  EXPECT_EQ(Names(tree_.root(), "c"), (std::vector<std::string>{"d", "f", "h"}));
  EXPECT_EQ(Names(tree_.root(), "d", 1), (std::vector<std::string>{"f"}));
  EXPECT_EQ(tree_.Children(tree_.root(), "d", 1).remaining, 1u);
  EXPECT_EQ(tree_.Children(tree_.root(), "", 0).remaining, 4u);
  EXPECT_TRUE(Names(tree_.root(), "h").empty());
  File("/c");  // Between two listings.
  EXPECT_EQ(Names(tree_.root(), "b", 2), (std::vector<std::string>{"c", "d"}));
}

TEST_F(TreeTest, AllChildrenComeInNoOrderWithoutSorting) {
  for (const char* name : {"/b", "/a", "/c"}) File(name);
  EXPECT_EQ(Names(tree_.root(), "a").size(), 2u);  // Sorted now.
  File("/0");                                      // And one that is not.
  std::vector<InodeHandle> children;
  tree_.AppendChildren(tree_.root(), children);
  std::sort(children.begin(), children.end());
  EXPECT_EQ(children, (std::vector{At("/b"), At("/a"), At("/c"), At("/0")}));
}

TEST_F(TreeTest, MoveTakesTheSubtreeAlong) {
  Dir("/a");
  const InodeHandle b = Dir("/a/b");
  const InodeHandle file = File("/a/b/f");
  const InodeHandle c = Dir("/c");
  ASSERT_TRUE(tree_.Move(b, c, "renamed").ok());
  EXPECT_EQ(tree_.PathOf(file), "/c/renamed/f");
  EXPECT_EQ(At("/c/renamed/f"), file);
  EXPECT_EQ(At("/a/b"), kNoInode);
  EXPECT_EQ(tree_.ChildCount(At("/a")), 0u);
}

TEST_F(TreeTest, MoveIntoItselfOrOntoAnotherIsRefused) {
  const InodeHandle a = Dir("/a");
  const InodeHandle b = Dir("/a/b");
  File("/f");
  EXPECT_EQ(tree_.Move(a, b, "x").code(), Code::kInvalidArgument);
  EXPECT_EQ(tree_.Move(a, a, "x").code(), Code::kInvalidArgument);
  EXPECT_EQ(tree_.Move(tree_.root(), a, "x").code(), Code::kInvalidArgument);
  EXPECT_EQ(tree_.Move(b, tree_.root(), "f").code(), Code::kAlreadyExists);
  EXPECT_EQ(tree_.Move(b, At("/f"), "x").code(), Code::kParentNotDirectory);
  EXPECT_TRUE(tree_.Move(b, a, "b").ok());  // To where it is.
  EXPECT_EQ(At("/a/b"), b);
}

TEST_F(TreeTest, DetachedInodesCannotBeReachedUntilTheyAreAttachedAgain) {
  const InodeHandle a = Dir("/a");
  const InodeHandle file = File("/a/f");
  const InodeId id = tree_.inodes().Id(file);
  tree_.Detach(a);
  EXPECT_EQ(At("/a"), kNoInode);
  EXPECT_EQ(tree_.Find(id), kNoInode);
  EXPECT_EQ(tree_.inodes().Find(id), file);
  ASSERT_TRUE(tree_.Attach(tree_.root(), a).ok());
  EXPECT_EQ(tree_.Find(id), file);
  EXPECT_EQ(At("/a/f"), file);
  EXPECT_EQ(tree_.Attach(tree_.root(), a).code(), Code::kCorrupt);
}

TEST_F(TreeTest, AnImageTellsInodesFirstAndPlacesLater) {
  const InodeHandle dir = *tree_.AddDirectory(kNoInode, {InodeId(20000), "dir"});
  const InodeHandle file = *tree_.AddFile(kNoInode, {InodeId(30000), "file"}, {1, 1});
  ASSERT_TRUE(tree_.Attach(dir, file).ok());
  EXPECT_EQ(tree_.Find(InodeId(30000)), kNoInode);
  EXPECT_EQ(tree_.Attach(file, dir).code(), Code::kCorrupt);  // A cycle.
  tree_.ReserveChildren(tree_.root(), 1);
  ASSERT_TRUE(tree_.Attach(tree_.root(), dir).ok());
  EXPECT_EQ(tree_.PathOf(tree_.Find(InodeId(30000))), "/dir/file");
}

TEST_F(TreeTest, DeletionGivesBlocksAndWritersBackInSlices) {
  Dir("/a");
  Dir("/a/b");
  for (int i = 0; i < 10; ++i) {
    const InodeHandle file = File("/a/b/f" + std::to_string(i));
    tree_.inodes().SetBlocks(file, {BlockId(100 + i), BlockId(200 + i)});
    if (i == 4) tree_.features().SetWriter(file, {"client", "host"});
  }
  const InodeId open = tree_.inodes().Id(At("/a/b/f4"));
  const InodeHandle a = At("/a");
  tree_.Detach(a);
  tree_.Discard(a);
  EXPECT_EQ(tree_.Find(open), kNoInode);
  Tree::Collected collected;
  EXPECT_TRUE(tree_.CollectSlice(5, collected));
  EXPECT_EQ(collected.inodes, 5u);
  EXPECT_FALSE(tree_.CollectSlice(100, collected));
  EXPECT_EQ(collected.inodes, 12u);
  EXPECT_EQ(collected.blocks.size(), 20u);
  EXPECT_EQ(collected.files, std::vector{open});
  EXPECT_EQ(tree_.inodes().size(), 1u);
  EXPECT_EQ(tree_.inodes().Find(open), kNoInode);
}

TEST_F(TreeTest, ANameCanBeTakenAgainWhileTheOldSubtreeIsBeingFreed) {
  const InodeHandle old = Dir("/a");
  File("/a/f");
  tree_.Detach(old);
  tree_.Discard(old);
  Dir("/a");
  const InodeHandle file = File("/a/f");
  Tree::Collected collected;
  while (tree_.CollectSlice(1, collected)) {
  }
  EXPECT_EQ(At("/a/f"), file);
  EXPECT_EQ(collected.inodes, 2u);
}

TEST_F(TreeTest, FilesHaveNoneOneOrManyBlocks) {
  const InodeHandle file = File("/f");
  InodeTable& inodes = tree_.inodes();
  EXPECT_EQ(inodes.BlockCount(file), 0u);
  inodes.RemoveLastBlock(file);
  for (int64_t id : {-5, 6, 7}) inodes.AppendBlock(file, BlockId(id));
  EXPECT_EQ(inodes.Blocks(file), (std::vector{BlockId(-5), BlockId(6), BlockId(7)}));
  EXPECT_EQ(inodes.BlockAt(file, 0), BlockId(-5));
  inodes.RemoveLastBlock(file);
  inodes.RemoveLastBlock(file);
  EXPECT_EQ(inodes.Blocks(file), std::vector{BlockId(-5)});
  inodes.AppendBlock(file, BlockId(9));
  EXPECT_EQ(inodes.BlockAt(file, 1), BlockId(9));
  inodes.SetBlocks(file, {});
  EXPECT_EQ(inodes.BlockCount(file), 0u);
}

TEST_F(TreeTest, AttributesChange) {
  const InodeHandle file = File("/f");
  InodeTable& inodes = tree_.inodes();
  inodes.SetModificationTime(file, 1'700'000'000'123);
  inodes.SetAccessTime(file, UINT64_MAX);
  EXPECT_EQ(inodes.ModificationTimeMs(file), 1'700'000'000'123u);
  EXPECT_EQ(inodes.AccessTimeMs(file), (uint64_t{1} << 48) - 1);
  inodes.SetPermission(file, {"alice", "users", 0600});
  EXPECT_EQ(inodes.Permission(file), (PermissionStatus{"alice", "users", 0600}));
  const FileLayout layout{2, 64 << 20, 7, false, 0};
  inodes.SetLayout(file, layout);
  EXPECT_EQ(inodes.Layout(file), layout);
}

TEST_F(TreeTest, FeaturesComeAndGo) {
  const InodeHandle file = File("/f");
  Features& features = tree_.features();
  EXPECT_EQ(features.Acl(file), nullptr);
  EXPECT_EQ(features.Writer(file), nullptr);
  features.SetAcl(file, {{AclScope::kAccess, AclType::kUser, 7, "bob"}});
  features.SetXattrs(file, {{XattrNamespace::kUser, "k", "v"}});
  features.SetWriter(file, {"c", "h"});
  features.SetOpaque(file, {{"kind", "bytes"}});
  EXPECT_EQ(features.Acl(file)->at(0).name, "bob");
  EXPECT_EQ(features.FindXattr(file, XattrNamespace::kUser, "k")->value, "v");
  EXPECT_EQ(features.FindXattr(file, XattrNamespace::kTrusted, "k"), nullptr);
  EXPECT_EQ(features.Writer(file)->client_name, "c");
  EXPECT_EQ(features.Opaque(file)->at(0).second, "bytes");
  features.SetAcl(file, {});
  features.SetXattrs(file, {});
  features.ClearWriter(file);
  features.SetOpaque(file, {});
  EXPECT_EQ(features.Acl(file), nullptr);
  EXPECT_EQ(features.Xattrs(file), nullptr);
  EXPECT_EQ(features.Writer(file), nullptr);
  EXPECT_EQ(features.Opaque(file), nullptr);
}

TEST_F(TreeTest, FeaturesDoNotOutliveTheirInode) {
  const InodeHandle file = File("/f");
  tree_.features().SetWriter(file, {"c", "h"});
  Delete(file);
  const InodeHandle next = File("/g");
  EXPECT_EQ(next, file);  // The record is used again.
  EXPECT_EQ(tree_.features().Writer(next), nullptr);
}

TEST_F(TreeTest, LimitsOfNamesAndDirectoriesAreToldInApachesWords) {
  const FsLimits limits{.component_bytes_max = 5, .directory_items_max = 2};
  const InodeHandle a = Dir("/a");
  EXPECT_TRUE(CheckNewChild(tree_, limits, a, "12345").ok());
  const Status too_long = CheckNewChild(tree_, limits, a, "123456");
  EXPECT_EQ(too_long.code(), Code::kPathTooLong);
  EXPECT_EQ(too_long.message(),
            "The maximum path component name limit of 123456 in directory /a is exceeded: limit=5 "
            "length=6");
  File("/a/1");
  File("/a/2");
  const Status full = CheckNewChild(tree_, limits, a, "3");
  EXPECT_EQ(full.code(), Code::kTooManyItems);
  EXPECT_EQ(full.message(), "The directory item limit of /a is exceeded: limit=2 items=2");
  EXPECT_EQ(CheckNewChild(tree_, {}, a, ".snapshot").message(),
            "\".snapshot\" is a reserved name.");
  EXPECT_EQ(CheckNewChild(tree_, {}, tree_.root(), ".reserved").code(), Code::kInvalidArgument);
  EXPECT_TRUE(CheckNewChild(tree_, {}, a, ".reserved").ok());
}

TEST_F(TreeTest, AWalkGoesParentsFirstInOrder) {
  Dir("/b");
  File("/b/2");
  File("/b/1");
  File("/a");
  Dir("/c");
  SubtreeWalk walk(tree_, kRootInodeId);
  std::vector<std::string> paths;
  for (auto step = walk.Step(2); !step.empty(); step = walk.Step(2)) {
    EXPECT_LE(step.size(), 2u);
    for (const InodeHandle inode : step) paths.push_back(tree_.PathOf(inode));
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"/", "/a", "/b", "/b/1", "/b/2", "/c"}));
}

TEST_F(TreeTest, AWalkSurvivesChangesBetweenItsSteps) {
  Dir("/a");
  for (int i = 0; i < 10; ++i) File("/a/f" + std::to_string(i));
  File("/z");
  SubtreeWalk walk(tree_, kRootInodeId);
  EXPECT_EQ(walk.Step(5).size(), 5u);  // The root, /a, f0, f1, f2.
  Delete(At("/a/f3"));
  File("/a/f25");
  std::vector<std::string> rest;
  for (const InodeHandle inode : walk.Step(2)) rest.push_back(tree_.PathOf(inode));
  EXPECT_EQ(rest, (std::vector<std::string>{"/a/f25", "/a/f4"}));
  Delete(At("/a"));
  rest.clear();
  for (const InodeHandle inode : walk.Step(9)) rest.push_back(tree_.PathOf(inode));
  EXPECT_EQ(rest, (std::vector<std::string>{"/z"}));
  EXPECT_TRUE(walk.Step(9).empty());
}

}  // namespace
}  // namespace cairn::namenode
