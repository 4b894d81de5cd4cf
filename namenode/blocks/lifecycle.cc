// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/lifecycle.h"

#include <algorithm>
#include <string>

#include "common/log/log.h"

namespace cairn::namenode {
namespace {

// Replicas noted for one block: bounds what datanodes that lie can make us remember.
constexpr size_t kWrittenReplicasMax = 1024;

}  // namespace

void BlockLifecycle::Expect(BlockHandle block, std::span<const StorageIndex> places) {
  WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) return;
  std::vector<WrittenReplica> replicas;
  for (StorageIndex place : places) {
    // A report of a datanode may have been faster than the call that names it.
    if (const WrittenReplica* known = written->Find(place)) {
      replicas.push_back(*known);
    } else {
      WrittenReplica replica;
      replica.storage = place;
      replica.stamp = map_.Stamp(block);
      replicas.push_back(replica);
    }
  }
  written->replicas = std::move(replicas);
}

void BlockLifecycle::NoteReplica(BlockHandle block, StorageIndex storage,
                                 const ReportedBlock& reported) {
  WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) return;
  WrittenReplica* replica = written->Find(storage);
  if (replica == nullptr) {
    // The datanode chose another of its volumes than was expected.
    const DatanodeIndex node = datanodes_.storage(storage).node;
    for (WrittenReplica& other : written->replicas) {
      if (datanodes_.storage(other.storage).node == node) replica = &other;
    }
  }
  if (replica == nullptr) {
    if (written->replicas.size() >= kWrittenReplicasMax) return;
    replica = &written->replicas.emplace_back();
  } else if (replica->reported) {
    // A report that was overtaken by a newer one.
    if (reported.block.generation_stamp < replica->stamp) return;
    // A finalized replica is written again only with a newer stamp.
    if (replica->state == ReplicaState::kFinalized && reported.state == ReplicaState::kRbw &&
        reported.block.generation_stamp == replica->stamp) {
      return;
    }
  }
  replica->storage = storage;
  replica->stamp = reported.block.generation_stamp;
  replica->length = reported.block.length;
  replica->state = reported.state;
  replica->reported = true;
}

void BlockLifecycle::DropReplica(BlockHandle block, StorageIndex storage,
                                 GenerationStamp stamp) {
  WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) return;
  std::erase_if(written->replicas, [&](const WrittenReplica& replica) {
    return replica.storage == storage && replica.reported && replica.stamp <= stamp;
  });
}

Status BlockLifecycle::CheckCommit(BlockHandle block, const Block& committed) const {
  const Block known = map_.Get(block);
  if (map_.IsFinished(block)) {
    if (known == committed) return Status();
    return Status(Code::kIoError, "Trying to commit inconsistent block: id = " +
                                      ToString(committed.id) + ", expected id = " +
                                      ToString(known.id) + ": stored " + ToString(known) +
                                      " of length " + std::to_string(known.length) +
                                      ", committed " + ToString(committed) + " of length " +
                                      std::to_string(committed.length));
  }
  if (committed.generation_stamp != known.generation_stamp) {
    return Status(Code::kIoError, "Commit block with mismatching GS. NN has " + ToString(known) +
                                      ", client submits " + ToString(committed));
  }
  if (committed.length < known.length) {
    return Status(Code::kIoError, "commit of " + ToString(known) + " would shorten it from " +
                                      std::to_string(known.length) + " to " +
                                      std::to_string(committed.length) + " bytes");
  }
  return Status();
}

uint32_t BlockLifecycle::Agreeing(BlockHandle block, const Block& committed) const {
  const WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) return 0;
  return static_cast<uint32_t>(std::count_if(
      written->replicas.begin(), written->replicas.end(), [&](const WrittenReplica& replica) {
        return replica.reported && replica.state == ReplicaState::kFinalized &&
               replica.stamp == committed.generation_stamp &&
               replica.length == committed.length && !datanodes_.storage(replica.storage).failed &&
               datanodes_.NodeOf(replica.storage).alive;
      }));
}

void BlockLifecycle::Commit(BlockHandle block, const Block& committed) {
  if (map_.IsFinished(block)) return;
  // CheckCommit has seen that stamp and length fit.
  if (!map_.SetLengthAndStamp(block, committed.length, committed.generation_stamp).ok()) return;
  map_.SetState(block, BlockState::kCommitted);
  Absorb(block);
}

// Takes over the finished replicas that agree with the block; those that do not are corrupt.
void BlockLifecycle::Absorb(BlockHandle block) {
  WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) return;
  const Block known = map_.Get(block);
  // A copy: adding the last replica needed makes the block complete, and drops the original.
  const std::vector<WrittenReplica> replicas = written->replicas;
  std::vector<const WrittenReplica*> wrong;
  for (const WrittenReplica& replica : replicas) {
    if (!replica.reported || replica.state != ReplicaState::kFinalized) continue;
    if (replica.stamp == known.generation_stamp && replica.length == known.length) {
      redundancy_.AddReplica(block, replica.storage);
    } else {
      wrong.push_back(&replica);
    }
  }
  // The good ones first: only then is it clear whether a bad one is needed as a last resort.
  for (const WrittenReplica* replica : wrong) {
    const CorruptReason reason = replica->stamp == known.generation_stamp
                                     ? CorruptReason::kSizeMismatch
                                     : CorruptReason::kStampMismatch;
    redundancy_.MarkCorrupt(block, replica->storage, reason,
                            {known.id, replica->length, replica->stamp});
  }
}

bool BlockLifecycle::TryComplete(BlockHandle block) {
  if (map_.IsComplete(block)) return true;
  if (map_.State(block) != BlockState::kCommitted || !redundancy_.HasMin(block)) return false;
  redundancy_.MakeComplete(block);
  return true;
}

void BlockLifecycle::ForceComplete(BlockHandle block) {
  if (map_.IsComplete(block)) return;
  if (map_.State(block) != BlockState::kCommitted) {
    map_.SetState(block, BlockState::kCommitted);
    Absorb(block);
  }
  if (!map_.IsComplete(block)) redundancy_.MakeComplete(block);
}

Status BlockLifecycle::Update(BlockHandle block, const Block& updated) {
  if (updated.generation_stamp < map_.Stamp(block)) {
    return Status(Code::kIoError, "generation stamp of " + ToString(map_.Get(block)) +
                                      " would go back to " + ToString(updated.generation_stamp));
  }
  return map_.SetLengthAndStamp(block, updated.length, updated.generation_stamp);
}

void BlockLifecycle::Reopen(BlockHandle block) {
  if (!map_.IsFinished(block)) return;
  if (map_.State(block) == BlockState::kCommitted) map_.Construction(block)->replicas.clear();
  redundancy_.BeforeReopen(block);
  const Block known = map_.Get(block);
  WrittenBlock* written = map_.Construction(block);
  written->recovery_id = GenerationStamp();
  written->truncate.reset();
  for (StorageIndex s : map_.Replicas(block)) {
    written->replicas.push_back(
        {s, known.generation_stamp, known.length, ReplicaState::kFinalized, true, false});
    map_.RemoveReplica(block, s);
  }
}

Status BlockLifecycle::UpdatePipeline(BlockHandle block, const Block& updated,
                                      std::span<const StorageIndex> places) {
  if (map_.IsFinished(block)) {
    return Status(Code::kIoError, ToString(updated) + " is not being written");
  }
  const Block known = map_.Get(block);
  if (updated.generation_stamp <= known.generation_stamp || updated.length < known.length) {
    return Status(Code::kIoError, "Update " + ToString(known) + " (size=" +
                                      std::to_string(known.length) + ") to an older state: " +
                                      ToString(updated) + " (size=" +
                                      std::to_string(updated.length) + ")");
  }
  CAIRN_TRY(map_.SetLengthAndStamp(block, updated.length, updated.generation_stamp));
  Expect(block, places);
  return Status();
}

std::vector<StorageIndex> BlockLifecycle::Places(BlockHandle block) const {
  const WrittenBlock* written = map_.Construction(block);
  if (written == nullptr) return map_.Replicas(block);
  std::vector<StorageIndex> places;
  for (const WrittenReplica& replica : written->replicas) {
    if (replica.reported && replica.stamp < map_.Stamp(block)) continue;
    places.push_back(replica.storage);
  }
  // A committed block's replicas may be more than its pipeline had.
  for (StorageIndex s : map_.Replicas(block)) {
    if (std::find(places.begin(), places.end(), s) == places.end() &&
        !redundancy_.corrupt().Contains(block, s)) {
      places.push_back(s);
    }
  }
  return places;
}

}  // namespace cairn::namenode
