// SPDX-License-Identifier: Apache-2.0
#include "common/wire/field_reader.h"

#include <limits>
#include <string>

namespace cairn::wire {
namespace {

// Protobuf's fixed numbers are little-endian.
uint64_t LittleEndian(std::string_view bytes) {
  uint64_t v = 0;
  for (size_t i = bytes.size(); i-- > 0;) v = v << 8 | static_cast<uint8_t>(bytes[i]);
  return v;
}

}  // namespace

Result<std::optional<Field>> FieldReader::Next() {
  auto field = Read();
  if (field.ok()) return field;
  return Status(Code::kBadRequest, "message does not decode: " + field.status().message());
}

Result<std::optional<Field>> FieldReader::Read() {
  if (reader_.remaining() == 0) return std::optional<Field>();
  CAIRN_ASSIGN(const uint64_t tag, reader_.Varint());
  if (tag > std::numeric_limits<uint32_t>::max() || tag >> 3 == 0) {
    return Status(Code::kBadRequest, "tag " + std::to_string(tag) + " is none");
  }
  Field field;
  field.number = static_cast<uint32_t>(tag >> 3);
  field.kind = static_cast<Field::Kind>(tag & 7);
  switch (field.kind) {
    case Field::Kind::kVarint: {
      CAIRN_ASSIGN(field.value, reader_.Varint());
      return std::optional(field);
    }
    case Field::Kind::kFixed64: {
      CAIRN_ASSIGN(const std::string_view bytes, reader_.Take(8));
      field.value = LittleEndian(bytes);
      return std::optional(field);
    }
    case Field::Kind::kFixed32: {
      CAIRN_ASSIGN(const std::string_view bytes, reader_.Take(4));
      field.value = LittleEndian(bytes);
      return std::optional(field);
    }
    case Field::Kind::kBytes: {
      CAIRN_ASSIGN(const uint64_t length, reader_.Varint());
      CAIRN_ASSIGN(field.bytes, reader_.Take(length));
      return std::optional(field);
    }
  }
  return Status(Code::kBadRequest, "wire type " + std::to_string(tag & 7) + " is not used");
}

}  // namespace cairn::wire
