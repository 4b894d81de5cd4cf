// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/safe_mode.h"

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class SafeModeTest : public Cluster {
 protected:
  // An image of `count` blocks.
  void Load(int64_t count) {
    for (int64_t n = 1; n <= count; ++n) {
      ASSERT_TRUE(manager_.LoadBlock(kFile, MakeBlock(n), 3, BlockState::kComplete).ok());
    }
    manager_.FinishLoading();
  }
  std::vector<ReportedBlock> Lines(int64_t first, int64_t last) {
    std::vector<ReportedBlock> lines;
    for (int64_t n = first; n <= last; ++n) lines.push_back({MakeBlock(n)});
    return lines;
  }
  const SafeMode& safe_mode() const { return manager_.safe_mode(); }
};

TEST_F(SafeModeTest, AnEmptyNamespaceLeavesAtOnce) {
  Load(0);
  EXPECT_FALSE(safe_mode().IsOn());
}

TEST_F(SafeModeTest, GoesThroughThresholdAndExtensionToOff) {
  Load(1000);
  ASSERT_TRUE(safe_mode().IsOn());
  EXPECT_EQ(safe_mode().Tip(),
            "The reported blocks 0 needs additional 999 blocks to reach the threshold 0.9990 of "
            "total blocks 1000.\nThe minimum number of live datanodes is not required. Safe mode "
            "will be turned off automatically once the thresholds have been reached.");
  const Node node = Start(1);
  Report(node, Lines(1, 998));
  EXPECT_EQ(safe_mode().blocks_safe(), 998u);
  EXPECT_EQ(safe_mode().stage(), SafeMode::Stage::kThreshold);
  Receive(node, MakeBlock(999));
  EXPECT_EQ(safe_mode().stage(), SafeMode::Stage::kExtension);
  EXPECT_EQ(safe_mode().Tip(),
            "The reported blocks 999 has reached the threshold 0.9990 of total blocks 1000. The "
            "minimum number of live datanodes is not required. In safe mode extension. Safe mode "
            "will be turned off automatically in 30 seconds.");
  Pass(29s, {node});
  EXPECT_TRUE(safe_mode().IsOn());
  Pass(1s, {node});
  EXPECT_FALSE(safe_mode().IsOn());
  Tick();
  EXPECT_EQ(manager_.Counters().missing, 1u);
  EXPECT_EQ(manager_.Counters().low_redundancy, 999u);
}

TEST_F(SafeModeTest, ASecondReplicaOfABlockDoesNotCountTwice) {
  Load(10);
  Report(Start(1), Lines(1, 5));
  Report(Start(2), Lines(1, 5));
  EXPECT_EQ(safe_mode().blocks_safe(), 5u);
}

TEST_F(SafeModeTest, AReplicaOfTheWrongLengthIsNotSafe) {
  Load(2);
  Report(Start(1), {{MakeBlock(1, 999)}, {MakeBlock(2)}});
  EXPECT_EQ(safe_mode().blocks_safe(), 1u);
}

TEST_F(SafeModeTest, NothingIsOrderedBeforeItEnds) {
  Load(2);
  const Node node = Start(1);
  Report(node, {{MakeBlock(1)}, {MakeBlock(2)}, {MakeBlock(77)}});
  Pass(20s, {node});
  EXPECT_TRUE(safe_mode().IsOn());
  EXPECT_TRUE(DeletionsOf(node).empty());
  Pass(60s, {node});
  Pass(60s, {node});
  EXPECT_EQ(DeletionsOf(node), std::vector{MakeBlock(77)});
}

TEST_F(SafeModeTest, ManualSafeModeStaysUntilSomebodyLeavesIt) {
  Load(0);
  manager_.EnterSafeMode(false);
  EXPECT_EQ(safe_mode().Tip(),
            "It was turned on manually. Use \"hdfs dfsadmin -safemode leave\" to turn safe mode "
            "off.");
  Pass(3600s, {});
  EXPECT_TRUE(safe_mode().IsOn());
  EXPECT_TRUE(manager_.LeaveSafeMode(false));
  EXPECT_FALSE(safe_mode().IsOn());
}

TEST_F(SafeModeTest, LeavingByHandEndsStartUpAndFillsTheQueues) {
  Load(3);
  EXPECT_TRUE(manager_.LeaveSafeMode(false));
  Tick();
  EXPECT_EQ(manager_.Counters().missing, 3u);
}

TEST_F(SafeModeTest, BlocksFromTheFutureNeedForce) {
  Load(2);
  const Node node = Start(1);
  Report(node, {{MakeBlock(1)}, {MakeBlock(2)}, {MakeBlock(50, 4096, 6000)}});
  EXPECT_NE(safe_mode().Tip().find("Exiting safe mode will cause loss of 4096 byte(s)."),
            std::string::npos);
  Pass(120s, {node});
  EXPECT_TRUE(safe_mode().IsOn());
  EXPECT_FALSE(manager_.LeaveSafeMode(false));
  EXPECT_TRUE(manager_.LeaveSafeMode(true));
  EXPECT_FALSE(safe_mode().IsOn());
}

TEST_F(SafeModeTest, LowDiskSpaceHasItsOwnWords) {
  Load(0);
  manager_.EnterSafeMode(true);
  EXPECT_EQ(safe_mode().Tip().substr(0, 25), "Resources are low on NN. ");
}

TEST_F(SafeModeTest, ADeletedBlockNoLongerCounts) {
  Load(10);
  Report(Start(1), Lines(1, 5));
  const BlockId gone[] = {MakeBlock(1).id, MakeBlock(9).id};
  manager_.RemoveBlocks(gone);
  EXPECT_EQ(safe_mode().blocks_total(), 8u);
  EXPECT_EQ(safe_mode().blocks_safe(), 4u);
}

TEST(SafeModeAloneTest, WaitsForDatanodesWhenSoConfigured) {
  FakeClock clock;
  BlockManagerOptions options;
  options.safe_mode_min_datanodes = 2;
  uint32_t live = 1;
  SafeMode safe_mode(clock, options, [&] { return live; });
  safe_mode.Activate(0);
  EXPECT_TRUE(safe_mode.IsOn());
  EXPECT_EQ(safe_mode.Tip(),
            "The reported blocks 0 has reached the threshold 0.9990 of total blocks 0. The number "
            "of live datanodes 1 needs an additional 1 live datanodes to reach the minimum number "
            "2.\nSafe mode will be turned off automatically once the thresholds have been "
            "reached.");
  live = 2;
  EXPECT_TRUE(safe_mode.Check());
  EXPECT_FALSE(safe_mode.IsOn());
}

}  // namespace
}  // namespace cairn::namenode
