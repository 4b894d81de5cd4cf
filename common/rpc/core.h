// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "common/net/worker_pool.h"
#include "common/rpc/handler.h"
#include "common/rpc/server.h"

namespace cairn::rpc {

// Counts the coroutines and connections of a server that still use it, so that Stop can wait for
// the last one.
//
// Thread-safe. Must outlive its tokens.
class LifeCount {
 public:
  // Counts from construction to destruction.
  class Token {
   public:
    explicit Token(LifeCount& count) : count_(&count) { count.Add(1); }
    Token(Token&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
    Token& operator=(Token&&) = delete;
    ~Token() {
      if (count_ != nullptr) count_->Add(-1);
    }

   private:
    LifeCount* count_;
  };

  void WaitForNone() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return alive_ == 0; });
  }

 private:
  void Add(int n) {
    // Notifies under the lock: the waiter destroys this object as soon as it sees zero.
    const std::lock_guard lock(mutex_);
    alive_ += n;
    if (alive_ == 0) none_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable none_;
  int alive_ = 0;
};

// A protocol and who serves it.
struct Registered {
  RpcProtocol protocol;
  RpcHandler* handler;
};

// What the connections and threads of one server share. Immutable once the server has started,
// except for the atomics.
struct RpcCore {
  RpcCore(RpcServerOptions o, Durability* d) : options(std::move(o)), durability(d) {}

  // Null when nobody serves it. There are few: a search costs less than a hash.
  const Registered* Find(std::string_view protocol) const {
    for (const Registered& one : protocols) {
      if (one.protocol.name == protocol) return &one;
    }
    return nullptr;
  }

  const RpcServerOptions options;
  Durability* const durability;
  std::vector<Registered> protocols;
  std::unique_ptr<net::WorkerPool> slow_pool;
  std::atomic<uint64_t> next_connection_id{1};
  std::atomic<bool> stopping{false};
  std::atomic<int> open_connections{0};
  // The last value that the journal told us. See RpcShard::Hold for why it is kept here, too.
  std::atomic<int64_t> durable{0};
  LifeCount life;
};

}  // namespace cairn::rpc
