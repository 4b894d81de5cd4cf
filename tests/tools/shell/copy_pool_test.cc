// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/copy_pool.h"

#include <gtest/gtest.h>

#include <atomic>

namespace cairn::shell {
namespace {

TEST(CopyPool, DoesEveryJobOnce) {
  std::atomic<int> done = 0;
  CopyPool pool(4, 2);
  for (int i = 0; i < 1000; ++i) pool.Submit([&done] { ++done; });
  pool.Wait();
  EXPECT_EQ(done, 1000);
}

TEST(CopyPool, ACallerHelpsWhenTheQueueIsFull) {
  int done = 0;
  CopyPool pool(1, 0);
  pool.Submit([&done] { ++done; });
  EXPECT_EQ(done, 1);
}

}  // namespace
}  // namespace cairn::shell
