// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/util/result.h"

namespace cairn::wire {

// One field of a Protobuf message.
struct Field {
  enum class Kind : uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

  uint32_t number = 0;
  Kind kind = Kind::kVarint;
  uint64_t value = 0;      // Of the numeric kinds.
  std::string_view bytes;  // Of kBytes.
};

inline int64_t FromZigZag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}
inline uint64_t ToZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}

// Reads the fields of one message where they stand, without memory of its own: for the headers that
// come with every call and every packet. Nested messages are bytes, so nothing recurses.
//
// Does not own the bytes. Not thread-safe.
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message) {}

  // The next field; nothing at the end. Fails with kBadRequest for what is no message.
  Result<std::optional<Field>> Next();

 private:
  std::string_view rest_;
};

}  // namespace cairn::wire
