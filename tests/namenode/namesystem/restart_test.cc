// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class RestartTest : public NamesystemFixture {
 protected:
  explicit RestartTest(bool real_disk = false) : NamesystemFixture(real_disk) {}

  // Frees what deletes left, so that the block map shows no more than the tree.
  void Drain() {
    while (CollectDeleted(*state_, 1000)) {
    }
  }
  void ExpectSameAfterReplay() {
    Sync();
    Drain();
    const StateHash before = state_->Hash();
    const NamespaceIds ids = state_->ids;
    std::unique_ptr<NamesystemState> other = LoadAnother();
    EXPECT_EQ(other->ids, ids);
    EXPECT_EQ(other->Hash(), before);
    Start();
  }
};

TEST_F(RestartTest, EverythingAcknowledgedIsThereAfterAKill) {
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  WriteFile("/a/f", 1000);
  WriteFile("/a/g", 1000);
  ASSERT_TRUE(ns_->SetPermission(Super(), "/a/f", 0600).ok());
  ASSERT_TRUE(ns_->SetOwner(Super(), "/a/f", "alice", "staff").ok());
  ASSERT_TRUE(ns_->SetQuota(Super(), {.path = "/a", .namespace_quota = 9}).ok());
  Create("/open");
  const LocatedBlock block = AddBlock("/open", std::nullopt);
  ExpectSameAfterReplay();

  EXPECT_EQ(Stat("/a/f")->length, 1000u);
  EXPECT_EQ(Stat("/a/f")->owner, "alice");
  EXPECT_EQ(Stat("/a/f")->mode, 0600);
  EXPECT_FALSE(ns_->IsFileClosed(Super(), "/open").value());
  EXPECT_EQ(ns_->GetQuotaUsage(Super(), "/a")->file_and_directory_count, 3u);
  // A block is to be reported before anything may change.
  EXPECT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kGet).value());
  ASSERT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kLeave).ok());
  // The writer goes on where it was; ids and stamps never go back.
  nodes_.clear();
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  LocatedBlock again = AddBlock("/open", std::nullopt);
  EXPECT_EQ(again.block.block.id, block.block.block.id);
  EXPECT_EQ(again.locations.size(), 3u);
  ExtendedBlock previous = again.block;
  previous.block.length = kBlockSize;
  LocatedBlock next = AddBlock("/open", previous);
  EXPECT_GT(next.block.block.id, block.block.block.id);
  EXPECT_GT(next.block.block.generation_stamp, block.block.block.generation_stamp);
}

TEST_F(RestartTest, SafeModeEndsWhenTheBlocksWereReported) {
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  WriteFile("/f", 1000);
  WriteFile("/g", 1000);
  const Block block = ns_->GetBlockLocations(Super(), "/f", 0, 1)->blocks[0].block.block;
  const Block other = ns_->GetBlockLocations(Super(), "/g", 0, 1)->blocks[0].block.block;
  Sync();
  Restart();
  EXPECT_EQ(ns_->GetBlockLocations(Super(), "/f", 0, 1).status().code(), Code::kSafeMode);
  nodes_.clear();
  const DatanodeRegistration node = AddDatanode("dn1");
  ReportAll(node, {{.block = block}, {.block = other}});
  EXPECT_EQ(ns_->GetBlockLocations(Super(), "/f", 0, 1)->blocks[0].locations.size(), 1u);
  EXPECT_TRUE(state_->blocks.safe_mode().IsOn());
  clock_.Advance(31s);
  monitor_->Tick();
  EXPECT_FALSE(state_->blocks.safe_mode().IsOn());
}

TEST_F(RestartTest, ClientsOfSeveralNamenodesAreAskedToComeAgainAfterTheStart) {
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  WriteFile("/f", 1000);
  WriteFile("/g", 1000);
  Sync();
  options_.high_availability = true;
  Restart();
  const Status refused = ns_->Mkdirs(Super(), "/d", {.masked = 0755}, true).status();
  EXPECT_EQ(refused.code(), Code::kRetriable);
  EXPECT_TRUE(refused.message().starts_with(
      "org.apache.hadoop.hdfs.server.namenode.SafeModeException: Cannot create directory /d."))
      << refused.message();
  EXPECT_EQ(ns_->GetBlockLocations(Super(), "/f", 0, 1).status().code(), Code::kRetriable);
  // What an operator has switched on does not pass by itself.
  ASSERT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kEnter).ok());
  EXPECT_EQ(ns_->Mkdirs(Super(), "/d", {.masked = 0755}, true).status().code(), Code::kSafeMode);
}

class CheckpointTest : public RestartTest {
 protected:
  CheckpointTest() : RestartTest(true) {}
};

TEST_F(CheckpointTest, AnImageTakesThePlaceOfTheEdits) {
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  WriteFile("/a/f", 1000);
  Create("/open");
  AddBlock("/open", std::nullopt);
  EXPECT_EQ(Why(ns_->SaveNamespace(Super(), 0, 0)),
            "i/o error: Safe mode should be turned ON in order to create namespace image.");
  ASSERT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kEnter).ok());
  Outcome<bool> saved = ns_->SaveNamespace(Super(), 0, 0);
  ASSERT_TRUE(saved.ok()) << Why(saved);
  EXPECT_TRUE(saved.value());
  EXPECT_FALSE(ns_->SaveNamespace(Super(), 3600, 100).value());
  ASSERT_TRUE(ns_->SetSafeMode(Super(), SafeModeAction::kLeave).ok());
  MustMkdirs("/after");
  ExpectSameAfterReplay();
  EXPECT_GT(state_->last_checkpoint, TxId(0));
  EXPECT_TRUE(Stat("/after").has_value());
  EXPECT_EQ(Stat("/a/f")->length, 1000u);
}

TEST_F(CheckpointTest, CheckpointsAreWrittenWhileServing) {
  MustMkdirs("/a");
  clock_.Advance(3601s);
  monitor_->CheckpointTick();
  EXPECT_GT(state_->last_checkpoint, TxId(0));
  const TxId first = state_->last_checkpoint;
  // Nothing happened since: nothing to write.
  clock_.Advance(3601s);
  monitor_->CheckpointTick();
  EXPECT_EQ(state_->last_checkpoint, first);
  ExpectSameAfterReplay();
}

TEST_F(CheckpointTest, ListsOfAccessAndAttributesAreInTheImage) {
  MustMkdirs("/d");
  ASSERT_TRUE(ns_->SetAcl(Super(), "/d",
                          {{AclScope::kAccess, AclType::kUser, 7, ""},
                           {AclScope::kAccess, AclType::kUser, 5, "bob"},
                           {AclScope::kAccess, AclType::kGroup, 4, ""},
                           {AclScope::kAccess, AclType::kOther, 0, ""},
                           {AclScope::kDefault, AclType::kGroup, 6, "ops"}})
                  .ok());
  for (const size_t size : {0u, 3u, 1024u, 1025u, 16000u}) {
    const Xattr xattr{XattrNamespace::kUser, "of" + std::to_string(size), std::string(size, 'v')};
    ASSERT_TRUE(ns_->SetXattr(Super(), {.path = "/d", .xattr = xattr, .flags = 1}).ok());
  }
  const std::vector<AclEntry> acl = ns_->GetAclStatus(Super(), "/d")->entries;
  const std::vector<Xattr> xattrs = ns_->GetXattrs(Super(), "/d", {}).value();
  clock_.Advance(3601s);
  monitor_->CheckpointTick();
  ASSERT_GT(state_->last_checkpoint, TxId(0));
  ExpectSameAfterReplay();
  EXPECT_EQ(ns_->GetAclStatus(Super(), "/d")->entries, acl);
  EXPECT_EQ(ns_->GetXattrs(Super(), "/d", {}).value(), xattrs);
}

TEST_F(RestartTest, RollingTheLogLosesNothing) {
  MustMkdirs("/a");
  Outcome<TxId> rolled = ns_->RollEdits(Super());
  ASSERT_TRUE(rolled.ok()) << Why(rolled);
  EXPECT_EQ(rolled.value(), rolled.wait_for);
  MustMkdirs("/b");
  EXPECT_EQ(ns_->RollEdits(As("bob")).status().code(), Code::kAccessDenied);
  ExpectSameAfterReplay();
  EXPECT_EQ(List("/"), (std::vector<std::string>{"a", "b"}));
}

TEST_F(RestartTest, AppendedAndRecoveredFilesReplayToTheSame) {
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  WriteFile("/f", 1000);
  ASSERT_TRUE(ns_->Append(Super(), {.path = "/f", .client_name = "client-2"}).ok());
  ASSERT_TRUE(ns_->RecoverLease(Super(), "/f", "client-3").ok());
  ASSERT_TRUE(ns_->Fsync(Super(), {.path = "/f", .client_name = "client-3"}).ok());
  ExpectSameAfterReplay();
  EXPECT_EQ(*state_->leases.HolderOf(Stat("/f")->inode_id), "client-3");
}

// One random operation after another; failures are part of it.
class RandomOperations {
 public:
  RandomOperations(Namesystem& ns, FakeClock& clock, uint64_t seed)
      : ns_(ns), clock_(clock), random_(seed) {}

  void Step(const OpContext& context) {
    clock_.Advance(1ms);
    switch (random_.Below(16)) {
      case 0: (void)ns_.Mkdirs(context, Path(), {.masked = Mode()}, true); break;
      case 1: case 2: case 3: Write(context); break;
      case 4: (void)ns_.Delete(context, Path(), random_.Below(2) == 0); break;
      case 5: (void)ns_.Rename(context, Path(), Path()); break;
      case 6:
        (void)ns_.Rename2(context, {.source = Path(), .destination = Path(),
                                    .overwrite = random_.Below(2) == 0});
        break;
      case 7: (void)ns_.SetPermission(context, Path(), Mode()); break;
      case 8: (void)ns_.SetOwner(context, Path(), "u" + Digit(), "g" + Digit()); break;
      case 9: (void)ns_.SetTimes(context, Path(), Number(), Number()); break;
      case 10: (void)ns_.SetReplication(context, Path(), 1 + random_.Below(4)); break;
      case 11:
        (void)ns_.SetQuota(context, {.path = Path(),
                                     .namespace_quota =
                                         static_cast<int64_t>(random_.Below(50)) + 1});
        break;
      case 12: (void)ns_.ModifyAclEntries(context, Path(), Entries()); break;
      case 13: (void)ns_.RemoveAclEntries(context, Path(), Entries()); break;
      case 14:
        (void)ns_.SetXattr(context, {.path = Path(), .xattr = Attribute(), .flags = 3});
        break;
      case 15:
        (void)ns_.RemoveXattr(context, Path(), {XattrNamespace::kUser, "a" + Digit(), {}});
        break;
    }
  }

 private:
  std::string Digit() { return std::to_string(random_.Below(4)); }
  int64_t Number() { return static_cast<int64_t>(random_.Below(100000)); }
  uint16_t Mode() { return static_cast<uint16_t>(random_.Below(01000) | 0700); }
  std::string Path() {
    std::string path;
    for (uint64_t depth = 1 + random_.Below(3); depth > 0; --depth) path += "/n" + Digit();
    return path;
  }
  std::vector<AclEntry> Entries() {
    return {{.scope = random_.Below(2) == 0 ? AclScope::kAccess : AclScope::kDefault,
             .type = random_.Below(2) == 0 ? AclType::kUser : AclType::kGroup,
             .permission = static_cast<uint8_t>(random_.Below(8)),
             .name = "n" + Digit()}};
  }
  Xattr Attribute() {
    const uint64_t size = random_.Below(2) == 0 ? random_.Below(4) : 1020 + random_.Below(10);
    return {XattrNamespace::kUser, "a" + Digit(), std::string(size, 'v')};
  }
  void Write(const OpContext& context) {
    const std::string path = Path();
    const std::string client = "client-" + Digit();
    CreateRequest request{.path = path, .mode = {.masked = 0644}, .client_name = client,
                          .create_parent = true, .replication = 1, .block_size = 2048};
    if (random_.Below(2) == 0) request.flags |= kCreateFlagOverwrite;
    if (!ns_.Create(context, request).ok()) return;
    if (random_.Below(3) == 0) return;
    if (random_.Below(2) == 0) {
      (void)ns_.AddBlock(context, {.path = path, .client_name = client});
    } else {
      (void)ns_.Complete(context, {.path = path, .client_name = client});
    }
  }

  Namesystem& ns_;
  FakeClock& clock_;
  SeededRandom random_;
};

TEST_F(RestartTest, RandomOperationsReplayToTheSameState) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    nodes_.clear();
    (void)ns_->SetSafeMode(Super(), SafeModeAction::kLeave);
    AddDatanode("dn" + std::to_string(seed));
    RandomOperations operations(*ns_, clock_, seed);
    const OpContext context = Super();
    for (int i = 0; i < 600; ++i) operations.Step(context);
    ExpectSameAfterReplay();
  }
}

TEST_F(RestartTest, UsageThatIsKeptIsTheUsageThatIsCounted) {
  AddDatanode("dn1");
  RandomOperations operations(*ns_, clock_, 99);
  const OpContext context = Super();
  for (int i = 0; i < 800; ++i) operations.Step(context);
  Drain();
  const Tree& tree = state_->tree;
  const QuotaCounts kept = tree.features().Quota(tree.root())->usage;
  RecountQuotas(state_->tree, *state_);
  const QuotaCounts counted = tree.features().Quota(tree.root())->usage;
  EXPECT_EQ(kept.names, counted.names);
  EXPECT_EQ(kept.space, counted.space);
}

}  // namespace
}  // namespace cairn::namenode
