// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

using Entries = std::vector<AclEntry>;

class AclTest : public NamesystemFixture {
 protected:
  AclTest() {
    MustMkdirs("/d");
    EXPECT_TRUE(ns_->SetOwner(Super(), "/d", "alice", "staff").ok());
    WriteFile("/d/f", 0);
    EXPECT_TRUE(ns_->SetOwner(Super(), "/d/f", "alice", "staff").ok());
    EXPECT_TRUE(ns_->SetPermission(Super(), "/d/f", 0640).ok());
  }

  std::string Acl(const std::string& path) {
    Outcome<AclStatus> status = ns_->GetAclStatus(Super(), path);
    if (!status.ok()) return Why(status);
    std::string text;
    for (const AclEntry& entry : status->entries) text += ToString(entry) + " ";
    return text;
  }
  bool MayRead(const OpContext& who, const std::string& path) {
    return ns_->CheckAccess(who, path, Access::kRead).ok();
  }

  const AclEntry bob_{AclScope::kAccess, AclType::kUser, 4, "bob"};
  const AclEntry default_bob_{AclScope::kDefault, AclType::kUser, 7, "bob"};
};

TEST_F(AclTest, AnEntryLetsItsUserIn) {
  EXPECT_FALSE(MayRead(As("bob"), "/d/f"));
  const Outcome<Done> done = ns_->ModifyAclEntries(As("alice"), "/d/f", {bob_});
  ASSERT_TRUE(done.ok()) << Why(done);
  EXPECT_NE(done.wait_for, TxId(0));
  EXPECT_EQ(audit_.lines.back(), "ok modifyAclEntries /d/f alice:staff:rw-r-----");
  EXPECT_TRUE(MayRead(As("bob"), "/d/f"));
  EXPECT_EQ(Acl("/d/f"), "user:bob:r-- group::r-- ");
  EXPECT_TRUE(Stat("/d/f")->has_acl);
  // chmod changes the mask, which limits bob.
  ASSERT_TRUE(ns_->SetPermission(As("alice"), "/d/f", 0600).ok());
  EXPECT_FALSE(MayRead(As("bob"), "/d/f"));
  EXPECT_EQ(Acl("/d/f"), "user:bob:r-- group::r-- ");
}

TEST_F(AclTest, WithoutTheListTheGroupHasItsOwnBitsAgain) {
  ASSERT_TRUE(ns_->ModifyAclEntries(As("alice"), "/d/f",
                                    {{AclScope::kAccess, AclType::kUser, 7, "bob"}})
                  .ok());
  EXPECT_EQ(Stat("/d/f")->mode, 0670);
  ASSERT_TRUE(ns_->RemoveAcl(As("alice"), "/d/f").ok());
  EXPECT_EQ(Stat("/d/f")->mode, 0640);
  EXPECT_FALSE(Stat("/d/f")->has_acl);
  // Setting an empty list is the same.
  ASSERT_TRUE(ns_->ModifyAclEntries(As("alice"), "/d/f", {bob_}).ok());
  ASSERT_TRUE(ns_->SetAcl(As("alice"), "/d/f", {}).ok());
  EXPECT_FALSE(Stat("/d/f")->has_acl);
}

TEST_F(AclTest, NewEntriesInheritTheDefaults) {
  ASSERT_TRUE(ns_->ModifyAclEntries(As("alice"), "/d", {default_bob_}).ok());
  ASSERT_TRUE(ns_->Mkdirs(As("alice"), "/d/sub", {.masked = 0755, .unmasked = 0777}, true).ok());
  EXPECT_EQ(Acl("/d/sub"),
            "user:bob:rwx group::r-x default:user::rwx default:user:bob:rwx default:group::r-x "
            "default:mask::rwx default:other::r-x ");
  EXPECT_EQ(Stat("/d/sub")->mode, 0775);
  ASSERT_TRUE(ns_->RemoveDefaultAcl(As("alice"), "/d/sub").ok());
  EXPECT_EQ(Acl("/d/sub"), "user:bob:rwx group::r-x ");
}

TEST_F(AclTest, InheritanceInTheOldWayKeepsTheUmask) {
  ASSERT_TRUE(ns_->ModifyAclEntries(As("alice"), "/d", {default_bob_}).ok());
  Sync();
  options_.posix_acl_inheritance = false;
  Restart();
  ASSERT_TRUE(ns_->Mkdirs(As("alice"), "/d/sub", {.masked = 0755, .unmasked = 0777}, true).ok());
  EXPECT_EQ(Stat("/d/sub")->mode, 0755);
}

TEST_F(AclTest, OnlyTheOwnerChangesTheList) {
  for (const char* user : {"bob", "eve"}) {
    EXPECT_EQ(Why(ns_->ModifyAclEntries(As(user, {"staff"}), "/d/f", {bob_})),
              "access denied: Permission denied. user=" + std::string(user) +
                  " is not the owner of inode=/d/f");
  }
  EXPECT_EQ(audit_.lines.back(), "denied modifyAclEntries /d/f");
  EXPECT_TRUE(ns_->ModifyAclEntries(Super(), "/d/f", {bob_}).ok());
}

TEST_F(AclTest, RefusalsNameThePath) {
  EXPECT_EQ(Why(ns_->ModifyAclEntries(Super(), "/d/f", {default_bob_})),
            std::string(CodeName(Code::kAcl)) +
                ": Invalid ACL: only directories may have a default ACL. Path: /d/f Path: /d/f");
  EXPECT_EQ(Why(ns_->SetAcl(Super(), "/d/f", {bob_})),
            std::string(CodeName(Code::kAcl)) +
                ": Invalid ACL: the user, group and other entries are required. Path: /d/f");
  EXPECT_EQ(Why(ns_->RemoveAcl(Super(), "/none")),
            "not found: Directory/File does not exist /none");
  EXPECT_EQ(Acl("/none"), "not found: cannot find /none");
}

TEST_F(AclTest, SwitchedOffListsCountButCannotBeTouched) {
  ASSERT_TRUE(ns_->ModifyAclEntries(As("alice"), "/d/f", {bob_}).ok());
  Sync();
  options_.acls_enabled = false;
  Restart();
  EXPECT_EQ(Why(ns_->ModifyAclEntries(As("alice"), "/d/f", {bob_})),
            std::string(CodeName(Code::kAcl)) +
                ": The ACL operation has been rejected.  Support for ACLs has been disabled by "
                "setting dfs.namenode.acls.enabled to false.");
  EXPECT_EQ(ns_->GetAclStatus(Super(), "/d/f").status().code(), Code::kAcl);
  EXPECT_TRUE(MayRead(As("bob"), "/d/f"));
}

TEST_F(AclTest, NothingChangesInSafeMode) {
  ASSERT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kEnter).ok());
  const TxId before = log_->LastAppended();
  EXPECT_EQ(ns_->SetAcl(Super(), "/d/f", {}).status().code(), Code::kSafeMode);
  EXPECT_EQ(ns_->RemoveDefaultAcl(Super(), "/d").status().code(), Code::kSafeMode);
  EXPECT_EQ(log_->LastAppended(), before);
}

}  // namespace
}  // namespace cairn::namenode
