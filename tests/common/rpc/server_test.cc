// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/server.h"

#include <set>
#include <vector>

#include "tests/common/rpc/rpc_fixture.h"

namespace cairn::rpc {
namespace {

using namespace std::chrono_literals;

TEST_F(RpcServerTest, CallIsAnswered) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Call(0, "echo", "hello");
  const auto answer = client.Read();
  EXPECT_EQ(answer.call_id, 0);
  EXPECT_EQ(answer.status, wire::RpcStatus::kSuccess);
  EXPECT_EQ(answer.body, "hello");
  client.Call(1, "user", "");
  EXPECT_EQ(client.Read().body, "alice/");
}

TEST_F(RpcServerTest, BytesMayArriveOneByOne) {
  Start();
  RawClient client(server_->address());
  const std::string all =
      wire::EncodePreamble({}) +
      wire::EncodeConnectionContext("", {.effective_user = "bob", .real_user = "proxy"}) +
      RawClient::Request(7, "user", "");
  for (const char c : all) client.Send({&c, 1});
  EXPECT_EQ(client.Read().body, "bob/proxy");
}

TEST_F(RpcServerTest, ManyCallsInOneWriteAreAllAnswered) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  std::string all;
  for (int i = 0; i < 1000; ++i) all += RawClient::Request(i, "echo", std::to_string(i));
  client.Send(all);
  for (int i = 0; i < 1000; ++i) {
    const auto answer = client.Read();
    ASSERT_EQ(answer.call_id, i);
    ASSERT_EQ(answer.body, std::to_string(i));
  }
  EXPECT_EQ(server_->counters().calls, 1000u);
}

TEST_F(RpcServerTest, HeaderReachesTheHandler) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Send(wire::EncodeRequest({.call_id = 5,
                                   .client_id = "0123456789abcdef",
                                   .retry_count = 3,
                                   .caller_context = "job_7"},
                                  {.method = "header", .protocol = kEchoProtocol}));
  EXPECT_EQ(client.Read().body, "0123456789abcdef 5 3 job_7");
}

TEST_F(RpcServerTest, HeldReplyWaitsForItsTransactionAndOthersOvertakeIt) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Call(1, "mutate", "20");
  client.Call(2, "mutate", "10");
  client.Call(3, "echo", "");
  EXPECT_EQ(client.Read().call_id, 3);
  EXPECT_EQ(server_->counters().held_replies, 2);
  durability_.Advance(10);
  EXPECT_EQ(client.Read().call_id, 2);
  client.Call(4, "echo", "");
  EXPECT_EQ(client.Read().call_id, 4);
  durability_.Advance(25);
  EXPECT_EQ(client.Read().call_id, 1);
  client.Call(5, "mutate", "25");
  EXPECT_EQ(client.Read().call_id, 5);
  EXPECT_EQ(server_->counters().held_replies, 0);
}

TEST_F(RpcServerTest, GroupCommitReleasesTheRepliesOfAllConnections) {
  Start();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<RawClient>(server_->address()));
    clients.back()->Handshake();
    for (int call = 0; call < 10; ++call) {
      clients.back()->Call(call, "mutate", std::to_string(1 + call));
    }
    clients.back()->Call(99, "echo", "");
    EXPECT_EQ(clients.back()->Read().call_id, 99);
  }
  durability_.Advance(10);
  for (const auto& client : clients) {
    std::set<int32_t> ids;
    for (int call = 0; call < 10; ++call) ids.insert(client->Read().call_id);
    EXPECT_EQ(ids.size(), 10u);
  }
}

TEST_F(RpcServerTest, DroppedRepliesCloseTheirConnectionsOnly) {
  Start();
  RawClient waiting(server_->address());
  RawClient other(server_->address());
  waiting.Handshake();
  other.Handshake();
  waiting.Call(1, "mutate", "5");
  waiting.Call(2, "echo", "");
  EXPECT_EQ(waiting.Read().call_id, 2);
  server_->DropHeldReplies();
  EXPECT_EQ(waiting.ReadToEnd(), "");
  other.Call(3, "echo", "alive");
  EXPECT_EQ(other.Read().body, "alive");
}

TEST_F(RpcServerTest, SlowCallHoldsUpNobody) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Call(1, "slow", "s");
  handler_.WaitForSlow(1);
  client.Call(2, "echo", "quick");
  EXPECT_EQ(client.Read().call_id, 2);
  handler_.Release();
  const auto answer = client.Read();
  EXPECT_EQ(answer.call_id, 1);
  EXPECT_EQ(answer.body, "s");
  EXPECT_EQ(server_->counters().slow_calls, 1u);
}

TEST_F(RpcServerTest, FullQueueOfSlowCallsAsksToRetry) {
  Start({.slow_threads = 1, .slow_queue_max = 1});
  RawClient client(server_->address());
  client.Handshake();
  client.Call(1, "slow", "");
  handler_.WaitForSlow(1);
  client.Call(2, "slow", "");
  client.Call(3, "slow", "");
  const auto answer = client.Read();
  EXPECT_EQ(answer.call_id, 3);
  EXPECT_EQ(answer.exception_class, "org.apache.hadoop.ipc.RetriableException");
  handler_.Release();
  EXPECT_EQ(client.Read().call_id, 1);
  EXPECT_EQ(client.Read().call_id, 2);
  EXPECT_EQ(server_->counters().rejected_calls, 1u);
}

TEST_F(RpcServerTest, SlowCallOfAClientThatLeftIsHarmless) {
  Start();
  {
    RawClient client(server_->address());
    client.Handshake();
    client.Call(1, "slow", "");
    handler_.WaitForSlow(1);
  }
  handler_.Release();
  RawClient next(server_->address());
  next.Handshake();
  next.Call(2, "slow", "x");
  EXPECT_EQ(next.Read().body, "x");
}

TEST_F(RpcServerTest, ErrorsAreJavaExceptionsAndTheConnectionGoesOn) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Call(1, "fail", "/a");
  auto answer = client.Read();
  EXPECT_EQ(answer.status, wire::RpcStatus::kError);
  EXPECT_EQ(answer.exception_class, "java.io.FileNotFoundException");
  EXPECT_EQ(answer.error_message, "no such thing: /a");
  client.Call(2, "dance", "");
  answer = client.Read();
  EXPECT_EQ(answer.error_code, wire::RpcErrorCode::kNoSuchMethod);
  EXPECT_EQ(answer.exception_class, "org.apache.hadoop.ipc.RpcNoSuchMethodException");
  EXPECT_EQ(answer.error_message,
            "Unknown method dance called on org.example.EchoProtocol protocol.");
  client.Send(RawClient::Request(3, "echo", "", "org.example.Unknown"));
  answer = client.Read();
  EXPECT_EQ(answer.error_code, wire::RpcErrorCode::kNoSuchProtocol);
  EXPECT_EQ(answer.exception_class, "org.apache.hadoop.ipc.RpcNoSuchProtocolException");
  EXPECT_EQ(answer.error_message, "Unknown protocol: org.example.Unknown");
  client.Send(RawClient::Request(4, "echo", "", kEchoProtocol, 9));
  answer = client.Read();
  EXPECT_EQ(answer.error_code, wire::RpcErrorCode::kRpcVersionMismatch);
  EXPECT_EQ(answer.exception_class, "org.apache.hadoop.ipc.RPC$VersionMismatch");
  EXPECT_EQ(answer.error_message, "Protocol org.example.EchoProtocol version mismatch. "
                                  "(client = 9, server = 1)");
  client.Call(5, "throw", "");
  EXPECT_EQ(client.Read().status, wire::RpcStatus::kError);
  client.Call(6, "echo", "still here");
  EXPECT_EQ(client.Read().body, "still here");
  EXPECT_EQ(server_->counters().call_errors, 5u);
}

TEST_F(RpcServerTest, PingIsTakenSilently) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Send(wire::EncodePing(""));
  client.Call(1, "echo", "");
  EXPECT_EQ(client.Read().call_id, 1);
}

TEST_F(RpcServerTest, SaslClientIsToldToGoOnAsSimple) {
  Start();
  RawClient client(server_->address());
  client.Send(wire::EncodePreamble({.auth = wire::AuthProtocol::kSasl}) +
              wire::EncodeSaslNegotiate());
  const auto answer = client.Read();
  EXPECT_EQ(answer.call_id, wire::kCallIdSasl);
  const auto state = wire::SaslStateOf(answer.body);
  ASSERT_TRUE(state.ok());
  EXPECT_EQ(*state, wire::SaslState::kSuccess);
  client.Send(wire::EncodeConnectionContext("", {.effective_user = "token-holder"}) +
              RawClient::Request(1, "user", ""));
  EXPECT_EQ(client.Read().body, "token-holder/");
}

TEST_F(RpcServerTest, LargeRepliesArriveWhole) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Call(1, "large", "20000000");
  client.Call(2, "large", "5000");
  client.Call(3, "echo", "small");
  EXPECT_EQ(client.Read().body, std::string(20'000'000, 'L'));
  EXPECT_EQ(client.Read().body, std::string(5000, 'L'));
  EXPECT_EQ(client.Read().body, "small");
}

TEST_F(RpcServerTest, CallerCanBeRefusedByItsContext) {
  Start({.authorize = [](const RpcCaller& caller) {
    return caller.user == "alice" ? Status(Code::kAccessDenied, "alice may not call") : Status();
  }});
  RawClient client(server_->address());
  client.Handshake();
  const auto answer = client.Read();
  EXPECT_EQ(answer.status, wire::RpcStatus::kFatal);
  EXPECT_EQ(answer.error_code, wire::RpcErrorCode::kFatalUnauthorized);
  EXPECT_EQ(answer.error_message, "alice may not call");
  EXPECT_EQ(client.ReadToEnd(), "");
  EXPECT_EQ(server_->counters().authorization_failures, 1u);
}

TEST_F(RpcServerTest, TakenPortIsTold) {
  Start();
  RpcServer second(threads_, {.address = server_->address()});
  EXPECT_EQ(second.Start().code(), Code::kAlreadyExists);
}

TEST_F(RpcServerTest, StopEndsConnectionsWithHeldRepliesAndQueuedSlowCalls) {
  Start({.slow_threads = 1});
  RawClient client(server_->address());
  client.Handshake();
  client.Call(1, "mutate", "5");
  client.Call(2, "slow", "");
  client.Call(3, "slow", "");
  handler_.WaitForSlow(1);
  handler_.Release();
  server_->Stop();
  client.ReadToEnd();
  EXPECT_EQ(server_->counters().open_connections, 0);
  EXPECT_EQ(server_->counters().held_replies, 0);
}

}  // namespace
}  // namespace cairn::rpc
