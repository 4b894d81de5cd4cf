// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/reports.h"

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

// The table of reports.h, line by line: what becomes of a replica that one datanode reports while
// two others hold the block well.
struct Rule {
  const char* name;
  BlockState stored;
  ReplicaState reported;
  int64_t stamp_change;
  int64_t length_change;
  // Good replicas after the report, beside the two; corrupt ones.
  uint32_t live;
  size_t corrupt;
};

std::ostream& operator<<(std::ostream& out, const Rule& rule) { return out << rule.name; }

class RulesTest : public Cluster, public ::testing::WithParamInterface<Rule> {};

TEST_P(RulesTest, DecidesTheReplica) {
  const Rule& rule = GetParam();
  manager_.FinishLoading();
  StartEmpty(4);
  const Block block = MakeBlock(1, 1000, 2000);
  // Three are wanted: two are there, so a corrupt one is kept for the test to see.
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, block, 3, {}).ok());
  if (rule.stored != BlockState::kUnderConstruction) {
    manager_.Commit(block);
    if (rule.stored == BlockState::kComplete) {
      Receive(nodes_[0], block);
      Receive(nodes_[1], block);
    }
  }
  const uint32_t before = manager_.LiveReplicas(block.id);
  Block replica = block;
  replica.generation_stamp.value += static_cast<uint64_t>(rule.stamp_change);
  replica.length += static_cast<uint64_t>(rule.length_change);
  Report(nodes_[2], {{replica, rule.reported}});
  EXPECT_EQ(manager_.LiveReplicas(block.id) - before, rule.live);
  EXPECT_EQ(CorruptOf(block), rule.corrupt);
}

constexpr auto kDone = BlockState::kComplete;
constexpr auto kSaid = BlockState::kCommitted;
constexpr auto kOpen = BlockState::kUnderConstruction;
constexpr auto kFin = ReplicaState::kFinalized;
constexpr auto kRbw = ReplicaState::kRbw;
constexpr auto kRwr = ReplicaState::kRwr;

INSTANTIATE_TEST_SUITE_P(
    Table, RulesTest,
    ::testing::Values(Rule{"CompleteFinalizedSame", kDone, kFin, 0, 0, 1, 0},
                      // A left-over of an older write goes as soon as there is a good one, but for
                      // that the datanode must have said that it is gone: it stays marked.
                      Rule{"CompleteFinalizedOlder", kDone, kFin, -1, 0, 0, 1},
                      Rule{"CompleteFinalizedNewer", kDone, kFin, 1, 0, 0, 1},
                      Rule{"CompleteFinalizedShorter", kDone, kFin, 0, -1, 0, 1},
                      Rule{"CompleteFinalizedLonger", kDone, kFin, 0, 1, 0, 1},
                      Rule{"CompleteRbwSame", kDone, kRbw, 0, 0, 0, 0},
                      Rule{"CompleteRbwOlder", kDone, kRbw, -1, 0, 0, 1},
                      Rule{"CompleteRwrSame", kDone, kRwr, 0, 0, 0, 1},
                      Rule{"CompleteRwrOlder", kDone, kRwr, -1, 0, 0, 1},
                      Rule{"CompleteRur", kDone, ReplicaState::kRur, 0, 0, 0, 1},
                      Rule{"CompleteTemporary", kDone, ReplicaState::kTemporary, 0, 0, 0, 1},
                      Rule{"CommittedFinalizedSame", kSaid, kFin, 0, 0, 1, 0},
                      Rule{"CommittedFinalizedOlder", kSaid, kFin, -1, 0, 0, 1},
                      Rule{"CommittedFinalizedShorter", kSaid, kFin, 0, -1, 0, 1},
                      Rule{"CommittedRbw", kSaid, kRbw, 0, 0, 0, 0},
                      Rule{"CommittedRwrOlder", kSaid, kRwr, -1, 0, 0, 0},
                      Rule{"WrittenFinalizedSame", kOpen, kFin, 0, 0, 0, 0},
                      Rule{"WrittenFinalizedOlder", kOpen, kFin, -1, 0, 0, 1},
                      Rule{"WrittenFinalizedNewer", kOpen, kFin, 1, 0, 0, 0},
                      Rule{"WrittenRbwOlder", kOpen, kRbw, -1, 0, 0, 0},
                      Rule{"WrittenRwr", kOpen, kRwr, 0, 0, 0, 0}),
    [](const auto& info) { return info.param.name; });

class ReportsTest : public Cluster {
 protected:
  ReportsTest() {
    manager_.FinishLoading();
    StartEmpty(3);
  }
};

TEST_F(ReportsTest, AFullReportAddsAndRemoves) {
  const Block first = AddComplete(1, {nodes_[0]}, 1);
  const Block second = AddComplete(2, {}, 1);
  Report(nodes_[0], {{second}});
  EXPECT_EQ(manager_.LiveReplicas(first.id), 0u);
  EXPECT_EQ(manager_.LiveReplicas(second.id), 1u);
  EXPECT_EQ(manager_.Counters().missing, 1u);
}

TEST_F(ReportsTest, ALargeReportInSlicesEqualsTheVolume) {
  std::vector<ReportedBlock> lines;
  for (int64_t n = 0; n < 1000; ++n) {
    AddComplete(n, n % 2 == 0 ? std::vector{nodes_[0]} : std::vector<Node>(), 1);
    if (n % 3 == 0) lines.push_back({MakeBlock(n)});
  }
  Report(nodes_[0], lines);
  for (int64_t n = 0; n < 1000; ++n) {
    ASSERT_EQ(manager_.LiveReplicas(MakeBlock(n).id), n % 3 == 0 ? 1u : 0u) << n;
  }
}

TEST_F(ReportsTest, AReplicaThatArrivesDuringAReportStays) {
  const Block old = AddComplete(1, {nodes_[0]}, 1);
  ReportedBlockList lines({{old}});
  BlockManager::FullReportArgs args;
  args.id = nodes_[0].id;
  args.storage = nodes_[0].storage;
  auto report = manager_.BeginFullReport(args, lines);
  ASSERT_TRUE((*report)->Step(1).ok());
  const Block late = AddComplete(2, {nodes_[0]}, 1);
  while (*(*report)->Step(1)) {
  }
  EXPECT_EQ(manager_.LiveReplicas(old.id), 1u);
  EXPECT_EQ(manager_.LiveReplicas(late.id), 1u);
}

TEST_F(ReportsTest, AReportThatIsTornRemovesNothing) {
  class Torn final : public ReportedBlocks {
   public:
    bool Next(ReportedBlock*) override { return false; }
    Status status() const override { return Status(Code::kBadRequest, "torn"); }
  };
  const Block block = AddComplete(1, {nodes_[0]}, 1);
  Torn torn;
  BlockManager::FullReportArgs args;
  args.id = nodes_[0].id;
  args.storage = nodes_[0].storage;
  EXPECT_EQ((*manager_.BeginFullReport(args, torn))->Step(10).status().code(), Code::kBadRequest);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
}

TEST_F(ReportsTest, AReportThatIsSentAgainSupersedesTheFirst) {
  const Block block = AddComplete(1, {nodes_[0]}, 1);
  ReportedBlockList first({{block}});
  ReportedBlockList second({{block}});
  BlockManager::FullReportArgs args;
  args.id = nodes_[0].id;
  args.storage = nodes_[0].storage;
  auto one = manager_.BeginFullReport(args, first);
  ASSERT_TRUE((*one)->Step(1).ok());
  auto two = manager_.BeginFullReport(args, second);
  EXPECT_EQ((*one)->Step(10).status().code(), Code::kCancelled);
  one->reset();
  while (*(*two)->Step(10)) {
  }
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
}

TEST_F(ReportsTest, ReplicasOfUnknownBlocksAreDeleted) {
  Report(nodes_[0], {{MakeBlock(99)}});
  Receive(nodes_[1], MakeBlock(98));
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[0])->blocks, std::vector{MakeBlock(99)});
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[1])->blocks, std::vector{MakeBlock(98)});
  EXPECT_FALSE(BeatFor<InvalidateCommand>(nodes_[0]).has_value());
}

TEST_F(ReportsTest, ADeletedFilesReplicasAreDeletedIncludingUnfinishedOnes) {
  const Block done = AddComplete(1, {nodes_[0]}, 1);
  const Block open = MakeBlock(2);
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, open, 1, Places({nodes_[0]})).ok());
  Tell(nodes_[0], ReceivedStatus::kReceiving, open);
  const BlockId both[] = {done.id, open.id};
  manager_.RemoveBlocks(both);
  EXPECT_FALSE(manager_.Find(done.id).has_value());
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[0])->blocks.size(), 2u);
  EXPECT_EQ(manager_.Counters().pending_deletion, 0u);
}

TEST_F(ReportsTest, DeletionsAreHandedOutInPortions) {
  for (int64_t n = 0; n < 2500; ++n) Receive(nodes_[0], MakeBlock(n));
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[0])->blocks.size(), 1000u);
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[0])->blocks.size(), 1000u);
  EXPECT_EQ(BeatFor<InvalidateCommand>(nodes_[0])->blocks.size(), 500u);
}

TEST_F(ReportsTest, AReplicaOnAnotherVolumeOfTheSameDatanodeHasMoved) {
  const Block block = AddComplete(1, {nodes_[0]}, 1);
  const DatanodeStorage other{"DS-1b", StorageState::kNormal, StorageType::kDisk};
  const ReceivedDeletedBlock received{block, ReceivedStatus::kReceived, ""};
  ASSERT_TRUE(manager_.IncrementalReport(nodes_[0].id, other, {&received, 1}).ok());
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  Tell(nodes_[0], ReceivedStatus::kDeleted, block);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
}

// HDFS-5438: incremental reports and the client's commit race.
TEST_F(ReportsTest, ReportsBeforeAndAfterTheCommitCountAlike) {
  for (int order = 0; order < 8; ++order) {
    const Block open = MakeBlock(100 + order, 0);
    Block done = open;
    done.length = 5000;
    ASSERT_TRUE(manager_.AddUnderConstruction(kFile, open, 3, Places(nodes_)).ok());
    for (int n = 0; n < 3; ++n) {
      if (order >> n & 1) Receive(nodes_[n], done);
    }
    ASSERT_TRUE(manager_.CheckCommit(done).ok());
    manager_.Commit(done);
    for (int n = 0; n < 3; ++n) {
      if (!(order >> n & 1)) Receive(nodes_[n], done);
    }
    EXPECT_EQ(StateOf(done), BlockState::kComplete) << order;
    EXPECT_EQ(manager_.LiveReplicas(done.id), 3u) << order;
    EXPECT_EQ(CorruptOf(done), 0u) << order;
  }
  EXPECT_EQ(manager_.Counters().low_redundancy, 0u);
}

TEST_F(ReportsTest, ARbwReportThatIsLateDoesNoHarm) {
  const Block block = AddComplete(1, nodes_);
  Tell(nodes_[0], ReceivedStatus::kReceiving, block);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
  EXPECT_EQ(CorruptOf(block), 0u);
}

TEST_F(ReportsTest, TheDeletionOfAnOlderReplicaDoesNotRemoveItsSuccessor) {
  const Block block = AddComplete(1, {nodes_[0]}, 1);
  Tell(nodes_[0], ReceivedStatus::kDeleted, MakeBlock(1, 1000, 1000));
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  Tell(nodes_[0], ReceivedStatus::kDeleted, block);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 0u);
}

TEST_F(ReportsTest, AReplicaThatIsRightAgainIsNoLongerCorrupt) {
  const Block block = AddComplete(1, {nodes_[0], nodes_[1]}, 3);
  Report(nodes_[2], {{MakeBlock(1, 900)}});
  EXPECT_EQ(CorruptOf(block), 1u);
  Report(nodes_[2], {{block}});
  EXPECT_EQ(CorruptOf(block), 0u);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 3u);
}

}  // namespace
}  // namespace cairn::namenode
