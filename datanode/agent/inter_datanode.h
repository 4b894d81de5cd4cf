// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "common/rpc/client.h"
#include "datanode/agent/namenode_messages.h"
#include "datanode/store/replica_store.h"
#include "datanode/transfer/transfer_events.h"

namespace cairn::datanode {

// InterDatanodeProtocol: what the leader of a block's recovery asks of each datanode.
//
// Thread-safe.
class RecoveryPeer {
 public:
  virtual ~RecoveryPeer() = default;

  // Stops writers and puts the replica under recovery. Nothing when the datanode does not have it;
  // kRecoveryInProgress when a later recovery is at work.
  virtual Result<std::optional<RecoveryInfo>> InitReplicaRecovery(const RecoveringBlock& block) = 0;
  // `replica` is as InitReplicaRecovery gave it. Returns the uuid of its storage.
  virtual Result<std::string> UpdateReplica(const ExtendedBlock& replica,
                                            GenerationStamp recovery_id, BlockId new_block_id,
                                            uint64_t new_length) = 0;
};

// This datanode.
class LocalRecoveryPeer final : public RecoveryPeer {
 public:
  // Both must outlive this object.
  LocalRecoveryPeer(ReplicaStore& store, TransferEvents& events) : store_(store), events_(events) {}

  Result<std::optional<RecoveryInfo>> InitReplicaRecovery(const RecoveringBlock& block) override;
  // Tells the namenodes of the new replica, too.
  Result<std::string> UpdateReplica(const ExtendedBlock& replica, GenerationStamp recovery_id,
                                    BlockId new_block_id, uint64_t new_length) override;

 private:
  ReplicaStore& store_;
  TransferEvents& events_;
};

// Another datanode, over Hadoop RPC.
class RemoteRecoveryPeer final : public RecoveryPeer {
 public:
  // `client` must outlive this object.
  RemoteRecoveryPeer(rpc::RpcClient& client, const net::HostPort& address,
                     const std::string& user);

  Result<std::optional<RecoveryInfo>> InitReplicaRecovery(const RecoveringBlock& block) override;
  Result<std::string> UpdateReplica(const ExtendedBlock& replica, GenerationStamp recovery_id,
                                    BlockId new_block_id, uint64_t new_length) override;

 private:
  rpc::RpcClient& client_;
  const rpc::RpcTarget target_;
};

}  // namespace cairn::datanode
