// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "common/model/block.h"
#include "common/util/status.h"
#include "namenode/tree/tree.h"

// Quotas: limits on what a directory and all that is under it may use. Only directories that have
// a quota keep counts (the root always does), so a change costs a walk to the root.
//
// The namesystem verifies a change when it validates, and charges it when it applies; replay only
// charges. Changes of space come from the namesystem, which knows the lengths of blocks.
//
// Functions on the tree: guarded by the namesystem lock.
namespace cairn::namenode {

// What blocks/ knows and tree/ needs: how long blocks are. Implemented by the namesystem.
class BlockLengths {
 public:
  struct Info {
    uint64_t length = 0;   // Bytes; of an incomplete block, what is known of it.
    bool complete = true;  // An incomplete block is charged as a full one.
  };
  virtual ~BlockLengths() = default;
  virtual Info LengthOf(BlockId block) const = 0;
};

// The storage types that Apache's policy places `replicas` replicas on. No types for an
// unspecified or unknown policy.
std::vector<StorageType> StorageTypesOf(uint8_t storage_policy, size_t replicas);

// The policy that counts for `inode`: its own, or that of the nearest directory that has one.
uint8_t EffectiveStoragePolicy(const Tree& tree, InodeHandle inode);

// The change in usage when `bytes` get `new_replication` replicas instead of `old_replication`
// (0: none), under that policy.
QuotaCounts SpaceChange(uint8_t storage_policy, uint64_t bytes, uint16_t old_replication,
                        uint16_t new_replication);

// What one file uses: a name, and its bytes with replication.
QuotaCounts CountFile(const Tree& tree, const BlockLengths& lengths, InodeHandle file);
// What an inode uses with all that is below. Directories with counts of their own are not walked.
QuotaCounts CountSubtree(const Tree& tree, const BlockLengths& lengths, InodeHandle inode);

// Whether `dir` and its ancestors can take `change`: kNamespaceQuota, kSpaceQuota, kTypeQuota in
// Apache's words. Stops before `common_ancestor` (kNoInode: goes to the root), as for a rename,
// which changes nothing from there on.
Status VerifyQuota(const Tree& tree, InodeHandle dir, const QuotaCounts& change,
                   InodeHandle common_ancestor = kNoInode);
// Adds `change` to the counts of `dir` and its ancestors.
void ChargeQuota(Tree& tree, InodeHandle dir, const QuotaCounts& change);
// The deepest directory that is above both; for VerifyQuota of a rename.
InodeHandle CommonAncestor(const Tree& tree, InodeHandle a, InodeHandle b);

// Sets a directory's limits. Counts its usage when it had none before; forgets it when no limit is
// left, except on the root, whose names stay limited by kRootNameQuota at least.
void SetQuota(Tree& tree, const BlockLengths& lengths, InodeHandle dir, const QuotaLimits& limits);
// Counts the usage of all directories with limits, once after an image is loaded.
void RecountQuotas(Tree& tree, const BlockLengths& lengths);

}  // namespace cairn::namenode
