// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

Result<InodeHandle> CheckFile(const Mutation& m, const ResolvedPath& where) {
  const NamesystemState& s = m.state;
  const std::string& path = where.path().text();
  if (where.exists() && s.tree.inodes().IsDirectory(where.last())) {
    return Status(Code::kAlreadyExists, "Cannot append to directory " + path +
                                            "; already exists as a directory.");
  }
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  if (!where.exists()) {
    return Status(Code::kNotFound, "Failed to append to non-existent file " + path +
                                       " for client " + m.context.client_machine);
  }
  const uint8_t policy = EffectiveStoragePolicy(s.tree, where.last());
  if (policy != kPolicyUnspecified && policy == FindStoragePolicy("LAZY_PERSIST")->id) {
    return Status(Code::kUnsupported, "Cannot append to lazy persist file " + path);
  }
  return where.last();
}

// Whether the last block has what a writer needs to go on with it.
Status CheckLastBlock(const NamesystemState& s, const BlockView& last, const std::string& path) {
  const std::string shown = cairn::ToString(last.block);
  if (last.state == BlockState::kCommitted) {
    return Status(Code::kRetriable,
                  "org.apache.hadoop.hdfs.server.namenode.NotReplicatedYetException: append: "
                  "lastBlock=" + shown + " of src=" + path +
                      " is COMMITTED but not yet COMPLETE.");
  }
  const uint32_t live = s.blocks.LiveReplicas(last.block.id);
  const bool enough = s.blocks.HasMinReplicas(last.block.id) ||
                      live >= s.blocks.datanodes().LiveCount();
  if (last.state == BlockState::kComplete && !enough) {
    return Status(Code::kIoError, "append: lastBlock=" + shown + " of src=" + path +
                                      " is not sufficiently replicated yet.");
  }
  return Status();
}

Status CheckQuota(const NamesystemState& s, const ResolvedPath& where, const BlockView& last) {
  const FileLayout& layout = s.tree.inodes().Layout(where.last());
  const uint64_t room = layout.block_size - std::min(last.block.length, layout.block_size);
  return VerifyQuota(s.tree, where.parent(),
                     SpaceChange(EffectiveStoragePolicy(s.tree, where.last()), room, 0,
                                 layout.replication));
}

Result<AppendResult> DoAppend(Mutation& m, const AppendRequest& request) {
  NamesystemState& s = m.state;
  if (const RetryCache::Entry* earlier = m.EarlierCopy(); earlier != nullptr) {
    m.audit.skip = true;
    const InodeHandle opened = s.tree.Find(earlier->file);
    if (opened == kNoInode) {
      return Status(Code::kNotFound, "File does not exist: " + request.path);
    }
    return MakeAppendResult(s, opened, earlier->new_block, m.context.client_machine);
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot append to file" + request.path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, request.path, PathUse::kWrite));
  CAIRN_ASSIGN(InodeHandle file, CheckFile(m, where));
  CAIRN_TRY(ClaimLease(m, where, {.demand = LeaseDemand::kAppend,
                                  .holder = request.client_name,
                                  .client_machine = m.context.client_machine})
                .status());
  if (const std::optional<BlockView> last = BlockFromEnd(s, file, 0); last) {
    CAIRN_TRY(CheckLastBlock(s, *last, where.path().text()));
    CAIRN_TRY(CheckQuota(s, where, *last));
  }
  const bool new_block = (request.flags & kCreateFlagNewBlock) != 0;
  CAIRN_TRY(m.Record(op::Append{.path = where.path().text(),
                                .client_name = request.client_name,
                                .client_machine = m.context.client_machine,
                                .new_block = new_block,
                                .retry = m.retry()},
                     {.path = &where}));
  return MakeAppendResult(s, file, new_block, m.context.client_machine);
}

}  // namespace

Outcome<AppendResult> Namesystem::Append(const OpContext& context, const AppendRequest& request) {
  return RunExclusive<AppendResult>(state_, context, Category::kWrite,
                                    {.command = "append", .source = request.path},
                                    [&](Mutation& m) { return DoAppend(m, request); });
}

}  // namespace cairn::namenode
