// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <google/protobuf/message_lite.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "common/util/bytes.h"
#include "common/util/result.h"

namespace cairn::wire {

// Parses `bytes` as one message. Fails with kBadRequest when they do not decode, when a required
// field is missing or when messages nest deeper than 100.
Status ParseMessage(std::string_view bytes, google::protobuf::MessageLite* message);

// The next message's bytes behind their varint length, as a view into the source.
Result<std::string_view> TakeDelimited(ByteReader& reader);

// Takes the next varint-delimited message and parses it.
Status ParseDelimited(ByteReader& reader, google::protobuf::MessageLite* message);

// All required fields must be set.
std::string SerializeMessage(const google::protobuf::MessageLite& message);
void AppendMessage(const google::protobuf::MessageLite& message, std::string& out);
// With a varint length in front.
void AppendDelimited(const google::protobuf::MessageLite& message, std::string& out);

// Reads a varint length from `read_byte`, a callable that returns Result<uint8_t>: for streams,
// where nobody knows yet how many bytes there are. Fails with kCorrupt for more than `max`.
template <typename ReadByte>
Result<uint32_t> ReadVarintLength(ReadByte&& read_byte, uint32_t max) {
  uint64_t length = 0;
  for (int shift = 0; shift < 35; shift += 7) {
    CAIRN_ASSIGN(const uint8_t byte, read_byte());
    length |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      if (length > max) break;
      return static_cast<uint32_t>(length);
    }
  }
  return Status(Code::kCorrupt, "message length is over the limit of " + std::to_string(max));
}

}  // namespace cairn::wire
