// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "common/net/blocking_socket.h"
#include "common/net/io_threads.h"
#include "common/rpc/server.h"
#include "common/util/bytes.h"
#include "common/wire/rpc_frames.h"

namespace cairn::rpc {

inline constexpr char kEchoProtocol[] = "org.example.EchoProtocol";

// A journal that is as durable as a test says.
class FakeDurability final : public Durability {
 public:
  TxId Durable() const override {
    const std::lock_guard lock(mutex_);
    return durable_;
  }
  void Subscribe(std::function<void(TxId)> callback) override {
    const std::lock_guard lock(mutex_);
    callback_ = std::move(callback);
  }
  void Advance(int64_t txid) {
    const std::lock_guard lock(mutex_);
    durable_ = TxId(txid);
    if (callback_) callback_(durable_);
  }

 private:
  mutable std::mutex mutex_;
  TxId durable_;
  std::function<void(TxId)> callback_;
};

// Methods: "echo" gives the request back, "user" tells who calls, "fail" fails, "throw" throws,
// "mutate" echoes and waits for the transaction that the request names in decimal, "slow" waits for
// Release, "large" answers as many bytes as the request says.
class EchoHandler final : public RpcHandler {
 public:
  RpcReply Call(const RpcCall& call) override {
    ++calls;
    const std::string request(call.request);
    if (call.method == "echo") return RpcReply(request);
    if (call.method == "user") return RpcReply(call.caller.user + "/" + call.caller.real_user);
    if (call.method == "header") return RpcReply(Header(call));
    if (call.method == "fail") return Status(Code::kNotFound, "no such thing: " + request);
    if (call.method == "throw") throw std::runtime_error("thrown by a handler");
    if (call.method == "mutate") return RpcReply(request, TxId(std::stoll(request)));
    if (call.method == "large") return RpcReply(std::string(std::stoull(request), 'L'));
    if (call.method == "slow") return WaitForRelease(request);
    return Status(Code::kNoSuchMethod, "");
  }
  bool IsSlow(std::string_view method) const override { return method == "slow"; }

  void Release() {
    const std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  void WaitForSlow(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return slow_ >= n; });
  }

  std::atomic<int> calls{0};

 private:
  static std::string Header(const RpcCall& call) {
    return std::string(call.client_id) + " " + std::to_string(call.call_id) + " " +
           std::to_string(call.retry_count) + " " + std::string(call.caller_context);
  }
  RpcReply WaitForRelease(const std::string& request) {
    std::unique_lock lock(mutex_);
    ++slow_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_; });
    return RpcReply(request);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool released_ = false;
  int slow_ = 0;
};

// A client that sends what a test wants, byte by byte if need be.
class RawClient {
 public:
  explicit RawClient(const net::HostPort& address) {
    auto socket = net::BlockingSocket::Connect(address, std::chrono::seconds(30),
                                               {.read_timeout = std::chrono::seconds(30),
                                                .write_timeout = std::chrono::seconds(30)});
    EXPECT_TRUE(socket.ok()) << socket.status().ToString();
    if (socket.ok()) socket_ = std::move(*socket);
  }

  net::BlockingSocket& socket() { return socket_; }
  void Send(std::string_view bytes) { EXPECT_TRUE(socket_.WriteAll(bytes).ok()); }
  void Handshake() {
    Send(wire::EncodePreamble({}) +
         wire::EncodeConnectionContext("", {.effective_user = "alice", .protocol = kEchoProtocol}));
  }
  static std::string Request(int32_t call_id, std::string_view method, std::string_view request,
                             std::string_view protocol = kEchoProtocol, uint64_t version = 1) {
    return wire::EncodeRequest({.call_id = call_id, .client_id = "0123456789abcdef"},
                               {.method = method,
                                .protocol = protocol,
                                .protocol_version = version,
                                .request = request});
  }
  void Call(int32_t call_id, std::string_view method, std::string_view request) {
    Send(Request(call_id, method, request));
  }

  struct Answer {
    int32_t call_id = 0;
    wire::RpcStatus status = wire::RpcStatus::kSuccess;
    wire::RpcErrorCode error_code = wire::RpcErrorCode::kApplication;
    std::string exception_class;
    std::string error_message;
    std::string body;
  };
  Answer Read() {
    char length[4];
    Status status = socket_.ReadFull(length, 4);
    EXPECT_TRUE(status.ok()) << status.ToString();
    if (!status.ok()) return {};
    std::string frame(LoadU32(length), '\0');
    EXPECT_TRUE(socket_.ReadFull(frame.data(), frame.size()).ok());
    const auto response = wire::DecodeResponse(frame);
    EXPECT_TRUE(response.ok()) << response.status().ToString();
    if (!response.ok()) return {};
    return {response->call_id,
            response->status,
            response->error_code,
            std::string(response->exception_class),
            std::string(response->error_message),
            std::string(response->body)};
  }
  // What comes until the server closes, which it must.
  std::string ReadToEnd() {
    std::string all;
    char buffer[4096];
    for (;;) {
      const auto n = socket_.ReadSome(buffer, sizeof(buffer));
      if (!n.ok()) {
        EXPECT_EQ(n.status().code(), Code::kNetwork) << n.status().ToString();
        return all;
      }
      if (*n == 0) return all;
      all.append(buffer, *n);
    }
  }

 private:
  net::BlockingSocket socket_;
};

class RpcServerTest : public ::testing::Test {
 protected:
  void TearDown() override {
    handler_.Release();
    if (server_) server_->Stop();
    threads_.Stop();
  }

  void Start(RpcServerOptions options = {}) {
    options.address = {"127.0.0.1", 0};
    options.sweep_interval = std::chrono::milliseconds(10);
    server_ = std::make_unique<RpcServer>(threads_, std::move(options), &durability_);
    server_->Register({.name = kEchoProtocol, .java_class = "org.example.EchoProtocolPB"},
                      handler_);
    const Status status = server_->Start();
    ASSERT_TRUE(status.ok()) << status.ToString();
  }

  net::IoThreads threads_{"rpc-test", 2};
  FakeDurability durability_;
  EchoHandler handler_;
  std::unique_ptr<RpcServer> server_;
};

}  // namespace cairn::rpc
