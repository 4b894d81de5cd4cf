// SPDX-License-Identifier: Apache-2.0
#include "common/util/bytes.h"
#include "common/wire/field_reader.h"
#include "common/wire/field_writer.h"
#include "common/wire/message_codec.h"
#include "common/wire/rpc_frames.h"

namespace cairn::wire {
namespace {

constexpr uint64_t kProtocolBufferKind = 2;
constexpr uint64_t kFinalPacket = 0;

// The fields of RpcRequestHeaderProto that a server looks at before it trusts the header.
struct HeaderChecks {
  std::optional<uint64_t> kind;
  std::optional<uint64_t> operation;
  bool has_call_id = false;
  bool has_client_id = false;
};

int32_t SInt32Of(const Field& field) {
  return static_cast<int32_t>(FromZigZag(static_cast<uint32_t>(field.value)));
}

Status ReadCallerContext(std::string_view message, RequestFrame* frame) {
  FieldReader reader(message);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, reader.Next());
    if (!field) return Status();
    if (field->kind != Field::Kind::kBytes) continue;
    if (field->number == 1) frame->caller_context = field->bytes;
    if (field->number == 2) frame->caller_signature = field->bytes;
  }
}

void ReadHeaderNumber(const Field& field, RequestFrame* frame, HeaderChecks* checks) {
  switch (field.number) {
    case 1: checks->kind = field.value; break;
    case 2: checks->operation = field.value; break;
    case 3:
      frame->call_id = SInt32Of(field);
      checks->has_call_id = true;
      break;
    case 5: frame->retry_count = SInt32Of(field); break;
    case 8: frame->state_id = static_cast<int64_t>(field.value); break;
  }
}

Status ReadHeader(std::string_view message, RequestFrame* frame, HeaderChecks* checks) {
  FieldReader reader(message);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, reader.Next());
    if (!field) return Status();
    if (field->kind == Field::Kind::kVarint) {
      ReadHeaderNumber(*field, frame, checks);
    } else if (field->kind == Field::Kind::kBytes && field->number == 4) {
      frame->client_id = field->bytes;
      checks->has_client_id = true;
    } else if (field->kind == Field::Kind::kBytes && field->number == 7) {
      CAIRN_TRY(ReadCallerContext(field->bytes, frame));
    }
  }
}

Status CheckHeader(const HeaderChecks& checks) {
  std::string why;
  if (!checks.has_call_id || !checks.has_client_id) {
    why = "call id or client id is missing in the request header";
  } else if (!checks.operation) {
    why = "no rpc op in the request header";
  } else if (*checks.operation != kFinalPacket) {
    why = "rpc op " + std::to_string(*checks.operation) + " is not supported";
  } else if (!checks.kind) {
    why = "no rpc kind in the request header";
  } else if (*checks.kind != kProtocolBufferKind) {
    why = "rpc kind " + std::to_string(*checks.kind) + " is not supported";
  }
  return why.empty() ? Status() : Status(Code::kBadRequest, why);
}

Status AsBadRequest(const Status& status, const char* what) {
  if (status.ok()) return status;
  return Status(Code::kBadRequest, std::string("error decoding ") + what + ": " + status.message());
}

Result<std::string_view> TakeMessage(ByteReader& reader, const char* what) {
  auto message = TakeDelimited(reader);
  if (message.ok()) return message;
  return AsBadRequest(message.status(), what);
}

std::string HeaderMessage(const CallHeader& header) {
  std::string out;
  PutVarintField(out, 1, kProtocolBufferKind);
  PutVarintField(out, 2, kFinalPacket);
  // The zigzag form of a 32-bit number has 32 bits.
  PutVarintField(out, 3, static_cast<uint32_t>(ToZigZag(header.call_id)));
  PutBytesField(out, 4, header.client_id);
  PutVarintField(out, 5, static_cast<uint32_t>(ToZigZag(header.retry_count)));
  if (!header.caller_context.empty()) {
    std::string context;
    PutBytesField(context, 1, header.caller_context);
    PutBytesField(out, 7, context);
  }
  if (header.state_id) PutVarintField(out, 8, static_cast<uint64_t>(*header.state_id));
  return out;
}

// `rest` stands behind the header and has its own lengths.
std::string Frame(const CallHeader& header, std::string_view rest) {
  std::string body;
  PutDelimited(body, HeaderMessage(header));
  std::string out;
  out.reserve(kFrameLengthBytes + body.size() + rest.size());
  PutU32(out, static_cast<uint32_t>(body.size() + rest.size()));
  out.append(body).append(rest);
  return out;
}

Status ReadUser(std::string_view message, ConnectionContext* context) {
  FieldReader reader(message);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, reader.Next());
    if (!field) return Status();
    if (field->kind != Field::Kind::kBytes) continue;
    if (field->number == 1) context->effective_user = field->bytes;
    if (field->number == 2) context->real_user = field->bytes;
  }
}

}  // namespace

Result<RequestFrame> DecodeRequestFrame(std::string_view frame) {
  ByteReader reader(frame);
  CAIRN_ASSIGN(const std::string_view header, TakeMessage(reader, "the request header"));
  RequestFrame decoded;
  HeaderChecks checks;
  CAIRN_TRY(AsBadRequest(ReadHeader(header, &decoded, &checks), "the request header"));
  CAIRN_TRY(CheckHeader(checks));
  decoded.payload = reader.rest();
  return decoded;
}

Result<RequestCall> DecodeRequestCall(std::string_view payload) {
  ByteReader reader(payload);
  CAIRN_ASSIGN(const std::string_view header, TakeMessage(reader, "the name of the call"));
  RequestCall call;
  bool has_version = false;
  FieldReader fields(header);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, fields.Next());
    if (!field) break;
    const bool is_bytes = field->kind == Field::Kind::kBytes;
    if (is_bytes && field->number == 1) call.method = field->bytes;
    if (is_bytes && field->number == 2) call.protocol = field->bytes;
    if (field->kind == Field::Kind::kVarint && field->number == 3) {
      call.protocol_version = field->value;
      has_version = true;
    }
  }
  if (call.method.empty() || call.protocol.empty() || !has_version) {
    return Status(Code::kBadRequest, "method, protocol or version of the call is missing");
  }
  CAIRN_ASSIGN(call.request, TakeMessage(reader, "the request"));
  return call;
}

Result<ConnectionContext> DecodeConnectionContext(std::string_view payload) {
  ByteReader bytes(payload);
  CAIRN_ASSIGN(const std::string_view message, TakeMessage(bytes, "the connection context"));
  ConnectionContext context;
  FieldReader fields(message);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, fields.Next());
    if (!field) return context;
    if (field->kind != Field::Kind::kBytes) continue;
    if (field->number == 2) CAIRN_TRY(ReadUser(field->bytes, &context));
    if (field->number == 3) context.protocol = field->bytes;
  }
}

Result<SaslState> DecodeSaslState(std::string_view payload) {
  ByteReader bytes(payload);
  CAIRN_ASSIGN(const std::string_view message, TakeMessage(bytes, "the SASL message"));
  return SaslStateOf(message);
}

Result<SaslState> SaslStateOf(std::string_view message) {
  std::optional<uint64_t> state;
  FieldReader fields(message);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, fields.Next());
    if (!field) break;
    if (field->kind == Field::Kind::kVarint && field->number == 2) state = field->value;
  }
  if (!state || *state > static_cast<uint64_t>(SaslState::kWrap)) {
    return Status(Code::kBadRequest, "SASL message without a known state");
  }
  return static_cast<SaslState>(*state);
}

std::string EncodeRequest(const CallHeader& header, const RequestCall& call) {
  std::string name;
  PutBytesField(name, 1, call.method);
  PutBytesField(name, 2, call.protocol);
  PutVarintField(name, 3, call.protocol_version);
  std::string rest;
  PutDelimited(rest, name);
  PutDelimited(rest, call.request);
  return Frame(header, rest);
}

std::string EncodeConnectionContext(std::string_view client_id, const ConnectionContext& context) {
  std::string user;
  if (!context.effective_user.empty()) PutBytesField(user, 1, context.effective_user);
  if (!context.real_user.empty()) PutBytesField(user, 2, context.real_user);
  std::string message;
  PutBytesField(message, 2, user);
  PutBytesField(message, 3, context.protocol);
  std::string rest;
  PutDelimited(rest, message);
  return Frame({.call_id = kCallIdConnectionContext,
                .client_id = std::string(client_id),
                .retry_count = -1},
               rest);
}

std::string EncodePing(std::string_view client_id) {
  return Frame(
      {.call_id = kCallIdPing, .client_id = std::string(client_id), .retry_count = -1}, {});
}

std::string EncodeSaslNegotiate() {
  std::string message;
  PutVarintField(message, 2, static_cast<uint64_t>(SaslState::kNegotiate));
  std::string rest;
  PutDelimited(rest, message);
  return Frame({.call_id = kCallIdSasl, .retry_count = -1}, rest);
}

}  // namespace cairn::wire
