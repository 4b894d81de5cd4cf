// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/ids.h"
#include "common/model/namespace_info.h"
#include "namenode/blocks/commands.h"
#include "namenode/blocks/reported_blocks.h"
#include "namenode/blocks/types.h"
#include "namenode/namesystem/service_state.h"

namespace cairn::namenode {

// What datanodes say, and what they are answered. Each message carries the registration, as
// Apache's protocol has it.

struct DatanodeRegistration {
  DatanodeId id;
  // layout_version, namespace_id, cluster_id and ctime_ms of the datanode's storage.
  NamespaceInfo storage{.layout_version = kDatanodeLayoutVersion};
  std::string software_version;
};

struct HeartbeatRequest {
  DatanodeRegistration registration;
  std::vector<StorageReport> reports;
  uint64_t cache_capacity = 0;
  uint64_t cache_used = 0;
  uint32_t xmits_in_progress = 0;
  uint32_t xceiver_count = 0;
  uint32_t failed_volumes = 0;
  std::vector<std::string> failed_storage_locations;
  uint64_t last_volume_failure_ms = 0;  // Unix time.
  uint64_t estimated_capacity_lost = 0;
  bool request_full_report_lease = false;
};

struct HeartbeatResponse {
  std::vector<DatanodeCommand> commands;
  ServiceState state = ServiceState::kActive;
  TxId txid;                         // Durable up to here.
  uint64_t epoch = 0;                // Of the pair; 0: none.
  uint64_t full_report_lease_id = 0;  // 0: none was asked for, or none is free.
};

struct StorageBlockReport {
  DatanodeStorage storage;
  std::unique_ptr<ReportedBlocks> blocks;  // Read once, in slices.
};

struct BlockReportRequest {
  DatanodeRegistration registration;
  std::vector<StorageBlockReport> reports;  // Their blocks are consumed.
  // Of a report that is split over several calls.
  uint32_t total_rpcs = 1;
  uint32_t current_rpc = 0;
  uint64_t report_id = 0;
  uint64_t lease_id = 0;
};

struct StorageReceivedDeletedBlocks {
  DatanodeStorage storage;
  std::vector<ReceivedDeletedBlock> blocks;
};

struct CommitBlockSynchronizationRequest {
  ExtendedBlock block;
  GenerationStamp new_generation_stamp;
  uint64_t new_length = 0;
  bool close_file = false;
  bool delete_block = false;
  std::vector<DatanodeId> new_targets;
  std::vector<std::string> new_target_storages;
};

}  // namespace cairn::namenode
