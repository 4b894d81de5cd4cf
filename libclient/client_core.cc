// SPDX-License-Identifier: Apache-2.0
#include "libclient/client_core.h"

#include "common/wire/converters.h"
#include "common/wire/proto/client_datanode_protocol.pb.h"
#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

constexpr char kClientDatanodeProtocol[] =
    "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol";

std::string NewClientName(Random& random) {
  const auto number = static_cast<int32_t>(random.Next());
  return "DFSClient_NONMAPREDUCE_" + std::to_string(number) + "_1";
}

}  // namespace

ClientCore::ClientCore(ClientConfig config, Nameservice service, std::string user)
    : config_(std::move(config)),
      user_(std::move(user)),
      rpc_(clock_, {.connect_timeout = config_.rpc.connect_timeout,
                    .call_timeout = config_.rpc.call_timeout}),
      pool_(clock_, config_.read.idle_connections_max, config_.read.idle_expiry),
      namenode_(
          std::move(service), user_, config_.rpc,
          [this](const rpc::RpcTarget& target, std::string_view method, std::string_view request,
                 const rpc::RpcCallOptions& options) {
            return rpc_.Call(target, method, request, options);
          },
          random_, pauser_),
      calls_(namenode_, NewClientName(random_)),
      keeper_(calls_, clock_, config_.socket_timeout / 2) {}

ClientCore::~ClientCore() {
  pauser_.Cancel();
  rpc_.Close();
  keeper_.Stop();
}

Result<uint64_t> ClientCore::GetReplicaVisibleLength(const DatanodeInfo& node,
                                                     const ExtendedBlock& block) {
  wire::pb::GetReplicaVisibleLengthRequestProto request;
  wire::ToProto(block, request.mutable_block());
  const std::string host = config_.use_datanode_hostname ? node.id.host_name : node.id.ip;
  const rpc::RpcTarget target{.address = {host, node.id.ipc_port},
                              .protocol = kClientDatanodeProtocol,
                              .version = 1,
                              .user = user_,
                              .real_user = {}};
  CAIRN_ASSIGN(const std::string bytes,
               rpc_.Call(target, "getReplicaVisibleLength", wire::SerializeMessage(request),
                         {.timeout = config_.socket_timeout}));
  wire::pb::GetReplicaVisibleLengthResponseProto response;
  CAIRN_TRY(wire::ParseMessage(bytes, &response));
  return response.length();
}

}  // namespace cairn::client
