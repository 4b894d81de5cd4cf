// SPDX-License-Identifier: Apache-2.0
#include "common/util/bytes.h"
#include "common/wire/exception_names.h"
#include "common/wire/rpc_frames.h"

namespace cairn::wire {
namespace {

constexpr std::string_view kMagic = "hrpc";
constexpr std::string_view kHttpReply =
    "HTTP/1.1 404 Not Found\r\n"
    "Content-type: text/plain\r\n\r\n"
    "This is the RPC port of a file system daemon. Its web interface is on another port.\r\n";

void PutString(std::string& out, std::string_view s) {
  PutU32(out, static_cast<uint32_t>(s.size()));
  out.append(s);
}

// Each generation of clients understands a refusal in its own form only.
std::string RefusalOf(int8_t version, const Status& why) {
  std::string out;
  if (version >= kRpcVersion) {
    return EncodeFatal({.call_id = kCallIdAuthFailed}, RpcErrorCode::kFatalVersionMismatch, why);
  }
  if (version >= 3) {
    constexpr auto kOldFatal = static_cast<uint32_t>(-1);
    PutU32(out, static_cast<uint32_t>(kCallIdAuthFailed));
    PutU32(out, kOldFatal);
  } else if (version == 2) {
    PutU32(out, 0);
    PutU8(out, 1);
  } else {
    return out;
  }
  PutString(out, JavaClassOf(why));
  PutString(out, why.message());
  return out;
}

ParsedPreamble Refused(int8_t version) {
  ParsedPreamble parsed;
  parsed.status = Status(Code::kVersionMismatch,
                         "Server IPC version " + std::to_string(kRpcVersion) +
                             " cannot communicate with client version " + std::to_string(version));
  parsed.reply = RefusalOf(version, parsed.status);
  return parsed;
}

}  // namespace

std::string EncodePreamble(const Preamble& preamble) {
  std::string out(kMagic);
  PutU8(out, preamble.version);
  PutU8(out, preamble.service_class);
  PutU8(out, static_cast<uint8_t>(preamble.auth));
  return out;
}

ParsedPreamble ParsePreamble(std::string_view bytes) {
  ParsedPreamble parsed;
  if (bytes.size() < kPreambleBytes) {
    parsed.status = Status(Code::kEndOfFile, "connection ended inside the RPC preamble");
    return parsed;
  }
  if (bytes.starts_with("GET ")) {
    parsed.status = Status(Code::kBadRequest, "HTTP request on the RPC port");
    parsed.reply = kHttpReply;
    return parsed;
  }
  const auto version = static_cast<int8_t>(bytes[4]);
  if (!bytes.starts_with(kMagic) || version != kRpcVersion) return Refused(version);
  parsed.preamble.service_class = static_cast<uint8_t>(bytes[5]);
  const auto auth = static_cast<AuthProtocol>(bytes[6]);
  if (auth != AuthProtocol::kNone && auth != AuthProtocol::kSasl) {
    parsed.status = Status::Remote(
        Code::kUnauthenticated, "org.apache.hadoop.ipc.IpcException",
        "Unknown auth protocol:" + std::to_string(static_cast<int8_t>(bytes[6])));
    parsed.reply = EncodeFatal({.call_id = kCallIdAuthFailed}, RpcErrorCode::kFatalUnauthorized,
                               parsed.status);
    return parsed;
  }
  parsed.preamble.auth = auth;
  return parsed;
}

Result<uint32_t> ParseFrameLength(std::string_view bytes, uint32_t max) {
  if (bytes.size() < kFrameLengthBytes) {
    return Status(Code::kEndOfFile, "connection ended inside a frame length");
  }
  const uint32_t length = LoadU32(bytes.data());
  if (length <= max) return length;
  return Status(Code::kCorrupt, "RPC frame of " + std::to_string(static_cast<int32_t>(length)) +
                                    " bytes is over the limit of " + std::to_string(max));
}

}  // namespace cairn::wire
