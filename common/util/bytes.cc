// SPDX-License-Identifier: Apache-2.0
#include "common/util/bytes.h"

#include <endian.h>

#include <cstring>

namespace cairn {
namespace {

template <typename T>
T LoadRaw(const void* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

}  // namespace

uint16_t LoadU16(const void* p) { return be16toh(LoadRaw<uint16_t>(p)); }
uint32_t LoadU32(const void* p) { return be32toh(LoadRaw<uint32_t>(p)); }
uint64_t LoadU64(const void* p) { return be64toh(LoadRaw<uint64_t>(p)); }

void StoreU16(void* p, uint16_t v) {
  v = htobe16(v);
  std::memcpy(p, &v, sizeof v);
}
void StoreU32(void* p, uint32_t v) {
  v = htobe32(v);
  std::memcpy(p, &v, sizeof v);
}
void StoreU64(void* p, uint64_t v) {
  v = htobe64(v);
  std::memcpy(p, &v, sizeof v);
}

void PutU8(std::string& out, uint8_t v) { out.push_back(static_cast<char>(v)); }
void PutU16(std::string& out, uint16_t v) {
  v = htobe16(v);
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}
void PutU32(std::string& out, uint32_t v) {
  v = htobe32(v);
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}
void PutU64(std::string& out, uint64_t v) {
  v = htobe64(v);
  out.append(reinterpret_cast<const char*>(&v), sizeof v);
}

void PutVarint(std::string& out, uint64_t v) {
  while (v >= 0x80) {
    out.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<char>(v));
}

Status ByteReader::Need(size_t n) const {
  if (remaining() >= n) return Status();
  return Status(Code::kEndOfFile, "need " + std::to_string(n) + " bytes at offset " +
                                      std::to_string(offset_) + ", have " +
                                      std::to_string(remaining()));
}

Result<uint8_t> ByteReader::U8() {
  CAIRN_TRY(Need(1));
  return static_cast<uint8_t>(bytes_[offset_++]);
}

Result<uint16_t> ByteReader::U16() {
  CAIRN_TRY(Need(2));
  offset_ += 2;
  return LoadU16(bytes_.data() + offset_ - 2);
}

Result<uint32_t> ByteReader::U32() {
  CAIRN_TRY(Need(4));
  offset_ += 4;
  return LoadU32(bytes_.data() + offset_ - 4);
}

Result<uint64_t> ByteReader::U64() {
  CAIRN_TRY(Need(8));
  offset_ += 8;
  return LoadU64(bytes_.data() + offset_ - 8);
}

Result<uint64_t> ByteReader::Varint() {
  uint64_t value = 0;
  for (size_t i = 0; i < 10; ++i) {
    if (i >= remaining()) return Need(i + 1);
    const auto byte = static_cast<uint8_t>(bytes_[offset_ + i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      offset_ += i + 1;
      return value;
    }
  }
  return Status(Code::kCorrupt, "varint of more than 10 bytes at offset " +
                                    std::to_string(offset_));
}

Result<std::string_view> ByteReader::Take(size_t n) {
  CAIRN_TRY(Need(n));
  offset_ += n;
  return bytes_.substr(offset_ - n, n);
}

Status ByteReader::Skip(size_t n) {
  CAIRN_TRY(Need(n));
  offset_ += n;
  return Status();
}

std::string ToHex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    out.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return out;
}

}  // namespace cairn
