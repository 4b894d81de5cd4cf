// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <thread>

namespace cairn::namenode {

// The namesystem's readers-writer lock. Readers count themselves in slots of their own cache
// lines, so that readers on many cores share none; a writer closes the gate and waits for every
// slot to be empty. Nothing sleeps, logs to disk or talks to the network inside.
//
// Not recursive. Thread-safe.
class Section {
 public:
  Section() = default;
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  // Shared while alive.
  class Shared {
   public:
    explicit Shared(Section& section) : section_(section), slot_(section.EnterShared()) {}
    ~Shared() { section_.LeaveShared(slot_); }
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;

    // For long scans: lets a waiting writer in. What was read before may have changed after.
    // Returns true when the section was left in between.
    bool Yield();

   private:
    Section& section_;
    size_t slot_;
  };

  // Exclusive while alive.
  class Exclusive {
   public:
    explicit Exclusive(Section& section) : section_(section) { section_.EnterExclusive(); }
    ~Exclusive() { section_.LeaveExclusive(); }
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;

    // Leaves and enters again, so that others get their turn in the midst of long work.
    void Yield();

   private:
    Section& section_;
  };

 private:
  static constexpr size_t kSlots = 64;
  struct alignas(64) Slot {
    std::atomic<uint32_t> readers{0};
  };

  size_t EnterShared();
  void LeaveShared(size_t slot);
  void EnterExclusive();
  void LeaveExclusive();

  std::array<Slot, kSlots> slots_;
  alignas(64) std::atomic<bool> gate_closed_{false};
  std::atomic<uint32_t> writers_waiting_{0};
  std::mutex writer_;  // Held by the writer; readers that meet a closed gate queue here.
};

}  // namespace cairn::namenode
