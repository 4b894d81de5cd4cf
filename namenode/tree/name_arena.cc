// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/name_arena.h"

#include <cstring>

namespace cairn::namenode {
namespace {

constexpr uint32_t kChunksMax = 1u << 14;
constexpr uint32_t kNone = 0;  // The empty name's place is never freed: it ends the lists.

}  // namespace

NameArena::NameArena() {
  // The empty name is the first of the first chunk.
  Take(1);
  Address(kEmpty)[0] = 0;
}

std::optional<uint32_t> NameArena::Add(std::string_view name) {
  if (name.empty()) return kEmpty;
  if (name.size() > kNameBytesMax) return std::nullopt;
  const std::optional<uint32_t> reference = Take(UnitsFor(name.size()));
  if (!reference) return std::nullopt;
  uint8_t* p = Address(*reference);
  if (name.size() < kLong) {
    *p++ = static_cast<uint8_t>(name.size());
  } else {
    *p++ = kLong;
    *p++ = static_cast<uint8_t>(name.size());
    *p++ = static_cast<uint8_t>(name.size() >> 8);
  }
  std::memcpy(p, name.data(), name.size());
  return reference;
}

void NameArena::Free(uint32_t reference) {
  if (reference != kEmpty) Give(reference, UnitsFor(At(reference).size()));
}

std::optional<uint32_t> NameArena::Take(size_t units) {
  if (units < free_.size() && free_[units] != kNone) {
    const uint32_t reference = free_[units];
    std::memcpy(&free_[units], Address(reference), sizeof(uint32_t));
    return reference;
  }
  if (chunks_.empty() || next_ + units > kChunkUnits) {
    if (chunks_.size() == kChunksMax) return std::nullopt;
    if (!chunks_.empty() && next_ < kChunkUnits) {
      // What is left of the chunk serves a shorter name.
      Give(static_cast<uint32_t>((chunks_.size() - 1) << kChunkBits) | next_, kChunkUnits - next_);
    }
    chunks_.emplace_back(new uint8_t[kChunkUnits * kUnitBytes]);
    next_ = 0;
  }
  const auto reference = static_cast<uint32_t>((chunks_.size() - 1) << kChunkBits) | next_;
  next_ += static_cast<uint32_t>(units);
  return reference;
}

void NameArena::Give(uint32_t reference, size_t units) {
  if (free_.size() <= units) free_.resize(units + 1, kNone);
  std::memcpy(Address(reference), &free_[units], sizeof(uint32_t));
  free_[units] = reference;
}

size_t NameArena::MemoryBytes() const {
  return chunks_.size() * kChunkUnits * kUnitBytes + free_.capacity() * sizeof(uint32_t);
}

}  // namespace cairn::namenode
