// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/meta_info.h"

#include "common/wire/field_reader.h"
#include "common/wire/field_writer.h"

namespace cairn::rpc {
namespace {

constexpr std::string_view kProtobufKind = "RPC_PROTOCOL_BUFFER";

// String.hashCode of Java.
uint32_t JavaHash(std::string_view text) {
  uint32_t hash = 0;
  for (const char c : text) hash = 31 * hash + static_cast<unsigned char>(c);
  return hash;
}

}  // namespace

// GetProtocolVersionsRequestProto and GetProtocolSignatureRequestProto.
struct MetaInfoHandler::Question {
  std::string protocol;
  std::string rpc_kind;

  static Result<Question> Parse(std::string_view request) {
    Question question;
    wire::FieldReader fields(request);
    for (;;) {
      CAIRN_ASSIGN(const std::optional<wire::Field> field, fields.Next());
      if (!field) break;
      if (field->number == 1) question.protocol = field->bytes;
      if (field->number == 2) question.rpc_kind = field->bytes;
    }
    if (question.protocol.empty()) return Status(Code::kBadRequest, "the protocol is missing");
    return question;
  }
};

int32_t MethodFingerprint(std::string_view method, std::string_view request,
                          std::string_view response) {
  uint32_t hash = JavaHash(method) + 31 * JavaHash(response);
  hash = (31 * hash) ^ JavaHash("org.apache.hadoop.thirdparty.protobuf.RpcController");
  hash = (31 * hash) ^ JavaHash(request);
  return static_cast<int32_t>(hash);
}

RpcProtocol MetaInfoHandler::Protocol() {
  const std::string name = "org.apache.hadoop.ipc.ProtocolMetaInfoPB";
  return {.name = name, .java_class = name, .version = 1, .methods = {}};
}

RpcReply MetaInfoHandler::Call(const RpcCall& call) {
  const bool versions = call.method == "getProtocolVersions";
  if (!versions && call.method != "getProtocolSignature") return Status(Code::kNoSuchMethod, "");
  auto question = Question::Parse(call.request);
  if (!question.ok()) return question.status();
  auto body = versions ? Versions(*question) : Signature(*question);
  if (!body.ok()) return body.status();
  return RpcReply(std::move(*body));
}

const RpcProtocol* MetaInfoHandler::Find(std::string_view name) const {
  for (const Registered& one : protocols_) {
    if (one.protocol.java_class == name || one.protocol.name == name) return &one.protocol;
  }
  return nullptr;
}

// GetProtocolVersionsResponseProto.
Result<std::string> MetaInfoHandler::Versions(const Question& question) const {
  const RpcProtocol* protocol = Find(question.protocol);
  std::string body;
  if (protocol == nullptr) return body;
  std::string versions;
  wire::PutBytesField(versions, 1, kProtobufKind);
  wire::PutVarintField(versions, 2, protocol->version);
  wire::PutBytesField(body, 1, versions);
  return body;
}

// GetProtocolSignatureResponseProto.
Result<std::string> MetaInfoHandler::Signature(const Question& question) const {
  const RpcProtocol* protocol = Find(question.protocol);
  std::string body;
  if (protocol == nullptr || question.rpc_kind != kProtobufKind) return body;
  std::string signature;
  wire::PutVarintField(signature, 1, protocol->version);
  for (const int32_t method : protocol->methods) {
    wire::PutVarintField(signature, 2, static_cast<uint32_t>(method));
  }
  wire::PutBytesField(body, 1, signature);
  return body;
}

}  // namespace cairn::rpc
