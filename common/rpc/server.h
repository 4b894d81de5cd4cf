// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/net/address.h"
#include "common/rpc/counters.h"
#include "common/rpc/handler.h"
#include "common/util/result.h"

namespace cairn::net {
class IoThreads;
}

namespace cairn::rpc {

struct RpcServerOptions {
  net::HostPort address{"0.0.0.0", 0};    // Port 0 takes any free port.
  std::string name = "rpc";               // In logs and names of threads.
  int backlog = 256;                      // ipc.server.listen.queue.size
  int connections_max = 65536;            // ipc.server.max.connections
  uint32_t frame_size_max = 128 << 20;    // ipc.maximum.data.length; 64 kB before the context.
  // What one connection may have in flight; then nothing is read from it until replies have left.
  int calls_in_flight_max = 4096;
  size_t reply_bytes_max = 64 << 20;
  std::chrono::milliseconds handshake_timeout{10'000};
  // A peer that takes none of the bytes that wait for it for this long is dropped.
  std::chrono::milliseconds write_timeout{120'000};
  // Above `idle_threshold` connections, those that are silent for so long are closed.
  std::chrono::milliseconds idle_timeout{20'000};
  int idle_threshold = 4000;              // ipc.client.idlethreshold
  std::chrono::milliseconds sweep_interval{1000};  // How often the timeouts are looked at.
  int slow_threads = 4;
  int slow_queue_max = 1024;              // More are answered with RetriableException.
  // Refuses a caller when its connection context has come; empty: everyone may call.
  std::function<Status(const RpcCaller&)> authorize;
};

// Hadoop RPC, version 9, with simple authentication. A client that asks for SASL is told to go on
// as simple.
//
// Calls run inline on the I/O thread of their connection, except slow ones. Replies leave in the
// order in which they become ready, not in the order of the requests: Apache's clients send the
// calls of all their threads over one connection, so a call that waits for the disk must not hold
// up the next. Bytes that break the protocol get Apache's answer and end the connection.
//
// Also answers ProtocolMetaInfoPB for the registered protocols.
//
// Register before Start. Owned by one thread that is not an I/O thread.
class RpcServer {
 public:
  // `threads` and `durability` must outlive this object, and `threads` must run until Stop.
  // `durability` may be null: then no handler sets RpcReply::wait_for.
  RpcServer(net::IoThreads& threads, RpcServerOptions options, Durability* durability = nullptr);
  ~RpcServer();

  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // `handler` must live until Stop. One registration for each protocol name.
  void Register(RpcProtocol protocol, RpcHandler& handler);

  // Binds and listens. kAlreadyExists when the port is taken.
  Status Start();
  // Closes all connections and waits for calls under way; held replies are dropped. Idempotent.
  void Stop();

  // After Start.
  net::HostPort address() const;
  uint16_t port() const { return address().port; }

  // Closes every connection that has a held reply: its transactions may never become durable here
  // (the namenode is no longer active), so clients must ask the new active. Any thread.
  void DropHeldReplies();

  // A consistent enough picture for metrics. Any thread.
  RpcCounters counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::rpc
