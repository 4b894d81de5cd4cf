// SPDX-License-Identifier: Apache-2.0
// InterDatanodeProtocol: what the leader of a block's recovery asks.
#include "common/wire/converters.h"
#include "common/wire/proto/inter_datanode_protocol.pb.h"
#include "datanode/frontend/hadoop_rpc/unary.h"

namespace cairn::datanode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

// Apache's leaders start before a datanode has loaded its replicas, and ask again.
Result<RecoveryPeer*> PeerOf(const RpcService& service) {
  if (RecoveryPeer* peer = service.agent.local_peer()) return peer;
  return Status(Code::kIoError, "Storage not yet initialized for block recovery");
}

RpcReply InitReplicaRecovery(const RpcService& service, const RpcCall& call) {
  return Unary<pb::InitReplicaRecoveryRequestProto, pb::InitReplicaRecoveryResponseProto>(
      call, [&](const auto& request, auto* response) -> Status {
        RecoveringBlock block;
        LocatedBlock located = wire::FromProto(request.block().block());
        block.block = std::move(located.block);
        block.locations = std::move(located.locations);
        block.recovery_id = GenerationStamp(request.block().newgenstamp());
        CAIRN_ASSIGN(RecoveryPeer* const peer, PeerOf(service));
        CAIRN_ASSIGN(const std::optional<RecoveryInfo> replica, peer->InitReplicaRecovery(block));
        response->set_replicafound(replica.has_value());
        if (replica) {
          response->set_state(wire::ToProto(replica->original_state));
          wire::ToProto(replica->block, response->mutable_block());
        }
        return Status();
      });
}

RpcReply UpdateReplicaUnderRecovery(const RpcService& service, const RpcCall& call) {
  return Unary<pb::UpdateReplicaUnderRecoveryRequestProto,
               pb::UpdateReplicaUnderRecoveryResponseProto>(
      call, [&](const auto& request, auto* response) -> Status {
        CAIRN_ASSIGN(RecoveryPeer* const peer, PeerOf(service));
        CAIRN_ASSIGN(const std::string storage,
                     peer->UpdateReplica(wire::FromProto(request.block()),
                                         GenerationStamp(request.recoveryid()),
                                         BlockId(static_cast<int64_t>(request.newblockid())),
                                         request.newlength()));
        response->set_storageuuid(storage);
        return Status();
      });
}

}  // namespace

void AddInterDatanodeMethods(MethodTable& table) {
  table.Add("initReplicaRecovery", InitReplicaRecovery, /*slow=*/true);
  table.Add("updateReplicaUnderRecovery", UpdateReplicaUnderRecovery, /*slow=*/true);
}

}  // namespace cairn::datanode
