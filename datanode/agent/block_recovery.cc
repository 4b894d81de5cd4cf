// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/block_recovery.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/log/log.h"

namespace cairn::datanode {
namespace {

// Whether a replica may decide on the block: a stamp that is not older, and at least one byte. An
// older stamp is of a pipeline that this datanode had left.
bool IsUsable(const RecoveryInfo& replica, const Block& block) {
  return replica.block.generation_stamp >= block.generation_stamp && replica.block.length > 0;
}

// Finalized before rbw before rwr, by number.
bool IsBetter(ReplicaState a, ReplicaState b) {
  return static_cast<uint8_t>(a) < static_cast<uint8_t>(b);
}

// The length that all finalized candidates have.
Result<uint64_t> FinalizedLength(const std::vector<RecoveryCandidate>& candidates) {
  uint64_t length = 0;
  for (const RecoveryCandidate& candidate : candidates) {
    const RecoveryInfo& replica = candidate.replica;
    if (replica.original_state != ReplicaState::kFinalized) continue;
    if (length != 0 && length != replica.block.length) {
      return Status(Code::kIoError, "Inconsistent size of finalized replicas. Replica " +
                                        ToString(replica.block) + " of " +
                                        std::to_string(replica.block.length) +
                                        " bytes expected size: " + std::to_string(length));
    }
    length = replica.block.length;
  }
  return length;
}

}  // namespace

Result<RecoveryPlan> PlanRecovery(const RecoveringBlock& block,
                                  const std::vector<RecoveryCandidate>& candidates) {
  ReplicaState best = ReplicaState::kRwr;
  for (const RecoveryCandidate& candidate : candidates) {
    if (IsBetter(candidate.replica.original_state, best)) best = candidate.replica.original_state;
  }
  RecoveryPlan plan;
  plan.block.id = block.truncate_to ? block.truncate_to->id : block.block.block.id;
  plan.block.generation_stamp = block.recovery_id;
  uint64_t length = std::numeric_limits<uint64_t>::max();
  if (best == ReplicaState::kFinalized) {
    CAIRN_ASSIGN(length, FinalizedLength(candidates));
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const RecoveryInfo& replica = candidates[i].replica;
    if (best == ReplicaState::kFinalized) {
      // An rbw replica of that length has all the bytes: only its last acknowledgement is missing.
      const bool takes_part =
          replica.original_state == ReplicaState::kFinalized ||
          (replica.original_state == ReplicaState::kRbw && replica.block.length == length);
      if (takes_part) plan.candidates.push_back(i);
    } else if (replica.original_state == best) {
      length = std::min(length, replica.block.length);
      plan.candidates.push_back(i);
    }
  }
  if (plan.candidates.empty()) return Status(Code::kIoError, "Incorrect block size");
  plan.block.length = block.truncate_to ? block.truncate_to->length : length;
  return plan;
}

Status BlockRecovery::Recover(const RecoveringBlock& block) const {
  CAIRN_ASSIGN(const Survey survey, Ask(block));
  if (survey.superseded) return Status();
  return Synchronize(block, survey.candidates);
}

Result<BlockRecovery::Survey> BlockRecovery::Ask(const RecoveringBlock& block) const {
  const std::string name = ToString(block.block.block);
  Survey survey;
  size_t failed = 0;
  size_t usable = 0;
  for (const DatanodeTarget& target : block.locations) {
    const DatanodeId& node = target.node.id;
    std::shared_ptr<RecoveryPeer> peer = collaborators_.peer_of(node);
    const Result<std::optional<RecoveryInfo>> answer = peer->InitReplicaRecovery(block);
    if (!answer.ok()) {
      if (answer.status().code() == Code::kRecoveryInProgress) {
        LOG(kWarn, "a later recovery is at work", {"block", name},
            {"node", node.TransferAddress()}, {"recovery", block.recovery_id},
            {"reason", answer.status()});
        survey.superseded = true;
        return survey;
      }
      ++failed;
      LOG(kWarn, "datanode does not take part in the recovery", {"block", name},
          {"node", node.TransferAddress()}, {"reason", answer.status()});
      continue;
    }
    const std::optional<RecoveryInfo>& replica = *answer;
    if (!replica || !IsUsable(*replica, block.block.block)) continue;
    ++usable;
    if (IsBetter(ReplicaState::kRwr, replica->original_state)) continue;
    survey.candidates.push_back({node, *replica, std::move(peer)});
  }
  if (failed == block.locations.size()) {
    return Status(Code::kIoError, "All datanodes failed: block=" + name);
  }
  if (usable > 0 && survey.candidates.empty()) {
    return Status(Code::kIoError, "Found " + std::to_string(usable) + " replica(s) for block " +
                                      name + " but none is in RWR or better state");
  }
  return survey;
}

Status BlockRecovery::Synchronize(const RecoveringBlock& block,
                                  const std::vector<RecoveryCandidate>& candidates) const {
  const std::string name = ToString(block.block.block);
  BlockSynchronization sync;
  sync.block = block.block;
  sync.new_generation_stamp = block.recovery_id;
  if (candidates.empty()) {
    // Nobody has a byte of it: the file ends before this block.
    sync.delete_block = true;
    return collaborators_.commit(sync);
  }
  CAIRN_ASSIGN(const RecoveryPlan plan, PlanRecovery(block, candidates));
  sync.new_length = plan.block.length;
  for (const size_t i : plan.candidates) {
    const RecoveryCandidate& candidate = candidates[i];
    const Result<std::string> storage = candidate.peer->UpdateReplica(
        {block.block.pool_id, candidate.replica.block}, block.recovery_id, plan.block.id,
        plan.block.length);
    if (!storage.ok()) {
      LOG(kWarn, "replica was not recovered", {"block", name},
          {"node", candidate.node.TransferAddress()}, {"reason", storage.status()});
      continue;
    }
    sync.targets.push_back(candidate.node);
    sync.target_storages.push_back(*storage);
  }
  if (sync.targets.empty()) {
    return Status(Code::kIoError, "Cannot recover " + name + ", all datanodes failed");
  }
  CAIRN_TRY(collaborators_.commit(sync));
  LOG(kInfo, "block recovered", {"block", plan.block}, {"length", plan.block.length},
      {"replicas", sync.targets.size()}, {"of", block.locations.size()});
  return Status();
}

}  // namespace cairn::datanode
