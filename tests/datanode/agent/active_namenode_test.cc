// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/active_namenode.h"

#include <gtest/gtest.h>

namespace cairn::datanode {
namespace {

TEST(ActiveNamenodeTest, NobodyIsActiveAtFirst) {
  ActiveNamenode namenodes;
  EXPECT_EQ(namenodes.active(), std::nullopt);
  EXPECT_FALSE(namenodes.Claim(0, false, 5));
  EXPECT_EQ(namenodes.active(), std::nullopt);
}

TEST(ActiveNamenodeTest, TheHigherTransactionWins) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, true, 10));
  EXPECT_TRUE(namenodes.Claim(1, true, 11));
  EXPECT_EQ(namenodes.active(), 1u);
}

TEST(ActiveNamenodeTest, AnOldActiveCannotComeBack) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(1, true, 11));
  EXPECT_FALSE(namenodes.Claim(0, true, 10));
  EXPECT_FALSE(namenodes.Claim(0, true, 11));
  EXPECT_EQ(namenodes.active(), 1u);
  // Not even after the active has gone.
  EXPECT_FALSE(namenodes.Claim(1, false, 11));
  EXPECT_EQ(namenodes.active(), std::nullopt);
  EXPECT_FALSE(namenodes.Claim(0, true, 11));
  EXPECT_TRUE(namenodes.Claim(0, true, 12));
}

TEST(ActiveNamenodeTest, TheActiveGoesOnWithTheSameTransaction) {
  ActiveNamenode namenodes;
  EXPECT_TRUE(namenodes.Claim(0, true, 10));
  EXPECT_TRUE(namenodes.Claim(0, true, 10));
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
  namenodes.Claim(0, true, 1);
  namenodes.Leave(1);
  EXPECT_EQ(namenodes.active(), 0u);
  namenodes.Leave(0);
  EXPECT_EQ(namenodes.active(), std::nullopt);
}

}  // namespace
}  // namespace cairn::datanode
