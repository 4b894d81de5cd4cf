// SPDX-License-Identifier: Apache-2.0
#include "common/net/stream.h"

#include <gtest/gtest.h>

#include <array>
#include <future>

#include "common/net/blocking_socket.h"
#include "common/net/io_threads.h"
#include "common/util/bytes.h"

namespace cairn::net {
namespace {

using namespace std::chrono_literals;

// A stream on an I/O thread, and the other end in the test's thread.
class StreamTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto listener = BlockingListener::Open({"127.0.0.1", 0});
    ASSERT_TRUE(listener.ok());
    auto client = BlockingSocket::Connect((*listener)->address(), 10s, {.read_timeout = 30s});
    ASSERT_TRUE(client.ok());
    client_ = std::move(*client);
    auto server = (*listener)->Accept();
    ASSERT_TRUE(server.ok());
    TcpSocket socket(threads_.at(0));
    socket.assign(boost::asio::ip::tcp::v4(), server->Release());
    stream_ = std::make_unique<Stream>(std::move(socket));
  }
  void TearDown() override {
    threads_.Stop();
    stream_.reset();
  }

  // Reads one frame, copies it.
  static Async<Status> ReadOne(Stream& stream, std::promise<Result<std::string>>& done) {
    auto frame = co_await stream.ReadFrame(1 << 20);
    if (frame.ok()) {
      done.set_value(std::string(*frame));
    } else {
      done.set_value(frame.status());
    }
    co_return Status();
  }
  Result<std::string> Frame(std::function<void()> meanwhile) {
    std::promise<Result<std::string>> done;
    Spawn(threads_.at(0), "reader", ReadOne(*stream_, done));
    meanwhile();
    return done.get_future().get();
  }

  static Async<Status> WriteParts(Stream& stream, std::promise<Status>& done) {
    const std::array<std::string_view, 3> parts = {"one ", "", "two"};
    const std::span<const std::string_view> span(parts);
    const Status status = co_await stream.Write(span);
    done.set_value(status);
    co_return Status();
  }

  IoThreads threads_{"stream", 1};
  BlockingSocket client_;
  std::unique_ptr<Stream> stream_;
};

TEST_F(StreamTest, FrameArrivesInPieces) {
  std::string frame;
  PutU32(frame, 5);
  frame += "hello";
  const auto got = Frame([&] {
    for (const char c : frame) ASSERT_TRUE(client_.WriteAll({&c, 1}).ok());
  });
  ASSERT_TRUE(got.ok()) << got.status().ToString();
  EXPECT_EQ(*got, "hello");
  EXPECT_EQ(stream_->peer(), client_.local_address());
}

TEST_F(StreamTest, TruncatedFrameIsAnEndOfFile) {
  const auto got = Frame([&] {
    ASSERT_TRUE(client_.WriteAll(std::string_view("\0\0\0\5hel", 7)).ok());
    client_.Close();
  });
  EXPECT_EQ(got.status().code(), Code::kEndOfFile);
}

TEST_F(StreamTest, LyingLengthIsRefused) {
  const auto got = Frame([&] { ASSERT_TRUE(client_.WriteAll("\x7f\xff\xff\xff").ok()); });
  EXPECT_EQ(got.status().code(), Code::kBadRequest);
}

TEST_F(StreamTest, DeadlineEndsAReadWithATimeout) {
  const auto got = Frame([&] {
    boost::asio::post(threads_.at(0), [this] { stream_->SetDeadline(10ms); });
  });
  EXPECT_EQ(got.status().code(), Code::kTimeout);
}

TEST_F(StreamTest, ClearedDeadlineDoesNothing) {
  boost::asio::post(threads_.at(0), [this] {
    stream_->SetDeadline(0ms);
    stream_->ClearDeadline();
  });
  const auto got =
      Frame([&] { ASSERT_TRUE(client_.WriteAll(std::string_view("\0\0\0\1x", 5)).ok()); });
  ASSERT_TRUE(got.ok()) << got.status().ToString();
}

TEST_F(StreamTest, CloseEndsARead) {
  const auto got =
      Frame([&] { boost::asio::post(threads_.at(0), [this] { stream_->Close(); }); });
  EXPECT_EQ(got.status().code(), Code::kCancelled);
}

TEST_F(StreamTest, PartsAreWrittenInOrder) {
  std::promise<Status> done;
  Spawn(threads_.at(0), "writer", WriteParts(*stream_, done));
  EXPECT_TRUE(done.get_future().get().ok());
  char bytes[7];
  ASSERT_TRUE(client_.ReadFull(bytes, 7).ok());
  EXPECT_EQ(std::string(bytes, 7), "one two");
}

}  // namespace
}  // namespace cairn::net
