// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "namenode/blocks/commands.h"
#include "namenode/blocks/lifecycle.h"

namespace cairn::namenode {

// Lets datanodes agree on the length of a block whose writer is gone: one of them leads, and tells
// the result with the generation stamp that was given out for this attempt. A later attempt has a
// newer stamp, and what an older one tells is refused.
//
// Not thread-safe: guarded by the namesystem lock.
class BlockRecovery {
 public:
  // All must outlive this object.
  BlockRecovery(BlockMap& map, const DatanodeManager& datanodes, BlockLifecycle& lifecycle)
      : map_(map), datanodes_(datanodes), lifecycle_(lifecycle) {}

  Status Start(BlockHandle block, GenerationStamp recovery_id, std::optional<Block> truncate);
  Status Check(BlockHandle block, GenerationStamp recovery_id) const;
  Status Finish(BlockHandle block, const Block& agreed, std::span<const StorageIndex> places,
                bool close);

  // What this datanode is to lead.
  std::vector<RecoverBlocksCommand::Item> Take(DatanodeIndex node);

 private:
  WrittenReplica* ChooseLeader(WrittenBlock& written);

  BlockMap& map_;
  const DatanodeManager& datanodes_;
  BlockLifecycle& lifecycle_;
  std::unordered_map<DatanodeIndex, std::vector<BlockId>> orders_;
};

}  // namespace cairn::namenode
