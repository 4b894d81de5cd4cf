// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

// A namenode that replays the edits of another one, while datanodes report to both.
class StandbyTest : public Cluster {
 protected:
  StandbyTest() {
    manager_.BecomeStandby();
    manager_.FinishLoading();
    for (int n = 1; n <= 3; ++n) {
      nodes_.push_back(Start(n));
      Report(nodes_.back(), {});
    }
  }
};

// HDFS-14941: a report between the edit of the stamp and the edit of the block.
TEST_F(StandbyTest, AReportAheadOfTheEditsCountsWhenTheyArrive) {
  const Block block = MakeBlock(1);
  for (const Node& node : nodes_) Receive(node, block);
  EXPECT_EQ(manager_.Counters().queued_messages, 3u);
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(1, 0), 3, {}).ok());
  EXPECT_EQ(manager_.Counters().queued_messages, 0u);
  ASSERT_TRUE(manager_.UpdateBlock(block).ok());
  manager_.ForceComplete(block.id);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  manager_.BecomeActive();
  Tick();
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  EXPECT_EQ(CorruptOf(block), 0u);
}

// HDFS-2742: a report of a replica being written, kept and looked at after the block is complete.
TEST_F(StandbyTest, AKeptRbwReportDoesNotSpoilTheFinalizedOne) {
  const Block block = MakeBlock(1);
  Tell(nodes_[0], ReceivedStatus::kReceiving, MakeBlock(1, 0));
  Receive(nodes_[0], block);
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(1, 0), 1, {}).ok());
  ASSERT_TRUE(manager_.UpdateBlock(block).ok());
  manager_.ForceComplete(block.id);
  manager_.BecomeActive();
  Tick();
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  EXPECT_EQ(CorruptOf(block), 0u);
}

// HDFS-16987: a late report of an older version must not condemn the newest replica.
TEST_F(StandbyTest, AnOlderReportIsForgottenWhenANewerOneApplies) {
  const Block block = AddComplete(1, {}, 1);
  Receive(nodes_[0], MakeBlock(1, 1000, 900));  // Looks corrupt: kept.
  EXPECT_EQ(manager_.Counters().queued_messages, 1u);
  Receive(nodes_[0], block);
  EXPECT_EQ(manager_.Counters().queued_messages, 0u);
  manager_.BecomeActive();
  Tick();
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  EXPECT_EQ(CorruptOf(block), 0u);
}

TEST_F(StandbyTest, ItOrdersNothing) {
  AddComplete(1, {nodes_[0]}, 3);
  const Block gone = AddComplete(2, nodes_, 1);
  Receive(nodes_[0], MakeBlock(88));
  manager_.RemoveBlocks({&gone.id, 1});
  Pass(60s, nodes_);
  for (const Node& node : nodes_) EXPECT_TRUE(taken_[node.id.uuid].empty());
}

TEST_F(StandbyTest, WhatItKeptOfUnknownBlocksIsDeletedOnceItIsActive) {
  Receive(nodes_[0], MakeBlock(88));
  manager_.BecomeActive();
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[0])->blocks, std::vector{MakeBlock(88)});
}

TEST_F(StandbyTest, ADeletedReplicaLeavesNothingBehind) {
  Receive(nodes_[0], MakeBlock(88));
  Tell(nodes_[0], ReceivedStatus::kDeleted, MakeBlock(88));
  EXPECT_EQ(manager_.Counters().queued_messages, 0u);
}

// HDFS-1972: old and new active must not each delete another of too many replicas.
TEST_F(StandbyTest, ANewActiveDeletesNothingBeforeEveryHolderHasReportedToIt) {
  const Block block = AddComplete(1, nodes_, 1);
  manager_.BecomeActive();
  Tick();
  EXPECT_EQ(manager_.Counters().excess, 0u);
  EXPECT_EQ(manager_.Counters().postponed_misreplicated, 1u);
  // The old active had told the first two to delete: they report without it.
  for (const Node& node : nodes_) Beat(node);
  Report(nodes_[0], {});
  Report(nodes_[1], {});
  Report(nodes_[2], {{block}});
  Tick();
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  for (const Node& node : nodes_) EXPECT_FALSE(BeatFor<InvalidateCommand>(node).has_value());
  EXPECT_EQ(manager_.Counters().postponed_misreplicated, 0u);
}

TEST_F(StandbyTest, AReportMadeBeforeTheFirstHeartbeatAfterAFailoverProvesNothing) {
  const Block block = AddComplete(1, {nodes_[0], nodes_[1]}, 1);
  manager_.BecomeActive();
  Report(nodes_[0], {{block}});
  Report(nodes_[1], {{block}});
  Tick();
  EXPECT_EQ(manager_.Counters().excess, 0u);
  for (const Node& node : nodes_) Beat(node);
  Report(nodes_[0], {{block}});
  Report(nodes_[1], {{block}});
  Tick();
  EXPECT_EQ(manager_.Counters().excess, 1u);
}

TEST_F(StandbyTest, OrdersOfAnActiveThatStepsDownAreDropped) {
  manager_.BecomeActive();
  Receive(nodes_[0], MakeBlock(88));
  EXPECT_EQ(manager_.Counters().pending_deletion, 1u);
  manager_.BecomeStandby();
  EXPECT_EQ(manager_.Counters().pending_deletion, 0u);
  EXPECT_FALSE(BeatFor<InvalidateCommand>(nodes_[0]).has_value());
}

}  // namespace
}  // namespace cairn::namenode
