// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/util/bytes.h"

namespace cairn::wire {

// Appends single fields of a Protobuf message, the counterpart of FieldReader. Fields are written
// in the order of their numbers, as Apache's own serializers do. All functions are thread-safe.

inline void PutVarintField(std::string& out, uint32_t number, uint64_t value) {
  PutVarint(out, uint64_t{number} << 3);
  PutVarint(out, value);
}

inline void PutBytesField(std::string& out, uint32_t number, std::string_view bytes) {
  PutVarint(out, uint64_t{number} << 3 | 2);
  PutVarint(out, bytes.size());
  out.append(bytes);
}

// With its varint length in front.
inline void PutDelimited(std::string& out, std::string_view message) {
  PutVarint(out, message.size());
  out.append(message);
}

}  // namespace cairn::wire
