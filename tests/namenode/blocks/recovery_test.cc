// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/recovery.h"

#include <set>
#include <utility>

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class RecoveryTest : public Cluster {
 protected:
  RecoveryTest() {
    manager_.FinishLoading();
    StartEmpty(3);
    EXPECT_TRUE(manager_.AddUnderConstruction(kFile, block_, 3, Places(nodes_)).ok());
  }
  // The datanodes that were told to lead, with what they were told.
  std::vector<std::pair<size_t, RecoverBlocksCommand::Item>> Leaders() {
    std::vector<std::pair<size_t, RecoverBlocksCommand::Item>> leaders;
    for (size_t n = 0; n < nodes_.size(); ++n) {
      if (auto command = BeatFor<RecoverBlocksCommand>(nodes_[n])) {
        for (auto& item : command->items) leaders.emplace_back(n, item);
      }
    }
    return leaders;
  }

  const Block block_ = MakeBlock(1, 0);
};

TEST_F(RecoveryTest, OneDatanodeLeadsAndItsResultClosesTheBlock) {
  ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2000)).ok());
  EXPECT_EQ(StateOf(block_), BlockState::kUnderRecovery);
  const auto leaders = Leaders();
  ASSERT_EQ(leaders.size(), 1u);
  EXPECT_EQ(leaders[0].second.block, block_);
  EXPECT_EQ(leaders[0].second.new_generation_stamp, GenerationStamp(2000));
  EXPECT_EQ(leaders[0].second.locations.size(), 3u);
  ASSERT_TRUE(manager_.CheckRecovery(block_.id, GenerationStamp(2000)).ok());
  const Block agreed = MakeBlock(1, 640, 2000);
  ASSERT_TRUE(manager_.FinishRecovery(agreed, Places({nodes_[0], nodes_[2]}), true).ok());
  EXPECT_EQ(StateOf(block_), BlockState::kComplete);
  EXPECT_EQ(manager_.Find(block_.id)->block, agreed);
  EXPECT_EQ(manager_.LiveReplicas(block_.id), 2u);
  EXPECT_EQ(manager_.Counters().low_redundancy, 1u);
}

// HDFS-7065: of two recoveries the older must not set the generation stamp back.
TEST_F(RecoveryTest, TheResultOfAnOlderAttemptIsRefused) {
  ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2000)).ok());
  ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2001)).ok());
  EXPECT_EQ(manager_.CheckRecovery(block_.id, GenerationStamp(2000)).message(),
            "The recovery id 2000 does not match current recovery id 2001 for block "
            "blk_1073741825_1001");
  ASSERT_TRUE(manager_.FinishRecovery(MakeBlock(1, 640, 2001), Places(nodes_), true).ok());
  EXPECT_FALSE(manager_.CheckRecovery(block_.id, GenerationStamp(2000)).ok());
  EXPECT_FALSE(manager_.CheckRecovery(block_.id, GenerationStamp(2001)).ok());
}

TEST_F(RecoveryTest, EachAttemptTriesAnotherLeaderUntilAllWereTried) {
  std::set<size_t> seen;
  for (uint64_t attempt = 0; attempt < 3; ++attempt) {
    ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2000 + attempt)).ok());
    for (const auto& [n, item] : Leaders()) seen.insert(n);
  }
  EXPECT_EQ(seen.size(), 3u);
  ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2009)).ok());
  EXPECT_EQ(Leaders().size(), 1u);
}

TEST_F(RecoveryTest, ADeadDatanodeDoesNotLeadAndASilentOneIsNotAsked) {
  manager_.MarkDatanodeDead(nodes_[0].id);
  Tick();
  for (uint64_t attempt = 0; attempt < 4; ++attempt) {
    ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2000 + attempt)).ok());
    for (size_t n : {1, 2}) {
      if (auto command = BeatFor<RecoverBlocksCommand>(nodes_[n])) {
        EXPECT_EQ(command->items[0].locations.size(), 2u);
      }
    }
  }
}

TEST_F(RecoveryTest, WithoutAnyLiveDatanodeItCanBeTriedLater) {
  for (const Node& node : nodes_) manager_.MarkDatanodeDead(node.id);
  Tick();
  EXPECT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2000)).ok());
  nodes_[1] = Start(2);
  ASSERT_TRUE(manager_.StartRecovery(block_.id, GenerationStamp(2001)).ok());
  EXPECT_TRUE(BeatFor<RecoverBlocksCommand>(nodes_[1]).has_value());
}

TEST_F(RecoveryTest, AfterARestartTheReportedReplicasAreAsked) {
  const Block lost = MakeBlock(9, 0, 1005);
  ASSERT_TRUE(manager_.AddBlock(kFile, lost, 3, BlockState::kUnderConstruction).ok());
  Report(nodes_[0], {{MakeBlock(9, 300, 1005), ReplicaState::kRwr}});
  Report(nodes_[1], {{MakeBlock(9, 310, 1005), ReplicaState::kRwr}});
  Report(nodes_[2], {{MakeBlock(9, 200, 1004), ReplicaState::kRwr}});  // Of an older pipeline.
  EXPECT_EQ(manager_.ExpectedPlaces(lost.id).size(), 2u);
  ASSERT_TRUE(manager_.StartRecovery(lost.id, GenerationStamp(2000)).ok());
  EXPECT_EQ(Leaders().size(), 1u);
}

TEST_F(RecoveryTest, ATruncateGoesWithTheCommand) {
  const Block whole = AddComplete(5, nodes_);
  ASSERT_TRUE(manager_.ConvertToUnderConstruction(whole.id).ok());
  const Block cut = MakeBlock(5, 300, 2000);
  ASSERT_TRUE(manager_.StartRecovery(whole.id, GenerationStamp(2000), cut).ok());
  EXPECT_EQ(manager_.TruncateBlock(whole.id), cut);
  const auto leaders = Leaders();
  ASSERT_EQ(leaders.size(), 1u);
  EXPECT_EQ(leaders[0].second.truncate_block, cut);
  EXPECT_EQ(leaders[0].second.block, whole);
  ASSERT_TRUE(manager_.FinishRecovery(cut, Places(nodes_), true).ok());
  EXPECT_EQ(manager_.Find(whole.id)->block.length, 300u);
  EXPECT_EQ(manager_.LiveReplicas(whole.id), 3u);
}

TEST_F(RecoveryTest, ACompleteBlockNeedsNone) {
  const Block done = AddComplete(7, nodes_);
  EXPECT_EQ(manager_.StartRecovery(done.id, GenerationStamp(2000)).code(), Code::kNotFound);
}

}  // namespace
}  // namespace cairn::namenode
