// SPDX-License-Identifier: Apache-2.0
#include <thread>
#include <vector>

#include "common/rpc/client.h"
#include "common/util/clock.h"
#include "tests/common/rpc/rpc_fixture.h"

// Many threads at once, for ThreadSanitizer as well.

namespace cairn::rpc {
namespace {

TEST_F(RpcServerTest, ManyClientsWithHeldSlowAndPlainCallsAllGetTheirAnswers) {
  Start();
  handler_.Release();
  constexpr int kClients = 8;
  constexpr int kCalls = 200;
  const SystemClock clock;
  RpcClient client(clock);
  const RpcTarget target{
      .address = server_->address(), .protocol = kEchoProtocol, .user = "alice"};
  std::atomic<bool> done{false};
  std::atomic<int64_t> last_txid{0};
  std::thread journal([&] {
    for (int64_t txid = 0; !done; txid = last_txid) {
      durability_.Advance(txid);
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.emplace_back([&, i] {
      for (int call = 0; call < kCalls; ++call) {
        const bool mutate = (call + i) % 3 == 0;
        const std::string request = mutate ? std::to_string(++last_txid) : std::to_string(call);
        const char* method = mutate ? "mutate" : call % 10 == 0 ? "slow" : "echo";
        const auto body = client.Call(target, method, request);
        ASSERT_TRUE(body.ok()) << body.status().ToString();
        ASSERT_EQ(*body, request);
      }
    });
  }
  for (std::thread& one : clients) one.join();
  done = true;
  journal.join();
  const RpcCounters counters = server_->counters();
  EXPECT_EQ(counters.calls, static_cast<uint64_t>(kClients * kCalls));
  EXPECT_EQ(counters.call_errors, 0u);
  EXPECT_EQ(counters.held_replies, 0);
  EXPECT_LE(counters.connections_accepted, static_cast<uint64_t>(kClients));
}

TEST_F(RpcServerTest, StopInTheMiddleOfTrafficIsClean) {
  for (int round = 0; round < 5; ++round) {
    Start();
    handler_.Release();
    const SystemClock clock;
    RpcClient client(clock);
    const RpcTarget target{
        .address = server_->address(), .protocol = kEchoProtocol, .user = "alice"};
    std::atomic<int> answered{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&, i] {
        const char* methods[] = {"echo", "slow", "large", "mutate"};
        while (client.Call(target, methods[i], "1000").ok() && methods[i][0] != 'm') ++answered;
        // The one that waits for the journal has been cut off, the others, too.
        ++answered;
      });
    }
    while (answered < 100) std::this_thread::yield();
    server_->Stop();
    for (std::thread& one : clients) one.join();
    EXPECT_EQ(server_->counters().open_connections, 0);
  }
}

}  // namespace
}  // namespace cairn::rpc
