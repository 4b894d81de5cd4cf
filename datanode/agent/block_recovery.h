// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datanode/agent/inter_datanode.h"
#include "datanode/agent/namenode_messages.h"

namespace cairn::datanode {

// One datanode's replica that takes part in a recovery.
struct RecoveryCandidate {
  DatanodeId node;
  RecoveryInfo replica;
  std::shared_ptr<RecoveryPeer> peer;  // Shared with nobody but copies of this value.
};

// What the replicas of a block will be.
struct RecoveryPlan {
  Block block;                     // With its new id, stamp and length.
  std::vector<size_t> candidates;  // Indexes of those that take part.
};

// The best state among the candidates decides. Finalized: their length (which must be one), and rbw
// replicas of that length take part. Else the shortest replica in that state. A truncation's length
// wins. `candidates` must not be empty, and no replica of them.
Result<RecoveryPlan> PlanRecovery(const RecoveringBlock& block,
                                  const std::vector<RecoveryCandidate>& candidates);

// Leads the recovery of one block: asks each datanode for its replica, chooses, makes them equal,
// and tells the namenode. A datanode that fails is left out; only when all fail is the recovery
// given up, to be started again by the namenode.
class BlockRecovery {
 public:
  struct Collaborators {
    // The peer at a datanode; itself included.
    std::function<std::shared_ptr<RecoveryPeer>(const DatanodeId&)> peer_of;
    std::function<Status(const BlockSynchronization&)> commit;
  };

  explicit BlockRecovery(Collaborators collaborators)
      : collaborators_(std::move(collaborators)) {}

  // Ok as well when a later recovery is at work, which will do it.
  Status Recover(const RecoveringBlock& block) const;

 private:
  struct Survey {
    std::vector<RecoveryCandidate> candidates;
    bool superseded = false;
  };

  Result<Survey> Ask(const RecoveringBlock& block) const;
  Status Synchronize(const RecoveringBlock& block,
                     const std::vector<RecoveryCandidate>& candidates) const;

  const Collaborators collaborators_;
};

}  // namespace cairn::datanode
