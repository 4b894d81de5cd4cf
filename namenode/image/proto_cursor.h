// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "common/util/bytes.h"

// Protobuf by hand: an image has ten millions of small messages, and a general decoder costs more
// than everything else that loading does.
namespace cairn::namenode {

// Walks over the fields of one message, without memory of its own. A message that is not well
// formed ends early, with ok() false.
//
// Does not own the bytes. Not thread-safe.
class ProtoCursor {
 public:
  explicit ProtoCursor(std::string_view message)
      : at_(reinterpret_cast<const uint8_t*>(message.data())), end_(at_ + message.size()) {}

  bool ok() const { return ok_; }
  uint32_t field() const { return field_; }
  // Of a number, whatever its width; 0 for bytes.
  uint64_t number() const { return number_; }
  // Of a string, bytes, a message or a packed list; empty for a number.
  std::string_view bytes() const { return bytes_; }

  // False at the end.
  bool Next() {
    if (at_ == end_ || !ok_) return false;
    uint64_t tag = 0;
    if (!Varint(&tag)) return false;
    field_ = static_cast<uint32_t>(tag >> 3);
    number_ = 0;
    bytes_ = {};
    switch (tag & 7) {
      case 0:
        return Varint(&number_);
      case 1:
        return Fixed(8);
      case 2:
        return Bytes();
      case 5:
        return Fixed(4);
      default:
        return Fail();
    }
  }

  // Reads a bare number, of a packed list. False at the end.
  bool NextPacked(uint64_t* number) { return at_ != end_ && Varint(number); }

 private:
  bool Fail() {
    ok_ = false;
    return false;
  }

  bool Varint(uint64_t* out) {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at_ == end_) return Fail();
      const uint8_t byte = *at_++;
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) {
        *out = value;
        return true;
      }
    }
    return Fail();
  }

  bool Fixed(size_t size) {
    if (static_cast<size_t>(end_ - at_) < size) return Fail();
    for (size_t i = size; i-- > 0;) number_ = (number_ << 8) | at_[i];
    at_ += size;
    return true;
  }

  bool Bytes() {
    uint64_t size = 0;
    if (!Varint(&size)) return false;
    if (size > static_cast<size_t>(end_ - at_)) return Fail();
    bytes_ = std::string_view(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return true;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  uint64_t number_ = 0;
  std::string_view bytes_;
  uint32_t field_ = 0;
  bool ok_ = true;
};

// The counterparts for writing, beside those of common/wire/field_writer.h. Little-endian.
inline void PutFixed(std::string& out, uint64_t value, int size) {
  for (int i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}
inline void PutFixed64Field(std::string& out, uint32_t number, uint64_t value) {
  PutVarint(out, uint64_t{number} << 3 | 1);
  PutFixed(out, value, 8);
}
inline void PutFixed32Field(std::string& out, uint32_t number, uint32_t value) {
  PutVarint(out, uint64_t{number} << 3 | 5);
  PutFixed(out, value, 4);
}

}  // namespace cairn::namenode
