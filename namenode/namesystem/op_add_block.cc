// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

std::optional<Block> LocalBlock(const std::optional<ExtendedBlock>& block) {
  return block ? std::optional<Block>(block->block) : std::nullopt;
}

std::optional<Block> BlockOf(const std::optional<BlockView>& view) {
  return view ? std::optional<Block>(view->block) : std::nullopt;
}

std::string Shown(const std::optional<BlockView>& view) {
  return view ? cairn::ToString(view->block) : "null";
}

// What the client's idea of the last block tells. True: it repeats a call whose answer it lost,
// and the last block is the one that it was given then.
Result<bool> IsRetry(const NamesystemState& s, const ResolvedPath& where,
                     const AddBlockRequest& request) {
  const InodeHandle file = where.last();
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  const std::optional<Block> previous = LocalBlock(request.previous);
  if (SameIdAndStamp(previous, BlockOf(last))) return false;
  // An append that starts at the end of a full block names no block before it.
  if (!previous && last && last->state == BlockState::kComplete &&
      last->block.length >= s.tree.inodes().Layout(file).block_size) {
    return false;
  }
  if (last && SameIdAndStamp(previous, BlockOf(BlockFromEnd(s, file, 1)))) {
    if (last->block.length != 0) {
      return Status(Code::kIoError, "Request looked like a retry to allocate block " +
                                        Shown(last) + " but it already contains " +
                                        std::to_string(last->block.length) + " bytes");
    }
    return true;
  }
  return Status(Code::kIoError,
                "Cannot allocate block in " + where.path().text() + ": passed 'previous' block " +
                    (request.previous ? ToString(*request.previous) : "null") +
                    " does not match actual last block in file " + Shown(last));
}

Result<std::vector<StorageIndex>> ChoosePlaces(const NamesystemState& s, const ResolvedPath& where,
                                               const AddBlockRequest& request) {
  const InodeHandle file = where.last();
  const FileLayout& layout = s.tree.inodes().Layout(file);
  BlockManager::ChooseArgs args;
  args.path = where.path().text();
  args.count = layout.replication;
  args.writer_host = s.tree.features().Writer(file)->client_machine;
  for (const DatanodeId& node : request.excluded_nodes) args.excluded_uuids.push_back(node.uuid);
  args.favored_nodes = request.favored_nodes;
  args.block_size = layout.block_size;
  args.storage_policy = EffectiveStoragePolicy(s.tree, file);
  args.no_local_write = (request.flags & kAddBlockNoLocalWrite) != 0;
  args.ignore_client_locality = (request.flags & kAddBlockIgnoreClientLocality) != 0;
  return s.blocks.ChooseTargets(args);
}

Result<LocatedBlock> AnswerRetry(Mutation& m, const ResolvedPath& where,
                                 const AddBlockRequest& request) {
  NamesystemState& s = m.state;
  const Block last = BlockFromEnd(s, where.last(), 0)->block;
  const uint64_t offset = FileLength(s, where.last(), true);
  std::vector<StorageIndex> places = s.blocks.ExpectedPlaces(last.id);
  if (places.empty()) {
    // After a restart nobody knows where the block was to be written: it gets new places.
    CAIRN_ASSIGN(places, ChoosePlaces(s, where, request));
    s.blocks.ExpectAt(last.id, places);
  }
  return s.blocks.LocateAt(last, offset, s.info.block_pool_id, places);
}

Status CheckRoomForBlock(const NamesystemState& s, const ResolvedPath& where) {
  const InodeHandle file = where.last();
  const size_t count = s.tree.inodes().BlockCount(file);
  if (count >= s.options.blocks_per_file_max) {
    return Status(Code::kIoError,
                  "File has reached the limit on maximum number of blocks "
                  "(dfs.namenode.fs-limits.max-blocks-per-file): " +
                      std::to_string(count) + " >= " +
                      std::to_string(s.options.blocks_per_file_max));
  }
  const FileLayout& layout = s.tree.inodes().Layout(file);
  return VerifyQuota(s.tree, where.parent(),
                     SpaceChange(EffectiveStoragePolicy(s.tree, file), layout.block_size, 0,
                                 layout.replication));
}

// The block before the new one, with the length that it has from now on.
std::optional<Block> FinalPrevious(const NamesystemState& s, InodeHandle file,
                                   const std::optional<Block>& previous) {
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  if (!last) return std::nullopt;
  if (last->state == BlockState::kUnderConstruction && previous) return previous;
  return last->block;
}

Result<LocatedBlock> DoAddBlock(Mutation& m, const AddBlockRequest& request) {
  NamesystemState& s = m.state;
  CAIRN_ASSIGN(ResolvedPath where, ResolveWritersFile(m, request.path, request.inode_id));
  const std::string& path = where.path().text();
  if (request.previous) CAIRN_TRY(CheckPool(s, *request.previous));
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot add block to " + path));
  CAIRN_ASSIGN(InodeHandle file, RequireLease(s, where, request.client_name, request.inode_id));
  CAIRN_ASSIGN(bool retry, IsRetry(s, where, request));
  if (retry) return AnswerRetry(m, where, request);
  if (!PenultimateIsFinished(m, file)) {
    return Status(Code::kNotReplicatedYet, "Not replicated yet: " + path);
  }
  CAIRN_TRY(CheckRoomForBlock(s, where));
  CAIRN_ASSIGN(std::vector<StorageIndex> places, ChoosePlaces(s, where, request));
  const std::optional<Block> previous = LocalBlock(request.previous);
  CAIRN_TRY(CheckCommitLastBlock(s, file, previous));

  const std::optional<Block> penultimate = FinalPrevious(s, file, previous);
  CAIRN_ASSIGN(BlockId id, m.NextBlockId());
  CAIRN_ASSIGN(GenerationStamp stamp, m.NextGenerationStamp());
  const Block block{.id = id, .length = 0, .generation_stamp = stamp};
  CAIRN_TRY(m.Record(op::AddBlock{.path = path, .penultimate = penultimate, .last = block},
                     {.path = &where, .places = places}));
  return s.blocks.LocateAt(block, FileLength(s, file, true), s.info.block_pool_id, places);
}

Result<Done> DoAbandonBlock(Mutation& m, const ExtendedBlock& block, InodeId inode_id,
                            const std::string& path, const std::string& client_name) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot abandon block " + ToString(block) + " for file" + path));
  CAIRN_ASSIGN(ResolvedPath where, ResolveWritersFile(m, path, inode_id));
  CAIRN_ASSIGN(InodeHandle file, RequireLease(s, where, client_name, inode_id));
  std::vector<Block> blocks = BlocksOf(s, file);
  // A block that is not the last one any more was abandoned before: a retry.
  if (blocks.empty() || blocks.back().id != block.block.id) return Done{};
  blocks.pop_back();
  CAIRN_TRY(m.Record(op::UpdateBlocks{.path = where.path().text(), .blocks = std::move(blocks)},
                     {.path = &where}));
  return Done{};
}

Result<LocatedBlock> DoGetAdditionalDatanode(Operation& op,
                                             const AdditionalDatanodeRequest& request) {
  const NamesystemState& s = op.state;
  CAIRN_TRY(op.CheckNotInSafeMode("Cannot add datanode; src=" + request.path +
                                  ", blk=" + ToString(request.block)));
  CAIRN_ASSIGN(ResolvedPath where, ResolveWritersFile(op, request.path, request.inode_id));
  CAIRN_ASSIGN(InodeHandle file, RequireLease(s, where, request.client_name, request.inode_id));

  BlockManager::ChooseArgs args;
  args.path = where.path().text();
  args.count = request.additional_nodes;
  args.writer_host = s.tree.features().Writer(file)->client_machine;
  for (const StorageIndex place :
       s.blocks.FindStorages(request.existing, request.existing_storage_uuids)) {
    if (place != kNoStorage) args.existing.push_back(place);
  }
  for (const DatanodeId& node : request.excludes) args.excluded_uuids.push_back(node.uuid);
  args.block_size = s.tree.inodes().Layout(file).block_size;
  args.storage_policy = EffectiveStoragePolicy(s.tree, file);
  std::vector<StorageIndex> places = args.existing;
  // None to be had is an answer, not an error: the client sees that nobody was added.
  if (Result<std::vector<StorageIndex>> more = s.blocks.ChooseTargets(args); more.ok()) {
    places.insert(places.end(), more->begin(), more->end());
  }
  return s.blocks.LocateAt(request.block.block, UINT64_MAX, s.info.block_pool_id, places);
}

}  // namespace

Outcome<LocatedBlock> Namesystem::AddBlock(const OpContext& context,
                                           const AddBlockRequest& request) {
  return RunExclusive<LocatedBlock>(state_, context, Category::kWrite, {},
                                    [&](Mutation& m) { return DoAddBlock(m, request); });
}

Outcome<Done> Namesystem::AbandonBlock(const OpContext& context, const ExtendedBlock& block,
                                       InodeId inode_id, const std::string& path,
                                       const std::string& client_name) {
  return RunExclusive<Done>(state_, context, Category::kWrite, {}, [&](Mutation& m) {
    return DoAbandonBlock(m, block, inode_id, path, client_name);
  });
}

Outcome<LocatedBlock> Namesystem::GetAdditionalDatanode(const OpContext& context,
                                                        const AdditionalDatanodeRequest& request) {
  return RunShared<LocatedBlock>(
      state_, context, Category::kWrite, {},
      [&](Operation& op) { return DoGetAdditionalDatanode(op, request); });
}

}  // namespace cairn::namenode
