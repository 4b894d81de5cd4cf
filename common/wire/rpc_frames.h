// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/util/result.h"

namespace cairn::wire {

// Hadoop RPC version 9 as bytes, without sockets, for servers and clients.
//
//   client: "hrpc" version(1) service class(1) auth(1)       the preamble
//   both:   length(4, big-endian) then `length` bytes         a frame
//   request frame:   varint-delimited RpcRequestHeaderProto, RequestHeaderProto, the request
//   response frame:  varint-delimited RpcResponseHeaderProto, then on success the response
//
// Functions that encode a frame return it with its length in front; functions that decode take the
// bytes behind the length, and their views point into those bytes. All functions are thread-safe.

inline constexpr uint8_t kRpcVersion = 9;
inline constexpr size_t kPreambleBytes = 7;
inline constexpr size_t kFrameLengthBytes = 4;
// ipc.maximum.data.length.
inline constexpr uint32_t kFrameBytesMax = 128 << 20;

// Call ids below zero are no calls.
inline constexpr int32_t kCallIdAuthFailed = -1;
inline constexpr int32_t kCallIdConnectionContext = -3;
inline constexpr int32_t kCallIdPing = -4;
inline constexpr int32_t kCallIdSasl = -33;

// kSasl comes from every client that holds a token, even where there is no security.
enum class AuthProtocol : uint8_t { kNone = 0, kSasl = 0xdf };

// With the numbers of the protocol.
enum class RpcStatus : uint8_t { kSuccess = 0, kError = 1, kFatal = 2 };
enum class RpcErrorCode : uint8_t {
  kApplication = 1,
  kNoSuchMethod = 2,
  kNoSuchProtocol = 3,
  kRpcServer = 4,
  kSerializingResponse = 5,
  kRpcVersionMismatch = 6,
  kFatalUnknown = 10,
  kFatalUnsupportedSerialization = 11,
  kFatalInvalidRpcHeader = 12,
  kFatalDeserializingRequest = 13,
  kFatalVersionMismatch = 14,
  kFatalUnauthorized = 15,
};
enum class SaslState : uint8_t {
  kSuccess = 0,
  kNegotiate = 1,
  kInitiate = 2,
  kChallenge = 3,
  kResponse = 4,
  kWrap = 5,
};

// ---- Preamble.

struct Preamble {
  uint8_t version = kRpcVersion;
  uint8_t service_class = 0;
  AuthProtocol auth = AuthProtocol::kNone;
};

struct ParsedPreamble {
  Status status;
  Preamble preamble;
  // On failure: what to send before closing, so that the client can say what is wrong (a wrong
  // version, or a browser on the RPC port). May be empty.
  std::string reply;
};

std::string EncodePreamble(const Preamble& preamble);
// `bytes` are the first kPreambleBytes of the connection.
ParsedPreamble ParsePreamble(std::string_view bytes);

// The length of the next frame, of 4 bytes; kCorrupt when it is negative or over `max`.
Result<uint32_t> ParseFrameLength(std::string_view bytes, uint32_t max = kFrameBytesMax);

// ---- Requests.

// A decoded request header and what stands behind it.
struct RequestFrame {
  int32_t call_id = 0;
  std::string_view client_id;  // 16 bytes from Apache's clients; empty from some tools.
  int32_t retry_count = -1;
  std::string_view caller_context;
  std::string_view caller_signature;
  std::optional<int64_t> state_id;  // The last state that the client has seen.
  // Of a call: the call. Of other call ids: the message that the id stands for.
  std::string_view payload;
};

// One call inside a request frame.
struct RequestCall {
  std::string_view method;
  std::string_view protocol;  // A Java interface name.
  uint64_t protocol_version = 1;
  std::string_view request;  // The bytes of the request message.
};

// Who uses a connection.
struct ConnectionContext {
  std::string effective_user;
  std::string real_user;  // Empty when it is the effective user.
  std::string protocol;
};

// What a client puts into the header of a call.
struct CallHeader {
  int32_t call_id = 0;
  std::string client_id;
  int32_t retry_count = 0;
  std::string caller_context;
  std::optional<int64_t> state_id;
};

// Fails with kBadRequest: the header does not decode, or asks for what no server does.
Result<RequestFrame> DecodeRequestFrame(std::string_view frame);
// For call ids from 0.
Result<RequestCall> DecodeRequestCall(std::string_view payload);
// For kCallIdConnectionContext.
Result<ConnectionContext> DecodeConnectionContext(std::string_view payload);
// For kCallIdSasl.
Result<SaslState> DecodeSaslState(std::string_view payload);
// Of one SASL message: for a client, the body of the reply.
Result<SaslState> SaslStateOf(std::string_view message);

std::string EncodeRequest(const CallHeader& header, const RequestCall& call);
std::string EncodeConnectionContext(std::string_view client_id, const ConnectionContext& context);
std::string EncodePing(std::string_view client_id);
std::string EncodeSaslNegotiate();

// ---- Responses.

// Whose call a response answers.
struct ResponseTo {
  int32_t call_id = 0;
  std::string client_id;
  int32_t retry_count = -1;
  std::optional<int64_t> state_id;  // Sent when set.

  static ResponseTo Of(const RequestFrame& frame) {
    return {frame.call_id, std::string(frame.client_id), frame.retry_count, std::nullopt};
  }
};

// `message` are the bytes of the response message.
std::string EncodeSuccess(const ResponseTo& to, std::string_view message);
// The same, but the caller appends `message_bytes` bytes of the message itself.
std::string EncodeSuccessHead(const ResponseTo& to, size_t message_bytes);
// The exception that `error` stands for; the connection goes on.
std::string EncodeError(const ResponseTo& to, const Status& error);
// After a fatal error the server closes the connection.
std::string EncodeFatal(const ResponseTo& to, RpcErrorCode code, const Status& error);
// The answer to NEGOTIATE of a server without security: go on as simple.
std::string EncodeSaslSuccess();

struct Response {
  int32_t call_id = 0;
  RpcStatus status = RpcStatus::kSuccess;
  RpcErrorCode error_code = RpcErrorCode::kApplication;
  std::string_view exception_class;
  std::string_view error_message;
  std::optional<int64_t> state_id;
  std::string_view body;  // The bytes of the response message; only on success.

  // Ok, or the exception as a Status with its remote_class().
  Status ToStatus() const;
};

Result<Response> DecodeResponse(std::string_view frame);

}  // namespace cairn::wire
