// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace cairn::rpc {

// What a server has done since its start, and has now. Plain value.
struct RpcCounters {
  uint64_t calls = 0;              // Answered by a handler, well or badly.
  uint64_t call_errors = 0;        // Of these, with an exception.
  uint64_t call_nanos = 0;         // Time inside handlers, all calls together.
  uint64_t slow_calls = 0;         // Of the calls, through the pool.
  uint64_t rejected_calls = 0;     // Turned away because the pool's queue was full.
  uint64_t protocol_errors = 0;    // Connections that were ended for what they sent.
  uint64_t authorization_failures = 0;
  uint64_t received_bytes = 0;
  uint64_t sent_bytes = 0;
  uint64_t connections_accepted = 0;
  uint64_t connections_refused = 0;  // Over the limit.
  int64_t open_connections = 0;
  int64_t held_replies = 0;        // Waiting for durability.
  int64_t slow_queue = 0;          // Waiting for a thread of the pool.
};

// One I/O thread's share, written by that thread only and read by any: no contention, no lock.
//
// Thread-safe for one writer.
struct alignas(64) ThreadCounters {
  std::atomic<uint64_t> calls{0};
  std::atomic<uint64_t> call_errors{0};
  std::atomic<uint64_t> call_nanos{0};
  std::atomic<uint64_t> slow_calls{0};
  std::atomic<uint64_t> rejected_calls{0};
  std::atomic<uint64_t> protocol_errors{0};
  std::atomic<uint64_t> authorization_failures{0};
  std::atomic<uint64_t> received_bytes{0};
  std::atomic<uint64_t> sent_bytes{0};
  std::atomic<uint64_t> connections_accepted{0};
  std::atomic<int64_t> open_connections{0};
  std::atomic<int64_t> held_replies{0};

  // A plain addition: the locked one of fetch_add costs more than the rest of the bookkeeping.
  template <typename T>
  static void Add(std::atomic<T>& counter, T n) {
    counter.store(counter.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }
};

}  // namespace cairn::rpc
