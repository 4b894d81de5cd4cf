// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/permission_checker.h"

#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

class PermissionCheckerTest : public TreeTest {
 protected:
  PermissionCheckerTest() {
    Dir("/home", {"root", "supergroup", 0755});
    Dir("/home/alice", {"alice", "staff", 0750});
    File("/home/alice/notes", {"alice", "staff", 0640});
    Dir("/tmp", {"root", "supergroup", 01777});
    File("/tmp/of-alice", {"alice", "staff", 0644});
  }

  PermissionChecker For(const Caller& caller) { return PermissionChecker(tree_, caller); }
  ResolvedPath R(std::string_view path) { return *tree_.Resolve(P(path)); }

  const Caller root_{"root", {}, true};
  const Caller alice_{"alice", {"staff"}};
  const Caller bob_{"bob", {"staff"}};
  const Caller eve_{"eve", {}};
};

TEST_F(PermissionCheckerTest, RefusalHasApachesWords) {
  const Status status = For(bob_).CheckParent(R("/new"), Access::kWrite);
  EXPECT_EQ(status.code(), Code::kAccessDenied);
  EXPECT_EQ(status.message(),
            "Permission denied: user=bob, access=WRITE, inode=\"/\":root:supergroup:drwxr-xr-x");
}

TEST_F(PermissionCheckerTest, OwnerGroupAndOthersHaveTheirBits) {
  EXPECT_TRUE(For(alice_).CheckTarget(R("/home/alice/notes"), Access::kReadWrite).ok());
  EXPECT_TRUE(For(bob_).CheckTarget(R("/home/alice/notes"), Access::kRead).ok());
  EXPECT_EQ(For(bob_).CheckTarget(R("/home/alice/notes"), Access::kWrite).message(),
            "Permission denied: user=bob, access=WRITE, "
            "inode=\"/home/alice/notes\":alice:staff:-rw-r-----");
  // The first class that fits decides, even if a later one would allow.
  tree_.inodes().SetPermission(At("/home/alice/notes"), {"alice", "staff", 0077});
  EXPECT_FALSE(For(alice_).CheckTarget(R("/home/alice/notes"), Access::kRead).ok());
}

TEST_F(PermissionCheckerTest, EveryDirectoryAboveMustBeEnterable) {
  EXPECT_EQ(For(eve_).CheckTraverse(R("/home/alice/notes"), {}).message(),
            "Permission denied: user=eve, access=EXECUTE, "
            "inode=\"/home/alice\":alice:staff:drwxr-x---");
  EXPECT_FALSE(For(eve_).CheckTraverse(R("/home/alice/absent"), {}).ok());
  // The last component itself need not be.
  EXPECT_TRUE(For(eve_).CheckTraverse(R("/home/alice"), {}).ok());
  EXPECT_TRUE(For(root_).CheckTraverse(R("/home/alice/notes"), {}).ok());
}

TEST_F(PermissionCheckerTest, WithPermissionsOffEverybodyMayDoEverything) {
  const PermissionChecker checker(tree_, eve_, false);
  EXPECT_TRUE(checker.CheckTraverse(R("/home/alice/notes"), {}).ok());
  EXPECT_TRUE(checker.CheckTarget(R("/home/alice/notes"), Access::kAll).ok());
  EXPECT_TRUE(checker.CheckSuperuser("x").ok());
  // But for what only an owner may do.
  EXPECT_FALSE(checker.CheckOwner(R("/tmp/of-alice")).ok());
  EXPECT_TRUE(PermissionChecker(tree_, alice_, false).CheckOwner(R("/tmp/of-alice")).ok());
}

TEST_F(PermissionCheckerTest, AFileInTheWayIsNoDirectory) {
  const ResolvedPath path = R("/home/alice/notes/x/y");
  for (const Caller* caller : {&root_, &alice_}) {
    const Status creating = For(*caller).CheckTraverse(path, {.for_create = true});
    EXPECT_EQ(creating.code(), Code::kParentNotDirectory);
    EXPECT_EQ(creating.message(), "/home/alice/notes (is not a directory)");
    const Status reading = For(*caller).CheckTraverse(path, {});
    EXPECT_EQ(reading.code(), Code::kAccessDenied);
    EXPECT_EQ(reading.message(), creating.message());
  }
}

TEST_F(PermissionCheckerTest, ALinkInTheWayTellsWhereToGoOn) {
  Link("/home/abs", "/tmp");
  Link("/home/rel", "../tmp");
  Link("/home/far", "hdfs://other/dir");
  const PermissionChecker checker = For(root_);
  EXPECT_EQ(checker.CheckTraverse(R("/home/abs/x/y"), {}).code(), Code::kUnresolvedPath);
  EXPECT_EQ(checker.CheckTraverse(R("/home/abs/x/y"), {}).message(), "/tmp/x/y");
  EXPECT_EQ(checker.CheckTraverse(R("/home/rel/x"), {}).message(), "/tmp/x");
  EXPECT_EQ(checker.CheckTraverse(R("/home/far/x"), {}).message(), "hdfs://other/dir/x");
  EXPECT_EQ(checker.CheckTraverse(R("/home/abs"), {}).message(), "/tmp");
  EXPECT_TRUE(checker.CheckTraverse(R("/home/abs"), {.follow_last_link = false}).ok());
}

TEST_F(PermissionCheckerTest, AncestorIsTheDeepestDirectoryThatExists) {
  EXPECT_TRUE(For(alice_).CheckAncestor(R("/home/alice/a/b/c"), Access::kWrite).ok());
  EXPECT_EQ(For(bob_).CheckAncestor(R("/home/alice/a/b/c"), Access::kWrite).message(),
            "Permission denied: user=bob, access=WRITE, "
            "inode=\"/home/alice\":alice:staff:drwxr-x---");
  // Of an existing target, the ancestor is its parent.
  EXPECT_FALSE(For(alice_).CheckAncestor(R("/home/alice"), Access::kWrite).ok());
  EXPECT_TRUE(For(eve_).CheckAncestor(R("/"), Access::kWrite).ok());
  // A parent that does not exist cannot refuse.
  EXPECT_TRUE(For(alice_).CheckParent(R("/home/x/y"), Access::kWrite).ok());
}

TEST_F(PermissionCheckerTest, StickyDirectoriesProtectWhatOthersOwn) {
  EXPECT_TRUE(For(alice_).CheckParent(R("/tmp/of-alice"), Access::kWrite).ok());
  EXPECT_TRUE(For(bob_).CheckParent(R("/tmp/new"), Access::kWrite).ok());
  const Status status = For(bob_).CheckParent(R("/tmp/of-alice"), Access::kWrite);
  EXPECT_EQ(status.code(), Code::kAccessDenied);
  EXPECT_EQ(status.message(),
            "Permission denied by sticky bit: user=bob, path=\"/tmp/of-alice\":alice:staff:"
            "-rw-r--r--, parent=\"/tmp\":root:supergroup:drwxrwxrwt");
  EXPECT_TRUE(For(bob_).CheckParent(R("/tmp/of-alice"), Access::kRead).ok());
}

TEST_F(PermissionCheckerTest, ARecursiveDeleteChecksEveryDirectory) {
  Dir("/tmp/tree", {"bob", "staff", 0755});
  Dir("/tmp/tree/mine", {"bob", "staff", 0755});
  Dir("/tmp/tree/theirs", {"alice", "staff", 0755});
  const AccessRequest request{.parent = Access::kWrite,
                              .subtree = Access::kAll,
                              .ignore_empty_directories = true};
  EXPECT_TRUE(For(bob_).Check(R("/tmp/tree"), request).ok());  // What is theirs is empty.
  File("/tmp/tree/theirs/f");
  EXPECT_EQ(For(bob_).Check(R("/tmp/tree"), request).message(),
            "Permission denied: user=bob, access=ALL, "
            "inode=\"/tmp/tree/theirs\":alice:staff:drwxr-xr-x");
  EXPECT_TRUE(For(root_).Check(R("/tmp/tree"), request).ok());
}

TEST_F(PermissionCheckerTest, ARecursiveDeleteRespectsStickyBitsBelow) {
  Dir("/tmp/tree", {"bob", "staff", 0777});
  Dir("/tmp/tree/sticky", {"alice", "staff", 01777});
  File("/tmp/tree/sticky/f", {"alice", "staff", 0644});
  const Status status = For(bob_).Check(R("/tmp/tree"), {.subtree = Access::kAll});
  EXPECT_EQ(status.message(),
            "Permission denied by sticky bit: user=bob, path=\"/tmp/tree/sticky/f\":alice:staff:"
            "-rw-r--r--, parent=\"/tmp/tree/sticky\":bob:staff:drwxrwxrwx");
}

TEST_F(PermissionCheckerTest, OnlyOwnersAndSuperusersOwn) {
  EXPECT_TRUE(For(alice_).CheckOwner(R("/home/alice")).ok());
  EXPECT_TRUE(For(root_).CheckOwner(R("/home/alice")).ok());
  EXPECT_EQ(For(bob_).CheckOwner(R("/home/alice")).message(),
            "Permission denied. user=bob is not the owner of inode=/home/alice");
  EXPECT_EQ(For(root_).CheckOwner(R("/absent")).message(),
            "Directory/File does not exist /absent");
  EXPECT_EQ(For(root_).CheckOwner(R("/absent")).code(), Code::kNotFound);
}

TEST_F(PermissionCheckerTest, SuperuserPrivilegeIsNamedWithItsOperation) {
  EXPECT_TRUE(For(root_).CheckSuperuser("setQuota").ok());
  EXPECT_EQ(For(bob_).CheckSuperuser("setQuota").message(),
            "Access denied for user bob. Superuser privilege is required for operation setQuota");
}

TEST_F(PermissionCheckerTest, AclEntriesCountUnderTheirMask) {
  const InodeHandle file = File("/tmp/shared", {"alice", "staff", 0640});
  tree_.features().SetAcl(file, {{AclScope::kAccess, AclType::kUser, 7, "eve"},
                                 {AclScope::kAccess, AclType::kGroup, 0, ""},
                                 {AclScope::kAccess, AclType::kGroup, 6, "friends"}});
  const ResolvedPath path = R("/tmp/shared");
  EXPECT_TRUE(For(eve_).CheckTarget(path, Access::kRead).ok());
  EXPECT_FALSE(For(eve_).CheckTarget(path, Access::kWrite).ok());  // The mask is r--.
  EXPECT_FALSE(For(bob_).CheckTarget(path, Access::kRead).ok());   // The group's entry is ---.
  const Caller friend_of_both{"carol", {"staff", "friends"}};
  EXPECT_TRUE(For(friend_of_both).CheckTarget(path, Access::kRead).ok());
  EXPECT_TRUE(For(alice_).CheckTarget(path, Access::kReadWrite).ok());
  tree_.inodes().SetPermission(file, {"alice", "staff", 0644});
  EXPECT_TRUE(For(Caller{"dave", {}}).CheckTarget(path, Access::kRead).ok());
  EXPECT_FALSE(For(bob_).CheckTarget(path, Access::kRead).ok());  // A match denies; others don't.
}

TEST_F(PermissionCheckerTest, DefaultAclsDoNotCount) {
  const InodeHandle dir = Dir("/tmp/d", {"alice", "staff", 0700});
  tree_.features().SetAcl(dir, {{AclScope::kDefault, AclType::kUser, 7, "eve"}});
  EXPECT_FALSE(For(eve_).CheckTarget(R("/tmp/d"), Access::kRead).ok());
}

}  // namespace
}  // namespace cairn::namenode
