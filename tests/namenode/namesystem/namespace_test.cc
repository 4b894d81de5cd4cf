// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

class NamespaceTest : public NamesystemFixture {};

using Names = std::vector<std::string>;

TEST_F(NamespaceTest, DirectoriesComeWithTheirParentsAndTheParentsGroup) {
  Outcome<bool> made = ns_->Mkdirs(Super(), "/a/b/c", {.masked = 0750}, true);
  ASSERT_TRUE(made.ok()) << Why(made);
  EXPECT_NE(made.wait_for, TxId(0));
  const FileStatus leaf = *Stat("/a/b/c");
  EXPECT_EQ(leaf.type, FileType::kDirectory);
  EXPECT_EQ(leaf.mode, 0750);
  EXPECT_EQ(leaf.owner, "hdfs");
  EXPECT_EQ(leaf.group, "supergroup");
  EXPECT_EQ(leaf.access_time_ms, 0u);
  // Whoever makes them must be able to pass: the owner always may write and enter.
  EXPECT_EQ(Stat("/a")->mode, 0750 | 0300);
  EXPECT_EQ(audit_.lines.front(), "ok mkdirs /a/b/c hdfs:supergroup:rwxr-x---");
}

TEST_F(NamespaceTest, MkdirsOfWhatIsThereSucceedsAndChangesNothing) {
  MustMkdirs("/a");
  const TxId before = log_->LastAppended();
  MustMkdirs("/a");
  EXPECT_EQ(log_->LastAppended(), before);
}

TEST_F(NamespaceTest, MkdirsRefusesInApachesWords) {
  WriteFile("/f", 0);
  EXPECT_EQ(Why(ns_->Mkdirs(Super(), "/f", {.masked = 0755}, true)),
            "already exists: Path is not a directory: /f");
  EXPECT_EQ(ns_->Mkdirs(Super(), "/f/x", {.masked = 0755}, true).status().code(),
            Code::kParentNotDirectory);
  EXPECT_EQ(Why(ns_->Mkdirs(Super(), "/no/x", {.masked = 0755}, false)),
            "not found: Parent directory doesn't exist: /no");
  EXPECT_EQ(Why(ns_->Mkdirs(Super(), "/a/../b", {.masked = 0755}, true)),
            std::string(CodeName(Code::kInvalidPath)) +
                ": Invalid path name Invalid file name: /a/../b");
  EXPECT_EQ(ns_->Mkdirs(Super(), "/" + std::string(256, 'x'), {.masked = 0755}, true)
                .status().code(),
            Code::kPathTooLong);
  const OpContext bob = As("bob");
  EXPECT_EQ(Why(ns_->Mkdirs(bob, "/bob", {.masked = 0755}, true)),
            "access denied: Permission denied: user=bob, access=WRITE, "
            "inode=\"/\":hdfs:supergroup:drwxr-xr-x");
  EXPECT_EQ(audit_.lines.back(), "denied mkdirs /bob");
}

TEST_F(NamespaceTest, ListingsArePagedInTheOrderOfSignedBytes) {
  for (const char* name : {"z", "a", "é", "日", "m"}) MustMkdirs("/d/" + std::string(name));
  EXPECT_EQ(List("/d"), (Names{"é", "日", "a", "m", "z"}));
  for (int i = 0; i < 25; ++i) MustMkdirs("/many/" + std::to_string(100 + i));
  EXPECT_EQ(List("/many").size(), 25u);
  Outcome<std::optional<DirectoryListing>> page =
      ns_->GetListing(Super(), {.path = "/many"});
  EXPECT_EQ(page.value()->entries.size(), 10u);
  EXPECT_EQ(page.value()->remaining, 15u);
  EXPECT_FALSE(ns_->GetListing(Super(), {.path = "/nothing"}).value().has_value());
}

TEST_F(NamespaceTest, AnOverwrittenFileTakesThePolicyOfItsDirectory) {
  MustMkdirs("/d");
  ASSERT_TRUE(ns_->SetStoragePolicy(Super(), "/d", "LAZY_PERSIST").ok());
  WriteFile("/d/f", 0);
  EXPECT_EQ(Stat("/d/f")->storage_policy, 15);
  ASSERT_TRUE(ns_->UnsetStoragePolicy(Super(), "/d").ok());
  EXPECT_EQ(Stat("/d/f")->storage_policy, 15);
  ASSERT_TRUE(ns_->Create(Super(), {.path = "/d/f",
                                    .mode = {.masked = 0644},
                                    .client_name = "client-1",
                                    .flags = kCreateFlagCreate | kCreateFlagOverwrite,
                                    .create_parent = false,
                                    .replication = 1,
                                    .block_size = kBlockSize,
                                    .erasure_coding_policy = "",
                                    .storage_policy = ""})
                  .ok());
  EXPECT_EQ(Stat("/d/f")->storage_policy, 0);
}

TEST_F(NamespaceTest, AFileListsAsItself) {
  WriteFile("/f", 0);
  Outcome<std::optional<DirectoryListing>> page = ns_->GetListing(Super(), {.path = "/f"});
  ASSERT_EQ(page.value()->entries.size(), 1u);
  EXPECT_EQ(page.value()->entries[0].name, "");
}

TEST_F(NamespaceTest, DeleteTakesATreeOnlyWhenToldTo) {
  WriteFile("/a/b/f", 0);
  EXPECT_EQ(Why(ns_->Delete(Super(), "/a", false)),
            "not empty: `/a is non empty': Directory is not empty");
  EXPECT_TRUE(ns_->Delete(Super(), "/a", true).value());
  EXPECT_FALSE(Stat("/a").has_value());
  EXPECT_FALSE(ns_->Delete(Super(), "/a", true).value());
  EXPECT_EQ(audit_.lines.back(), "denied delete /a");
  EXPECT_FALSE(ns_->Delete(Super(), "/", true).value());
}

TEST_F(NamespaceTest, ALargeTreeIsGoneAtOnceAndFreedInSlices) {
  for (int i = 0; i < 2500; ++i) MustMkdirs("/big/" + std::to_string(i));
  EXPECT_TRUE(ns_->Delete(Super(), "/big", true).value());
  EXPECT_FALSE(Stat("/big").has_value());
  EXPECT_GT(state_->tree.inodes().size(), 1u);
  while (monitor_->Tick()) {
  }
  EXPECT_EQ(state_->tree.inodes().size(), 1u);
  EXPECT_EQ(state_->tree.features().Quota(state_->tree.root())->usage.names, 1);
}

TEST_F(NamespaceTest, OnlyOwnersDeleteInAStickyDirectory) {
  MustMkdirs("/tmp");
  ASSERT_TRUE(ns_->SetPermission(Super(), "/tmp", 01777).ok());
  ASSERT_TRUE(ns_->Mkdirs(As("alice"), "/tmp/alice", {.masked = 0755}, true).ok());
  EXPECT_EQ(ns_->Delete(As("bob"), "/tmp/alice", true).status().code(), Code::kAccessDenied);
  EXPECT_TRUE(ns_->Delete(As("alice"), "/tmp/alice", true).value());
}

TEST_F(NamespaceTest, RenameMovesIntoADirectoryOrAnswersFalse) {
  MustMkdirs("/a/x");
  MustMkdirs("/b");
  EXPECT_TRUE(ns_->Rename(Super(), "/a/x", "/b").value());
  EXPECT_TRUE(Stat("/b/x").has_value());
  EXPECT_FALSE(ns_->Rename(Super(), "/a/nothing", "/b/y").value());
  EXPECT_FALSE(ns_->Rename(Super(), "/b", "/b/x/deeper").value());
  EXPECT_FALSE(ns_->Rename(Super(), "/b/x", "/no/where").value());
  MustMkdirs("/a/x");
  EXPECT_FALSE(ns_->Rename(Super(), "/a/x", "/b").value());
  EXPECT_TRUE(ns_->Rename(Super(), "/a/x", "/a/x").ok());
}

TEST_F(NamespaceTest, Rename2SaysWhyItRefuses) {
  MustMkdirs("/dir");
  MustMkdirs("/full/x");
  WriteFile("/f", 0);
  WriteFile("/g", 0);
  auto rename = [&](const std::string& from, const std::string& to, bool overwrite) {
    return Why(ns_->Rename2(
        Super(), {.source = from, .destination = to, .overwrite = overwrite}));
  };
  EXPECT_EQ(rename("/no", "/x", false), "not found: rename source /no is not found.");
  EXPECT_EQ(rename("/f", "/f", false),
            "already exists: The source /f and destination /f are the same");
  EXPECT_EQ(rename("/dir", "/dir/x", false),
            "i/o error: Rename destination /dir/x is a directory or file under source /dir");
  EXPECT_EQ(rename("/f", "/g", false), "already exists: rename destination /g already exists");
  EXPECT_EQ(rename("/f", "/dir", true),
            "i/o error: Source /f and destination /dir must both be directories");
  EXPECT_EQ(rename("/dir", "/full", true),
            "i/o error: rename destination directory is not empty: /full");
  EXPECT_EQ(rename("/f", "/no/x", false),
            "not found: rename destination parent /no/x not found.");
  EXPECT_EQ(rename("/f", "/g", true), "ok");
  EXPECT_FALSE(Stat("/f").has_value());
  EXPECT_EQ(audit_.lines.back(),
            "ok getfileinfo /f");
}

TEST_F(NamespaceTest, OwnersChangeModesAndSuperusersOwners) {
  MustMkdirs("/d");
  ASSERT_TRUE(ns_->SetOwner(Super(), "/d", "alice", "staff").ok());
  const OpContext alice = As("alice", {"staff", "other"});
  EXPECT_TRUE(ns_->SetPermission(alice, "/d", 0700).ok());
  EXPECT_TRUE(ns_->SetOwner(alice, "/d", "", "other").ok());
  EXPECT_EQ(Why(ns_->SetOwner(alice, "/d", "bob", "")),
            "access denied: User alice is not a super user (non-super user cannot change owner).");
  EXPECT_EQ(Why(ns_->SetOwner(alice, "/d", "", "wheel")),
            "access denied: User alice does not belong to wheel");
  EXPECT_EQ(Why(ns_->SetPermission(As("bob"), "/d", 0777)),
            "access denied: Permission denied. user=bob is not the owner of inode=/d");
  EXPECT_EQ(Stat("/d")->group, "other");
  EXPECT_EQ(Stat("/d")->mode, 0700);
}

TEST_F(NamespaceTest, TimesAreSetAsGiven) {
  WriteFile("/f", 0);
  ASSERT_TRUE(ns_->SetTimes(Super(), "/f", 1000, -1).ok());
  EXPECT_EQ(Stat("/f")->modification_time_ms, 1000u);
  ASSERT_TRUE(ns_->SetTimes(Super(), "/f", -1, 2000).ok());
  EXPECT_EQ(Stat("/f")->access_time_ms, 2000u);
  EXPECT_EQ(Why(ns_->SetTimes(Super(), "/no", 1, 1)),
            "not found: File/Directory /no does not exist.");
}

TEST_F(NamespaceTest, QuotasOfNamesAreEnforcedAndFollowDeletes) {
  MustMkdirs("/q");
  ASSERT_TRUE(ns_->SetQuota(Super(), {.path = "/q", .namespace_quota = 3}).ok());
  MustMkdirs("/q/1");
  MustMkdirs("/q/2");
  EXPECT_EQ(ns_->Mkdirs(Super(), "/q/3", {.masked = 0755}, true).status().code(),
            Code::kNamespaceQuota);
  EXPECT_TRUE(ns_->Delete(Super(), "/q/1", true).value());
  MustMkdirs("/q/3");
  Outcome<QuotaUsage> usage = ns_->GetQuotaUsage(Super(), "/q");
  EXPECT_EQ(usage->file_and_directory_count, 3u);
  EXPECT_EQ(usage->quota, 3);
  EXPECT_EQ(ns_->SetQuota(As("bob"), {.path = "/q", .namespace_quota = 9}).status().code(),
            Code::kAccessDenied);
}

TEST_F(NamespaceTest, ContentSummaryCountsATree) {
  AddDatanode("dn1");
  replication_ = 1;
  WriteFile("/a/b/f", 1000);
  WriteFile("/a/g", 500);
  Outcome<ContentSummary> summary = ns_->GetContentSummary(Super(), "/a");
  ASSERT_TRUE(summary.ok()) << Why(summary);
  EXPECT_EQ(summary->length, 1500u);
  EXPECT_EQ(summary->file_count, 2u);
  EXPECT_EQ(summary->directory_count, 2u);
  EXPECT_EQ(Why(ns_->GetContentSummary(Super(), "/no")),
            "not found: File does not exist: /no");
}

TEST_F(NamespaceTest, SafeModeRefusesChangesAndServesReads) {
  MustMkdirs("/a");
  EXPECT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kEnter).value());
  Outcome<bool> refused = ns_->Mkdirs(Super(), "/b", {.masked = 0755}, true);
  EXPECT_EQ(refused.status().code(), Code::kSafeMode);
  EXPECT_TRUE(refused.status().message().starts_with(
      "Cannot create directory /b. Name node is in safe mode.\n"))
      << refused.status().message();
  EXPECT_TRUE(refused.status().message().ends_with(" NamenodeHostName:nn.test"));
  EXPECT_TRUE(Stat("/a").has_value());
  EXPECT_EQ(ns_->SetSafeMode(As("bob"), SafeModeAction::kLeave).status().code(),
            Code::kAccessDenied);
  EXPECT_FALSE(ns_->SetSafeMode(Super(), SafeModeAction::kLeave).value());
  MustMkdirs("/b");
}

TEST_F(NamespaceTest, AReadOfSomethingNewWaitsForItAndAnotherReadDoesNot) {
  MustMkdirs("/old");
  Sync();
  Outcome<bool> made = ns_->Mkdirs(Super(), "/new", {.masked = 0755}, true);
  EXPECT_EQ(ns_->GetFileInfo(Super(), "/new").wait_for, made.wait_for);
  EXPECT_EQ(ns_->GetFileInfo(Super(), "/new/below").wait_for, made.wait_for);
  // That something is not there is news as well.
  EXPECT_EQ(ns_->GetFileInfo(Super(), "/nothing").wait_for, made.wait_for);
  EXPECT_LT(ns_->GetFileInfo(Super(), "/old").wait_for, made.wait_for);
}

TEST_F(NamespaceTest, ANamenodeThatHasNotStartedOrStandsByRefuses) {
  state_->service_state = ServiceState::kInitializing;
  EXPECT_EQ(ns_->GetFileInfo(Super(), "/").status().code(), Code::kRetriable);
  state_->service_state = ServiceState::kStandby;
  EXPECT_EQ(Why(ns_->GetFileInfo(Super(), "/")),
            std::string(CodeName(Code::kStandby)) +
                ": Operation category READ is not supported in state standby. "
                "Visit https://s.apache.org/sbnn-error");
  state_->service_state = ServiceState::kActive;
}

}  // namespace
}  // namespace cairn::namenode
