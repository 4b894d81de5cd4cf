// SPDX-License-Identifier: Apache-2.0
#include "libclient/report_patience.h"

#include <gtest/gtest.h>

#include <vector>

namespace cairn::client {
namespace {

std::vector<int64_t> PausesOf(const WriteConfig& config) {
  ReportPatience patience(config);
  std::vector<int64_t> pauses;
  while (const auto pause = patience.NextPause()) pauses.push_back(pause->count());
  return pauses;
}

TEST(ReportPatienceTest, ShortPausesComeFirstAndAreNoRetries) {
  EXPECT_EQ(PausesOf({.locate_retries = 3, .locate_delay = Milliseconds(400)}),
            (std::vector<int64_t>{4, 8, 16, 32, 64, 128, 256, 400, 800, 1600}));
}

TEST(ReportPatienceTest, ShortDelaysOfTheConfigurationAreKept) {
  EXPECT_EQ(PausesOf({.locate_retries = 4,
                      .locate_delay = Milliseconds(1),
                      .locate_delay_max = Milliseconds(4)}),
            (std::vector<int64_t>{1, 2, 4, 4}));
}

TEST(ReportPatienceTest, NoRetriesStillAllowTheShortPauses) {
  EXPECT_EQ(PausesOf({.locate_retries = 0, .locate_delay = Milliseconds(10)}),
            (std::vector<int64_t>{4, 8}));
}

}  // namespace
}  // namespace cairn::client
