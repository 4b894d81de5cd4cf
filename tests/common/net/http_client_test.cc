// SPDX-License-Identifier: Apache-2.0
#include "common/net/http_client.h"

#include <gtest/gtest.h>

#include <thread>

#include "common/net/blocking_socket.h"

namespace cairn::net {
namespace {

using namespace std::chrono_literals;

// Answers one request with fixed bytes and closes.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : listener_(BlockingListener::Open({"127.0.0.1", 0}).value()),
        thread_([this, answer = std::move(answer)] { Serve(answer); }) {}
  ~OneAnswer() {
    listener_->Wake();
    thread_.join();
  }

  HostPort address() const { return listener_->address(); }
  const std::string& request() const { return request_; }

 private:
  void Serve(const std::string& answer) {
    auto socket = listener_->Accept({.read_timeout = 30s});
    if (!socket.ok()) return;
    char buffer[1024];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const auto n = socket->ReadSome(buffer, sizeof(buffer));
      if (!n.ok() || *n == 0) return;
      request_.append(buffer, *n);
    }
    EXPECT_TRUE(socket->WriteAll(answer).ok());
  }

  std::unique_ptr<BlockingListener> listener_;
  std::string request_;
  std::thread thread_;
};

TEST(HttpClientTest, ChunkedBodyIsJoined) {
  OneAnswer server(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  const auto reply = HttpGet(server.address(), "/x?y=1");
  ASSERT_TRUE(reply.ok()) << reply.status().ToString();
  EXPECT_EQ(reply->body, "abcde");
  EXPECT_TRUE(server.request().starts_with("GET /x?y=1 HTTP/1.1\r\nHost: 127.0.0.1:"));
}

TEST(HttpClientTest, BodyWithoutLengthEndsWithTheConnection) {
  OneAnswer server("HTTP/1.1 404 Not Found\r\nX-A: b\r\n\r\nno such thing");
  const auto reply = HttpGet(server.address(), "/");
  ASSERT_TRUE(reply.ok()) << reply.status().ToString();
  EXPECT_EQ(reply->head.status, 404);
  EXPECT_EQ(reply->head.Header("x-a"), "b");
  EXPECT_EQ(reply->body, "no such thing");
}

TEST(HttpClientTest, ShortBodyIsAnError) {
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "HTTP/1.1 200", ""}) {
    OneAnswer server(answer);
    EXPECT_EQ(HttpGet(server.address(), "/").status().code(), Code::kEndOfFile) << answer;
  }
}

TEST(HttpClientTest, GarbageIsABadRequest) {
  OneAnswer server("SSH-2.0-OpenSSH_9.2p1 hello there\r\n\r\n");
  EXPECT_EQ(HttpGet(server.address(), "/").status().code(), Code::kBadRequest);
}

TEST(HttpClientTest, LimitAndSinkEndTheTransfer) {
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
  OneAnswer limited(answer);
  EXPECT_EQ(HttpGet(limited.address(), "/", {.body_size_max = 9}).status().code(), Code::kCorrupt);
  OneAnswer stopped(answer);
  const auto status = HttpFetch(stopped.address(), "/",
                                [](const HttpAnswer&, std::string_view) {
                                  return Status(Code::kIoError, "disk full");
                                })
                          .status();
  EXPECT_EQ(status.code(), Code::kIoError);
}

TEST(HttpClientTest, SilentServerIsATimeout) {
  auto listener = BlockingListener::Open({"127.0.0.1", 0});
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(HttpGet((*listener)->address(), "/", {.read_timeout = 20ms}).status().code(),
            Code::kTimeout);
}

}  // namespace
}  // namespace cairn::net
