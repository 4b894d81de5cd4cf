// SPDX-License-Identifier: Apache-2.0
#include "common/net/listener.h"

#include <gtest/gtest.h>

#include <condition_variable>
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

}  // namespace
}  // namespace cairn::net
