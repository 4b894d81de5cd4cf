// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/report_leases.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class ReportLeasesTest : public ::testing::Test {
 protected:
  static BlockManagerOptions Options() {
    BlockManagerOptions options;
    options.report_leases_max = 2;
    return options;
  }

  FakeClock clock_;
  SeededRandom random_{1};
  const BlockManagerOptions options_ = Options();
  ReportLeases leases_{clock_, random_, options_};
};

TEST_F(ReportLeasesTest, OnlySoManyMayReportAtOnce) {
  EXPECT_NE(leases_.Request(DatanodeIndex(1)), 0u);
  EXPECT_NE(leases_.Request(DatanodeIndex(2)), 0u);
  EXPECT_EQ(leases_.Request(DatanodeIndex(3)), 0u);
  leases_.Remove(DatanodeIndex(1));
  EXPECT_NE(leases_.Request(DatanodeIndex(3)), 0u);
}

TEST_F(ReportLeasesTest, ALeaseIsForItsDatanodeAndItsTime) {
  const uint64_t lease = leases_.Request(DatanodeIndex(1));
  EXPECT_TRUE(leases_.Check(DatanodeIndex(1), lease));
  EXPECT_FALSE(leases_.Check(DatanodeIndex(1), lease + 1));
  EXPECT_FALSE(leases_.Check(DatanodeIndex(2), lease));
  clock_.Advance(300s);
  EXPECT_FALSE(leases_.Check(DatanodeIndex(1), lease));
}

TEST_F(ReportLeasesTest, AnExpiredLeaseMakesRoomForAnother) {
  leases_.Request(DatanodeIndex(1));
  leases_.Request(DatanodeIndex(2));
  clock_.Advance(300s);
  EXPECT_NE(leases_.Request(DatanodeIndex(3)), 0u);
}

TEST_F(ReportLeasesTest, AskingAgainReplacesTheOldLease) {
  const uint64_t first = leases_.Request(DatanodeIndex(1));
  const uint64_t second = leases_.Request(DatanodeIndex(1));
  EXPECT_FALSE(leases_.Check(DatanodeIndex(1), first));
  EXPECT_TRUE(leases_.Check(DatanodeIndex(1), second));
}

TEST_F(ReportLeasesTest, AReportWithoutALeaseIsLetThrough) {
  EXPECT_TRUE(leases_.Check(DatanodeIndex(9), 0));
}

}  // namespace
}  // namespace cairn::namenode
