// SPDX-License-Identifier: Apache-2.0
#include "common/util/crc.h"

#include <isa-l/crc.h>

namespace cairn {
namespace {

// Polynomials modulo the CRC's own, with bits reflected: the highest bit is the coefficient of x^0.
constexpr uint32_t kOne = 0x80000000u;
constexpr uint32_t kX = 0x40000000u;
constexpr uint32_t kCrc32Polynomial = 0xedb88320u;
constexpr uint32_t kCrc32cPolynomial = 0x82f63b78u;

uint32_t Multiply(uint32_t polynomial, uint32_t a, uint32_t b) {
  uint32_t product = 0;
  for (uint32_t bit = kOne; bit != 0; bit >>= 1) {
    if ((a & bit) != 0) product ^= b;
    b = (b & 1) != 0 ? (b >> 1) ^ polynomial : b >> 1;
  }
  return product;
}

uint32_t PowerOfX(uint32_t polynomial, uint64_t exponent) {
  uint32_t power = kOne;
  for (uint32_t square = kX; exponent != 0; exponent >>= 1) {
    if ((exponent & 1) != 0) power = Multiply(polynomial, power, square);
    square = Multiply(polynomial, square, square);
  }
  return power;
}

}  // namespace

uint32_t Crc32c(uint32_t crc, const void* data, size_t n) {
  // ISA-L takes and gives the register without the final inversion, and lacks const.
  auto* bytes = static_cast<unsigned char*>(const_cast<void*>(data));
  return ~crc32_iscsi(bytes, static_cast<int>(n), ~crc);
}

uint32_t Crc32(uint32_t crc, const void* data, size_t n) {
  return crc32_gzip_refl(crc, static_cast<const unsigned char*>(data), n);
}

CrcCombiner::CrcCombiner(Kind kind, uint64_t b_bytes)
    : polynomial_(kind == Kind::kCrc32 ? kCrc32Polynomial : kCrc32cPolynomial),
      shift_(PowerOfX(polynomial_, b_bytes * 8)) {}

uint32_t CrcCombiner::Combine(uint32_t a, uint32_t b) const {
  return Multiply(polynomial_, a, shift_) ^ b;
}

}  // namespace cairn
