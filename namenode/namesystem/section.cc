// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/section.h"

#include <functional>

namespace cairn::namenode {

size_t Section::EnterShared() {
  const size_t slot = std::hash<std::thread::id>{}(std::this_thread::get_id()) % kSlots;
  std::atomic<uint32_t>& readers = slots_[slot].readers;
  // Both sides announce themselves before they look at the other: at least one sees the other.
  readers.fetch_add(1, std::memory_order_seq_cst);
  if (!gate_closed_.load(std::memory_order_seq_cst)) return slot;

  if (readers.fetch_sub(1, std::memory_order_seq_cst) == 1) readers.notify_all();
  // While this mutex is held there is no writer, so the slot can be taken without a look.
  std::lock_guard<std::mutex> queue(writer_);
  readers.fetch_add(1, std::memory_order_seq_cst);
  return slot;
}

void Section::LeaveShared(size_t slot) {
  std::atomic<uint32_t>& readers = slots_[slot].readers;
  const bool last = readers.fetch_sub(1, std::memory_order_seq_cst) == 1;
  if (last && gate_closed_.load(std::memory_order_seq_cst)) readers.notify_all();
}

void Section::EnterExclusive() {
  writers_waiting_.fetch_add(1, std::memory_order_relaxed);
  writer_.lock();
  gate_closed_.store(true, std::memory_order_seq_cst);
  for (Slot& slot : slots_) {
    for (uint32_t n = slot.readers.load(std::memory_order_seq_cst); n != 0;
         n = slot.readers.load(std::memory_order_seq_cst)) {
      slot.readers.wait(n, std::memory_order_seq_cst);
    }
  }
  writers_waiting_.fetch_sub(1, std::memory_order_relaxed);
}

void Section::LeaveExclusive() {
  gate_closed_.store(false, std::memory_order_seq_cst);
  writer_.unlock();
}

bool Section::Shared::Yield() {
  if (section_.writers_waiting_.load(std::memory_order_relaxed) == 0) return false;
  section_.LeaveShared(slot_);
  slot_ = section_.EnterShared();
  return true;
}

void Section::Exclusive::Yield() {
  section_.LeaveExclusive();
  std::this_thread::yield();
  section_.EnterExclusive();
}

}  // namespace cairn::namenode
