// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/util/status.h"
#include "common/wire/data_transfer.h"
#include "datanode/transfer/context.h"
#include "datanode/transfer/stream.h"

namespace cairn::datanode {

// A replica to be sent to other datanodes: the first target takes it, and passes it on.
struct SendJob {
  ExtendedBlock block;  // The first `length` bytes go out.
  std::vector<DatanodeInfo> targets;
  std::vector<StorageType> target_storage_types;
  std::vector<std::string> target_storage_uuids;
  wire::BlockConstructionStage stage = wire::BlockConstructionStage::kPipelineSetupCreate;
  std::string client_name;  // Not empty: the client's pipeline waits for the copy.
};

// Sends it on the calling thread. With a client, ok means that the target has confirmed the
// replica; else only that all was sent: the target reports to the namenode. A replica that turns
// out to be bad has been reported.
Status SendReplica(TransferContext& context, Stream& stream, const SendJob& job);

// Whether the namenode may have this finalized replica sent: kReplicaNotFound when it is not here
// in that state; kCorrupt, and reported as such, when it is shorter than it should be.
Status CheckReplicaToSend(TransferContext& context, const ExtendedBlock& block);

}  // namespace cairn::datanode
