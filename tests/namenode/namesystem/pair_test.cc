// SPDX-License-Identifier: Apache-2.0
// Two namesystems, one following the other's log.
#include "tests/namenode/namesystem/pair.h"

#include <algorithm>

#include "namenode/namesystem/checkpointer.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class PairTest : public PairFixture {
 protected:
  uint32_t LiveAtActive(const Block& block) {
    return active().state->blocks.LiveReplicas(block.id);
  }
  uint64_t CorruptAtActive() { return active().state->blocks.Counters().corrupt_blocks; }
  // Time passes, with heartbeats. Returns how many orders the active gave; a standby gives none.
  size_t Tick(std::chrono::seconds seconds = 4s) {
    size_t orders = 0;
    for (auto passed = 0s; passed < seconds; passed += 2s) {
      clock_.Advance(2s);
      for (size_t n = 0; n < nodes_.size(); ++n) {
        orders += Beat(active(), n).commands.size();
        EXPECT_TRUE(Beat(standby(), n).commands.empty());
      }
      for (auto& member : members_) member->monitor->Tick();
    }
    return orders;
  }
};

TEST_F(PairTest, TheStandbyHasWhatTheActiveHas) {
  const Block block = WriteFile("/a/f", 1000);
  Create("/open");
  const LocatedBlock open = AddBlock("/open");
  ASSERT_TRUE(active().ns->RollEdits(Super()).ok());
  ASSERT_TRUE(active().ns->Delete(Super(), "/a/f", false).ok());
  WriteFile("/a/g", 5000);
  ExpectSame();
  Failover();
  ExpectSame();
  EXPECT_FALSE(active().state->blocks.Find(block.id).has_value());
  EXPECT_TRUE(active().state->blocks.Find(open.block.block.id).has_value());
  WriteFile("/a/h", 1);
  Failover();
  ExpectSame();
}

TEST_F(PairTest, WhatFollowsAppliesByteForByte) {
  WriteFile("/a/f", 1000);
  ASSERT_TRUE(active().ns->RollEdits(Super()).ok());
  WriteFile("/a/g", 1000);
  ASSERT_TRUE(active().ns->RollEdits(Super()).ok());
  Feed();
  active().Sync();
  standby().Sync();
  const Result<std::vector<Segment>> here = active().storage->Segments();
  const Result<std::vector<Segment>> there = standby().storage->Segments();
  ASSERT_TRUE(here.ok() && there.ok());
  ASSERT_EQ(there->size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ((*here)[i].first, (*there)[i].first);
    EXPECT_EQ((*here)[i].last, (*there)[i].last);
    EXPECT_EQ(active().disk.ReadFile((*here)[i].paths[0], 1 << 20).value(),
              standby().disk.ReadFile((*there)[i].paths[0], 1 << 20).value());
  }
}

TEST_F(PairTest, OnlyTheNextWholeRecordsAreTaken) {
  ASSERT_TRUE(active().ns->Mkdirs(Super(), "/a", {.masked = 0755}, true).ok());
  ASSERT_TRUE(active().ns->Mkdirs(Super(), "/b", {.masked = 0755}, true).ok());
  const std::vector<std::string> records = active().TakeRecords();
  ASSERT_EQ(records.size(), 2u);
  const TxId before = standby().role->LastApplied();
  EXPECT_EQ(standby().role->Apply(records[1]).code(), Code::kCorrupt);
  EXPECT_EQ(standby().role->Apply(records[0].substr(0, 20)).code(), Code::kCorrupt);
  std::string changed = records[0];
  changed[20] ^= 1;
  EXPECT_EQ(standby().role->Apply(changed).code(), Code::kChecksum);
  EXPECT_EQ(standby().role->LastApplied(), before);
  standby().Apply(records[0] + records[1]);
  EXPECT_TRUE(standby().fatal.empty());
  EXPECT_EQ(standby().Hash(), active().Hash());
}

TEST_F(PairTest, ARecordThatDoesNotFitEndsTheStandby) {
  std::string record;
  const TxId next(standby().role->LastApplied().value + 1);
  ASSERT_TRUE(EncodeRecord({next, op::Delete{.path = "/nothing", .timestamp = 1}},
                           info_.layout_version, record)
                  .ok());
  EXPECT_FALSE(standby().role->Apply(record).ok());
  ASSERT_EQ(standby().fatal.size(), 1u);
  EXPECT_FALSE(standby().role->Apply(record).ok());
  EXPECT_FALSE(standby().role->BecomeActive().ok());
}

TEST_F(PairTest, WhoServesTakesNothingAndWhoFollowsRecordsNothing) {
  ASSERT_TRUE(active().ns->Mkdirs(Super(), "/a", {.masked = 0755}, true).ok());
  const std::string records = active().TakeRecords()[0];
  EXPECT_EQ(active().role->Apply(records).code(), Code::kFenced);
  EXPECT_EQ(active().role->BecomeActive().code(), Code::kServiceFailed);
  EXPECT_EQ(standby().role->BecomeStandby().code(), Code::kServiceFailed);
  EXPECT_EQ(standby().role->Serve().code(), Code::kServiceFailed);
  ASSERT_TRUE(standby().role->OpenLog().ok());
  EXPECT_EQ(standby().role->Apply(records).code(), Code::kFenced);
  EXPECT_EQ(standby().ns->service_state(), ServiceState::kStandby);
  ASSERT_TRUE(standby().role->Serve().ok());
  EXPECT_EQ(standby().ns->service_state(), ServiceState::kActive);
}

TEST_F(PairTest, APlannedSwitchKeepsBothLogsAlike) {
  WriteFile("/f", 1000);
  const Result<TxId> last = active().role->StopAdmitting();
  ASSERT_TRUE(last.ok()) << last.status().ToString();
  EXPECT_EQ(active().ns->Mkdirs(Super(), "/x", {.masked = 0755}, true).status().ToString(),
            "standby: Operation category WRITE is not supported in state standby. "
            "Visit https://s.apache.org/sbnn-error");
  EXPECT_FALSE(RollLog(*active().state).ok());
  Feed();
  EXPECT_EQ(standby().role->LastApplied(), *last);
  static_cast<void>(standby().TakeRecords());
  ASSERT_TRUE(active().role->Follow().ok());
  active_ = 1 - active_;
  ASSERT_TRUE(active().role->BecomeActive().ok());
  WriteFile("/g", 1000);
  ExpectSame();
  standby().Sync();
  EXPECT_EQ(active().storage->Segments()->back().last, *last);
  EXPECT_EQ(standby().storage->Segments()->back().last, *last);
}

TEST_F(PairTest, ASwitchThatDoesNotHappenGoesOn) {
  ASSERT_TRUE(active().role->StopAdmitting().ok());
  ASSERT_TRUE(active().role->ResumeAdmitting().ok());
  WriteFile("/f", 1000);
  ExpectSame();
}

TEST_F(PairTest, WithoutACopyNothingIsChangedWhenOneIsWanted) {
  WriteFile("/f", 1000);
  active().state->admits_mutations = false;
  EXPECT_EQ(active().ns->Delete(Super(), "/f", false).status().code(), Code::kRetriable);
  EXPECT_TRUE(active().ns->GetFileInfo(Super(), "/f").ok());
  active().state->admits_mutations = true;
  EXPECT_TRUE(active().ns->Delete(Super(), "/f", false).ok());
}

TEST_F(PairTest, ARetriedCallHasItsEffectOnceAcrossAFailover) {
  const CreateRequest create{.path = "/f", .mode = {.masked = 0644}, .client_name = "c",
                             .create_parent = true, .block_size = kBlockSize};
  const Outcome<FileStatus> first = active().ns->Create(Call(7), create);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(active().ns->Mkdirs(Super(), "/d", {.masked = 0755}, true).ok());
  ASSERT_TRUE(active().ns->Rename(Call(8), "/d", "/e").value());
  Failover();
  const TxId before = active().state->last_applied;
  const Outcome<FileStatus> again = active().ns->Create(Call(7), create);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(again.value().inode_id, first.value().inode_id);
  EXPECT_TRUE(active().ns->Rename(Call(8), "/d", "/e").value());
  EXPECT_EQ(active().state->last_applied, before);
  EXPECT_FALSE(active().ns->Create(Call(9), create).ok());
}

TEST_F(PairTest, LeasesBeginAnewWithANewActive) {
  Create("/f");
  Feed();
  clock_.Advance(59min);
  Failover();
  Tick();
  EXPECT_FALSE(active().ns->IsFileClosed(Super(), "/f").value());
  EXPECT_TRUE(active().ns->RenewLease(Super(), "client-1").ok());
}

TEST_F(PairTest, AStandbyTellsDatanodesSoAndOrdersNothing) {
  const Block block = WriteFile("/f", 1000);
  Feed();
  ASSERT_TRUE(active().ns->Delete(Super(), "/f", false).ok());
  Feed();
  EXPECT_GT(Tick(), 0u);
  for (size_t n = 0; n < nodes_.size(); ++n) {
    EXPECT_EQ(Beat(standby(), n).state, ServiceState::kStandby);
    EXPECT_TRUE(Beat(standby(), n).commands.empty());
    ReportAll(standby(), n, {{.block = block}});
  }
  Tick();
}

// What a pair would say of a lease.
class FakeAuthority final : public Authority {
 public:
  TxId Committed() const override { return TxId(committed); }
  Status WaitCommitted(TxId) override { return Status(); }
  bool MayServe() const override { return serves; }
  bool MayAnswer() const override { return serves; }
  uint64_t Epoch() const override { return 42; }
  void OnCheckpoint() override {}
  int64_t committed = 5;
  bool serves = false;
};

TEST_F(PairTest, AnActiveWithoutALeaseIsAStandbyToDatanodes) {
  WriteFile("/f", 1000);
  FakeAuthority authority;
  active().state->authority = &authority;
  ASSERT_TRUE(active().ns->Delete(Super(), "/f", false).ok());
  active().monitor->Tick();
  HeartbeatResponse answer = Beat(active(), 0);
  EXPECT_EQ(answer.state, ServiceState::kStandby);
  EXPECT_EQ(answer.epoch, 42u);
  EXPECT_EQ(answer.txid, TxId(5));
  EXPECT_TRUE(answer.commands.empty());
  authority.serves = true;
  answer = Beat(active(), 0);
  EXPECT_EQ(answer.state, ServiceState::kActive);
  EXPECT_EQ(answer.commands.size(), 1u);
  active().state->authority = nullptr;
}

TEST_F(PairTest, AnActiveWithoutALeaseTellsClientsNothingThatOthersMayHaveChanged) {
  WriteFile("/f", 1000);
  FakeAuthority authority;
  active().state->authority = &authority;
  Namesystem& ns = *active().ns;
  EXPECT_EQ(ns.GetFileInfo(Super(), "/f").status().code(), Code::kStandby);
  EXPECT_EQ(ns.GetBlockLocations(Super(), "/f", 0, 1).status().code(), Code::kStandby);
  // A change that was not made tells what is there; one that was made waits to be committed.
  EXPECT_EQ(ns.Delete(Super(), "/g", false).status().code(), Code::kStandby);
  EXPECT_EQ(ns.Mkdirs(Super(), "/f", {.masked = 0755}, true).status().code(), Code::kStandby);
  EXPECT_GT(ns.Mkdirs(Super(), "/d", {.masked = 0755}, true).wait_for, TxId(0));
  authority.serves = true;
  EXPECT_TRUE(ns.GetFileInfo(Super(), "/f").ok());
  active().state->authority = nullptr;
}

// Number 5: a replica is reported between the record of its generation stamp and that of its block.
TEST_F(PairTest, Hdfs14941ReportsBetweenTheStampAndTheBlockCount) {
  Create("/f");
  Feed();
  const LocatedBlock located = AddBlock("/f");
  Block block = located.block.block;
  block.length = 1000;
  for (size_t n = 0; n < 3; ++n) Report(active(), n, block, ReceivedStatus::kReceived);
  ASSERT_TRUE(Complete("/f", located, 1000));
  const std::vector<std::string> records = active().TakeRecords();
  ASSERT_GE(records.size(), 4u);  // Id, stamp, block, close.
  standby().Apply(records[0]);
  Report(standby(), 0, block, ReceivedStatus::kReceived);
  standby().Apply(records[1]);
  Report(standby(), 1, block, ReceivedStatus::kReceived);
  standby().Apply(records[2]);
  Report(standby(), 2, block, ReceivedStatus::kReceived);
  for (size_t i = 3; i < records.size(); ++i) standby().Apply(records[i]);
  Failover();
  EXPECT_EQ(LiveAtActive(block), 3u);
  EXPECT_EQ(CorruptAtActive(), 0u);
  // Nor is a stamp ever given out twice.
  Create("/g");
  EXPECT_GT(AddBlock("/g").block.block.generation_stamp, block.generation_stamp);
  EXPECT_EQ(Tick(), 0u);
}

// Number 5 again: the stamp of an interrupted operation is not given out a second time.
TEST_F(PairTest, Hdfs14941AStampWithoutABlockIsNotUsedAgain) {
  Create("/f");
  Feed();
  const Block block = AddBlock("/f").block.block;
  const std::vector<std::string> records = active().TakeRecords();
  standby().Apply(records[0]);  // The block's id.
  standby().Apply(records[1]);  // Its stamp; the record of the block is lost with the active.
  active_ = 1 - active_;
  ASSERT_TRUE(active().role->BecomeActive().ok());
  const Block next = AddBlock("/f").block.block;
  EXPECT_GT(next.id, block.id);
  EXPECT_GT(next.generation_stamp, block.generation_stamp);
}

// Number 6: a replica that is being written is reported before the standby knows its block, and
// looked at again when the block is complete.
TEST_F(PairTest, Hdfs2742AnOldReportOfAnOpenReplicaDoesNotCondemnTheFinishedOne) {
  Create("/f");
  const LocatedBlock located = AddBlock("/f");
  Block block = located.block.block;
  for (size_t n = 0; n < 3; ++n) Report(standby(), n, block, ReceivedStatus::kReceiving);
  block.length = 1000;
  for (size_t n = 0; n < 3; ++n) Report(active(), n, block, ReceivedStatus::kReceived);
  ASSERT_TRUE(Complete("/f", located, 1000));
  // One datanode says "finalized" before the edits arrive, one after them, one after the failover.
  Report(standby(), 0, block, ReceivedStatus::kReceived);
  Feed();
  Report(standby(), 1, block, ReceivedStatus::kReceived);
  Failover();
  EXPECT_EQ(LiveAtActive(block), 2u);
  Report(active(), 2, block, ReceivedStatus::kReceived);
  EXPECT_EQ(LiveAtActive(block), 3u);
  EXPECT_EQ(CorruptAtActive(), 0u);
}

// Number 7: the old active had one excess replica deleted, the new one must not choose another.
TEST_F(PairTest, Hdfs1972NothingIsDeletedBeforeItsHolderHasReportedToTheNewActive) {
  const Block block = WriteFile("/f", 1000);
  Feed();
  ASSERT_TRUE(active().ns->SetReplication(Super(), "/f", 1).ok());
  Feed();
  active().monitor->Tick();
  // The old active's orders, fetched by the datanodes, carried out by one so far.
  std::vector<bool> holds(3, true);
  for (size_t n = 0; n < 3; ++n) {
    if (!Beat(active(), n).commands.empty()) holds[n] = false;
  }
  ASSERT_EQ(std::count(holds.begin(), holds.end(), true), 1);
  Failover();
  EXPECT_EQ(Tick(10s), 0u);
  // They report one after the other; whatever the order, the last replica stays.
  for (size_t n = 0; n < 3; ++n) {
    ReportAll(active(), n, holds[n] ? std::vector<ReportedBlock>{{.block = block}}
                                    : std::vector<ReportedBlock>());
    EXPECT_EQ(Tick(), 0u) << n;
  }
  EXPECT_EQ(LiveAtActive(block), 1u);
}

// Number 12: reports of a datanode arrive in any order with the commit, on the active as on the
// standby: no good replica becomes corrupt.
TEST_F(PairTest, Hdfs5438ReportsAndTheCommitInAnyOrderLoseNoReplica) {
  std::vector<int> order = {0, 1, 2, 3};  // Three datanodes and the commit.
  int round = 0;
  do {
    SCOPED_TRACE(round);
    const std::string path = "/f" + std::to_string(round++);
    Create(path);
    LocatedBlock located = AddBlock(path);
    Block old = located.block.block;
    for (auto& member : members_) {
      for (size_t n = 0; n < 3; ++n) Report(*member, n, old, ReceivedStatus::kReceiving);
    }
    // The pipeline is built anew with a new stamp.
    Outcome<LocatedBlock> bumped =
        active().ns->UpdateBlockForPipeline(Super(), located.block, "client-1");
    ASSERT_TRUE(bumped.ok()) << bumped.status().ToString();
    Block block = old;
    block.generation_stamp = bumped.value().block.block.generation_stamp;
    block.length = 1000;
    UpdatePipelineRequest update{.client_name = "client-1", .old_block = located.block,
                                 .new_block = located.block};
    update.new_block.block = block;
    for (const DatanodeTarget& target : located.locations) {
      update.new_nodes.push_back(target.node.id);
      update.new_storage_uuids.push_back(target.storage_uuid);
    }
    ASSERT_TRUE(active().ns->UpdatePipeline(Super(), update).ok());
    located.block.block.generation_stamp = block.generation_stamp;
    bool complete = false;
    for (const int step : order) {
      if (step == 3) {
        complete = Complete(path, located, 1000);
        Feed();
        continue;
      }
      for (auto& member : members_) {
        Report(*member, static_cast<size_t>(step), block, ReceivedStatus::kReceived);
      }
    }
    if (!complete) {
      ASSERT_TRUE(Complete(path, located, 1000));
    }
    Feed();
    for (auto& member : members_) {
      EXPECT_EQ(member->state->blocks.LiveReplicas(block.id), 3u);
      EXPECT_EQ(member->state->blocks.Counters().corrupt_blocks, 0u);
    }
  } while (std::next_permutation(order.begin(), order.end()));
  Failover();
  EXPECT_EQ(CorruptAtActive(), 0u);
}

class PairCheckpointTest : public PairFixture {
 protected:
  PairCheckpointTest() : PairFixture(true) {}
};

TEST_F(PairCheckpointTest, AStandbyWritesImagesThatAStartTakes) {
  WriteFile("/a/f", 1000);
  Create("/open");
  AddBlock("/open");
  Feed();
  clock_.Advance(3601s);
  standby().monitor->CheckpointTick();
  const TxId image = standby().state->last_checkpoint;
  EXPECT_EQ(image, standby().role->LastApplied());
  // The active waits for it twice as long where it has a standby; here it takes it.
  EXPECT_EQ(TakeCheckpoint(*active().state, TxId(image.value + 1), [] { return Status(); }).code(),
            Code::kInvalidArgument);
  bool downloaded = false;
  ASSERT_TRUE(TakeCheckpoint(*active().state, image, [&] {
                downloaded = true;
                return Status();
              }).ok());
  EXPECT_TRUE(downloaded);
  EXPECT_EQ(active().state->last_checkpoint, image);
  // What comes after the image is in the middle of a segment.
  WriteFile("/a/g", 1000);
  Feed();
  const StateHash hash = standby().Hash();
  standby().Sync();
  standby().Kill();
  standby().Start();
  EXPECT_EQ(standby().state->last_checkpoint, image);
  EXPECT_EQ(standby().Hash(), hash);
  Register(standby());
  WriteFile("/a/h", 1000);
  ExpectSame();
}

}  // namespace
}  // namespace cairn::namenode
