// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

// Whether a client that lost the answer to a close repeats it: the file is closed, and its last
// block is the one that the client wrote.
bool IsRepeatedClose(const NamesystemState& s, const ResolvedPath& where,
                     const std::optional<Block>& last) {
  if (!where.exists() || !s.tree.inodes().IsFile(where.last())) return false;
  if (s.tree.features().Writer(where.last()) != nullptr) return false;
  const std::optional<BlockView> real = BlockFromEnd(s, where.last(), 0);
  return SameIdAndStamp(last, real ? std::optional<Block>(real->block) : std::nullopt);
}

Result<bool> DoComplete(Mutation& m, const CompleteRequest& request) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot complete file " + request.path));
  if (request.last) CAIRN_TRY(CheckPool(s, *request.last));
  const std::optional<Block> last =
      request.last ? std::optional<Block>(request.last->block) : std::nullopt;
  CAIRN_ASSIGN(ResolvedPath where, ResolveWritersFile(m, request.path, request.inode_id));
  Result<InodeHandle> lease = RequireLease(s, where, request.client_name, request.inode_id);
  if (!lease.ok()) {
    if (lease.status().code() == Code::kLeaseExpired && IsRepeatedClose(s, where, last)) {
      return true;
    }
    return lease.status();
  }
  const InodeHandle file = *lease;
  if (!PenultimateIsFinished(m, file)) return false;
  CAIRN_TRY(CheckCommitLastBlock(s, file, last));
  // A length that stands in no record would be unknown to the standby: without enough replicas for
  // the close nothing is committed yet.
  const std::optional<BlockView> open = BlockFromEnd(s, file, 0);
  if (last && open && open->state == BlockState::kUnderConstruction &&
      !s.blocks.WouldComplete(*last)) {
    return false;
  }
  CAIRN_TRY(CommitLastBlock(m, file, last));
  if (!AllAreFinished(m, file)) return false;
  CAIRN_TRY(RecordClose(m, where, BlocksOf(s, file)));
  return true;
}

Result<Done> DoFsync(Mutation& m, const FsyncRequest& request) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot fsync file " + request.path));
  CAIRN_ASSIGN(ResolvedPath where, ResolveWritersFile(m, request.path, request.inode_id));
  CAIRN_ASSIGN(InodeHandle file, RequireLease(s, where, request.client_name, request.inode_id));
  std::vector<Block> blocks = BlocksOf(s, file);
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  const auto told = static_cast<uint64_t>(std::max<int64_t>(request.last_block_length, 0));
  if (last && last->state == BlockState::kUnderConstruction && told > blocks.back().length) {
    blocks.back().length = told;
    CAIRN_TRY(CheckLengthFits(s, file, blocks.back()));
  }
  CAIRN_TRY(m.Record(op::UpdateBlocks{.path = where.path().text(), .blocks = std::move(blocks)},
                     {.path = &where}));
  return Done{};
}

}  // namespace

Outcome<bool> Namesystem::Complete(const OpContext& context, const CompleteRequest& request) {
  return RunExclusive<bool>(state_, context, Category::kWrite,
                            {.command = "completeFile", .skip = true},
                            [&](Mutation& m) { return DoComplete(m, request); });
}

Outcome<Done> Namesystem::Fsync(const OpContext& context, const FsyncRequest& request) {
  return RunExclusive<Done>(state_, context, Category::kWrite,
                            {.command = "fsync", .skip = true},
                            [&](Mutation& m) { return DoFsync(m, request); });
}

}  // namespace cairn::namenode
