// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/model/block.h"

namespace cairn {

// Who a datanode is and where it listens.
struct DatanodeId {
  std::string ip;         // What clients connect to.
  std::string host_name;
  std::string uuid;       // Stays with the datanode's directories.
  uint16_t transfer_port = 0;
  uint16_t http_port = 0;
  uint16_t https_port = 0;
  uint16_t ipc_port = 0;

  // "127.0.0.1:9866", Apache's name for a datanode.
  std::string TransferAddress() const { return ip + ":" + std::to_string(transfer_port); }

  bool operator==(const DatanodeId&) const = default;
};

enum class AdminState : uint8_t {
  kNormal = 0,
  kDecommissionInProgress = 1,
  kDecommissioned = 2,
  kEnteringMaintenance = 3,
  kInMaintenance = 4,
};

// A datanode as the namenode shows it to clients. Sizes in bytes.
struct DatanodeInfo {
  DatanodeId id;
  uint64_t capacity = 0;
  uint64_t dfs_used = 0;
  uint64_t remaining = 0;
  uint64_t non_dfs_used = 0;
  uint64_t block_pool_used = 0;
  uint64_t last_update_ms = 0;            // Unix time of the last heartbeat.
  uint64_t last_update_monotonic_ms = 0;
  uint64_t last_block_report_ms = 0;      // Unix time.
  uint32_t xceiver_count = 0;
  uint32_t block_count = 0;
  std::string location = "/default-rack";
  AdminState admin_state = AdminState::kNormal;
  std::string software_version;
};

enum class StorageState : uint8_t { kNormal = 0, kReadOnlyShared = 1 };

// One volume of a datanode.
struct DatanodeStorage {
  std::string uuid;  // "DS-…"
  StorageState state = StorageState::kNormal;
  StorageType type = StorageType::kDisk;

  bool operator==(const DatanodeStorage&) const = default;
};

// What a heartbeat says of one volume. Sizes in bytes.
struct StorageReport {
  DatanodeStorage storage;
  bool failed = false;
  uint64_t capacity = 0;
  uint64_t dfs_used = 0;
  uint64_t remaining = 0;
  uint64_t block_pool_used = 0;
  uint64_t non_dfs_used = 0;
  std::string mount;  // Empty when not told.
};

// A place for a replica.
struct DatanodeTarget {
  DatanodeInfo node;
  std::string storage_uuid;
  StorageType storage_type = StorageType::kDisk;
};

}  // namespace cairn
