// SPDX-License-Identifier: Apache-2.0
#include <random>
#include <set>
#include <thread>

#include "tests/common/rpc/rpc_fixture.h"

// What a server does with clients that are broken, hostile, slow or gone.

namespace cairn::rpc {
namespace {

using namespace std::chrono_literals;

class RpcServerAbuseTest : public RpcServerTest {
 protected:
  // The server still serves others.
  void ExpectAlive() {
    RawClient client(server_->address());
    client.Handshake();
    client.Call(1, "echo", "alive");
    EXPECT_EQ(client.Read().body, "alive");
  }
  // Until the server has no more than `n`; the limit of ctest is the deadline.
  void WaitForConnections(int64_t n) {
    while (server_->counters().open_connections > n) std::this_thread::yield();
  }
  void ExpectFatal(RawClient& client, wire::RpcErrorCode code, std::string_view message) {
    const auto answer = client.Read();
    EXPECT_EQ(answer.status, wire::RpcStatus::kFatal);
    EXPECT_EQ(answer.error_code, code);
    EXPECT_EQ(answer.exception_class, "org.apache.hadoop.ipc.RpcServerException");
    EXPECT_NE(answer.error_message.find(message), std::string::npos) << answer.error_message;
    EXPECT_EQ(client.ReadToEnd(), "");
    ExpectAlive();
  }
};

TEST_F(RpcServerAbuseTest, BrowserGetsAHint) {
  Start();
  RawClient client(server_->address());
  client.Send("GET / HTTP/1.1\r\nHost: namenode\r\n\r\n");
  const std::string answer = client.ReadToEnd();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 Not Found\r\n")) << answer;
  EXPECT_NE(answer.find("RPC port"), std::string::npos) << answer;
  EXPECT_EQ(server_->counters().protocol_errors, 1u);
}

TEST_F(RpcServerAbuseTest, WrongVersionIsToldInItsWords) {
  Start();
  RawClient client(server_->address());
  client.Send(std::string_view("hrpc\x0a\x00\x00", 7));
  const auto answer = client.Read();
  EXPECT_EQ(answer.status, wire::RpcStatus::kFatal);
  EXPECT_EQ(answer.error_code, wire::RpcErrorCode::kFatalVersionMismatch);
  EXPECT_EQ(answer.exception_class, "org.apache.hadoop.ipc.RPC$VersionMismatch");
  EXPECT_EQ(answer.error_message, "Server IPC version 9 cannot communicate with client version 10");
  client.ReadToEnd();
}

TEST_F(RpcServerAbuseTest, GarbageEndsTheConnectionOnly) {
  Start();
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    RawClient client(server_->address());
    if (round % 2 == 0) client.Handshake();
    std::string garbage;
    if (round % 3 == 0) PutU32(garbage, 100);
    for (int i = 0; i < 200; ++i) garbage.push_back(static_cast<char>(random()));
    client.Send(garbage);
    client.socket().ShutdownWrite();
    client.ReadToEnd();
  }
  ExpectAlive();
}

TEST_F(RpcServerAbuseTest, FlippedBytesOfAGoodConversationNeverHurtTheServer) {
  Start();
  const std::string good = wire::EncodePreamble({}) +
                           wire::EncodeConnectionContext("", {.effective_user = "alice"}) +
                           RawClient::Request(1, "echo", "hello");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 0xff);
    RawClient client(server_->address());
    client.Send(bad);
    client.socket().ShutdownWrite();
    client.ReadToEnd();
  }
  ExpectAlive();
}

TEST_F(RpcServerAbuseTest, TruncatedConversationsEndQuietly) {
  Start();
  const std::string good = wire::EncodePreamble({}) +
                           wire::EncodeConnectionContext("", {.effective_user = "alice"}) +
                           RawClient::Request(1, "echo", "hello");
  for (size_t n = 0; n < good.size(); ++n) {
    RawClient client(server_->address());
    if (n > 0) client.Send(std::string_view(good).substr(0, n));
    client.socket().ShutdownWrite();
    EXPECT_EQ(client.ReadToEnd(), "") << n;
  }
  ExpectAlive();
}

TEST_F(RpcServerAbuseTest, StrangersGetSmallFramesOnly) {
  Start();
  RawClient client(server_->address());
  std::string length;
  PutU32(length, (64 << 10) + 1);
  client.Send(wire::EncodePreamble({}) + length);
  EXPECT_EQ(client.ReadToEnd(), "");
  ExpectAlive();
}

TEST_F(RpcServerAbuseTest, FramesOverTheLimitEndTheConnection) {
  Start({.frame_size_max = 1 << 20});
  RawClient fits(server_->address());
  fits.Handshake();
  fits.Call(1, "echo", std::string(1'000'000, 'x'));
  EXPECT_EQ(fits.Read().body.size(), 1'000'000u);
  std::string length;
  PutU32(length, (1 << 20) + 1);
  fits.Send(length);
  EXPECT_EQ(fits.ReadToEnd(), "");
}

TEST_F(RpcServerAbuseTest, CallBeforeTheContextIsFatal) {
  Start();
  RawClient client(server_->address());
  client.Send(wire::EncodePreamble({}) + RawClient::Request(1, "echo", ""));
  ExpectFatal(client, wire::RpcErrorCode::kFatalInvalidRpcHeader,
              "Connection context not established");
}

TEST_F(RpcServerAbuseTest, SecondContextIsFatal) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Send(wire::EncodeConnectionContext("", {.effective_user = "root"}));
  ExpectFatal(client, wire::RpcErrorCode::kFatalInvalidRpcHeader,
              "Connection context already processed");
}

TEST_F(RpcServerAbuseTest, ContextInsteadOfSaslIsFatal) {
  Start();
  RawClient client(server_->address());
  client.Send(wire::EncodePreamble({.auth = wire::AuthProtocol::kSasl}) +
              wire::EncodeConnectionContext("", {.effective_user = "root"}));
  ExpectFatal(client, wire::RpcErrorCode::kFatalInvalidRpcHeader,
              "Connection header sent during SASL negotiation");
}

TEST_F(RpcServerAbuseTest, UnaskedSaslIsFatal) {
  Start();
  RawClient client(server_->address());
  client.Send(wire::EncodePreamble({}) + wire::EncodeSaslNegotiate());
  ExpectFatal(client, wire::RpcErrorCode::kFatalInvalidRpcHeader,
              "SASL protocol not requested by client");
}

TEST_F(RpcServerAbuseTest, UnknownNegativeCallIdIsFatal) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Call(-77, "echo", "");
  ExpectFatal(client, wire::RpcErrorCode::kFatalInvalidRpcHeader, "Unknown out of band call #-77");
}

TEST_F(RpcServerAbuseTest, AnswersBeforeAFatalErrorStillArrive) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  client.Send(RawClient::Request(1, "echo", "first") + RawClient::Request(-77, "echo", ""));
  EXPECT_EQ(client.Read().body, "first");
  EXPECT_EQ(client.Read().status, wire::RpcStatus::kFatal);
}

TEST_F(RpcServerAbuseTest, SilentStrangersAreSentAway) {
  Start({.handshake_timeout = 50ms});
  RawClient silent(server_->address());
  RawClient half(server_->address());
  half.Send(wire::EncodePreamble({}));
  EXPECT_EQ(silent.ReadToEnd(), "");
  EXPECT_EQ(half.ReadToEnd(), "");
  ExpectAlive();
}

TEST_F(RpcServerAbuseTest, IdleClientsGoWhenThereAreMany) {
  Start({.idle_timeout = 20ms, .idle_threshold = 1});
  RawClient busy(server_->address());
  busy.Handshake();
  busy.Call(1, "mutate", "1");
  busy.Call(2, "echo", "");
  EXPECT_EQ(busy.Read().call_id, 2);  // So the first call is in flight, and waits for the journal.
  RawClient idle(server_->address());
  idle.Handshake();
  EXPECT_EQ(idle.ReadToEnd(), "");
  durability_.Advance(1);
  EXPECT_EQ(busy.Read().call_id, 1);
}

TEST_F(RpcServerAbuseTest, ConnectionsOverTheLimitAreClosed) {
  Start({.connections_max = 1});
  RawClient first(server_->address());
  first.Handshake();
  first.Call(1, "echo", "");
  first.Read();
  RawClient second(server_->address());
  EXPECT_EQ(second.ReadToEnd(), "");
  EXPECT_EQ(server_->counters().connections_refused, 1u);
}

TEST_F(RpcServerAbuseTest, ClientWithTooManyCallsInFlightIsNotReadFurther) {
  Start({.calls_in_flight_max = 2});
  RawClient client(server_->address());
  client.Handshake();
  for (int i = 1; i <= 3; ++i) client.Call(i, "mutate", std::to_string(i));
  client.Call(4, "echo", "");
  ExpectAlive();
  // Two calls wait for the journal, so the third has not even been looked at.
  EXPECT_LE(handler_.calls, 3);
  durability_.Advance(1);
  EXPECT_EQ(client.Read().call_id, 1);
  durability_.Advance(3);
  std::set<int32_t> ids;
  for (int i = 0; i < 3; ++i) ids.insert(client.Read().call_id);
  EXPECT_EQ(ids, (std::set<int32_t>{2, 3, 4}));
}

TEST_F(RpcServerAbuseTest, ClientThatReadsNothingIsNotReadFurtherAndThenDropped) {
  Start({.reply_bytes_max = 1 << 20, .write_timeout = 200ms});
  RawClient client(server_->address());
  client.Handshake();
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += RawClient::Request(i, "large", "1000000");
  client.Send(requests);
  ExpectAlive();
  // Most of the 200 MB were never made: 1 MB of replies, and what the sockets hold.
  WaitForConnections(0);
  EXPECT_LT(handler_.calls, 100);
  EXPECT_LT(client.ReadToEnd().size(), 100'000'000u);
}

TEST_F(RpcServerAbuseTest, SlowReaderGetsAllOfItsReplies) {
  Start({.reply_bytes_max = 1 << 20});
  RawClient client(server_->address());
  client.Handshake();
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += RawClient::Request(i, "large", "1000000");
  client.Send(requests);
  for (int i = 0; i < 50; ++i) {
    const auto answer = client.Read();
    ASSERT_EQ(answer.call_id, i);
    ASSERT_EQ(answer.body.size(), 1'000'000u);
  }
}

}  // namespace
}  // namespace cairn::rpc
