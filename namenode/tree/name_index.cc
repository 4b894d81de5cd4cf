// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/name_index.h"

#include <cstdint>
#include <cstring>

namespace cairn::namenode {
namespace {

constexpr uint64_t kMultiplier1 = 0x9E3779B97F4A7C15ULL;
constexpr uint64_t kMultiplier2 = 0xD6E8FEB86659FD93ULL;

// Both halves of the 128-bit product: one instruction that mixes all bits.
uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

uint64_t Hash(InodeHandle parent, std::string_view name) {
  uint64_t hash = Mix(parent.value ^ kMultiplier2, name.size() + kMultiplier1);
  const char* p = name.data();
  size_t left = name.size();
  for (; left >= 8; p += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    hash = Mix(hash ^ word, kMultiplier1);
  }
  if (left > 0) {
    uint64_t word = 0;
    std::memcpy(&word, p, left);
    hash = Mix(hash ^ word, kMultiplier2);
  }
  return Mix(hash ^ kMultiplier1, kMultiplier2);
}

}  // namespace

InodeHandle NameIndex::Find(InodeHandle parent, std::string_view name) const {
  return InodeHandle(index_.Find(Hash(parent, name), [&](uint32_t handle) {
    const InodeHandle child(handle);
    return inodes_.Parent(child) == parent && inodes_.Name(child) == name;
  }));
}

void NameIndex::Insert(InodeHandle child) {
  index_.Insert(Hash(inodes_.Parent(child), inodes_.Name(child)), child.value);
}

void NameIndex::Erase(InodeHandle child) {
  index_.Erase(Hash(inodes_.Parent(child), inodes_.Name(child)), child.value);
}

}  // namespace cairn::namenode
