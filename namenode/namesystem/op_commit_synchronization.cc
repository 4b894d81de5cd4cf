// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "common/log/log.h"
#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

using Request = CommitBlockSynchronizationRequest;

// Everything about a recovery that was checked; nothing is changed before all of it was.
struct Checked {
  bool nothing_to_do = false;
  InodeHandle file = kNoInode;
};

Result<Checked> Check(const NamesystemState& s, const Request& request) {
  const std::string shown = ToString(request.block);
  const BlockId id = request.block.block.id;
  const std::optional<BlockView> stored = s.blocks.Find(id);
  if (!stored) {
    if (request.delete_block) return Checked{.nothing_to_do = true};
    return Status(Code::kIoError, "Block (=" + shown + ") not found");
  }
  const InodeHandle file = s.tree.Find(stored->owner);
  if (file == kNoInode) {
    return Status(Code::kNotFound,
                  "File not found: inode " + cairn::ToString(stored->owner) +
                      ", likely due to delayed block removal");
  }
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  const bool open = s.tree.features().Writer(file) != nullptr;
  if (!open || (last && last->state == BlockState::kComplete)) {
    // A repetition, or somebody closed the file meanwhile.
    return Checked{.nothing_to_do = true};
  }
  if (!last || last->block.id != id) {
    return Status(Code::kIoError, "Block (=" + shown + ") is not the last block of its file");
  }
  CAIRN_TRY(s.blocks.CheckRecovery(id, request.new_generation_stamp));
  if (request.new_generation_stamp > s.ids.generation_stamp) {
    return Status(Code::kIoError, "The recovery id " +
                                      cairn::ToString(request.new_generation_stamp) +
                                      " was never given out, for block " + shown);
  }
  if (!request.delete_block) {
    Block agreed = request.block.block;
    agreed.length = request.new_length;
    CAIRN_TRY(CheckLengthFits(s, file, agreed));
  }
  return Checked{.file = file};
}

std::vector<StorageIndex> KnownPlaces(const NamesystemState& s, const Request& request) {
  std::vector<StorageIndex> places;
  for (const StorageIndex place :
       s.blocks.FindStorages(request.new_targets, request.new_target_storages)) {
    if (place != kNoStorage) places.push_back(place);
  }
  return places;
}

// The blocks before the last one must be finished for the file to close.
Status CheckOthersFinished(Mutation& m, InodeHandle file) {
  const std::vector<BlockId> blocks = m.state.tree.inodes().Blocks(file);
  for (size_t i = 0; i + 1 < blocks.size(); ++i) {
    if (!m.state.blocks.TryComplete(blocks[i])) {
      return Status(Code::kIoError, "block " + cairn::ToString(blocks[i]) +
                                        " of the file is not replicated yet");
    }
  }
  return Status();
}

Result<Done> DoCommit(Mutation& m, const Request& request) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot commitBlockSynchronization while in safe mode"));
  CAIRN_TRY(CheckPool(s, request.block));
  CAIRN_ASSIGN(Checked checked, Check(s, request));
  if (checked.nothing_to_do) return Done{};
  if (request.close_file) CAIRN_TRY(CheckOthersFinished(m, checked.file));

  const ResolvedPath where = s.tree.ResolveInode(checked.file);
  std::vector<Block> blocks = BlocksOf(s, checked.file);
  std::vector<StorageIndex> places;
  ApplyHint hint{.path = &where};
  if (request.delete_block) {
    blocks.pop_back();
  } else {
    blocks.back().length = request.new_length;
    blocks.back().generation_stamp = request.new_generation_stamp;
    places = KnownPlaces(s, request);
    hint.places = places;
    hint.recovered = true;
  }
  s.recovery_attempts.erase(request.block.block.id);
  s.truncations.erase(request.block.block.id);
  if (request.close_file) {
    CAIRN_TRY(RecordClose(m, where, std::move(blocks), hint));
  } else {
    CAIRN_TRY(m.Record(
        op::UpdateBlocks{.path = where.path().text(), .blocks = std::move(blocks)}, hint));
  }
  LOG(kInfo, "block recovery finished", {"block", ToString(request.block)},
      {"generation_stamp", request.new_generation_stamp}, {"length", request.new_length},
      {"closed", request.close_file}, {"deleted", request.delete_block});
  return Done{};
}

}  // namespace

Outcome<Done> Namesystem::CommitBlockSynchronization(const OpContext& context,
                                                     const Request& request) {
  return RunExclusive<Done>(state_, context, Category::kWrite, {},
                            [&](Mutation& m) { return DoCommit(m, request); });
}

}  // namespace cairn::namenode
