// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cassert>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "common/model/permission.h"
#include "namenode/tree/inode.h"

namespace cairn::namenode {

template <typename T>
struct InternHash;

template <>
struct InternHash<PermissionStatus> {
  size_t operator()(const PermissionStatus& p) const {
    return (std::hash<std::string>{}(p.owner) * 31 + std::hash<std::string>{}(p.group)) * 31 +
           p.mode;
  }
};

template <>
struct InternHash<FileLayout> {
  size_t operator()(const FileLayout& f) const {
    const uint64_t rest = (uint64_t{f.replication} << 24) | (uint64_t{f.storage_policy} << 16) |
                          (uint64_t{f.striped} << 8) | f.erasure_coding_policy;
    return std::hash<uint64_t>{}(f.block_size * 0x9E3779B97F4A7C15ULL + rest);
  }
};

// Keeps one copy of each distinct value that is in use, under a small number.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
template <typename T>
class Interner {
 public:
  // The number of `value`; it stays until Release was called as often as Acquire.
  uint32_t Acquire(const T& value) {
    const auto [it, added] = numbers_.try_emplace(value, 0);
    if (added) {
      if (free_.empty()) {
        it->second = static_cast<uint32_t>(slots_.size());
        slots_.push_back({&it->first, 0});
      } else {
        it->second = free_.back();
        free_.pop_back();
        slots_[it->second] = {&it->first, 0};
      }
    }
    ++slots_[it->second].uses;
    return it->second;
  }

  void Release(uint32_t number) {
    Slot& slot = slots_[number];
    assert(slot.uses > 0);
    if (--slot.uses > 0) return;
    numbers_.erase(numbers_.find(*slot.value));
    slot.value = nullptr;
    free_.push_back(number);
  }

  const T& At(uint32_t number) const { return *slots_[number].value; }
  size_t size() const { return numbers_.size(); }

  size_t MemoryBytes() const {
    return slots_.capacity() * sizeof(Slot) + numbers_.size() * (sizeof(T) + 32) +
           numbers_.bucket_count() * sizeof(void*);
  }

 private:
  struct Slot {
    const T* value;  // In a node of `numbers_`.
    uint32_t uses;
  };

  std::unordered_map<T, uint32_t, InternHash<T>> numbers_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace cairn::namenode
