// SPDX-License-Identifier: Apache-2.0
#include "common/rpc/meta_info.h"

#include "common/wire/field_reader.h"
#include "common/wire/field_writer.h"
#include "tests/common/rpc/rpc_fixture.h"

namespace cairn::rpc {
namespace {

constexpr char kMetaProtocol[] = "org.apache.hadoop.ipc.ProtocolMetaInfoPB";

std::string Question(std::string_view protocol, std::string_view kind = "") {
  std::string request;
  wire::PutBytesField(request, 1, protocol);
  if (!kind.empty()) wire::PutBytesField(request, 2, kind);
  return request;
}

TEST_F(RpcServerTest, VersionsOfAProtocolAreTold) {
  Start();
  RawClient client(server_->address());
  client.Handshake();
  std::string expected_version;
  wire::PutBytesField(expected_version, 1, "RPC_PROTOCOL_BUFFER");
  wire::PutVarintField(expected_version, 2, 1);
  std::string expected;
  wire::PutBytesField(expected, 1, expected_version);
  for (const char* name : {"org.example.EchoProtocolPB", kEchoProtocol}) {
    client.Send(RawClient::Request(1, "getProtocolVersions", Question(name), kMetaProtocol));
    EXPECT_EQ(client.Read().body, expected);
  }
  client.Send(RawClient::Request(2, "getProtocolVersions", Question("org.x.Y"), kMetaProtocol));
  EXPECT_EQ(client.Read().body, "");
  client.Send(RawClient::Request(3, "getProtocolVersions", "", kMetaProtocol));
  EXPECT_EQ(client.Read().status, wire::RpcStatus::kError);
  client.Send(RawClient::Request(4, "getSomething", "", kMetaProtocol));
  EXPECT_EQ(client.Read().error_code, wire::RpcErrorCode::kNoSuchMethod);
}

TEST(MetaInfoTest, SignatureListsTheMethods) {
  EchoHandler handler;
  const std::vector<Registered> protocols = {
      {{.name = "n", .java_class = "c", .version = 3, .methods = {-5, 7}}, &handler}};
  MetaInfoHandler meta(protocols);
  const RpcCaller caller;
  const std::string request = Question("c", "RPC_PROTOCOL_BUFFER");
  const RpcReply reply = meta.Call(
      {.caller = caller, .method = "getProtocolSignature", .request = request});
  ASSERT_TRUE(reply.status.ok());
  std::string signature;
  wire::PutVarintField(signature, 1, 3);
  wire::PutVarintField(signature, 2, static_cast<uint32_t>(-5));
  wire::PutVarintField(signature, 2, 7);
  std::string expected;
  wire::PutBytesField(expected, 1, signature);
  EXPECT_EQ(reply.body, expected);
}

TEST(MetaInfoTest, FingerprintIsJavas) {
  // "a".hashCode() = 97; 97 + 31 * "c".hashCode() = 97 + 31 * 99, then 31 * h ^ hash twice.
  const uint32_t controller = [] {
    uint32_t hash = 0;
    for (const char c : std::string_view("org.apache.hadoop.thirdparty.protobuf.RpcController")) {
      hash = 31 * hash + static_cast<uint32_t>(c);
    }
    return hash;
  }();
  uint32_t expected = 97 + 31 * 99;
  expected = (31 * expected) ^ controller;
  expected = (31 * expected) ^ 98;
  EXPECT_EQ(MethodFingerprint("a", "b", "c"), static_cast<int32_t>(expected));
}

}  // namespace
}  // namespace cairn::rpc
