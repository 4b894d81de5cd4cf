// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/durability_window.h"

#include <gtest/gtest.h>

namespace cairn::namenode {
namespace {

using Part = DurabilityWindow::Part;

TEST(DurabilityWindowTest, EntriesThatComeAndGoDoNotHoldUpWhatPassesThrough) {
  DurabilityWindow window;
  window.Touch(InodeId(1), Part::kContent, TxId(10));
  EXPECT_EQ(window.OfSelf(InodeId(1)), TxId(0));
  EXPECT_EQ(window.OfAll(InodeId(1)), TxId(10));
}

TEST(DurabilityWindowTest, AChangedInodeIsWaitedForUntilItIsDurable) {
  DurabilityWindow window;
  window.Touch(InodeId(1), Part::kSelf, TxId(10));
  window.Touch(InodeId(2), Part::kSelf, TxId(11));
  EXPECT_EQ(window.OfAll(InodeId(1)), TxId(10));
  EXPECT_EQ(window.OfAll(InodeId(3)), TxId(0));

  window.Prune(TxId(10));
  EXPECT_EQ(window.OfAll(InodeId(1)), TxId(0));
  EXPECT_EQ(window.OfAll(InodeId(2)), TxId(11));
  window.Prune(TxId(11));
  EXPECT_TRUE(window.empty());
}

TEST(DurabilityWindowTest, ALaterChangeKeepsTheInodeInTheWindow) {
  DurabilityWindow window;
  window.Touch(InodeId(1), Part::kSelf, TxId(10));
  window.Touch(InodeId(1), Part::kContent, TxId(12));
  window.Prune(TxId(11));
  EXPECT_EQ(window.OfAll(InodeId(1)), TxId(12));
  window.Prune(TxId(12));
  EXPECT_TRUE(window.empty());
}

}  // namespace
}  // namespace cairn::namenode
