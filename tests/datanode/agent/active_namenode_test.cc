// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/active_namenode.h"

#include <gtest/gtest.h>

namespace cairn::datanode {
namespace {

TEST(ActiveNamenodeTest, NobodyIsActiveAtFirst) {
  ActiveNamenode namenodes;
  EXPECT_EQ(namenodes.active(), std::nullopt);
  EXPECT_FALSE(namenodes.Claim(0, {false, 5}));
  EXPECT_EQ(namenodes.active(), std::nullopt);
}

TEST(ActiveNamenodeTest, TheHigherTransactionWins) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, {true, 10}));
  EXPECT_TRUE(namenodes.Claim(1, {true, 11}));
  EXPECT_EQ(namenodes.active(), 1u);
}

TEST(ActiveNamenodeTest, AnOldActiveCannotComeBack) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(1, {true, 11}));
  EXPECT_FALSE(namenodes.Claim(0, {true, 10}));
  EXPECT_FALSE(namenodes.Claim(0, {true, 11}));
  EXPECT_EQ(namenodes.active(), 1u);
  // Not even after the active has gone.
  EXPECT_FALSE(namenodes.Claim(1, {false, 11}));
  EXPECT_EQ(namenodes.active(), std::nullopt);
  EXPECT_FALSE(namenodes.Claim(0, {true, 11}));
  EXPECT_TRUE(namenodes.Claim(0, {true, 12}));
}

TEST(ActiveNamenodeTest, TheActiveGoesOnWithTheSameTransaction) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, {true, 10}));
  EXPECT_TRUE(namenodes.Claim(0, {true, 10}));
}

TEST(ActiveNamenodeTest, AHandshakeCountsOnlyWhileNobodyIsActive) {
  ActiveNamenode namenodes;
  namenodes.Handshake(0, false);
  EXPECT_EQ(namenodes.active(), std::nullopt);
  namenodes.Handshake(1, true);
  namenodes.Handshake(0, true);
  EXPECT_EQ(namenodes.active(), 1u);
}

TEST(ActiveNamenodeTest, ALinkThatEndsIsNotActive) {
  ActiveNamenode namenodes;
  namenodes.Claim(0, {true, 1});
  namenodes.Leave(1);
  EXPECT_EQ(namenodes.active(), 0u);
  namenodes.Leave(0);
  EXPECT_EQ(namenodes.active(), std::nullopt);
}

TEST(EpochTest, TheHigherEpochWinsWhateverTheTransaction) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, {true, 100, 7}));
  EXPECT_TRUE(namenodes.Claim(1, {true, 90, 8}));
  EXPECT_EQ(namenodes.active(), 1u);
  EXPECT_FALSE(namenodes.Claim(0, {true, 200, 7})) << "an old active with more transactions";
  EXPECT_EQ(namenodes.active(), 1u);
  EXPECT_TRUE(namenodes.Claim(0, {true, 95, 9}));
  EXPECT_TRUE(namenodes.Claim(0, {true, 95, 10})) << "the active's epoch may rise";
}

TEST(EpochTest, OnlyOneIsActiveInAnEpoch) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, {true, 100, 7}));
  EXPECT_FALSE(namenodes.Claim(1, {true, 101, 7}));
  EXPECT_EQ(namenodes.active(), 0u);
  EXPECT_FALSE(namenodes.Claim(0, {false, 100, 7}));
  EXPECT_FALSE(namenodes.Claim(1, {true, 101, 7})) << "the epoch was the other's";
  EXPECT_TRUE(namenodes.Claim(0, {true, 100, 7}));
}

TEST(EpochTest, AStandbyThatTellsAHigherEpochEndsTheOldActive) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, {true, 100, 7}));
  EXPECT_FALSE(namenodes.Claim(1, {false, 100, 8}));
  EXPECT_EQ(namenodes.active(), std::nullopt);
  EXPECT_FALSE(namenodes.Claim(0, {true, 101, 7}));
  EXPECT_TRUE(namenodes.Claim(1, {true, 100, 8}));
}

TEST(EpochTest, ARestartedDatanodeLearnsTheEpochFromAStandbyToo) {
  ActiveNamenode namenodes;
  EXPECT_FALSE(namenodes.Claim(1, {false, 100, 8}));
  namenodes.Handshake(0, true);
  EXPECT_EQ(namenodes.active(), std::nullopt) << "a handshake tells no epoch";
  EXPECT_FALSE(namenodes.Claim(0, {true, 101, 7}));
  EXPECT_TRUE(namenodes.Claim(1, {true, 100, 8}));
}

TEST(EpochTest, DirectoriesMayGoToNamenodesWithoutEpochsAndBack) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, {true, 100, 7}));
  EXPECT_FALSE(namenodes.Claim(1, {true, 100, 0}));
  EXPECT_TRUE(namenodes.Claim(1, {true, 101, 0}));
  EXPECT_FALSE(namenodes.Claim(0, {false, 100, 7})) << "one that was frozen";
  EXPECT_EQ(namenodes.active(), 1u);
  EXPECT_FALSE(namenodes.Claim(0, {true, 100, 7}));
  EXPECT_TRUE(namenodes.Claim(0, {true, 102, 8}));
}

}  // namespace
}  // namespace cairn::datanode
