// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/client.h"

#include <thread>

#include "tests/common/rpc/rpc_fixture.h"
#include "tests/fakes/fake_clock.h"

namespace cairn::rpc {
namespace {

using namespace std::chrono_literals;

class RpcClientTest : public RpcServerTest {
 protected:
  RpcTarget Target() const {
    return {.address = server_->address(), .protocol = kEchoProtocol, .user = "alice"};
  }

  FakeClock clock_;
  RpcClient client_{clock_, {.connect_timeout = 30s, .call_timeout = 30s}};
};

TEST_F(RpcClientTest, CallsShareAConnection) {
  Start();
  for (int i = 0; i < 10; ++i) {
    const auto body = client_.Call(Target(), "echo", std::to_string(i));
    ASSERT_TRUE(body.ok()) << body.status().ToString();
    EXPECT_EQ(*body, std::to_string(i));
  }
  EXPECT_EQ(server_->counters().connections_accepted, 1u);
}

TEST_F(RpcClientTest, UsersAndRealUsersHaveConnectionsOfTheirOwn) {
  Start();
  RpcTarget target = Target();
  EXPECT_EQ(*client_.Call(target, "user", ""), "alice/");
  target.real_user = "proxy";
  EXPECT_EQ(*client_.Call(target, "user", ""), "alice/proxy");
  target.user = "bob";
  EXPECT_EQ(*client_.Call(target, "user", ""), "bob/proxy");
  EXPECT_EQ(server_->counters().connections_accepted, 3u);
}

TEST_F(RpcClientTest, RetryKeepsItsIdentity) {
  Start();
  RpcClient client(clock_, {}, "fedcba9876543210");
  const int32_t call_id = client.NextCallId();
  EXPECT_EQ(*client.Call(Target(), "header", "", {.call_id = call_id, .caller_context = "ctx"}),
            "fedcba9876543210 0 0 ctx");
  EXPECT_EQ(*client.Call(Target(), "header", "", {.call_id = call_id, .retry_count = 1}),
            "fedcba9876543210 0 1 ");
  EXPECT_EQ(*client.Call(Target(), "header", ""), "fedcba9876543210 1 0 ");
}

TEST_F(RpcClientTest, RemoteExceptionKeepsItsClassAndTheConnection) {
  Start();
  const Status status = client_.Call(Target(), "fail", "/x").status();
  EXPECT_EQ(status.code(), Code::kNotFound);
  EXPECT_EQ(status.remote_class(), "java.io.FileNotFoundException");
  EXPECT_EQ(status.message(), "no such thing: /x");
  EXPECT_FALSE(MayHaveExecuted(status));
  EXPECT_TRUE(client_.Call(Target(), "echo", "").ok());
  EXPECT_EQ(server_->counters().connections_accepted, 1u);
}

TEST_F(RpcClientTest, NobodyListeningMeansNotExecuted) {
  Start();
  const RpcTarget target = Target();
  server_->Stop();
  const Status status = client_.Call(target, "echo", "").status();
  EXPECT_EQ(status.code(), Code::kNetwork);
  EXPECT_FALSE(MayHaveExecuted(status));
}

TEST_F(RpcClientTest, NoAnswerInTimeMayHaveExecuted) {
  Start();
  const Status status = client_.Call(Target(), "mutate", "5", {.timeout = 30ms}).status();
  EXPECT_EQ(status.code(), Code::kTimeout) << status.ToString();
  EXPECT_TRUE(MayHaveExecuted(status));
  // The late answer must not be taken for that of the next call.
  durability_.Advance(5);
  EXPECT_EQ(*client_.Call(Target(), "echo", "next"), "next");
}

TEST_F(RpcClientTest, TheCallerMayGiveUpWhileItWaits) {
  Start();
  int asked = 0;
  const auto twice = [&asked] { return ++asked < 2; };
  const RpcCallOptions options{.keep_waiting = twice, .doubt_after = 1ms};
  const Status status = client_.Call(Target(), "mutate", "5", options).status();
  EXPECT_EQ(status.code(), Code::kTimeout) << status.ToString();
  EXPECT_TRUE(MayHaveExecuted(status));
  EXPECT_EQ(asked, 2);
  durability_.Advance(5);
  const auto never = [] { return false; };
  EXPECT_EQ(*client_.Call(Target(), "echo", "x", {.keep_waiting = never}), "x");
}

TEST_F(RpcClientTest, ConnectionThatBreaksWhileWaitingMayHaveExecuted) {
  Start();
  auto call = std::async(std::launch::async, [&] { return client_.Call(Target(), "slow", ""); });
  handler_.WaitForSlow(1);
  auto stopping = std::async(std::launch::async, [&] { server_->Stop(); });
  const Status status = call.get().status();
  EXPECT_EQ(status.code(), Code::kEndOfFile) << status.ToString();
  EXPECT_TRUE(MayHaveExecuted(status));
  handler_.Release();
  stopping.get();
}

TEST_F(RpcClientTest, PooledConnectionThatTheServerClosedIsReplaced) {
  Start();
  EXPECT_TRUE(client_.Call(Target(), "echo", "").ok());
  // A new server on the same port: the old connection is dead.
  const net::HostPort address = server_->address();
  server_->Stop();
  RpcServer next(threads_, {.address = address});
  next.Register({.name = kEchoProtocol}, handler_);
  ASSERT_TRUE(next.Start().ok());
  const auto body = client_.Call({.address = address, .protocol = kEchoProtocol, .user = "alice"},
                                 "echo", "again");
  ASSERT_TRUE(body.ok()) << body.status().ToString();
  EXPECT_EQ(*body, "again");
}

TEST_F(RpcClientTest, IdleConnectionsAgeOut) {
  Start();
  EXPECT_TRUE(client_.Call(Target(), "echo", "").ok());
  clock_.Advance(9s);
  EXPECT_TRUE(client_.Call(Target(), "echo", "").ok());
  EXPECT_EQ(server_->counters().connections_accepted, 1u);
  clock_.Advance(11s);
  EXPECT_TRUE(client_.Call(Target(), "echo", "").ok());
  EXPECT_EQ(server_->counters().connections_accepted, 2u);
}

TEST_F(RpcClientTest, ResponseOverTheLimitIsRefused) {
  Start();
  RpcClient client(clock_, {.response_size_max = 1000});
  EXPECT_EQ(client.Call(Target(), "large", "2000").status().code(), Code::kEndOfFile);
  EXPECT_EQ(client.Call(Target(), "large", "900")->size(), 900u);
}

TEST_F(RpcClientTest, CloseEndsCallsUnderWayAndRefusesNewOnes) {
  Start();
  auto call = std::async(std::launch::async, [&] { return client_.Call(Target(), "slow", ""); });
  handler_.WaitForSlow(1);
  client_.Close();
  EXPECT_EQ(call.get().status().code(), Code::kEndOfFile);
  EXPECT_EQ(client_.Call(Target(), "echo", "").status().code(), Code::kCancelled);
}

// A peer that answers every connection with fixed bytes, and leaves.
void ServeBytes(net::BlockingListener& listener, const std::string& bytes) {
  for (;;) {
    auto socket = listener.Accept({.read_timeout = 30s});
    if (!socket.ok()) return;
    char buffer[4096];
    (void)socket->ReadSome(buffer, sizeof(buffer));
    (void)socket->WriteAll(bytes);
    socket->ShutdownWrite();
    (void)socket->ReadSome(buffer, sizeof(buffer));
  }
}

TEST(RpcClientGarbageTest, UnreadableAnswersAreErrors) {
  std::string length;
  PutU32(length, 3);
  const std::vector<std::string> answers = {
      "",
      "\x00\x00",
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      "\xff\xff\xff\xff",
      length + "\x05" + "ab",
      wire::EncodeSuccess({.call_id = 4711}, "someone else's"),
      wire::EncodeSuccess({.call_id = 0}, "cut off").substr(0, 15),
  };
  FakeClock clock;
  for (const std::string& answer : answers) {
    auto listener = net::BlockingListener::Open({"127.0.0.1", 0}).value();
    std::thread server([&] { ServeBytes(*listener, answer); });
    RpcClient client(clock);
    const auto body =
        client.Call({.address = listener->address(), .protocol = "p", .user = "u"}, "m", "");
    EXPECT_EQ(body.status().code(), Code::kEndOfFile) << body.status().ToString();
    listener->Wake();
    client.Close();
    server.join();
  }
}

TEST(RpcClientGarbageTest, FatalAnswerIsTheServersException) {
  auto listener = net::BlockingListener::Open({"127.0.0.1", 0}).value();
  const std::string answer =
      wire::EncodeFatal({.call_id = -1}, wire::RpcErrorCode::kFatalUnauthorized,
                        Status(Code::kAccessDenied, "SIMPLE authentication is not enabled."));
  std::thread server([&] { ServeBytes(*listener, answer); });
  FakeClock clock;
  RpcClient client(clock);
  const Status status =
      client.Call({.address = listener->address(), .protocol = "p", .user = "u"}, "m", "").status();
  EXPECT_EQ(status.code(), Code::kAccessDenied);
  EXPECT_EQ(status.message(), "SIMPLE authentication is not enabled.");
  listener->Wake();
  server.join();
}

}  // namespace
}  // namespace cairn::rpc
