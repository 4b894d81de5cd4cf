// SPDX-License-Identifier: Apache-2.0
#include "common/net/listener.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <vector>

#include "common/net/blocking_socket.h"

namespace cairn::net {
namespace {

using namespace std::chrono_literals;

// Keeps what a listener deals out.
class Taken {
 public:
  Listener::Handler Handler() {
    return [this](int index, TcpSocket socket, ConnectionSlot slot) {
      const std::lock_guard lock(mutex_);
      indexes_.push_back(index);
      sockets_.push_back(std::move(socket));
      slots_.push_back(std::move(slot));
      changed_.notify_all();
    };
  }
  std::vector<int> WaitFor(size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 30s, [&] { return indexes_.size() >= n; });
    return indexes_;
  }
  void Clear() {
    const std::lock_guard lock(mutex_);
    sockets_.clear();
    slots_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> indexes_;
  std::vector<TcpSocket> sockets_;
  std::vector<ConnectionSlot> slots_;
};

class ListenerTest : public ::testing::Test {
 protected:
  BlockingSocket Connect(const Listener& listener) {
    auto socket = BlockingSocket::Connect(listener.address(), 10s, {.read_timeout = 30s});
    EXPECT_TRUE(socket.ok());
    return std::move(*socket);
  }

  IoThreads threads_{"listen", 2};
  Taken taken_;
};

TEST_F(ListenerTest, ConnectionsAreDealtToAllThreads) {
  auto listener = Listener::Open(threads_, {.address = {"127.0.0.1", 0}});
  ASSERT_TRUE(listener.ok());
  (*listener)->Start(taken_.Handler());
  std::vector<BlockingSocket> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(Connect(**listener));
  std::vector<int> indexes = taken_.WaitFor(4);
  std::sort(indexes.begin(), indexes.end());
  EXPECT_EQ(indexes, (std::vector<int>{0, 0, 1, 1}));
  EXPECT_EQ((*listener)->open_connections(), 4);
  (*listener)->Stop();
  taken_.Clear();
  EXPECT_EQ((*listener)->open_connections(), 0);
  threads_.Stop();
}

TEST_F(ListenerTest, ConnectionsOverTheLimitAreClosed) {
  auto listener =
      Listener::Open(threads_, {.address = {"127.0.0.1", 0}, .connections_max = 1});
  ASSERT_TRUE(listener.ok());
  (*listener)->Start(taken_.Handler());
  BlockingSocket first = Connect(**listener);
  taken_.WaitFor(1);
  BlockingSocket second = Connect(**listener);
  char byte;
  const auto end = second.ReadSome(&byte, 1);
  EXPECT_TRUE(!end.ok() || *end == 0);
  EXPECT_EQ((*listener)->refused(), 1u);
  taken_.Clear();
  BlockingSocket third = Connect(**listener);
  EXPECT_EQ(taken_.WaitFor(2).size(), 2u);
  (*listener)->Stop();
  taken_.Clear();
  threads_.Stop();
}

TEST_F(ListenerTest, PortIsFreeAfterStop) {
  auto listener = Listener::Open(threads_, {.address = {"127.0.0.1", 0}});
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(Listener::Open(threads_, {.address = (*listener)->address()}).status().code(),
            Code::kAlreadyExists);
  (*listener)->Start(taken_.Handler());
  (*listener)->Stop();
  EXPECT_TRUE(Listener::Open(threads_, {.address = (*listener)->address()}).ok());
}

// The sanitizers' checks of types open descriptors themselves.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

// No descriptor can be opened while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    const int lowest_free = dup(0);
    close(lowest_free);
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(lowest_free);
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_F(ListenerTest, LackOfDescriptorsIsWaitedOut) {
  if (kSanitized) GTEST_SKIP();
  auto listener = Listener::Open(threads_, {.address = {"127.0.0.1", 0}});
  ASSERT_TRUE(listener.ok());
  BlockingSocket client = Connect(**listener);
  {
    const NoDescriptors none;
    (*listener)->Start(taken_.Handler());
    // The accepting coroutine has run once this has.
    std::promise<void> passed;
    boost::asio::post(threads_.at(0), [&passed] { passed.set_value(); });
    passed.get_future().wait();
    EXPECT_EQ((*listener)->open_connections(), 0);
  }
  EXPECT_EQ(taken_.WaitFor(1).size(), 1u);
  (*listener)->Stop();
  taken_.Clear();
  threads_.Stop();
}

TEST_F(ListenerTest, BlockingListenerWaitsItOutToo) {
  if (kSanitized) GTEST_SKIP();
  auto listener = BlockingListener::Open({"127.0.0.1", 0}).value();
  auto client = BlockingSocket::Connect(listener->address(), 10s).value();
  std::future<Result<BlockingSocket>> accepted;
  {
    const NoDescriptors none;
    accepted = std::async(std::launch::async, [&] { return listener->Accept(); });
    EXPECT_EQ(accepted.wait_for(20ms), std::future_status::timeout);
  }
  EXPECT_TRUE(accepted.get().ok());
}

}  // namespace
}  // namespace cairn::net
