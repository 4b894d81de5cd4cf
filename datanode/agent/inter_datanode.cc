// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/inter_datanode.h"

#include "common/wire/converters.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/inter_datanode_protocol.pb.h"

namespace cairn::datanode {
namespace {

namespace pb = ::hadoop::hdfs;

template <typename Response>
Status Invoke(rpc::RpcClient& client, const rpc::RpcTarget& target, const char* method,
              const google::protobuf::MessageLite& request, Response* response) {
  CAIRN_ASSIGN(const std::string bytes,
               client.Call(target, method, wire::SerializeMessage(request)));
  return wire::ParseMessage(bytes, response);
}

}  // namespace

Result<std::optional<RecoveryInfo>> LocalRecoveryPeer::InitReplicaRecovery(
    const RecoveringBlock& block) {
  return store_.InitReplicaRecovery(block.block, block.recovery_id);
}

Result<std::string> LocalRecoveryPeer::UpdateReplica(const ExtendedBlock& replica,
                                                     GenerationStamp recovery_id,
                                                     BlockId new_block_id, uint64_t new_length) {
  CAIRN_ASSIGN(const FinalizedInfo done, store_.UpdateReplicaUnderRecovery(
                                             replica, recovery_id, new_block_id, new_length));
  events_.OnReceived(done.block, done.storage.uuid, "");
  return done.storage.uuid;
}

RemoteRecoveryPeer::RemoteRecoveryPeer(rpc::RpcClient& client, const net::HostPort& address,
                                       const std::string& user)
    : client_(client),
      target_{.address = address,
              .protocol = "org.apache.hadoop.hdfs.server.protocol.InterDatanodeProtocol",
              .version = 1,
              .user = user} {}

Result<std::optional<RecoveryInfo>> RemoteRecoveryPeer::InitReplicaRecovery(
    const RecoveringBlock& block) {
  pb::InitReplicaRecoveryRequestProto request;
  request.mutable_block()->set_newgenstamp(block.recovery_id.value);
  wire::ToProto(LocatedBlock{.block = block.block, .locations = block.locations},
                request.mutable_block()->mutable_block());
  if (block.truncate_to) {
    wire::ToProto(*block.truncate_to, request.mutable_block()->mutable_truncateblock());
  }
  pb::InitReplicaRecoveryResponseProto response;
  CAIRN_TRY(Invoke(client_, target_, "initReplicaRecovery", request, &response));
  if (!response.replicafound()) return std::optional<RecoveryInfo>();
  if (!response.has_block() || !response.has_state()) {
    return Status(Code::kBadRequest, "answer to initReplicaRecovery lacks block or state");
  }
  return std::optional<RecoveryInfo>(
      RecoveryInfo{wire::FromProto(response.block()), wire::FromProto(response.state())});
}

Result<std::string> RemoteRecoveryPeer::UpdateReplica(const ExtendedBlock& replica,
                                                      GenerationStamp recovery_id,
                                                      BlockId new_block_id, uint64_t new_length) {
  pb::UpdateReplicaUnderRecoveryRequestProto request;
  wire::ToProto(replica, request.mutable_block());
  request.set_recoveryid(recovery_id.value);
  request.set_newblockid(static_cast<uint64_t>(new_block_id.value));
  request.set_newlength(new_length);
  pb::UpdateReplicaUnderRecoveryResponseProto response;
  CAIRN_TRY(Invoke(client_, target_, "updateReplicaUnderRecovery", request, &response));
  return response.storageuuid();
}

}  // namespace cairn::datanode
