// SPDX-License-Identifier: Apache-2.0
#include "common/util/bytes.h"
#include "common/wire/exception_names.h"
#include "common/wire/field_reader.h"
#include "common/wire/field_writer.h"
#include "common/wire/message_codec.h"
#include "common/wire/rpc_frames.h"

namespace cairn::wire {
namespace {

// Enough for the header of a success with its lengths; more would only cost an allocation.
constexpr size_t kHeaderBytesMax = 80;

struct Failure {
  RpcStatus status;
  RpcErrorCode code;
  std::string java_class;
  std::string_view message;
};

// RpcResponseHeaderProto.
std::string HeaderMessage(const ResponseTo& to, const Failure* failure) {
  std::string out;
  out.reserve(kHeaderBytesMax);
  PutVarintField(out, 1, static_cast<uint32_t>(to.call_id));
  PutVarintField(out, 2, static_cast<uint64_t>(failure ? failure->status : RpcStatus::kSuccess));
  PutVarintField(out, 3, kRpcVersion);
  if (failure != nullptr) {
    PutBytesField(out, 4, failure->java_class);
    PutBytesField(out, 5, failure->message);
    PutVarintField(out, 6, static_cast<uint64_t>(failure->code));
  }
  PutBytesField(out, 7, to.client_id);
  PutVarintField(out, 8, static_cast<uint32_t>(ToZigZag(to.retry_count)));
  if (to.state_id) PutVarintField(out, 9, static_cast<uint64_t>(*to.state_id));
  return out;
}

std::string EncodeFailure(const ResponseTo& to, const Failure& failure) {
  std::string body;
  PutDelimited(body, HeaderMessage(to, &failure));
  std::string out;
  PutU32(out, static_cast<uint32_t>(body.size()));
  return out.append(body);
}

RpcErrorCode ErrorCodeOf(Code code) {
  switch (code) {
    case Code::kNoSuchMethod: return RpcErrorCode::kNoSuchMethod;
    case Code::kNoSuchProtocol: return RpcErrorCode::kNoSuchProtocol;
    case Code::kBadRequest: return RpcErrorCode::kRpcServer;
    case Code::kVersionMismatch: return RpcErrorCode::kRpcVersionMismatch;
    default: return RpcErrorCode::kApplication;
  }
}

void ReadNumber(const Field& field, Response* response, std::optional<uint64_t>* status) {
  switch (field.number) {
    case 1: response->call_id = static_cast<int32_t>(field.value); break;
    case 2: *status = field.value; break;
    case 6: response->error_code = static_cast<RpcErrorCode>(field.value); break;
    case 9: response->state_id = static_cast<int64_t>(field.value); break;
  }
}

}  // namespace

std::string EncodeSuccessHead(const ResponseTo& to, size_t message_bytes) {
  std::string out;
  out.reserve(kHeaderBytesMax + message_bytes);
  PutU32(out, 0);
  PutDelimited(out, HeaderMessage(to, nullptr));
  PutVarint(out, message_bytes);
  const size_t length = out.size() - kFrameLengthBytes + message_bytes;
  StoreU32(out.data(), static_cast<uint32_t>(length));
  return out;
}

std::string EncodeSuccess(const ResponseTo& to, std::string_view message) {
  return EncodeSuccessHead(to, message.size()).append(message);
}

std::string EncodeError(const ResponseTo& to, const Status& error) {
  return EncodeFailure(to, {.status = RpcStatus::kError,
                            .code = ErrorCodeOf(error.code()),
                            .java_class = JavaClassOf(error),
                            .message = error.message()});
}

std::string EncodeFatal(const ResponseTo& to, RpcErrorCode code, const Status& error) {
  std::string java_class = JavaClassOf(error);
  if (error.code() == Code::kBadRequest && error.remote_class().empty()) {
    java_class = "org.apache.hadoop.ipc.Server$FatalRpcServerException";
  }
  return EncodeFailure(to, {.status = RpcStatus::kFatal,
                            .code = code,
                            .java_class = std::move(java_class),
                            .message = error.message()});
}

std::string EncodeSaslSuccess() {
  std::string message;
  PutVarintField(message, 2, static_cast<uint64_t>(SaslState::kSuccess));
  return EncodeSuccess({.call_id = kCallIdSasl}, message);
}

Status Response::ToStatus() const {
  if (status == RpcStatus::kSuccess) return Status();
  return StatusOfException(exception_class, error_message);
}

Result<Response> DecodeResponse(std::string_view frame) {
  ByteReader reader(frame);
  CAIRN_ASSIGN(const std::string_view header, TakeDelimited(reader));
  Response response;
  std::optional<uint64_t> status;
  FieldReader fields(header);
  for (;;) {
    CAIRN_ASSIGN(const std::optional<Field> field, fields.Next());
    if (!field) break;
    if (field->kind == Field::Kind::kVarint) ReadNumber(*field, &response, &status);
    if (field->kind != Field::Kind::kBytes) continue;
    if (field->number == 4) response.exception_class = field->bytes;
    if (field->number == 5) response.error_message = field->bytes;
  }
  if (!status || *status > static_cast<uint64_t>(RpcStatus::kFatal)) {
    return Status(Code::kBadRequest, "response header without a known status");
  }
  response.status = static_cast<RpcStatus>(*status);
  if (response.status != RpcStatus::kSuccess) return response;
  // SASL replies and calls alike have one message behind the header.
  CAIRN_ASSIGN(response.body, TakeDelimited(reader));
  return response;
}

}  // namespace cairn::wire
