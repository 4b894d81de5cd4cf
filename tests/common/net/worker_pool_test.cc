// SPDX-License-Identifier: Apache-2.0
#include "common/net/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace cairn::net {
namespace {

TEST(WorkerPoolTest, FullQueueRefusesAndStopRunsWhatIsQueued) {
  std::promise<void> release;
  std::promise<void> started;
  const auto gate = release.get_future().share();
  std::atomic<int> ran{0};
  WorkerPool pool("pool", 1, 2);
  ASSERT_TRUE(pool.TryRun([&, gate] {
    started.set_value();
    gate.wait();
    ++ran;
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.TryRun([&ran] { ++ran; }));
  EXPECT_TRUE(pool.TryRun([&ran] { ++ran; }));
  EXPECT_FALSE(pool.TryRun([&ran] { ++ran; }));
  EXPECT_EQ(pool.queued(), 2u);
  release.set_value();
  pool.Stop();
  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(pool.TryRun([&ran] { ++ran; }));
}

TEST(WorkerPoolTest, ThreadsWorkAtOnce) {
  std::promise<void> first;
  std::promise<void> second;
  std::promise<void> done;
  WorkerPool pool("pool", 2, 10);
  // Each waits for the other: with one thread this would never end.
  pool.TryRun([&] {
    first.set_value();
    second.get_future().wait();
    done.set_value();
  });
  pool.TryRun([&] {
    second.set_value();
    first.get_future().wait();
  });
  done.get_future().wait();
}

}  // namespace
}  // namespace cairn::net
