// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/retry_cache.h"

#include <gtest/gtest.h>

#include "tests/fakes/fake_clock.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class RetryCacheTest : public ::testing::Test {
 protected:
  const std::string client_ = std::string(16, 'c');
  FakeClock clock_;
  RetryCache cache_{clock_, 600s, 1000};
};

TEST_F(RetryCacheTest, TheSameCallFindsTheFirstOutcome) {
  cache_.Add(client_, 7, {.txid = TxId(5), .file = InodeId(16386)});

  const RetryCache::Entry* entry = cache_.Find(client_, 7);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->txid, TxId(5));
  EXPECT_EQ(entry->file, InodeId(16386));
}

TEST_F(RetryCacheTest, AnotherCallOrAnotherClientFindsNothing) {
  cache_.Add(client_, 7, {.txid = TxId(5)});
  EXPECT_EQ(cache_.Find(client_, 8), nullptr);
  EXPECT_EQ(cache_.Find(std::string(16, 'd'), 7), nullptr);
}

TEST_F(RetryCacheTest, OutcomesAreForgottenAfterTheirTime) {
  cache_.Add(client_, 7, {.txid = TxId(5)});
  clock_.Advance(599s);
  EXPECT_NE(cache_.Find(client_, 7), nullptr);
  clock_.Advance(1s);
  EXPECT_EQ(cache_.Find(client_, 7), nullptr);
  EXPECT_EQ(cache_.size(), 0u);
}

TEST_F(RetryCacheTest, CallsWithoutAnIdentityAreNotKept) {
  cache_.Add("", 7, {.txid = TxId(5)});
  cache_.Add(client_, -2, {.txid = TxId(5)});
  EXPECT_EQ(cache_.size(), 0u);
  EXPECT_EQ(cache_.Find("", 7), nullptr);
}

TEST_F(RetryCacheTest, TheOldestGoWhenThereAreTooMany) {
  for (int call = 0; call < 1500; ++call) cache_.Add(client_, call, {.txid = TxId(call + 1)});
  EXPECT_LE(cache_.size(), 1000u);
  EXPECT_EQ(cache_.Find(client_, 0), nullptr);
  EXPECT_NE(cache_.Find(client_, 1499), nullptr);
}

}  // namespace
}  // namespace cairn::namenode
