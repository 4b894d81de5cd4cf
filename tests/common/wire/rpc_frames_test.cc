// SPDX-License-Identifier: Apache-2.0
#include "common/wire/rpc_frames.h"

#include <gtest/gtest.h>

#include "common/util/bytes.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/ipc_connection_context.pb.h"
#include "common/wire/proto/protobuf_rpc_engine.pb.h"
#include "common/wire/proto/rpc_header.pb.h"

namespace cairn::wire {
namespace {

namespace hc = ::hadoop::common;

// The frame behind its length, which must be right.
std::string_view Body(const std::string& frame) {
  EXPECT_GE(frame.size(), kFrameLengthBytes);
  const auto length = ParseFrameLength(frame);
  EXPECT_TRUE(length.ok());
  EXPECT_EQ(frame.size(), kFrameLengthBytes + *length);
  return std::string_view(frame).substr(kFrameLengthBytes);
}

hc::RpcRequestHeaderProto GoodHeader() {
  hc::RpcRequestHeaderProto header;
  header.set_rpckind(hc::RPC_PROTOCOL_BUFFER);
  header.set_rpcop(hc::RpcRequestHeaderProto::RPC_FINAL_PACKET);
  header.set_callid(7);
  header.set_clientid("0123456789abcdef");
  header.set_retrycount(2);
  return header;
}

std::string Delimited(const google::protobuf::MessageLite& message) {
  std::string out;
  AppendDelimited(message, out);
  return out;
}

TEST(Preamble, HasSevenBytes) {
  EXPECT_EQ(EncodePreamble({.auth = AuthProtocol::kSasl}), "hrpc\x09" + std::string("\0\xdf", 2));
}

TEST(Preamble, GoodOneIsAccepted) {
  const auto parsed = ParsePreamble(std::string("hrpc\x09\x05", 6) + '\xdf');
  ASSERT_TRUE(parsed.status.ok());
  EXPECT_EQ(parsed.preamble.service_class, 5);
  EXPECT_EQ(parsed.preamble.auth, AuthProtocol::kSasl);
  EXPECT_TRUE(ParsePreamble(std::string("hrpc\x09\0\0", 7)).status.ok());
}

TEST(Preamble, BrowserIsToldThatThisIsNoWebPort) {
  const auto parsed = ParsePreamble("GET / H");
  EXPECT_FALSE(parsed.status.ok());
  EXPECT_TRUE(parsed.reply.starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST(Preamble, NewerClientGetsAFatalResponse) {
  const auto parsed = ParsePreamble(std::string("hrpc\x0a\0\0", 7));
  EXPECT_EQ(parsed.status.code(), Code::kVersionMismatch);
  auto response = DecodeResponse(Body(parsed.reply));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, RpcStatus::kFatal);
  EXPECT_EQ(response->error_code, RpcErrorCode::kFatalVersionMismatch);
  EXPECT_EQ(response->exception_class, "org.apache.hadoop.ipc.RPC$VersionMismatch");
  EXPECT_EQ(response->call_id, -1);
}

TEST(Preamble, OlderClientsGetTheirOwnForms) {
  const std::string name = "org.apache.hadoop.ipc.RPC$VersionMismatch";
  std::string expected("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  PutU32(expected, static_cast<uint32_t>(name.size()));
  expected += name;
  EXPECT_TRUE(ParsePreamble(std::string("hrpc\x07\0\0", 7)).reply.starts_with(expected));
  std::string oldest("\0\0\0\0\x01", 5);
  PutU32(oldest, static_cast<uint32_t>(name.size()));
  EXPECT_TRUE(ParsePreamble(std::string("hrpc\x02\0\0", 7)).reply.starts_with(oldest));
  EXPECT_TRUE(ParsePreamble(std::string("hrpc\x01\0\0", 7)).reply.empty());
}

TEST(Preamble, UnknownAuthenticationIsRefused) {
  const auto parsed = ParsePreamble(std::string("hrpc\x09\0\x51", 7));
  EXPECT_FALSE(parsed.status.ok());
  auto response = DecodeResponse(Body(parsed.reply));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->error_code, RpcErrorCode::kFatalUnauthorized);
  EXPECT_EQ(response->error_message, "Unknown auth protocol:81");
}

TEST(Preamble, ShortOneIsAnError) {
  for (size_t n = 0; n < kPreambleBytes; ++n) {
    EXPECT_FALSE(ParsePreamble(std::string_view("hrpc\x09\0\0", 7).substr(0, n)).status.ok());
  }
}

TEST(FrameLength, IsBounded) {
  EXPECT_EQ(*ParseFrameLength(std::string("\0\0\x01\0", 4)), 256u);
  EXPECT_EQ(ParseFrameLength("\xff\xff\xff\xff").status().code(), Code::kCorrupt);
  EXPECT_EQ(ParseFrameLength(std::string("\0\0\x01\x01", 4), 256).status().code(), Code::kCorrupt);
  EXPECT_FALSE(ParseFrameLength("abc").ok());
}

TEST(Request, HasTheBytesOfTheProtocol) {
  const std::string frame =
      EncodeRequest({.call_id = 1, .client_id = "id", .retry_count = 0},
                    {.method = "m", .protocol = "p", .request = std::string_view("\x0a\x00", 2)});
  const std::string expected(
      "\x00\x00\x00\x18"
      "\x0c\x08\x02\x10\x00\x18\x02\x22\x02id\x28\x00"
      "\x08\x0a\x01m\x12\x01p\x18\x01"
      "\x02\x0a\x00",
      4 + 13 + 9 + 3);
  EXPECT_EQ(ToHex(Body(frame)), ToHex(std::string_view(expected).substr(4)));
}

TEST(Request, ComesBackAsItWasSent) {
  CallHeader header{.call_id = 12345,
                    .client_id = "0123456789abcdef",
                    .retry_count = 3,
                    .caller_context = "spark_job_7",
                    .state_id = 99};
  const std::string frame =
      EncodeRequest(header, {.method = "getFileInfo",
                             .protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol",
                             .protocol_version = 1,
                             .request = "body"});
  auto decoded = DecodeRequestFrame(Body(frame));
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  EXPECT_EQ(decoded->call_id, 12345);
  EXPECT_EQ(decoded->client_id, "0123456789abcdef");
  EXPECT_EQ(decoded->retry_count, 3);
  EXPECT_EQ(decoded->caller_context, "spark_job_7");
  EXPECT_EQ(decoded->state_id, 99);
  auto call = DecodeRequestCall(decoded->payload);
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->method, "getFileInfo");
  EXPECT_EQ(call->protocol, "org.apache.hadoop.hdfs.protocol.ClientProtocol");
  EXPECT_EQ(call->request, "body");
}

TEST(Request, ReadsWhatProtobufWrites) {
  hc::RpcRequestHeaderProto header = GoodHeader();
  header.mutable_traceinfo()->set_traceid(5);
  header.mutable_callercontext()->set_context("ctx");
  header.mutable_callercontext()->set_signature("sig");
  header.set_stateid(-3);
  header.set_routerfederatedstate("r");
  auto decoded = DecodeRequestFrame(Delimited(header));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->call_id, 7);
  EXPECT_EQ(decoded->retry_count, 2);
  EXPECT_EQ(decoded->state_id, -3);
  EXPECT_TRUE(decoded->payload.empty());
}

TEST(Request, WritesWhatProtobufReads) {
  const std::string frame = EncodePing("cid");
  ByteReader reader(Body(frame));
  hc::RpcRequestHeaderProto header;
  ASSERT_TRUE(ParseDelimited(reader, &header).ok());
  EXPECT_EQ(header.callid(), kCallIdPing);
  EXPECT_EQ(header.retrycount(), -1);
  EXPECT_EQ(header.clientid(), "cid");
  EXPECT_EQ(header.rpckind(), hc::RPC_PROTOCOL_BUFFER);
}

TEST(Request, HeaderThatNoServerTakesIsRefused) {
  hc::RpcRequestHeaderProto header = GoodHeader();
  header.clear_rpcop();
  EXPECT_EQ(DecodeRequestFrame(Delimited(header)).status().code(), Code::kBadRequest);
  header = GoodHeader();
  header.set_rpcop(hc::RpcRequestHeaderProto::RPC_CONTINUATION_PACKET);
  EXPECT_EQ(DecodeRequestFrame(Delimited(header)).status().code(), Code::kBadRequest);
  header = GoodHeader();
  header.clear_rpckind();
  EXPECT_EQ(DecodeRequestFrame(Delimited(header)).status().code(), Code::kBadRequest);
  header = GoodHeader();
  header.set_rpckind(hc::RPC_WRITABLE);
  EXPECT_EQ(DecodeRequestFrame(Delimited(header)).status().code(), Code::kBadRequest);
  EXPECT_EQ(DecodeRequestFrame(std::string(1, '\0')).status().code(), Code::kBadRequest);
}

TEST(Request, EveryTruncationIsAnError) {
  const std::string frame = EncodeRequest({.call_id = 300, .client_id = "0123456789abcdef"},
                                          {.method = "m", .protocol = "p", .request = "xyz"});
  const std::string_view body = Body(frame);
  for (size_t n = 0; n < body.size(); ++n) {
    auto decoded = DecodeRequestFrame(body.substr(0, n));
    if (!decoded.ok()) continue;
    EXPECT_FALSE(DecodeRequestCall(decoded->payload).ok()) << n;
  }
}

TEST(Request, EveryFlippedByteIsSurvived) {
  const std::string frame = EncodeRequest(
      {.call_id = 300, .client_id = "0123456789abcdef", .caller_context = "c", .state_id = 4},
      {.method = "m", .protocol = "p", .request = "xyz"});
  std::string body(Body(frame));
  for (size_t i = 0; i < body.size(); ++i) {
    for (int flip = 1; flip < 256; ++flip) {
      body[i] = static_cast<char>(body[i] ^ flip);
      auto decoded = DecodeRequestFrame(body);
      if (decoded.ok()) (void)DecodeRequestCall(decoded->payload).ok();
      body[i] = static_cast<char>(body[i] ^ flip);
    }
  }
}

TEST(Request, ConnectionContextComesBack) {
  const std::string frame = EncodeConnectionContext(
      "id", {.effective_user = "alice", .real_user = "oozie", .protocol = "P"});
  auto decoded = DecodeRequestFrame(Body(frame));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->call_id, kCallIdConnectionContext);
  auto context = DecodeConnectionContext(decoded->payload);
  ASSERT_TRUE(context.ok());
  EXPECT_EQ(context->effective_user, "alice");
  EXPECT_EQ(context->real_user, "oozie");
  EXPECT_EQ(context->protocol, "P");
}

TEST(Request, ConnectionContextOfATokenHolderMayHaveNoUser) {
  hc::IpcConnectionContextProto message;
  message.set_protocol("P");
  auto context = DecodeConnectionContext(Delimited(message));
  ASSERT_TRUE(context.ok());
  EXPECT_EQ(context->effective_user, "");
  EXPECT_EQ(context->protocol, "P");
}

TEST(Sasl, NegotiateIsAnsweredWithSuccess) {
  const std::string request = EncodeSaslNegotiate();
  auto frame = DecodeRequestFrame(Body(request));
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->call_id, kCallIdSasl);
  EXPECT_EQ(*DecodeSaslState(frame->payload), SaslState::kNegotiate);
  const std::string reply = EncodeSaslSuccess();
  auto response = DecodeResponse(Body(reply));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->call_id, kCallIdSasl);
  EXPECT_EQ(*SaslStateOf(response->body), SaslState::kSuccess);
  EXPECT_FALSE(SaslStateOf("").ok());
}

TEST(Responses, SuccessComesBack) {
  ResponseTo to{.call_id = 5, .client_id = "0123456789abcdef", .retry_count = 1, .state_id = 77};
  const std::string frame = EncodeSuccess(to, "answer");
  auto response = DecodeResponse(Body(frame));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->call_id, 5);
  EXPECT_EQ(response->state_id, 77);
  EXPECT_EQ(response->body, "answer");
  EXPECT_TRUE(response->ToStatus().ok());
  EXPECT_EQ(EncodeSuccessHead(to, 6) + "answer", frame);

  ByteReader reader(Body(frame));
  hc::RpcResponseHeaderProto header;
  ASSERT_TRUE(ParseDelimited(reader, &header).ok());
  EXPECT_EQ(header.status(), hc::RpcResponseHeaderProto::SUCCESS);
  EXPECT_EQ(header.serveripcversionnum(), 9u);
  EXPECT_EQ(header.clientid(), "0123456789abcdef");
  EXPECT_EQ(header.retrycount(), 1);
}

TEST(Responses, EmptyMessageIsABody) {
  const std::string frame = EncodeSuccess({.call_id = 5}, "");
  EXPECT_EQ(frame.back(), '\0');
  EXPECT_TRUE(DecodeResponse(Body(frame)).ok());
}

TEST(Responses, ErrorKeepsItsClassAndMessage) {
  const Status error(Code::kStandby, "Operation category READ is not supported in state standby");
  auto frame = EncodeError({.call_id = 5}, error);
  auto response = DecodeResponse(Body(frame));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, RpcStatus::kError);
  EXPECT_EQ(response->error_code, RpcErrorCode::kApplication);
  const Status back = response->ToStatus();
  EXPECT_EQ(back.code(), Code::kStandby);
  EXPECT_EQ(back.message(), error.message());
  EXPECT_EQ(back.remote_class(), "org.apache.hadoop.ipc.StandbyException");
}

TEST(Responses, ServerErrorsHaveTheirOwnNumbers) {
  const auto number = [](Code code) {
    const std::string frame = EncodeError({.call_id = 1}, Status(code, "x"));
    return DecodeResponse(Body(frame))->error_code;
  };
  EXPECT_EQ(number(Code::kNoSuchMethod), RpcErrorCode::kNoSuchMethod);
  EXPECT_EQ(number(Code::kNoSuchProtocol), RpcErrorCode::kNoSuchProtocol);
  EXPECT_EQ(number(Code::kBadRequest), RpcErrorCode::kRpcServer);
  EXPECT_EQ(number(Code::kNotFound), RpcErrorCode::kApplication);
}

TEST(Responses, NegativeCallIdIsWrittenAsJavaWritesIt) {
  const std::string frame = EncodeFatal(
      {.call_id = -1}, RpcErrorCode::kFatalInvalidRpcHeader, Status(Code::kBadRequest, "x"));
  ByteReader reader(Body(frame));
  hc::RpcResponseHeaderProto header;
  ASSERT_TRUE(ParseDelimited(reader, &header).ok());
  EXPECT_EQ(header.callid(), 0xffffffffu);
  EXPECT_EQ(header.exceptionclassname(), "org.apache.hadoop.ipc.Server$FatalRpcServerException");
}

TEST(Responses, EveryTruncationIsAnError) {
  const std::string frame = EncodeSuccess({.call_id = 5, .client_id = "id"}, "answer");
  const std::string_view body = Body(frame);
  for (size_t n = 0; n < body.size(); ++n) {
    EXPECT_FALSE(DecodeResponse(body.substr(0, n)).ok()) << n;
  }
}

TEST(MessageCodec, NestingIsBounded) {
  // A group inside a group, and so on: what an attacker sends to exhaust the stack.
  hc::RequestHeaderProto message;
  EXPECT_EQ(ParseMessage(std::string(100'000, '\x23'), &message).code(), Code::kBadRequest);
}

TEST(MessageCodec, MissingRequiredFieldIsNamedByItsMessage) {
  hc::RequestHeaderProto message;
  const Status status = ParseMessage("", &message);
  EXPECT_EQ(status.code(), Code::kBadRequest);
  EXPECT_NE(status.message().find("RequestHeaderProto"), std::string::npos);
}

TEST(MessageCodec, LengthOfAStreamIsBounded) {
  const auto read = [](std::string_view bytes, uint32_t max) {
    return ReadVarintLength(
        [&bytes]() -> Result<uint8_t> {
          if (bytes.empty()) return Status(Code::kEndOfFile, "end");
          const auto byte = static_cast<uint8_t>(bytes.front());
          bytes.remove_prefix(1);
          return byte;
        },
        max);
  };
  EXPECT_EQ(*read("\xac\x02", 300), 300u);
  EXPECT_EQ(read("\xac\x02", 299).status().code(), Code::kCorrupt);
  EXPECT_EQ(read("\xac", 300).status().code(), Code::kEndOfFile);
  EXPECT_EQ(read("\x80\x80\x80\x80\x80\x80\x80", 300).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace cairn::wire
