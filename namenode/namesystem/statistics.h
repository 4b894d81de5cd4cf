// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/ids.h"
#include "common/model/namespace_info.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/blocks/datanode_manager.h"
#include "namenode/journal/edit_log.h"
#include "namenode/namesystem/datanode_messages.h"

namespace cairn::namenode {

// What all live volumes of one kind hold together. Sizes in bytes.
struct StorageTypeTotals {
  StorageType type = StorageType::kDisk;
  uint64_t capacity = 0;
  uint64_t used = 0;
  uint64_t remaining = 0;
  uint64_t non_dfs_used = 0;
  uint64_t block_pool_used = 0;
  uint32_t nodes_in_service = 0;
  uint64_t nodes_in_service_xceivers = 0;
};

// A namesystem's numbers at one moment, for pages and exporters. A plain value.
struct NamesystemStatistics {
  NamespaceInfo info;
  ServiceState service_state = ServiceState::kInitializing;
  int64_t last_transition_ms = 0;  // Unix time of its last change since the start; 0: none.

  bool safe_mode = false;
  bool startup_safe_mode = false;
  std::string safe_mode_tip;  // Empty when it is off.
  uint64_t safe_blocks = 0;
  uint64_t safe_blocks_threshold = 0;

  uint64_t inodes = 0;  // Files, directories and links, the root too.
  uint64_t open_files = 0;
  uint64_t writers = 0;  // Clients with a lease.
  uint64_t retry_cache_entries = 0;
  BlockManagerCounters blocks;
  ClusterTotals datanodes;
  std::vector<StorageTypeTotals> storage_types;  // Those that there are.

  TxId last_written{0};  // Appended to the log; the last one applied where there is no log.
  TxId durable{0};
  TxId segment_start{0};
  TxId last_checkpoint{0};
  int64_t last_checkpoint_ms = 0;  // Unix time.
  EditLog::Counters log;

  uint64_t tree_bytes = 0;
  uint64_t block_map_bytes = 0;
};

// One datanode for the same readers.
struct DatanodeStatistics {
  DatanodeInfo info;
  bool alive = false;
  bool stale = false;
  uint32_t blocks_scheduled = 0;
  uint32_t failed_volumes = 0;
  std::vector<std::string> failed_volume_locations;
  uint64_t last_volume_failure_ms = 0;  // Unix time.
  uint64_t capacity_lost = 0;
  uint64_t silent_ms = 0;  // Since the last heartbeat.
  std::vector<StorageReport> storages;
};

}  // namespace cairn::namenode
