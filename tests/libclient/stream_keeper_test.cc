// SPDX-License-Identifier: Apache-2.0
#include "libclient/stream_keeper.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "tests/fakes/fake_clock.h"

namespace cairn::client {
namespace {

using namespace std::chrono_literals;

class CountingStream final : public KeptStream {
 public:
  void KeepAlive() override {
    const std::lock_guard lock(mutex_);
    ++looks_;
    looked_.notify_all();
  }
  // Until it has been looked at `n` more times.
  void WaitForLooks(int n) {
    std::unique_lock lock(mutex_);
    const int wanted = looks_ + n;
    looked_.wait(lock, [&] { return looks_ >= wanted; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable looked_;
  int looks_ = 0;
};

class StreamKeeperTest : public ::testing::Test {
 protected:
  Result<std::string> Answer(std::string_view method) {
    EXPECT_EQ(method, "renewLease");
    ++renewals_;
    return std::string();
  }

  FakeClock clock_;
  SeededRandom random_{1};
  Pauser pauser_;
  std::atomic<int> renewals_{0};
  NamenodeProxy proxy_{{.uri = "hdfs://nn:1", .namenodes = {{"nn", 1}}},
                       "alice",
                       {},
                       [this](const rpc::RpcTarget&, std::string_view method, std::string_view,
                              const rpc::RpcCallOptions&) { return Answer(method); },
                       random_,
                       pauser_};
  BlockCalls calls_{proxy_, "DFSClient_1"};
  StreamKeeper keeper_{calls_, clock_, 100ms};
  CountingStream stream_;
};

TEST_F(StreamKeeperTest, RenewsTheLeaseEveryHalfOfTheSoftLimitOnly) {
  keeper_.Add(&stream_);
  stream_.WaitForLooks(2);
  EXPECT_EQ(renewals_, 0);
  clock_.Advance(31s);
  stream_.WaitForLooks(3);
  EXPECT_EQ(renewals_, 1);
  clock_.Advance(31s);
  stream_.WaitForLooks(3);
  EXPECT_EQ(renewals_, 2);
  keeper_.Remove(&stream_);
}

TEST_F(StreamKeeperTest, StreamThatWasRemovedIsLeftAlone) {
  CountingStream other;
  keeper_.Add(&stream_);
  keeper_.Add(&other);
  other.WaitForLooks(1);
  keeper_.Remove(&other);
  stream_.WaitForLooks(2);
  keeper_.Remove(&stream_);
  keeper_.Add(&stream_);
  stream_.WaitForLooks(1);
  keeper_.Remove(&stream_);
}

}  // namespace
}  // namespace cairn::client
