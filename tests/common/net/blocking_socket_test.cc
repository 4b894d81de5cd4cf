// SPDX-License-Identifier: Apache-2.0
#include "common/net/blocking_socket.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <future>
#include <string>
#include <thread>
#include <vector>

namespace cairn::net {
namespace {

using namespace std::chrono_literals;

class BlockingSocketTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = BlockingListener::Open({"127.0.0.1", 0});
    ASSERT_TRUE(listener.ok()) << listener.status().ToString();
    listener_ = std::move(*listener);
    auto client = BlockingSocket::Connect({"127.0.0.1", listener_->port()}, 10s,
                                          {.read_timeout = 10s, .write_timeout = 10s});
    ASSERT_TRUE(client.ok()) << client.status().ToString();
    client_ = std::move(*client);
    auto server = listener_->Accept({.read_timeout = 10s, .write_timeout = 10s});
    ASSERT_TRUE(server.ok()) << server.status().ToString();
    server_ = std::move(*server);
  }

  std::unique_ptr<BlockingListener> listener_;
  BlockingSocket client_;
  BlockingSocket server_;
};

TEST_F(BlockingSocketTest, EndsKnowEachOther) {
  EXPECT_EQ(client_.peer_address(), server_.local_address());
  EXPECT_EQ(server_.peer_address(), client_.local_address());
  EXPECT_EQ(server_.local_address(), listener_->address());
}

TEST_F(BlockingSocketTest, ManyPartsArriveInOrder) {
  std::string expected;
  std::vector<std::string> owned;
  for (int i = 0; i < 100; ++i) owned.emplace_back(i * 100, static_cast<char>('a' + i % 26));
  std::vector<std::string_view> parts(owned.begin(), owned.end());
  for (const std::string& part : owned) expected += part;
  std::thread writer([&] { EXPECT_TRUE(client_.WriteAll(parts).ok()); });
  std::string got(expected.size(), '\0');
  EXPECT_TRUE(server_.ReadFull(got.data(), got.size()).ok());
  writer.join();
  EXPECT_EQ(got, expected);
}

TEST_F(BlockingSocketTest, EndInTheMiddleIsTold) {
  ASSERT_TRUE(client_.WriteAll("abc").ok());
  client_.ShutdownWrite();
  char bytes[5];
  const Status status = server_.ReadFull(bytes, 5);
  EXPECT_EQ(status.code(), Code::kEndOfFile);
  EXPECT_NE(status.message().find("3 of 5"), std::string::npos) << status.message();
  EXPECT_EQ(*server_.ReadSome(bytes, 5), 0u);
}

TEST_F(BlockingSocketTest, SilenceEndsInATimeout) {
  ASSERT_TRUE(server_.SetReadTimeout(20ms).ok());
  char byte;
  EXPECT_EQ(server_.ReadSome(&byte, 1).status().code(), Code::kTimeout);
  ASSERT_TRUE(client_.WriteAll("x").ok());
  EXPECT_EQ(*server_.ReadSome(&byte, 1), 1u);
}

TEST_F(BlockingSocketTest, PeerThatTakesNothingEndsInATimeout) {
  ASSERT_TRUE(client_.SetWriteTimeout(20ms).ok());
  const std::string much(32 << 20, 'x');
  EXPECT_EQ(client_.WriteAll(much).code(), Code::kTimeout);
}

TEST_F(BlockingSocketTest, ShutdownWakesAReaderInAnotherThread) {
  std::thread closer([&] { server_.Shutdown(); });
  char byte;
  const auto got = server_.ReadSome(&byte, 1);
  closer.join();
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(*got, 0u);
}

TEST_F(BlockingSocketTest, BrokenConnectionIsAStatusNotASignal) {
  server_.Close();
  const std::string much(1 << 20, 'x');
  Status status;
  for (int i = 0; i < 100 && status.ok(); ++i) status = client_.WriteAll(much);
  EXPECT_EQ(status.code(), Code::kNetwork);
}

TEST_F(BlockingSocketTest, FilesAreSentFromTheMiddleAndOverTheirEnd) {
  const int file = memfd_create("test", MFD_CLOEXEC);
  ASSERT_GE(file, 0);
  ASSERT_EQ(write(file, "0123456789", 10), 10);
  ASSERT_TRUE(client_.SendFile(file, 3, 5).ok());
  char bytes[5];
  ASSERT_TRUE(server_.ReadFull(bytes, 5).ok());
  EXPECT_EQ(std::string(bytes, 5), "34567");
  EXPECT_EQ(client_.SendFile(file, 8, 5).code(), Code::kEndOfFile);
  server_.Close();
  Status status;
  for (int i = 0; i < 1000 && status.ok(); ++i) status = client_.SendFile(file, 0, 10);
  EXPECT_EQ(status.code(), Code::kNetwork);
  close(file);
}

TEST_F(BlockingSocketTest, StaleConnectionIsSeenWithoutWaiting) {
  EXPECT_FALSE(client_.IsStale());
  ASSERT_TRUE(server_.WriteAll("unasked").ok());
  char byte;
  ASSERT_EQ(*client_.ReadSome(&byte, 1), 1u);
  EXPECT_TRUE(client_.IsStale());
  char rest[6];
  ASSERT_TRUE(client_.ReadFull(rest, 6).ok());
  EXPECT_FALSE(client_.IsStale());
  server_.ShutdownWrite();
  ASSERT_EQ(*client_.ReadSome(&byte, 1), 0u);
  EXPECT_TRUE(client_.IsStale());
}

TEST_F(BlockingSocketTest, MovedFromSocketIsClosed) {
  BlockingSocket other = std::move(client_);
  EXPECT_FALSE(client_.is_open());
  EXPECT_TRUE(other.WriteAll("x").ok());
  other = std::move(server_);
  char byte;
  EXPECT_EQ(*other.ReadSome(&byte, 1), 1u);
  EXPECT_EQ(*other.ReadSome(&byte, 1), 0u);
}

TEST(BlockingListenerTest, WakeEndsAcceptNowAndLater) {
  auto listener = BlockingListener::Open({"127.0.0.1", 0});
  ASSERT_TRUE(listener.ok());
  std::thread waker([&] { (*listener)->Wake(); });
  EXPECT_EQ((*listener)->Accept().status().code(), Code::kCancelled);
  EXPECT_EQ((*listener)->Accept().status().code(), Code::kCancelled);
  waker.join();
}

TEST(BlockingListenerTest, TakenPortIsTold) {
  auto listener = BlockingListener::Open({"127.0.0.1", 0});
  ASSERT_TRUE(listener.ok());
  const auto second = BlockingListener::Open((*listener)->address());
  EXPECT_EQ(second.status().code(), Code::kAlreadyExists);
}

TEST(BlockingListenerTest, RefusedConnectionNamesTheAddress) {
  uint16_t port = 0;
  {
    auto listener = BlockingListener::Open({"127.0.0.1", 0});
    ASSERT_TRUE(listener.ok());
    port = (*listener)->port();
  }
  const auto socket = BlockingSocket::Connect({"127.0.0.1", port}, 10s);
  EXPECT_EQ(socket.status().code(), Code::kNetwork);
  EXPECT_NE(socket.status().message().find("127.0.0.1:" + std::to_string(port)),
            std::string::npos);
}

}  // namespace
}  // namespace cairn::net
