// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/report_schedule.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace cairn::datanode {
namespace {

using namespace std::chrono_literals;

// Always half of what is asked for.
class HalfRandom final : public Random {
 public:
  uint64_t Next() override { return uint64_t{1} << 63; }
};

class ReportScheduleTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  HalfRandom random_;
  ReportSchedule schedule_{clock_, random_, 3s, 6h};
};

TEST_F(ReportScheduleTest, HeartbeatsComeOnceAnInterval) {
  EXPECT_TRUE(schedule_.HeartbeatDue());
  schedule_.HeartbeatSent();
  EXPECT_FALSE(schedule_.HeartbeatDue());
  EXPECT_EQ(schedule_.UntilHeartbeat(), 3s);
  clock_.Advance(3s);
  EXPECT_TRUE(schedule_.HeartbeatDue());
  schedule_.HeartbeatSent();
  schedule_.HeartbeatNow();
  EXPECT_TRUE(schedule_.HeartbeatDue());
}

TEST_F(ReportScheduleTest, TheFirstReportIsDelayedAtRandom) {
  schedule_.ScheduleFullReport(60s, true);
  EXPECT_FALSE(schedule_.FullReportDue());
  clock_.Advance(30s);
  EXPECT_TRUE(schedule_.FullReportDue());
}

TEST_F(ReportScheduleTest, TheSecondReportComesAtRandomAndThenEachInterval) {
  schedule_.ScheduleFullReport(0s, true);
  EXPECT_TRUE(schedule_.FullReportDue());
  schedule_.FullReportSent(schedule_.scheduled());
  clock_.Advance(3h - 1s);
  EXPECT_FALSE(schedule_.FullReportDue());
  clock_.Advance(1s);
  EXPECT_TRUE(schedule_.FullReportDue());
  // It was late by a minute; the next one is not.
  clock_.Advance(1min);
  schedule_.FullReportSent(schedule_.scheduled());
  clock_.Advance(6h - 1min - 1s);
  EXPECT_FALSE(schedule_.FullReportDue());
  clock_.Advance(1s);
  EXPECT_TRUE(schedule_.FullReportDue());
}

TEST_F(ReportScheduleTest, AReportWishedForWhileOneIsSentStaysDue) {
  schedule_.ScheduleFullReport(0s, true);
  const uint64_t before = schedule_.scheduled();
  schedule_.ScheduleFullReport(0s, false);
  schedule_.FullReportSent(before);
  EXPECT_TRUE(schedule_.FullReportDue());
}

TEST_F(ReportScheduleTest, MissedReportsAreNotMadeUpFor) {
  schedule_.ScheduleFullReport(0s, false);
  clock_.Advance(20h);
  schedule_.FullReportSent(schedule_.scheduled());
  EXPECT_FALSE(schedule_.FullReportDue());
  clock_.Advance(4h);
  EXPECT_TRUE(schedule_.FullReportDue());
}

}  // namespace
}  // namespace cairn::datanode
