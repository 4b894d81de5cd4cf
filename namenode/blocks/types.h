// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/ids.h"
#include "common/util/strong_id.h"

namespace cairn::namenode {

// Where a block's record is. Given again to another block after the block was removed: inside
// namenode/blocks only; everybody else names blocks by BlockId.
using BlockHandle = StrongId<struct BlockHandleTag, uint32_t>;
inline constexpr BlockHandle kNoBlock{UINT32_MAX};

// A volume of a datanode, numbered in the order in which volumes were first seen. Below 2^24.
using StorageIndex = StrongId<struct StorageIndexTag, uint32_t>;
inline constexpr StorageIndex kNoStorage{UINT32_MAX};
inline constexpr uint32_t kStoragesMax = (1u << 24) - 1;

// A datanode, numbered in the order of first registration.
using DatanodeIndex = StrongId<struct DatanodeIndexTag, uint32_t>;
inline constexpr DatanodeIndex kNoDatanode{UINT32_MAX};

// A block's stage, with the numbers of Apache's BlockUCState.
enum class BlockState : uint8_t {
  kComplete = 0,           // Length and generation stamp are final; enough replicas were reported.
  kUnderConstruction = 1,  // A writer may still change it.
  kUnderRecovery = 2,      // Its writer is gone; datanodes agree on its length.
  kCommitted = 3,          // The writer said its final length; too few replicas are reported yet.
};

// What the namenode knows of a block, without its replicas.
struct BlockView {
  Block block;
  InodeId owner;
  uint16_t replication = 0;
  BlockState state = BlockState::kComplete;
};

// One line of a block report.
struct ReportedBlock {
  Block block;
  ReplicaState state = ReplicaState::kFinalized;
};

// How an incremental report says that something happened, with the numbers of Apache's protocol.
enum class ReceivedStatus : uint8_t { kReceiving = 1, kReceived = 2, kDeleted = 3 };

// One line of an incremental block report.
struct ReceivedDeletedBlock {
  Block block;
  ReceivedStatus status = ReceivedStatus::kReceived;
  std::string delete_hint;  // Uuid of a datanode whose replica may go in exchange; mostly empty.
};

}  // namespace cairn::namenode
