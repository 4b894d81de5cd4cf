// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/net/async.h"
#include "common/net/listener.h"
#include "common/rpc/core.h"
#include "common/rpc/counters.h"

namespace cairn::rpc {

class RpcConnection;

// The part of a server that lives on one I/O thread: its connections, and the replies that wait for
// their transaction.
//
// Lives on the I/O thread, except for the functions that say otherwise.
class RpcShard {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // Both must outlive this object.
  RpcShard(RpcCore& core, net::IoContext& io) : core_(core), io_(io), sweep_timer_(io) {}

  RpcShard(const RpcShard&) = delete;
  RpcShard& operator=(const RpcShard&) = delete;

  // Starts looking at timeouts. Any thread, once.
  void Start();
  // Takes a new connection.
  void Accept(net::TcpSocket socket, net::ConnectionSlot slot);
  // Forgets a connection that has ended.
  void Remove(RpcConnection* connection);
  // Closes all connections, drops held replies and ends the sweep.
  void CloseAll();

  // Keeps an encoded reply until `txid` is durable; it goes to the connection's queue then.
  void Hold(TxId txid, std::shared_ptr<RpcConnection> connection, std::vector<std::string> frame);
  // Closes the connections of all held replies.
  void DropHeld();
  // Transactions up to core.durable are durable. Any thread.
  void OnDurable(int64_t durable);

  net::IoContext& io() { return io_; }
  RpcCore& core() { return core_; }
  ThreadCounters& counters() { return counters_; }
  const ThreadCounters& counters() const { return counters_; }
  // A clock for timeouts, as coarse as the sweep: reading it costs nothing.
  TimePoint now() const { return now_; }

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();

  struct Held {
    int64_t txid;
    std::shared_ptr<RpcConnection> connection;
    std::vector<std::string> frame;

    // The lowest transaction on top of the heap.
    bool operator<(const Held& other) const { return txid > other.txid; }
  };

  static net::Async<Status> Sweep(RpcShard* shard, LifeCount::Token token);
  void SweepOnce();
  void ReleaseDurable();

  RpcCore& core_;
  net::IoContext& io_;
  ThreadCounters counters_;
  std::unordered_set<RpcConnection*> connections_;
  std::vector<Held> held_;  // A heap.
  // The top of the heap, for the journal's thread: it wakes this thread only when that helps.
  std::atomic<int64_t> lowest_held_{kNone};
  std::atomic<bool> release_posted_{false};
  boost::asio::steady_timer sweep_timer_;
  bool closing_ = false;
  TimePoint now_ = std::chrono::steady_clock::now();
};

}  // namespace cairn::rpc
