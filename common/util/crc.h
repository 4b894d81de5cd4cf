// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace cairn {

// CRC-32C (Castagnoli) of `n` bytes, continuing from `crc`; start with 0.
// Crc32c("123456789") is 0xe3069283.
uint32_t Crc32c(uint32_t crc, const void* data, size_t n);

// CRC-32 (zlib's polynomial) of `n` bytes, continuing from `crc`; start with 0.
// Crc32("123456789") is 0xcbf43926.
uint32_t Crc32(uint32_t crc, const void* data, size_t n);

// Computes the CRC of A followed by B from those of A and B, where B always has the same length.
//
// Immutable.
class CrcCombiner {
 public:
  enum class Kind { kCrc32, kCrc32c };

  CrcCombiner(Kind kind, uint64_t b_bytes);

  uint32_t Combine(uint32_t a, uint32_t b) const;

 private:
  const uint32_t polynomial_;
  const uint32_t shift_;  // x to the number of B's bits, modulo the polynomial.
};

}  // namespace cairn
