// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/incremental_reports.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace cairn::datanode {
namespace {

using namespace std::chrono_literals;

ReplicaChange Change(int64_t id, ReplicaEvent event, uint64_t stamp = 1001) {
  return {.block = {BlockId(id), 10, GenerationStamp(stamp)},
          .event = event,
          .delete_hint = "",
          .storage = {.uuid = "DS-1"}};
}

std::vector<int64_t> Ids(const std::vector<ReplicaChange>& changes) {
  std::vector<int64_t> ids;
  for (const ReplicaChange& change : changes) ids.push_back(change.block.id.value);
  return ids;
}

class IncrementalReportsTest : public ::testing::Test {
 protected:
  FakeClock clock_;
  IncrementalReports reports_{clock_, 0ms};
};

TEST_F(IncrementalReportsTest, OnlyAReceivedReplicaIsWorthACall) {
  EXPECT_FALSE(reports_.Add(Change(1, ReplicaEvent::kReceiving)));
  EXPECT_FALSE(reports_.Add(Change(2, ReplicaEvent::kDeleted)));
  EXPECT_TRUE(reports_.Add(Change(3, ReplicaEvent::kReceived)));
  EXPECT_EQ(Ids(reports_.Take()), (std::vector<int64_t>{1, 2, 3}));
  EXPECT_FALSE(reports_.Due());
}

TEST_F(IncrementalReportsTest, TheLatestChangeOfABlockIsToldOnce) {
  reports_.Add(Change(1, ReplicaEvent::kReceiving));
  reports_.Add(Change(2, ReplicaEvent::kReceiving));
  reports_.Add(Change(1, ReplicaEvent::kReceived, 1002));
  const auto taken = reports_.Take();
  ASSERT_EQ(Ids(taken), (std::vector<int64_t>{2, 1}));
  EXPECT_EQ(taken[1].event, ReplicaEvent::kReceived);
  EXPECT_EQ(taken[1].block.generation_stamp, GenerationStamp(1002));
}

TEST_F(IncrementalReportsTest, AReportThatFailedComesFirstAgain) {
  reports_.Add(Change(1, ReplicaEvent::kReceived));
  reports_.Add(Change(2, ReplicaEvent::kReceived));
  auto failed = reports_.Take();
  reports_.Add(Change(3, ReplicaEvent::kReceiving));
  reports_.PutBack(std::move(failed));
  EXPECT_TRUE(reports_.Due());
  EXPECT_EQ(Ids(reports_.Take()), (std::vector<int64_t>{1, 2, 3}));
}

TEST_F(IncrementalReportsTest, AFailedReportNeverReplacesNewerNews) {
  reports_.Add(Change(1, ReplicaEvent::kReceived));
  auto failed = reports_.Take();
  reports_.Add(Change(1, ReplicaEvent::kDeleted));
  reports_.PutBack(std::move(failed));
  const auto taken = reports_.Take();
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].event, ReplicaEvent::kDeleted);
}

TEST_F(IncrementalReportsTest, TheIntervalHoldsReportsBack) {
  IncrementalReports reports(clock_, 100ms);
  EXPECT_TRUE(reports.Add(Change(1, ReplicaEvent::kReceived)));
  reports.Take();
  reports.Sent();
  EXPECT_FALSE(reports.Add(Change(2, ReplicaEvent::kReceived)));
  EXPECT_TRUE(reports.WaitsForInterval());
  EXPECT_EQ(reports.UntilInterval(), 100ms);
  clock_.Advance(100ms);
  EXPECT_TRUE(reports.Due());
  reports.Take();
  reports.Sent();
  reports.Add(Change(3, ReplicaEvent::kDeleted));
  reports.MakeDue();
  EXPECT_TRUE(reports.Due());
}

TEST_F(IncrementalReportsTest, ALongQueueIsTakenInBatches) {
  for (size_t i = 0; i < IncrementalReports::kBatchMax + 1; ++i) {
    reports_.Add(Change(static_cast<int64_t>(i), ReplicaEvent::kReceiving));
  }
  EXPECT_EQ(reports_.Take().size(), IncrementalReports::kBatchMax);
  EXPECT_TRUE(reports_.Due());
  EXPECT_EQ(reports_.Take().size(), 1u);
  EXPECT_TRUE(reports_.Take().empty());
}

}  // namespace
}  // namespace cairn::datanode
