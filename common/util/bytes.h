// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

namespace cairn {

// Big-endian numbers, as Java's DataOutput writes them, appended to a string of bytes.
void PutU8(std::string& out, uint8_t v);
void PutU16(std::string& out, uint16_t v);
void PutU32(std::string& out, uint32_t v);
void PutU64(std::string& out, uint64_t v);

// Big-endian numbers at an address; the caller has checked that the bytes are there.
uint16_t LoadU16(const void* p);
uint32_t LoadU32(const void* p);
uint64_t LoadU64(const void* p);
void StoreU16(void* p, uint16_t v);
void StoreU32(void* p, uint32_t v);
void StoreU64(void* p, uint64_t v);

// Protobuf's base-128 numbers.
void PutVarint(std::string& out, uint64_t v);

// Reads a byte string from its front. Every read is bounds-checked and fails with kEndOfFile, and
// nothing is consumed by a read that fails.
//
// Does not own the bytes. Not thread-safe.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  size_t remaining() const { return bytes_.size() - offset_; }
  // Bytes consumed so far.
  size_t offset() const { return offset_; }
  // What has not been consumed yet.
  std::string_view rest() const { return bytes_.substr(offset_); }

  Result<uint8_t> U8();
  Result<uint16_t> U16();
  Result<uint32_t> U32();
  Result<uint64_t> U64();
  // At most 10 bytes; kCorrupt for a longer one.
  Result<uint64_t> Varint();
  // The next `n` bytes, as a view into the source.
  Result<std::string_view> Take(size_t n);
  Status Skip(size_t n);

 private:
  Status Need(size_t n) const;

  std::string_view bytes_;
  size_t offset_ = 0;
};

// "0a1b…": for identifiers in logs and file names.
std::string ToHex(std::string_view bytes);

}  // namespace cairn
