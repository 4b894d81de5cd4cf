// SPDX-License-Identifier: Apache-2.0
#include "common/wire/field_reader.h"

#include <algorithm>
#include <limits>
#include <string>

namespace cairn::wire {
namespace {

constexpr size_t kVarintBytesMax = 10;

// These take from the front of `rest`; nothing when what they want does not end within it. Every
// call has a dozen fields in its headers, so they are plain enough to be inlined.

std::optional<uint64_t> TakeVarint(std::string_view& rest) {
  uint64_t value = 0;
  const size_t end = std::min(rest.size(), kVarintBytesMax);
  for (size_t i = 0; i < end; ++i) {
    const auto byte = static_cast<uint8_t>(rest[i]);
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

std::optional<std::string_view> TakeBytes(std::string_view& rest, uint64_t n) {
  if (n > rest.size()) return std::nullopt;
  const std::string_view bytes = rest.substr(0, n);
  rest.remove_prefix(n);
  return bytes;
}

// Protobuf's fixed numbers are little-endian.
std::optional<uint64_t> TakeFixed(std::string_view& rest, size_t n) {
  const auto bytes = TakeBytes(rest, n);
  if (!bytes) return std::nullopt;
  uint64_t value = 0;
  for (size_t i = n; i-- > 0;) value = value << 8 | static_cast<uint8_t>((*bytes)[i]);
  return value;
}

Status NoMessage(const std::string& why) {
  return Status(Code::kBadRequest, "message does not decode: " + why);
}

}  // namespace

Result<std::optional<Field>> FieldReader::Next() {
  if (rest_.empty()) return std::optional<Field>();
  const auto tag = TakeVarint(rest_);
  if (!tag) return NoMessage("a tag does not end");
  if (*tag > std::numeric_limits<uint32_t>::max() || *tag >> 3 == 0) {
    return NoMessage("tag " + std::to_string(*tag) + " is none");
  }
  Field field{.number = static_cast<uint32_t>(*tag >> 3),
              .kind = static_cast<Field::Kind>(*tag & 7)};
  std::optional<uint64_t> number;
  switch (field.kind) {
    case Field::Kind::kVarint: number = TakeVarint(rest_); break;
    case Field::Kind::kFixed64: number = TakeFixed(rest_, 8); break;
    case Field::Kind::kFixed32: number = TakeFixed(rest_, 4); break;
    case Field::Kind::kBytes: {
      const auto length = TakeVarint(rest_);
      const auto bytes = length ? TakeBytes(rest_, *length) : std::nullopt;
      if (!bytes) return NoMessage("field " + std::to_string(field.number) + " does not end");
      field.bytes = *bytes;
      return std::optional(field);
    }
    default: return NoMessage("wire type " + std::to_string(*tag & 7) + " is not used");
  }
  if (!number) return NoMessage("field " + std::to_string(field.number) + " does not end");
  field.value = *number;
  return std::optional(field);
}

}  // namespace cairn::wire
