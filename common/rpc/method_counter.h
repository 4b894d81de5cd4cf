// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace cairn::rpc {

// What one method has done since the start. Plain value.
struct MethodCount {
  std::string method;
  uint64_t calls = 0;
  uint64_t errors = 0;  // Of the calls.
  uint64_t nanos = 0;   // Inside the method, all calls together.
};

// Counts the calls of one method, in slots by thread, so that busy threads share no cache line.
//
// Thread-safe.
class MethodCounter {
 public:
  void Note(bool ok, uint64_t nanos) {
    Slot& slot = slots_[std::hash<std::thread::id>{}(std::this_thread::get_id()) % kSlots];
    slot.calls.fetch_add(1, std::memory_order_relaxed);
    slot.nanos.fetch_add(nanos, std::memory_order_relaxed);
    if (!ok) slot.errors.fetch_add(1, std::memory_order_relaxed);
  }

  MethodCount Sum(std::string method) const {
    MethodCount sum{.method = std::move(method)};
    for (const Slot& slot : slots_) {
      sum.calls += slot.calls.load(std::memory_order_relaxed);
      sum.errors += slot.errors.load(std::memory_order_relaxed);
      sum.nanos += slot.nanos.load(std::memory_order_relaxed);
    }
    return sum;
  }

 private:
  static constexpr size_t kSlots = 16;
  struct alignas(64) Slot {
    std::atomic<uint64_t> calls{0};
    std::atomic<uint64_t> errors{0};
    std::atomic<uint64_t> nanos{0};
  };
  std::array<Slot, kSlots> slots_;
};

}  // namespace cairn::rpc
