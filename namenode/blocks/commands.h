// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/model/block.h"
#include "common/model/datanode_info.h"

namespace cairn::namenode {

// What a namenode tells a datanode in the answer to a heartbeat or a report. The pool id is the
// front-end's to add: a namenode has one.

// Copy replicas to other datanodes.
struct TransferCommand {
  struct Item {
    Block block;
    std::vector<DatanodeTarget> targets;
  };
  std::vector<Item> items;
};

// Delete replicas.
struct InvalidateCommand {
  std::vector<Block> blocks;
};

// Lead the recovery of blocks whose writer is gone.
struct RecoverBlocksCommand {
  struct Item {
    Block block;
    std::vector<DatanodeTarget> locations;
    GenerationStamp new_generation_stamp;
    bool corrupt = false;
    // Cut the block to the length of this one, copying it when its id differs.
    std::optional<Block> truncate_block;
  };
  std::vector<Item> items;
};

// Register again: the namenode does not know the caller.
struct RegisterCommand {};

// Make an upgrade final.
struct FinalizeCommand {};

// Bytes per second that balancing may take.
struct BalancerBandwidthCommand {
  uint64_t bandwidth = 0;
};

// New block token keys; empty while tokens are off.
struct AccessKeyUpdateCommand {};

using DatanodeCommand =
    std::variant<TransferCommand, InvalidateCommand, RecoverBlocksCommand, RegisterCommand,
                 FinalizeCommand, BalancerBandwidthCommand, AccessKeyUpdateCommand>;

}  // namespace cairn::namenode
