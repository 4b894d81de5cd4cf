// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/lifecycle.h"

#include <algorithm>

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class AppendTest : public Cluster {
 protected:
  AppendTest() {
    manager_.FinishLoading();
    StartEmpty(3);
  }
};

TEST_F(AppendTest, AWrittenBlockGoesFromOpenOverCommittedToComplete) {
  const Block open = MakeBlock(1, 0);
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, open, 3, Places(nodes_)).ok());
  EXPECT_EQ(manager_.Locate(open.id, 0, "BP", "").locations.size(), 3u);
  EXPECT_FALSE(manager_.TryComplete(open.id));
  const Block done = MakeBlock(1, 700);
  ASSERT_TRUE(manager_.CheckCommit(done).ok());
  manager_.Commit(done);
  EXPECT_EQ(StateOf(done), BlockState::kCommitted);
  EXPECT_FALSE(manager_.TryComplete(done.id));
  Receive(nodes_[1], done);
  EXPECT_EQ(StateOf(done), BlockState::kComplete);
  EXPECT_TRUE(manager_.TryComplete(done.id));
  // The two others of the pipeline are on their way: nothing is copied for them.
  EXPECT_EQ(manager_.Counters().low_redundancy, 0u);
  EXPECT_EQ(manager_.Counters().pending_reconstruction, 1u);
}

TEST_F(AppendTest, ACommitOfAnotherStampOrAShorterLengthIsRefused) {
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(1, 500), 3, {}).ok());
  EXPECT_EQ(manager_.CheckCommit(MakeBlock(1, 500, 1002)).message(),
            "Commit block with mismatching GS. NN has blk_1073741825_1001, client submits "
            "blk_1073741825_1002");
  EXPECT_FALSE(manager_.CheckCommit(MakeBlock(1, 499)).ok());
  EXPECT_FALSE(manager_.CheckCommit(MakeBlock(2, 499)).ok());
}

TEST_F(AppendTest, AnAppendKeepsThePlacesAndCountsThemAgainWhenItEnds) {
  const Block block = AddComplete(1, nodes_);
  ASSERT_TRUE(manager_.ConvertToUnderConstruction(block.id).ok());
  EXPECT_EQ(StateOf(block), BlockState::kUnderConstruction);
  EXPECT_EQ(manager_.ExpectedPlaces(block.id).size(), 3u);
  const Block pipeline = MakeBlock(1, 1000, 1002);
  ASSERT_TRUE(manager_.UpdatePipeline(pipeline, Places({nodes_[0], nodes_[1]})).ok());
  for (int n : {0, 1}) Tell(nodes_[n], ReceivedStatus::kReceiving, pipeline);
  const Block done = MakeBlock(1, 1500, 1002);
  manager_.Commit(done);
  for (int n : {0, 1}) Receive(nodes_[n], done);
  EXPECT_EQ(StateOf(done), BlockState::kComplete);
  EXPECT_EQ(manager_.LiveReplicas(done.id), 2u);
  EXPECT_EQ(manager_.Counters().low_redundancy, 1u);
  // The third was not in the pipeline: what it still has is old.
  Report(nodes_[2], {{block}});
  EXPECT_EQ(manager_.LiveReplicas(done.id), 2u);
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[2])->blocks[0].generation_stamp,
            GenerationStamp(1001));
}

TEST_F(AppendTest, AnAppendThatWroteNothingIsCompleteAtOnce) {
  const Block block = AddComplete(1, nodes_);
  ASSERT_TRUE(manager_.ConvertToUnderConstruction(block.id).ok());
  manager_.Commit(block);
  EXPECT_EQ(StateOf(block), BlockState::kComplete);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
}

TEST_F(AppendTest, NothingOfAReopenedBlockIsDeleted) {
  nodes_.push_back(Start(4));
  Report(nodes_[3], {});
  const Block block = AddComplete(1, nodes_, 3);
  EXPECT_EQ(manager_.Counters().pending_deletion, 1u);
  ASSERT_TRUE(manager_.ConvertToUnderConstruction(block.id).ok());
  EXPECT_EQ(manager_.Counters().pending_deletion, 0u);
  EXPECT_EQ(manager_.ExpectedPlaces(block.id).size(), 4u);
}

TEST_F(AppendTest, APipelineNeverGoesBack) {
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(1, 500, 1005), 3, {}).ok());
  EXPECT_FALSE(manager_.UpdatePipeline(MakeBlock(1, 500, 1005), {}).ok());
  EXPECT_FALSE(manager_.UpdatePipeline(MakeBlock(1, 400, 1006), {}).ok());
  EXPECT_FALSE(manager_.UpdateBlock(MakeBlock(1, 900, 1004)).ok());
  EXPECT_TRUE(manager_.UpdatePipeline(MakeBlock(1, 600, 1006), {}).ok());
}

// A datanode may finalize with the new stamp before the client tells the namenode of it.
TEST_F(AppendTest, AReportWithANewerStampWaitsForThePipelineUpdate) {
  const Block open = MakeBlock(1, 0);
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, open, 2, Places(nodes_)).ok());
  const Block done = MakeBlock(1, 800, 1002);
  Receive(nodes_[0], done);
  EXPECT_EQ(CorruptOf(open), 0u);
  ASSERT_TRUE(
      manager_.UpdatePipeline(MakeBlock(1, 0, 1002), Places({nodes_[0], nodes_[1]})).ok());
  manager_.Commit(done);
  EXPECT_EQ(StateOf(done), BlockState::kComplete);
  EXPECT_EQ(manager_.LiveReplicas(done.id), 1u);
}

// HDFS-4799: after a restart replicas of an interrupted append come in any order; only those of
// the newest stamp count, and a good one is never ordered to be deleted.
TEST_F(AppendTest, StaleReplicasNeverDisplaceTheGoodOneInAnyOrder) {
  std::vector<int> order{0, 1, 2};
  int64_t id = 500;
  do {
    const Block block = MakeBlock(++id, 1500, 1010);
    ASSERT_TRUE(manager_.AddBlock(kFile, block, 1, BlockState::kComplete).ok());
    const Block stale = MakeBlock(id, 1500, 1009);
    for (int n : order) {
      if (n == 0) Receive(nodes_[n], block);
      if (n == 1) Report(nodes_[n], {{stale, ReplicaState::kRwr}});
      if (n == 2) Report(nodes_[n], {{stale, ReplicaState::kFinalized}});
    }
    Tick();
    EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
    const auto orders = BeatFor<InvalidateCommand>(nodes_[0]);
    EXPECT_FALSE(orders.has_value());
    EXPECT_TRUE(BeatFor<InvalidateCommand>(nodes_[1]).has_value());
    EXPECT_TRUE(BeatFor<InvalidateCommand>(nodes_[2]).has_value());
    Report(nodes_[1], {});
    Report(nodes_[2], {});
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_F(AppendTest, ForceCompleteOfAReplayNeedsNoReplicas) {
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(1, 0), 3, {}).ok());
  ASSERT_TRUE(manager_.UpdateBlock(MakeBlock(1, 44)).ok());
  manager_.ForceComplete(MakeBlock(1).id);
  EXPECT_EQ(StateOf(MakeBlock(1)), BlockState::kComplete);
  EXPECT_EQ(manager_.Find(MakeBlock(1).id)->block.length, 44u);
}

TEST_F(AppendTest, TheStateHashDoesNotDependOnOrderNorOnReports) {
  BlockManager other(options_, clock_, random_, nullptr);
  other.FinishLoading();
  AddComplete(1, nodes_);
  AddComplete(2, {});
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(3), 3, {}).ok());
  ASSERT_TRUE(other.AddUnderConstruction(kFile, MakeBlock(3), 3, {}).ok());
  ASSERT_TRUE(other.AddBlock(kFile, MakeBlock(2), 3, BlockState::kComplete).ok());
  ASSERT_TRUE(other.AddBlock(kFile, MakeBlock(1), 3, BlockState::kComplete).ok());
  EXPECT_EQ(manager_.StateHash(), other.StateHash());
  manager_.Commit(MakeBlock(3));
  EXPECT_NE(manager_.StateHash(), other.StateHash());
  other.ForceComplete(MakeBlock(3).id);
  EXPECT_EQ(manager_.StateHash(), other.StateHash());
}

}  // namespace
}  // namespace cairn::namenode
