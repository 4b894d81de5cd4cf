// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "common/util/result.h"
#include "namenode/blocks/block_map.h"
#include "namenode/blocks/redundancy.h"

namespace cairn::namenode {

// Leads a block from its first writer to completeness and, for append, back.
//
// While a block is written its replicas are only noted with what each datanode said of them; when
// its final length and generation stamp are known, those that agree become its replicas. So a
// report may come before or after the call that finishes the block, and a replica that an old
// pipeline left behind never counts.
//
// Not thread-safe: guarded by the namesystem lock.
class BlockLifecycle {
 public:
  // All must outlive this object.
  BlockLifecycle(BlockMap& map, const DatanodeManager& datanodes, Redundancy& redundancy)
      : map_(map), datanodes_(datanodes), redundancy_(redundancy) {}

  // The places that a writer was given.
  void Expect(BlockHandle block, std::span<const StorageIndex> places);
  // A datanode said what it has of a block that is not complete.
  void NoteReplica(BlockHandle block, StorageIndex storage, const ReportedBlock& reported);
  // It has a replica with this stamp no more.
  void DropReplica(BlockHandle block, StorageIndex storage, GenerationStamp stamp);

  Status CheckCommit(BlockHandle block, const Block& committed) const;
  // How many replicas a block that is being written would have, finished like this.
  uint32_t Agreeing(BlockHandle block, const Block& committed) const;
  void Commit(BlockHandle block, const Block& committed);
  bool TryComplete(BlockHandle block);
  void ForceComplete(BlockHandle block);
  Status Update(BlockHandle block, const Block& updated);
  void Reopen(BlockHandle block);
  Status UpdatePipeline(BlockHandle block, const Block& updated,
                        std::span<const StorageIndex> places);

  // Where the replicas are, or should be, without those that are known to be older.
  std::vector<StorageIndex> Places(BlockHandle block) const;

 private:
  void Absorb(BlockHandle block);

  BlockMap& map_;
  const DatanodeManager& datanodes_;
  Redundancy& redundancy_;
};

}  // namespace cairn::namenode
