// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/transfer_progress.h"

#include <gtest/gtest.h>

namespace cairn::shell {
namespace {

TEST(TransferProgress, ALineTellsRateAndTimeLeft) {
  EXPECT_EQ(TransferProgress::Line(512 << 20, 1 << 30, 4),
            "512 M of 1 G   50%   128 M/s   0:04 left");
  EXPECT_EQ(TransferProgress::Line(1 << 20, 0, 1), "1 M   1 M/s");
  EXPECT_EQ(TransferProgress::Line(1, 7201, 1), "1 of 7.0 K   0%   1/s   2:00:00 left");
}

TEST(TransferProgress, AFileThatGrewIsNeverOverAHundredPercent) {
  EXPECT_EQ(TransferProgress::Line(2048, 1024, 1), "2 K of 1 K   100%   2 K/s");
}

}  // namespace
}  // namespace cairn::shell
