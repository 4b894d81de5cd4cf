// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

const char* StateName(BlockState state) {
  switch (state) {
    case BlockState::kComplete: return "COMPLETE";
    case BlockState::kUnderConstruction: return "UNDER_CONSTRUCTION";
    case BlockState::kUnderRecovery: return "UNDER_RECOVERY";
    case BlockState::kCommitted: return "COMMITTED";
  }
  return "";
}

// The open file to which a block that is being written belongs.
Result<InodeHandle> RequireWrittenBlock(const Mutation& m, const ExtendedBlock& block,
                                        const std::string& client_name) {
  const NamesystemState& s = m.state;
  const std::string shown = ToString(block);
  CAIRN_TRY(m.CheckNotInSafeMode(
      "Cannot get a new generation stamp and an access token for block " + shown));
  const std::optional<BlockView> stored = s.blocks.Find(block.block.id);
  if (!stored) return Status(Code::kIoError, shown + " does not exist.");
  if (stored->state != BlockState::kUnderConstruction) {
    return Status(Code::kIoError, "Unexpected BlockUCState: " + shown + " is " +
                                      StateName(stored->state) + " but not UNDER_CONSTRUCTION");
  }
  const InodeHandle file = s.tree.Find(stored->owner);
  const UnderConstruction* writer =
      file == kNoInode ? nullptr : s.tree.features().Writer(file);
  if (writer == nullptr) {
    return Status(Code::kIoError, "The file " + cairn::ToString(stored->block) +
                                      " belonged to does not exist or it is not under "
                                      "construction.");
  }
  if (writer->client_name != client_name) {
    return Status(Code::kLeaseExpired, "Lease mismatch: " + shown +
                                           " is accessed by a non lease holder " + client_name);
  }
  return file;
}

Result<LocatedBlock> DoUpdateBlockForPipeline(Mutation& m, const ExtendedBlock& block,
                                              const std::string& client_name) {
  CAIRN_TRY(RequireWrittenBlock(m, block, client_name).status());
  CAIRN_ASSIGN(GenerationStamp stamp, m.NextGenerationStamp());
  LocatedBlock located{.block = block, .offset = UINT64_MAX};
  located.block.block.generation_stamp = stamp;
  return located;
}

Status CheckNewBlock(const NamesystemState& s, const BlockView& last,
                     const UpdatePipelineRequest& request) {
  const Block& fresh = request.new_block.block;
  const std::string old_shown = ToString(request.old_block);
  const std::string new_shown = ToString(request.new_block);
  if (fresh.id != request.old_block.block.id || fresh.id != last.block.id) {
    return Status(Code::kIoError,
                  new_shown + " and " + old_shown + " has different block identifier");
  }
  if (fresh.generation_stamp <= last.block.generation_stamp) {
    return Status(Code::kIoError, "Update " + old_shown + " but the new block " + new_shown +
                                      " does not have a larger generation stamp than the last "
                                      "block " + cairn::ToString(last.block));
  }
  if (fresh.generation_stamp > s.ids.generation_stamp) {
    return Status(Code::kIoError, "Update " + old_shown + " but the generation stamp of " +
                                      new_shown + " was never given out");
  }
  if (fresh.length < last.block.length) {
    return Status(Code::kIoError,
                  "Update " + old_shown + " (size=" +
                      std::to_string(request.old_block.block.length) +
                      ") to a smaller size block " + new_shown + " (size=" +
                      std::to_string(fresh.length) + ")");
  }
  return Status();
}

Result<Done> DoUpdatePipeline(Mutation& m, const UpdatePipelineRequest& request) {
  NamesystemState& s = m.state;
  if (m.EarlierCopy() != nullptr) return Done{};
  CAIRN_TRY(m.CheckNotInSafeMode("Pipeline not updated"));
  CAIRN_ASSIGN(InodeHandle file, RequireWrittenBlock(m, request.old_block, request.client_name));
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  if (!last) return Status(Code::kInternal, "an open block's file has no last block");
  CAIRN_TRY(CheckNewBlock(s, *last, request));
  CAIRN_TRY(CheckLengthFits(s, file, request.new_block.block));

  std::vector<StorageIndex> places;
  for (const StorageIndex place :
       s.blocks.FindStorages(request.new_nodes, request.new_storage_uuids)) {
    if (place != kNoStorage) places.push_back(place);
  }
  std::vector<Block> blocks = BlocksOf(s, file);
  blocks.back() = request.new_block.block;
  const ResolvedPath where = s.tree.ResolveInode(file);
  CAIRN_TRY(m.Record(op::UpdateBlocks{.path = where.path().text(),
                                      .blocks = std::move(blocks),
                                      .retry = m.retry()},
                     {.path = &where, .places = places}));
  return Done{};
}

}  // namespace

Outcome<LocatedBlock> Namesystem::UpdateBlockForPipeline(const OpContext& context,
                                                         const ExtendedBlock& block,
                                                         const std::string& client_name) {
  return RunExclusive<LocatedBlock>(state_, context, Category::kWrite, {}, [&](Mutation& m) {
    return DoUpdateBlockForPipeline(m, block, client_name);
  });
}

Outcome<Done> Namesystem::UpdatePipeline(const OpContext& context,
                                         const UpdatePipelineRequest& request) {
  return RunExclusive<Done>(state_, context, Category::kWrite, {},
                            [&](Mutation& m) { return DoUpdatePipeline(m, request); });
}

}  // namespace cairn::namenode
