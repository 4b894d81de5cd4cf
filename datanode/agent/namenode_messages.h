// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/namespace_info.h"
#include "datanode/store/replica_store.h"

namespace cairn::datanode {

// What a datanode and a namenode say to each other, as plain structs.

// A datanode as it registers. `storage` has the datanode's layout version.
struct Registration {
  DatanodeId id;
  NamespaceInfo storage;
};

enum class NamenodeState : uint8_t { kActive = 0, kStandby = 1, kObserver = 2 };
const char* NamenodeStateName(NamenodeState state);  // "ACTIVE"

// The answer to versionRequest.
struct NamenodeVersion {
  NamespaceInfo ns;
  std::string software_version;
  std::optional<NamenodeState> state;  // Old namenodes do not say.
  bool reports_in_buffers = false;     // Takes block lists in the new form.
};

// ---- Commands.

struct TransferBlocks {
  struct Item {
    ExtendedBlock block;
    std::vector<DatanodeTarget> targets;
  };
  std::vector<Item> items;
};
struct InvalidateBlocks {
  std::string pool_id;
  std::vector<Block> blocks;
};
// A block whose replicas must agree, and where they are.
struct RecoveringBlock {
  ExtendedBlock block;
  std::vector<DatanodeTarget> locations;
  GenerationStamp recovery_id;           // The stamp that the block will have.
  std::optional<Block> truncate_to;      // The block after a truncation: id and length.
};
struct RecoverBlocks {
  std::vector<RecoveringBlock> blocks;
};
struct RegisterAgain {};
struct FinalizeUpgrade {
  std::string pool_id;
};
struct SetBandwidth {
  uint64_t bytes_per_second = 0;
};
struct NoCommand {};
// A command of a feature that is not built; `what` is a literal.
struct UnbuiltCommand {
  const char* what;
};
using NamenodeCommand = std::variant<NoCommand, TransferBlocks, InvalidateBlocks, RecoverBlocks,
                                     RegisterAgain, FinalizeUpgrade, SetBandwidth, UnbuiltCommand>;

// ---- Heartbeats and reports.

struct Heartbeat {
  std::vector<StorageReport> reports;
  uint32_t transfers_in_progress = 0;
  uint32_t active_streams = 0;
  VolumeFailures failures;
  bool want_report_lease = false;
};
struct HeartbeatAnswer {
  std::vector<NamenodeCommand> commands;
  NamenodeState state = NamenodeState::kActive;
  int64_t txid = 0;
  uint64_t epoch = 0;         // 0: the namenode knows no epochs.
  uint64_t report_lease = 0;  // 0: none was given.
};

// With the numbers of the protocol.
enum class ReplicaEvent : uint8_t { kReceiving = 1, kReceived = 2, kDeleted = 3 };

// One line of an incremental report.
struct ReplicaChange {
  Block block;
  ReplicaEvent event = ReplicaEvent::kReceived;
  std::string delete_hint;  // Uuid of a datanode whose replica may go; empty: none.
  DatanodeStorage storage;
};

// One call of a full report: call `index` of `calls`.
struct FullReportPart {
  std::vector<StorageBlocks> storages;
  int32_t calls = 1;
  int32_t index = 0;
  int64_t report_id = 0;
  uint64_t lease = 0;
};

// With the numbers of the protocol.
enum class DatanodeError : uint8_t {
  kNotify = 0,
  kDiskError = 1,
  kInvalidBlock = 2,
  kFatalDiskError = 3,
};

// How a block's recovery ended.
struct BlockSynchronization {
  ExtendedBlock block;  // As it was.
  GenerationStamp new_generation_stamp;
  uint64_t new_length = 0;
  bool close_file = true;
  bool delete_block = false;
  std::vector<DatanodeId> targets;
  std::vector<std::string> target_storages;
};

}  // namespace cairn::datanode
