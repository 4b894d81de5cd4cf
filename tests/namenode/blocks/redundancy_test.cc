// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/redundancy.h"

#include <set>

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class RedundancyTest : public Cluster {
 protected:
  RedundancyTest() { manager_.FinishLoading(); }

  std::vector<Node> Without(size_t n) const {
    std::vector<Node> rest = nodes_;
    rest.erase(rest.begin() + static_cast<ptrdiff_t>(n));
    return rest;
  }
  // Every ordered copy of Pass arrives.
  void ArriveCopies(const std::vector<Node>& sources) {
    for (const Node& source : sources) {
      for (const TransferCommand::Item& item : CopiesOf(source)) {
        for (const DatanodeTarget& target : item.targets) {
          for (const Node& node : nodes_) {
            if (node.id.uuid == target.node.id.uuid) Receive(node, item.block);
          }
        }
      }
      taken_[source.id.uuid].clear();
    }
  }
  size_t CopyCount(const std::vector<Node>& sources) {
    size_t count = 0;
    for (const Node& source : sources) count += CopiesOf(source).size();
    return count;
  }
};

TEST_F(RedundancyTest, ADeadDatanodesReplicasAreCopiedAndRemovedAgainWhenItReturns) {
  StartEmpty(4);
  const Block block = AddComplete(1, {nodes_[0], nodes_[1], nodes_[2]});
  const std::vector<Node> alive = Without(0);
  Pass(632s, alive);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 2u);
  Pass(4s, alive);
  ASSERT_EQ(CopyCount(alive), 1u);
  ArriveCopies(alive);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  EXPECT_EQ(manager_.Counters().low_redundancy, 0u);

  // It returns with its replica: one of four goes, but not before its volume has reported.
  nodes_[0] = Start(1);
  Receive(nodes_[0], block);
  EXPECT_EQ(manager_.Counters().excess, 0u);
  EXPECT_EQ(manager_.Counters().postponed_misreplicated, 1u);
  Report(nodes_[0], {{block}});
  Tick();
  EXPECT_EQ(manager_.Counters().excess, 1u);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  std::vector<Node> told;
  for (const Node& node : nodes_) {
    if (BeatFor<InvalidateCommand>(node).has_value()) told.push_back(node);
  }
  ASSERT_EQ(told.size(), 1u);
  Tell(told[0], ReceivedStatus::kDeleted, block);
  EXPECT_EQ(manager_.Counters().excess, 0u);
  EXPECT_EQ(manager_.Replicas(block.id).size(), 3u);
}

TEST_F(RedundancyTest, ACopyThatDoesNotArriveIsOrderedAgain) {
  StartEmpty(3);
  AddComplete(1, {nodes_[0]}, 2);
  Pass(4s, nodes_);
  EXPECT_EQ(CopyCount(nodes_), 1u);
  EXPECT_EQ(manager_.Counters().pending_reconstruction, 1u);
  Pass(120s, nodes_);
  EXPECT_EQ(CopyCount(nodes_), 1u);
  Pass(240s, nodes_);
  EXPECT_EQ(CopyCount(nodes_), 2u);
  EXPECT_EQ(manager_.Counters().timed_out_reconstructions, 1u);
}

TEST_F(RedundancyTest, ACopyToADatanodeThatDiesIsOrderedElsewhereAtOnce) {
  StartEmpty(3);
  AddComplete(1, {nodes_[0]}, 2);
  Pass(4s, nodes_);
  ASSERT_EQ(CopiesOf(nodes_[0]).size(), 1u);
  const std::string target = CopiesOf(nodes_[0])[0].targets[0].node.id.uuid;
  manager_.MarkDatanodeDead(target == "uuid-2" ? nodes_[1].id : nodes_[2].id);
  EXPECT_EQ(manager_.Counters().low_redundancy, 1u);
  taken_.clear();
  const std::vector<Node> alive = target == "uuid-2" ? Without(1) : Without(2);
  Pass(4s, alive);
  ASSERT_EQ(CopiesOf(nodes_[0]).size(), 1u);
  EXPECT_NE(CopiesOf(nodes_[0])[0].targets[0].node.id.uuid, target);
}

TEST_F(RedundancyTest, CopiesOfOneSourceAreLimited) {
  StartEmpty(3);
  for (int64_t n = 0; n < 30; ++n) AddComplete(n, {nodes_[0], nodes_[1]}, 3);
  for (const Node& node : nodes_) Beat(node);
  for (int round = 0; round < 3; ++round) {
    clock_.Advance(3s);
    Tick();
  }
  EXPECT_LE(manager_.Counters().scheduled_reconstruction, 4u);
  HeartbeatArgs busy = BeatArgs(nodes_[0]);
  busy.transfers_in_progress = 2;
  const Result<BlockManager::HeartbeatReply> reply = manager_.Heartbeat(busy);
  ASSERT_TRUE(reply.ok());
  for (const DatanodeCommand& command : reply->commands) {
    EXPECT_FALSE(std::holds_alternative<TransferCommand>(command));
  }
}

TEST_F(RedundancyTest, TheMostUrgentIsCopiedFirst) {
  StartEmpty(3);
  for (int64_t n = 0; n < 40; ++n) AddComplete(n, {nodes_[0], nodes_[1]}, 3);
  const Block urgent = AddComplete(77, {nodes_[2]}, 3);
  clock_.Advance(3s);
  Tick();
  const auto copies = BeatFor<TransferCommand>(nodes_[2]);
  ASSERT_TRUE(copies.has_value());
  EXPECT_EQ(copies->items[0].block, urgent);
  EXPECT_EQ(copies->items[0].targets.size(), 2u);
}

TEST_F(RedundancyTest, LoweringTheReplicationDeletesTheExcessAndRaisingCallsItBack) {
  StartEmpty(3);
  const Block block = AddComplete(1, nodes_);
  manager_.SetReplication(block.id, 1);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  EXPECT_EQ(manager_.Counters().excess, 2u);
  manager_.SetReplication(block.id, 3);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  EXPECT_EQ(manager_.Counters().excess, 0u);
  EXPECT_EQ(manager_.Counters().pending_deletion, 0u);
}

TEST_F(RedundancyTest, TheExcessLeavesTheFullestDatanodeOfACrowdedRack) {
  nodes_ = {Start(1, "/a"), Start(2, "/a"), Start(3, "/b"), Start(4, "/a")};
  for (const Node& node : nodes_) Report(node, {});
  ASSERT_TRUE(manager_.Heartbeat(BeatArgs(nodes_[2], kGiB)).ok());
  ASSERT_TRUE(manager_.Heartbeat(BeatArgs(nodes_[1], 2 * kGiB)).ok());
  const Block block = AddComplete(1, nodes_, 2);
  std::set<std::string> left;
  for (const auto& view : manager_.Replicas(block.id)) {
    if (!view.excess) left.insert(manager_.datanodes().NodeOf(view.storage).info.location);
  }
  EXPECT_EQ(left, (std::set<std::string>{"/a", "/b"}));
  EXPECT_TRUE(BeatFor<InvalidateCommand>(nodes_[1]).has_value());
}

TEST_F(RedundancyTest, ADatanodeThatIsSilentLosesTheExcessFirst) {
  StartEmpty(4);
  clock_.Advance(13s);
  for (int n : {0, 1, 3}) Beat(nodes_[n]);
  const Block block = AddComplete(1, nodes_, 3);
  for (const auto& view : manager_.Replicas(block.id)) {
    EXPECT_EQ(view.excess, view.storage == Place(nodes_[2]));
  }
}

TEST_F(RedundancyTest, ABalancersHintIsFollowed) {
  StartEmpty(4);
  const Block block = AddComplete(1, {nodes_[0], nodes_[1], nodes_[2]});
  Receive(nodes_[3], block, "uuid-2");
  EXPECT_TRUE(BeatFor<InvalidateCommand>(nodes_[1]).has_value());
}

TEST_F(RedundancyTest, AllReplicasInOneRackGetACopyInAnother) {
  nodes_ = {Start(1, "/a"), Start(2, "/a"), Start(3, "/b")};
  for (const Node& node : nodes_) Report(node, {});
  const Block block = AddComplete(1, {nodes_[0], nodes_[1]}, 2);
  EXPECT_EQ(manager_.Counters().low_redundancy, 1u);
  Pass(4s, nodes_);
  ArriveCopies(nodes_);
  EXPECT_EQ(manager_.Counters().low_redundancy, 0u);
  EXPECT_EQ(manager_.Counters().excess, 1u);
  for (const auto& view : manager_.Replicas(block.id)) {
    EXPECT_FALSE(view.excess && view.storage == Place(nodes_[2]));
  }
}

// Three datanodes, three replicas: the good copy has to come where the bad one is.
TEST_F(RedundancyTest, ACorruptReplicaIsReplacedEvenWithoutASpareDatanode) {
  StartEmpty(3);
  const Block block = AddComplete(1, nodes_);
  manager_.MarkCorrupt(block, "uuid-2", "DS-2", "client");
  EXPECT_EQ(manager_.LiveReplicas(block.id), 2u);
  EXPECT_EQ(manager_.Locate(block.id, 0, "BP", "").locations.size(), 2u);
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[1])->blocks, std::vector{block});
  Pass(4s, nodes_);
  EXPECT_EQ(CopyCount(nodes_), 0u);  // Not before the bad one is gone.
  Tell(nodes_[1], ReceivedStatus::kDeleted, block);
  Pass(4s, nodes_);
  ASSERT_EQ(CopyCount(nodes_), 1u);
  ArriveCopies(nodes_);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  EXPECT_EQ(manager_.Counters().corrupt_blocks, 0u);
}

TEST_F(RedundancyTest, WithASpareDatanodeTheCopyComesFirst) {
  StartEmpty(4);
  const Block block = AddComplete(1, {nodes_[0], nodes_[1], nodes_[2]});
  manager_.MarkCorrupt(block, "uuid-2", "", "client");
  EXPECT_FALSE(BeatFor<InvalidateCommand>(nodes_[1]).has_value());
  Pass(4s, nodes_);
  ArriveCopies(nodes_);
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[1])->blocks, std::vector{block});
  Tell(nodes_[1], ReceivedStatus::kDeleted, block);
  EXPECT_EQ(manager_.Replicas(block.id).size(), 3u);
}

TEST_F(RedundancyTest, TheLastGoodReplicaIsNeverDeleted) {
  StartEmpty(3);
  const Block block = AddComplete(1, nodes_);
  for (const char* uuid : {"uuid-1", "uuid-2", "uuid-3"}) {
    manager_.MarkCorrupt(block, uuid, "", "client");
  }
  Pass(60s, nodes_);
  EXPECT_EQ(manager_.Counters().missing, 1u);
  EXPECT_TRUE(manager_.IsCorrupt(block.id));
  EXPECT_EQ(manager_.CorruptBlocks(0, 10).size(), 1u);
  // The first two were ordered to go while the third was good; that one stays.
  EXPECT_TRUE(DeletionsOf(nodes_[2]).empty());
  const LocatedBlock located = manager_.Locate(block.id, 0, "BP", "");
  EXPECT_TRUE(located.corrupt);
  EXPECT_FALSE(located.locations.empty());
}

TEST_F(RedundancyTest, ACorruptReplicaStaysWhileAVolumeIsUncertain) {
  StartEmpty(3);
  const Block block = AddComplete(1, nodes_);
  Node restarted = Start(3);  // Its volume is uncertain until it reports.
  manager_.MarkCorrupt(block, "uuid-2", "", "client");
  EXPECT_FALSE(BeatFor<InvalidateCommand>(nodes_[1]).has_value());
  Report(restarted, {{block}});
  Tick();
  EXPECT_TRUE(BeatFor<InvalidateCommand>(nodes_[1]).has_value());
}

TEST_F(RedundancyTest, AnOrderToDeleteThatWasLostIsGivenAgainAfterAFullReport) {
  StartEmpty(4);
  const Block block = AddComplete(1, nodes_, 3);
  std::vector<Node> told;
  for (const Node& node : nodes_) {
    if (BeatFor<InvalidateCommand>(node).has_value()) told.push_back(node);
  }
  ASSERT_EQ(told.size(), 1u);
  Report(told[0], {{block}});
  EXPECT_TRUE(BeatFor<InvalidateCommand>(told[0]).has_value());
}

TEST_F(RedundancyTest, MissingBlocksWithOneReplicaAreCountedApart) {
  StartEmpty(1);
  AddComplete(1, {nodes_[0]}, 1);
  AddComplete(2, {nodes_[0]}, 3);
  manager_.MarkDatanodeDead(nodes_[0].id);
  Tick();
  EXPECT_EQ(manager_.Counters().missing, 2u);
  EXPECT_EQ(manager_.Counters().missing_replication_one, 1u);
  EXPECT_EQ(manager_.Stats().missing_blocks, 2u);
}

TEST_F(RedundancyTest, ABlockThatIsRemovedLeavesNoTraceInAnyQueue) {
  StartEmpty(4);
  const Block low = AddComplete(1, {nodes_[0]}, 3);
  const Block high = AddComplete(2, nodes_, 3);
  const Block bad = AddComplete(3, {nodes_[0], nodes_[1], nodes_[2]}, 3);
  manager_.MarkCorrupt(bad, "uuid-1", "", "client");
  Pass(4s, {});
  const BlockId all[] = {low.id, high.id, bad.id};
  manager_.RemoveBlocks(all);
  const BlockManagerCounters counters = manager_.Counters();
  EXPECT_EQ(counters.blocks, 0u);
  EXPECT_EQ(counters.low_redundancy + counters.missing + counters.corrupt_blocks +
                counters.excess + counters.pending_reconstruction +
                counters.postponed_misreplicated,
            0u);
  Pass(400s, {});
}

TEST_F(RedundancyTest, ALostDatanodeWithManyBlocksIsHandledInSlices) {
  StartEmpty(3);
  for (int64_t n = 0; n < 9000; ++n) AddComplete(n, {nodes_[0], nodes_[1]}, 2);
  manager_.MarkDatanodeDead(nodes_[0].id);
  EXPECT_EQ(manager_.LiveReplicas(MakeBlock(5).id), 1u);
  EXPECT_TRUE(manager_.Tick());
  Tick();
  EXPECT_EQ(manager_.Counters().low_redundancy, 9000u);
}

}  // namespace
}  // namespace cairn::namenode
