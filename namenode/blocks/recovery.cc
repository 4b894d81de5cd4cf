// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/recovery.h"

#include <algorithm>
#include <string>

#include "common/log/log.h"

namespace cairn::namenode {

Status BlockRecovery::Start(BlockHandle block, GenerationStamp recovery_id,
                            std::optional<Block> truncate) {
  WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) {
    return Status(Code::kNotFound, ToString(map_.Get(block)) + " is not under construction");
  }
  map_.SetState(block, BlockState::kUnderRecovery);
  written->recovery_id = recovery_id;
  if (truncate.has_value()) written->truncate = truncate;
  WrittenReplica* leader = ChooseLeader(*written);
  if (leader == nullptr) {
    // The caller starts again later; a datanode may come back by then.
    LOG(kWarn, "no live datanode can lead the recovery", {"block", map_.Get(block)});
    return Status();
  }
  leader->was_primary = true;
  const DatanodeIndex node = datanodes_.storage(leader->storage).node;
  std::vector<BlockId>& orders = orders_[node];
  const BlockId id = map_.Id(block);
  if (std::find(orders.begin(), orders.end(), id) == orders.end()) orders.push_back(id);
  LOG(kInfo, "block recovery started", {"block", map_.Get(block)}, {"recovery_id", recovery_id},
      {"leader", datanodes_.node(node).info.id.TransferAddress()});
  return Status();
}

// The live one that was heard of last and has not been tried; all again when all were.
WrittenReplica* BlockRecovery::ChooseLeader(WrittenBlock& written) {
  WrittenReplica* best = nullptr;
  for (int round = 0; round < 2 && best == nullptr; ++round) {
    for (WrittenReplica& replica : written.replicas) {
      const DatanodeEntry& node = datanodes_.NodeOf(replica.storage);
      if (!node.alive || datanodes_.storage(replica.storage).failed) continue;
      if (round == 1) replica.was_primary = false;
      if (replica.was_primary) continue;
      if (best == nullptr ||
          node.last_heartbeat > datanodes_.NodeOf(best->storage).last_heartbeat) {
        best = &replica;
      }
    }
  }
  return best;
}

Status BlockRecovery::Check(BlockHandle block, GenerationStamp recovery_id) const {
  const WrittenBlock* written = map_.Construction(block);
  if (written == nullptr || map_.State(block) == BlockState::kCommitted) {
    return Status(Code::kIoError, "Unexpected block (=" + ToString(map_.Get(block)) +
                                      ") since the file is not under construction");
  }
  if (written->recovery_id != recovery_id) {
    return Status(Code::kIoError,
                  "The recovery id " + ToString(recovery_id) +
                      " does not match current recovery id " + ToString(written->recovery_id) +
                      " for block " + ToString(map_.Get(block)));
  }
  return Status();
}

Status BlockRecovery::Finish(BlockHandle block, const Block& agreed,
                             std::span<const StorageIndex> places, bool close) {
  if (map_.IsFinished(block)) return Status();
  if (agreed.generation_stamp < map_.Stamp(block)) {
    return Status(Code::kIoError, "recovery of " + ToString(map_.Get(block)) +
                                      " would set its generation stamp back to " +
                                      ToString(agreed.generation_stamp));
  }
  CAIRN_TRY(map_.SetLengthAndStamp(block, agreed.length, agreed.generation_stamp));
  lifecycle_.Expect(block, places);
  WrittenBlock* written = map_.Construction(block);
  written->truncate.reset();
  for (WrittenReplica& replica : written->replicas) replica.was_primary = false;
  if (!close) {
    map_.SetState(block, BlockState::kUnderConstruction);
    return Status();
  }
  // The leader has seen each of these finalized with this length and stamp.
  for (WrittenReplica& replica : written->replicas) {
    replica.stamp = agreed.generation_stamp;
    replica.length = agreed.length;
    replica.state = ReplicaState::kFinalized;
    replica.reported = true;
  }
  lifecycle_.Commit(block, agreed);
  return Status();
}

std::vector<RecoverBlocksCommand::Item> BlockRecovery::Take(DatanodeIndex node) {
  std::vector<RecoverBlocksCommand::Item> items;
  auto it = orders_.find(node);
  if (it == orders_.end()) return items;
  const std::vector<BlockId> ids = std::move(it->second);
  orders_.erase(it);
  for (BlockId id : ids) {
    const BlockHandle block = map_.Find(id);
    // Finished or deleted since.
    if (block == kNoBlock || map_.State(block) != BlockState::kUnderRecovery) continue;
    const WrittenBlock& written = *map_.Construction(block);
    RecoverBlocksCommand::Item item;
    item.block = map_.Get(block);
    item.new_generation_stamp = written.recovery_id;
    item.truncate_block = written.truncate;
    std::vector<StorageIndex> fresh;
    std::vector<StorageIndex> all;
    for (const WrittenReplica& replica : written.replicas) {
      const StorageEntry& volume = datanodes_.storage(replica.storage);
      if (volume.failed || volume.removed) continue;
      all.push_back(replica.storage);
      if (datanodes_.node(volume.node).alive && !datanodes_.IsStale(volume.node)) {
        fresh.push_back(replica.storage);
      }
    }
    // With one place alone nothing can be compared: then the silent ones are asked too.
    for (StorageIndex s : fresh.size() > 1 ? fresh : all) {
      item.locations.push_back(datanodes_.Target(s));
    }
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace cairn::namenode
