// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <future>
#include <stdexcept>

#include "common/net/blocking_socket.h"
#include "common/net/http.h"
#include "common/net/http_client.h"

namespace cairn::net {
namespace {

using namespace std::chrono_literals;

// Adds up what it gets; refuses the byte '!'.
class CountingUpload final : public HttpUpload {
 public:
  Status Write(std::string_view bytes) override {
    if (bytes.find('!') != bytes.npos) return Status(Code::kIoError, "no exclamation marks");
    total_ += bytes.size();
    return Status();
  }
  HttpResponse Finish(const Status& status) override {
    return status.ok() ? HttpText(201, std::to_string(total_)) : HttpText(500, status.message());
  }

 private:
  uint64_t total_ = 0;
};

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() {
    server_.Handle("/hello", [](const HttpRequest& request) {
      return HttpText(200, request.method + " " + std::string(request.Query("name").value_or("?")));
    });
    server_.HandlePrefix("/tree", [](const HttpRequest& r) { return HttpText(200, r.path); });
    server_.HandlePrefix("/tree/deep", [](const HttpRequest&) { return HttpText(200, "deep"); });
    server_.Handle("/echo", [](const HttpRequest& request) {
      HttpResponse response;
      response.content_type = "application/octet-stream";
      response.headers = {{"X-Length", std::to_string(request.body.size())},
                          {"X-Split", "a\r\nX-Injected: 1"}};
      response.body = request.body;
      return response;
    });
    server_.Handle("/throw", [](const HttpRequest&) -> HttpResponse {
      throw std::runtime_error("a handler's exception");
    });
    server_.Handle("/large", [](const HttpRequest&) { return Large(kLargeBytes); });
    server_.Handle("/short", [](const HttpRequest&) { return Large(kLargeBytes / 2); });
    server_.HandleUpload("PUT", "/upload", [](const HttpRequest& request) {
      HttpUploadStart start;
      if (request.Query("refuse")) {
        start.refusal = HttpText(403, "not here");
      } else {
        start.sink = std::make_unique<CountingUpload>();
      }
      return start;
    });
    const Status status = server_.Start();
    EXPECT_TRUE(status.ok()) << status.ToString();
  }

  static constexpr uint64_t kLargeBytes = 3'000'000;

  // Announces kLargeBytes and has `available` of them.
  static HttpResponse Large(uint64_t available) {
    HttpResponse response;
    response.source = HttpBodySource{
        kLargeBytes, [available](uint64_t offset, size_t n) -> Result<std::string> {
          if (offset >= available) return Status(Code::kIoError, "the disk is gone");
          return std::string(std::min<uint64_t>(n, available - offset), 'L');
        }};
    return response;
  }

  HttpReply Get(const std::string& target, HttpClientOptions options = {}) {
    auto reply = HttpGet(server_.address(), target, std::move(options));
    EXPECT_TRUE(reply.ok()) << reply.status().ToString();
    return reply.ok() ? *reply : HttpReply{};
  }
  // Sends raw bytes and reads until the server closes.
  std::string Raw(std::string_view bytes, bool then_end = false) {
    auto socket = BlockingSocket::Connect(server_.address(), 10s, {.read_timeout = 30s});
    EXPECT_TRUE(socket.ok());
    EXPECT_TRUE(socket->WriteAll(bytes).ok());
    if (then_end) socket->ShutdownWrite();
    std::string all;
    char buffer[4096];
    for (;;) {
      const auto n = socket->ReadSome(buffer, sizeof(buffer));
      if (!n.ok() || *n == 0) return all;
      all.append(buffer, *n);
    }
  }

  HttpServer server_{{.address = {"127.0.0.1", 0},
                      .body_size_max = 100'000,
                      .head_timeout = 500ms,
                      .io_timeout = 10s}};
};

TEST_F(HttpServerTest, QueryIsDecoded) {
  const HttpReply reply = Get("/hello?name=a%20b");
  EXPECT_EQ(reply.head.status, 200);
  EXPECT_EQ(reply.body, "GET a b\n");
  EXPECT_EQ(reply.head.content_length, 8u);
}

TEST_F(HttpServerTest, LongestPrefixWinsAndEndsAtASlash) {
  EXPECT_EQ(Get("/tree/a%2520").body, "/tree/a%20\n");
  EXPECT_EQ(Get("/tree").body, "/tree\n");
  EXPECT_EQ(Get("/tree/deep/er").body, "deep\n");
  EXPECT_EQ(Get("/tree/deeper").body, "/tree/deeper\n");
  EXPECT_EQ(Get("/treehouse").head.status, 404);
}

TEST_F(HttpServerTest, UnknownPathIsToldInPlainWords) {
  const HttpReply reply = Get("/nothing");
  EXPECT_EQ(reply.head.status, 404);
  EXPECT_EQ(reply.body, "404 Not Found: there is nothing at /nothing\n");
}

TEST_F(HttpServerTest, BodyComesBackAndHeadersCannotBeSplit) {
  const std::string body(90'000, 'b');
  const HttpReply reply = Get("/echo", {.method = "POST", .body = body});
  EXPECT_EQ(reply.body, body);
  EXPECT_EQ(reply.head.Header("x-length"), "90000");
  EXPECT_FALSE(reply.head.Header("X-Injected"));
}

TEST_F(HttpServerTest, BodyOverTheLimitIsRefused) {
  EXPECT_NE(Raw("POST /echo HTTP/1.1\r\nContent-Length: 100001\r\n\r\n").find(" 413 "),
            std::string::npos);
  std::string chunked = "POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 11; ++i) chunked += "2710\r\n" + std::string(10'000, 'x') + "\r\n";
  EXPECT_NE(Raw(chunked).find(" 413 "), std::string::npos);
}

TEST_F(HttpServerTest, ExceptionOfAHandlerIsAnAnswer) {
  EXPECT_EQ(Get("/throw").head.status, 500);
}

TEST_F(HttpServerTest, LargeBodyIsStreamed) {
  uint64_t total = 0;
  const auto answer = HttpFetch(server_.address(), "/large",
                                [&](const HttpAnswer& head, std::string_view bytes) {
                                  EXPECT_EQ(head.content_length, kLargeBytes);
                                  total += bytes.size();
                                  return Status();
                                });
  ASSERT_TRUE(answer.ok()) << answer.status().ToString();
  EXPECT_EQ(total, kLargeBytes);
}

TEST_F(HttpServerTest, SourceThatFailsIsSeenAsAShortBody) {
  EXPECT_EQ(HttpGet(server_.address(), "/short").status().code(), Code::kEndOfFile);
}

TEST_F(HttpServerTest, HeadHasNoBody) {
  const HttpReply reply = Get("/large", {.method = "HEAD"});
  EXPECT_EQ(reply.head.content_length, kLargeBytes);
  EXPECT_EQ(reply.body, "");
}

TEST_F(HttpServerTest, ConnectionServesManyRequests) {
  const std::string answer = Raw(
      "GET /hello?name=1 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
      "GET /hello?name=2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answer.find("GET 1\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("\r\n\r\nabcHTTP/1.1 200 OK"), std::string::npos) << answer;
  EXPECT_NE(answer.find("GET 2\n"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, OldClientsGetOneAnswer) {
  const std::string answer = Raw("GET /hello HTTP/1.0\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, GarbageIsAnsweredWith400) {
  EXPECT_NE(Raw("hrpc\x09\x00\x00 and more \r\n\r\n").find("HTTP/1.1 400"), std::string::npos);
  EXPECT_NE(Raw("GET /%zz HTTP/1.1\r\n\r\n").find("HTTP/1.1 400"), std::string::npos);
}

TEST_F(HttpServerTest, HeadOverTheLimitIsRefused) {
  const std::string head = "GET / HTTP/1.1\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n";
  const std::string answer = Raw(head);
  EXPECT_TRUE(answer.empty() || answer.find(" 431 ") != std::string::npos) << answer;
}

TEST_F(HttpServerTest, HalfAHeadIsNotWaitedForLong) {
  EXPECT_EQ(Raw("GET /hello HT"), "");
  EXPECT_EQ(Raw("GET /hello HT", true), "");
}

TEST_F(HttpServerTest, UploadsAreStreamed) {
  const std::string body(1'000'000, 'u');
  EXPECT_EQ(Get("/upload/x", {.method = "PUT", .body = body}).body, "1000000\n");
  EXPECT_EQ(Get("/upload/x", {.method = "PUT"}).body, "0\n");
  const std::string answer = Raw(
      "PUT /upload/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n");
  EXPECT_NE(answer.find("\r\n\r\n5\n"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, UploadCanBeRefusedAtItsStartAndInItsMiddle) {
  EXPECT_EQ(Get("/upload?refuse=1", {.method = "PUT"}).head.status, 403);
  EXPECT_EQ(Get("/upload", {.method = "PUT", .body = "ab!"}).body, "no exclamation marks\n");
}

TEST_F(HttpServerTest, ClientThatAskedFirstIsToldToGoOn) {
  auto socket = BlockingSocket::Connect(server_.address(), 10s, {.read_timeout = 30s});
  ASSERT_TRUE(socket.ok());
  ASSERT_TRUE(socket->WriteAll("PUT /upload HTTP/1.1\r\nExpect: 100-continue\r\n"
                               "Content-Length: 2\r\n\r\n").ok());
  char go_on[25];
  ASSERT_TRUE(socket->ReadFull(go_on, 25).ok());
  EXPECT_EQ(std::string_view(go_on, 25), "HTTP/1.1 100 Continue\r\n\r\n");
  ASSERT_TRUE(socket->WriteAll("ab").ok());
  char status[12];
  ASSERT_TRUE(socket->ReadFull(status, 12).ok());
  EXPECT_EQ(std::string_view(status, 12), "HTTP/1.1 201");
}

TEST(HttpServerStopTest, StopWaitsForHandlersAndBreaksIdleConnections) {
  std::promise<void> inside;
  std::promise<void> release;
  HttpServer server({.address = {"127.0.0.1", 0}});
  server.Handle("/wait", [&](const HttpRequest&) {
    inside.set_value();
    release.get_future().wait();
    return HttpText(200, "done");
  });
  ASSERT_TRUE(server.Start().ok());
  auto idle = BlockingSocket::Connect(server.address(), 10s, {.read_timeout = 30s});
  ASSERT_TRUE(idle.ok());
  auto busy = BlockingSocket::Connect(server.address(), 10s, {.read_timeout = 30s});
  ASSERT_TRUE(busy.ok());
  ASSERT_TRUE(busy->WriteAll("GET /wait HTTP/1.1\r\n\r\n").ok());
  inside.get_future().wait();
  auto stopping = std::async(std::launch::async, [&] { server.Stop(); });
  char byte;
  const auto end = idle->ReadSome(&byte, 1);
  EXPECT_TRUE(!end.ok() || *end == 0);
  release.set_value();
  stopping.get();
}

TEST(HttpServerStopTest, TakenPortIsTold) {
  HttpServer first({.address = {"127.0.0.1", 0}});
  ASSERT_TRUE(first.Start().ok());
  HttpServer second({.address = first.address()});
  EXPECT_EQ(second.Start().code(), Code::kAlreadyExists);
}

}  // namespace
}  // namespace cairn::net
