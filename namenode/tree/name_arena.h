// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace cairn::namenode {

// Names, each with its length in front, in chunks that never move. What is freed is used again for
// names that take as many units.
//
//   name of less than 255 bytes:  u8 length, bytes
//   longer:                       u8 255, u16 length (little-endian), bytes
//
// Each is rounded up to units of 4 bytes; a reference counts units, so 16 GiB can be addressed.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class NameArena {
 public:
  static constexpr size_t kNameBytesMax = 65535;
  // The reference of the empty name.
  static constexpr uint32_t kEmpty = 0;

  NameArena();

  // No value when the name is too long or the arena is full.
  std::optional<uint32_t> Add(std::string_view name);
  void Free(uint32_t reference);
  std::string_view At(uint32_t reference) const {
    const uint8_t* p = Address(reference);
    if (p[0] != kLong) return {reinterpret_cast<const char*>(p + 1), p[0]};
    return {reinterpret_cast<const char*>(p + 3), static_cast<size_t>(p[1] | (p[2] << 8))};
  }

  size_t MemoryBytes() const;

 private:
  static constexpr uint8_t kLong = 255;
  static constexpr size_t kUnitBytes = 4;
  static constexpr uint32_t kChunkBits = 18;
  static constexpr uint32_t kChunkUnits = 1u << kChunkBits;

  static size_t UnitsFor(size_t length) {
    return (length + (length < kLong ? 1 : 3) + kUnitBytes - 1) / kUnitBytes;
  }
  uint8_t* Address(uint32_t reference) const {
    return chunks_[reference >> kChunkBits].get() + (reference & (kChunkUnits - 1)) * kUnitBytes;
  }
  std::optional<uint32_t> Take(size_t units);
  void Give(uint32_t reference, size_t units);

  std::vector<std::unique_ptr<uint8_t[]>> chunks_;
  uint32_t next_ = 0;               // The first unit that was never used, in the last chunk.
  std::vector<uint32_t> free_;      // By units: the first free piece; each holds the next one.
};

}  // namespace cairn::namenode
