// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/throttler.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/fakes/fake_clock.h"

namespace cairn::datanode {
namespace {

TEST(ThrottlerTest, WithoutALimitNothingWaits) {
  FakeClock clock;
  Throttler throttler(clock, 0);
  throttler.Take(1ull << 40);
}

TEST(ThrottlerTest, BudgetOfAPeriodIsFreeAndMoreWaitsForTheNext) {
  FakeClock clock;
  Throttler throttler(clock, 1000);
  throttler.Take(499);
  std::atomic<bool> done = false;
  std::thread taker([&] {
    throttler.Take(600);
    done = true;
  });
  EXPECT_FALSE(done);
  // 1099 of 500 a period: the third period has room again.
  while (!done) clock.Advance(std::chrono::milliseconds(500));
  taker.join();
}

TEST(ThrottlerTest, StopLetsWaitersGo) {
  FakeClock clock;
  Throttler throttler(clock, 10);
  std::thread taker([&] { throttler.Take(1'000'000); });
  throttler.Stop();
  taker.join();
  throttler.Take(1'000'000);
}

TEST(ThrottlerTest, NewBandwidthCounts) {
  FakeClock clock;
  Throttler throttler(clock, 10);
  throttler.SetBandwidth(1000);
  EXPECT_EQ(1000u, throttler.bandwidth());
  throttler.Take(499);
}

}  // namespace
}  // namespace cairn::datanode
