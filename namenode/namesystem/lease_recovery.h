// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "namenode/namesystem/operation.h"

// What happens to an open file whose writer is gone or is told to go.
namespace cairn::namenode {

// On whose behalf a file is to be had; with Apache's names for its messages.
enum class LeaseDemand : uint8_t { kCreate, kAppend, kTruncate, kRecover };

struct LeaseClaim {
  LeaseDemand demand = LeaseDemand::kCreate;
  std::string holder;
  std::string client_machine;
  bool force = false;  // Whatever the present lease is.
};

// Whether the file at `where` is closed now (true), or its recovery was started (false). Without
// force: kLeaseConflict while the present lease is good, kRecoveryInProgress while its recovery
// goes on.
Result<bool> ClaimLease(Mutation& m, const ResolvedPath& where, const LeaseClaim& claim);

// Takes a file from its writer: closes it when its blocks allow, starts the recovery of the last
// block otherwise, and makes `new_holder` (if any) the holder meanwhile. True: closed.
Result<bool> ReleaseLease(Mutation& m, const ResolvedPath& where,
                          const std::optional<std::string>& new_holder);

// Takes the writer's word for the length of the last block, without a record. No-op when there is
// nothing to commit.
Status CommitLastBlock(Mutation& m, InodeHandle file, const std::optional<Block>& block);
// The check of it alone.
Status CheckCommitLastBlock(const NamesystemState& s, InodeHandle file,
                            const std::optional<Block>& block);

// kIoError when a block of the file cannot have that length: a record of it could not be replayed.
Status CheckLengthFits(const NamesystemState& s, InodeHandle file, const Block& block);

// Whether all blocks but the last two are finished, or all of them.
bool PenultimateIsFinished(Mutation& m, InodeHandle file);
bool AllAreFinished(Mutation& m, InodeHandle file);

// Records the close of a file; `blocks` are its final ones.
Status RecordClose(Mutation& m, const ResolvedPath& where, std::vector<Block> blocks,
                   ApplyHint hint = {});

// The last block of a file, the one before it.
std::optional<BlockView> BlockFromEnd(const NamesystemState& s, InodeHandle file,
                                      size_t from_end);

// Whether both are nothing, or the same block with the same generation stamp.
bool SameIdAndStamp(const std::optional<Block>& a, const std::optional<Block>& b);

}  // namespace cairn::namenode
