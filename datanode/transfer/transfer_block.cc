// SPDX-License-Identifier: Apache-2.0
// TRANSFER_BLOCK: a client whose pipeline has lost a datanode has the replica copied to a new one.
#include "datanode/transfer/connection.h"
#include "datanode/transfer/replica_sender.h"

namespace cairn::datanode {
namespace {

// Fills in what of the replica is copied, and as what.
Status Resolve(TransferContext& context, SendJob& job) {
  const std::optional<ReplicaSnapshot> replica =
      context.store.Find(job.block.pool_id, job.block.block.id);
  if (!replica) {
    return Status(Code::kIoError, BlockText(job.block) + " not found in datanode.");
  }
  if (replica->block.generation_stamp < job.block.block.generation_stamp) {
    return Status(Code::kIoError, ToString(replica->block.generation_stamp) +
                                      " = storedGS < b.getGenerationStamp(), b=" +
                                      BlockText(job.block));
  }
  if (replica->state == ReplicaState::kRbw) {
    job.stage = wire::BlockConstructionStage::kTransferRbw;
  } else if (replica->state == ReplicaState::kFinalized) {
    job.stage = wire::BlockConstructionStage::kTransferFinalized;
  } else {
    return Status(Code::kIoError, BlockText(job.block) +
                                      " is neither a RBW nor a Finalized, r=" + ToString(*replica));
  }
  job.block.block.generation_stamp = replica->block.generation_stamp;
  job.block.block.length = replica->visible_length;
  return Status();
}

}  // namespace

Status Connection::TransferBlock(const wire::TransferBlockOp& op) {
  ends_ = true;
  ++context_.metrics.transfer_block_ops;
  const std::string name = "transferBlock " + BlockText(op.block);
  if (const Status ready = context_.events.WaitForPool(op.block.pool_id); !ready.ok()) {
    return Refuse(name, ready);
  }
  SendJob job;
  job.block = op.block;
  job.targets = op.targets;
  job.target_storage_types = op.target_storage_types;
  job.target_storage_uuids = op.target_storage_uuids;
  job.client_name = op.client_name;
  if (const Status resolved = Resolve(context_, job); !resolved.ok()) {
    return Refuse(name, resolved);
  }
  if (!job.targets.empty()) {
    if (const Status sent = SendReplica(context_, stream_, job); !sent.ok()) {
      return Refuse(name, sent);
    }
  }
  return Answer(wire::OpStatus::kSuccess, "");
}

}  // namespace cairn::datanode
