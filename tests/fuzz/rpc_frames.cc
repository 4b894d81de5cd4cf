// SPDX-License-Identifier: Apache-2.0
// Hadoop RPC, both directions. Input: a byte that chooses the side, then the bytes of a connection:
// a preamble and frames for a server, the inside of one frame for a client.
#include "common/wire/rpc_frames.h"

#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

void ServeFrame(Input frame) {
  const auto request = wire::DecodeRequestFrame(frame);
  if (!request.ok()) {
    (void)wire::EncodeFatal({}, wire::RpcErrorCode::kFatalInvalidRpcHeader, request.status());
    return;
  }
  const wire::ResponseTo to = wire::ResponseTo::Of(*request);
  if (request->call_id == wire::kCallIdConnectionContext) {
    (void)wire::DecodeConnectionContext(request->payload);
  } else if (request->call_id == wire::kCallIdSasl) {
    (void)wire::DecodeSaslState(request->payload);
  } else {
    const auto call = wire::DecodeRequestCall(request->payload);
    if (!call.ok()) {
      (void)wire::EncodeError(to, call.status());
      return;
    }
    const std::string reply = wire::EncodeSuccess(to, call->request);
    const auto response = wire::DecodeResponse(Input(reply).substr(wire::kFrameLengthBytes));
    Require(response.ok() && response->body == call->request, "a reply that was sent can be read");
  }
}

void Serve(Input input) {
  if (input.size() < wire::kPreambleBytes) return;
  (void)wire::ParsePreamble(input.substr(0, wire::kPreambleBytes));
  input.remove_prefix(wire::kPreambleBytes);
  while (input.size() >= wire::kFrameLengthBytes) {
    const auto length = wire::ParseFrameLength(input.substr(0, wire::kFrameLengthBytes));
    if (!length.ok()) return;
    Require(*length <= wire::kFrameBytesMax, "a frame's length is bounded");
    input.remove_prefix(wire::kFrameLengthBytes);
    ServeFrame(input.substr(0, *length));
    if (*length >= input.size()) return;
    input.remove_prefix(*length);
  }
}

}  // namespace

void RunRpcFrames(Input input) {
  if (TakeByte(input) % 2 == 0) {
    Serve(input);
    return;
  }
  const auto response = wire::DecodeResponse(input);
  if (!response.ok()) return;
  (void)response->ToStatus();
  if (response->call_id == wire::kCallIdSasl) (void)wire::SaslStateOf(response->body);
}

Seeds RpcFramesSeeds() {
  const std::string client(16, 'c');
  const wire::CallHeader header{.call_id = 3, .client_id = client, .state_id = 5};
  const wire::RequestCall call{.method = "getFileInfo",
                               .protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol",
                               .request = std::string_view("\x0A\x01/", 3)};
  const auto body = [](const std::string& frame) {
    return "\x01" + frame.substr(wire::kFrameLengthBytes);
  };
  const wire::ResponseTo to{.call_id = 3, .client_id = client, .retry_count = 0, .state_id = 5};
  return {
      std::string(1, '\0') + wire::EncodePreamble({}) +
          wire::EncodeConnectionContext(client, {.effective_user = "u", .protocol = "p"}) +
          wire::EncodeRequest(header, call) + wire::EncodePing(client),
      std::string(1, '\0') + wire::EncodePreamble({.auth = wire::AuthProtocol::kSasl}) +
          wire::EncodeSaslNegotiate(),
      std::string(1, '\0') + "GET / HTTP/1.1\r\n\r\n",
      body(wire::EncodeSuccess(to, "\x0A\x01/")),
      body(wire::EncodeError(to, Status(Code::kNotFound, "/a"))),
      body(wire::EncodeSaslSuccess()),
  };
}

}  // namespace cairn::fuzz
