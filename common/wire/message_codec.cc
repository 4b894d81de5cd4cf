// SPDX-License-Identifier: Apache-2.0
#include "common/wire/message_codec.h"

#include <limits>

namespace cairn::wire {

Status ParseMessage(std::string_view bytes, google::protobuf::MessageLite* message) {
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    return Status(Code::kBadRequest, message->GetTypeName() + ": too long");
  }
  // Not ParseFromArray: it writes to stderr when a required field is missing.
  if (!message->ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Status(Code::kBadRequest, message->GetTypeName() + ": bytes do not decode");
  }
  if (!message->IsInitialized()) {
    return Status(Code::kBadRequest, message->GetTypeName() + ": a required field is missing");
  }
  return Status();
}

Result<std::string_view> TakeDelimited(ByteReader& reader) {
  ByteReader ahead = reader;
  CAIRN_ASSIGN(const uint64_t length, ahead.Varint());
  CAIRN_ASSIGN(const std::string_view bytes, ahead.Take(length));
  reader = ahead;
  return bytes;
}

Status ParseDelimited(ByteReader& reader, google::protobuf::MessageLite* message) {
  CAIRN_ASSIGN(const std::string_view bytes, TakeDelimited(reader));
  return ParseMessage(bytes, message);
}

std::string SerializeMessage(const google::protobuf::MessageLite& message) {
  std::string out;
  AppendMessage(message, out);
  return out;
}

void AppendMessage(const google::protobuf::MessageLite& message, std::string& out) {
  message.AppendPartialToString(&out);
}

void AppendDelimited(const google::protobuf::MessageLite& message, std::string& out) {
  PutVarint(out, message.ByteSizeLong());
  AppendMessage(message, out);
}

}  // namespace cairn::wire
