// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/model/datanode_info.h"

namespace cairn::datanode {

// One namenode as a datanode sees it.
struct NamenodeStatus {
  std::string address;              // "host:port"
  std::string state = "Unknown";    // "ACTIVE", "STANDBY", "OBSERVER", "Unknown"
  std::string link = "CONNECTING";  // "CONNECTING", "RUNNING", "FAILED", "EXITED"
  uint64_t heartbeats = 0;          // Answered ones.
  int64_t last_heartbeat_ms = 0;    // Unix time of the last one that was answered; 0: none.
  int64_t last_full_report_ms = 0;  // Unix time; 0: none.
  uint64_t full_reports = 0;
  uint64_t incremental_reports = 0;
};

// A datanode at one moment, for /jmx, /metrics and status pages. Plain value; sizes in bytes.
struct DatanodeStatus {
  struct Volume {
    std::string root;
    StorageReport report;
  };

  DatanodeId id;  // As registered; before that, as it will register.
  std::string cluster_id;  // Empty before the first handshake, as is the next.
  std::string pool_id;
  int64_t start_ms = 0;  // Unix time.

  uint64_t capacity = 0;
  uint64_t dfs_used = 0;
  uint64_t remaining = 0;
  uint64_t non_dfs_used = 0;
  uint64_t pool_used = 0;
  uint64_t block_count = 0;
  uint64_t pending_deletions = 0;
  std::vector<Volume> volumes;  // The working ones.
  std::vector<std::string> failed_volumes;
  int64_t last_volume_failure_ms = 0;
  uint64_t capacity_lost = 0;

  uint32_t active_streams = 0;         // XceiverCount.
  uint32_t transfers_in_progress = 0;  // XmitsInProgress.
  uint64_t balancer_bandwidth = 0;     // Bytes a second.

  std::vector<NamenodeStatus> namenodes;
  uint64_t pending_incremental_reports = 0;  // Of all links.
  uint64_t block_recoveries = 0;             // Of blocks whose recovery this datanode led.
};

// Where the status comes from. Thread-safe.
class DatanodeStatusSource {
 public:
  virtual ~DatanodeStatusSource() = default;
  virtual DatanodeStatus Snapshot() const = 0;
};

}  // namespace cairn::datanode
