// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "namenode/namesystem/applier.h"

namespace cairn::namenode {

Applier::SpaceMeter::SpaceMeter(NamesystemState& state, InodeHandle file, size_t from)
    : state_(state), file_(file), from_(from) {
  if (state_.count_quotas) before_ = Measure();
}

QuotaCounts Applier::SpaceMeter::Measure() const {
  const InodeTable& inodes = state_.tree.inodes();
  const FileLayout& layout = inodes.Layout(file_);
  uint64_t bytes = 0;
  for (size_t i = from_; i < inodes.BlockCount(file_); ++i) {
    const BlockLengths::Info info = state_.LengthOf(inodes.BlockAt(file_, i));
    bytes += info.complete ? info.length : std::max(info.length, layout.block_size);
  }
  return SpaceChange(EffectiveStoragePolicy(state_.tree, file_), bytes, 0, layout.replication);
}

void Applier::SpaceMeter::Charge() {
  if (!state_.count_quotas) return;
  QuotaCounts change = Measure();
  change += -before_;
  if (change != QuotaCounts()) ChargeQuota(state_.tree, state_.tree.inodes().Parent(file_), change);
}

Status Applier::operator()(const op::Add& r) {
  CAIRN_ASSIGN(const ResolvedPath* where, Main(r.path));
  const InodeHandle parent = where->parent();
  if (parent == kNoInode) return Misfit(r.path, "its parent does not exist");
  if (r.erasure_coding_policy != 0) {
    return Status(Code::kUnsupported, "transaction " + ToString(txid_) +
                                          " creates an erasure-coded file: " + r.path);
  }
  if (where->exists() && !r.overwrite) {
    // Logs of layouts before -62 reopen a file for append like this.
    CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
    op::Append append{.path = r.path,
                      .client_name = r.client_name,
                      .client_machine = r.client_machine,
                      .retry = r.retry};
    CAIRN_TRY(Reopen(file, append));
    return UpdateBlocks(file, r.path, r.blocks, false);
  }
  if (where->exists()) DeleteSubtree(where->last(), r.mtime);

  CAIRN_ASSIGN(InodeHandle file,
               state_.tree.AddFile(parent,
                               {.id = r.inode_id,
                                .name = where->name(),
                                .permission = r.permission,
                                .modification_time_ms = static_cast<uint64_t>(r.mtime),
                                .access_time_ms = static_cast<uint64_t>(r.atime)},
                               {.replication = r.replication,
                                .block_size = static_cast<uint64_t>(r.block_size),
                                .storage_policy = r.storage_policy}));
  NoteInodeId(r.inode_id);
  if (!r.acl.empty()) SetNewAcl(file, r.acl);
  if (!r.xattrs.empty()) state_.tree.features().SetXattrs(file, r.xattrs);
  state_.tree.features().SetWriter(file, {r.client_name, r.client_machine});
  state_.leases.Acquire(r.inode_id, r.client_name);
  BumpModificationTime(parent, r.mtime);
  if (state_.count_quotas) ChargeQuota(state_.tree, parent, {.names = 1});
  CAIRN_TRY(UpdateBlocks(file, r.path, r.blocks, false));
  Touch(file);
  Remember(r.retry, r.inode_id);
  return Status();
}

Status Applier::operator()(const op::Close& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  const size_t count = state_.tree.inodes().BlockCount(file);
  SpaceMeter meter(state_, file, count < 2 ? 0 : count - 2);
  CAIRN_TRY(UpdateBlocks(file, r.path, r.blocks, true));
  state_.tree.inodes().SetAccessTime(file, static_cast<uint64_t>(r.atime));
  state_.tree.inodes().SetModificationTime(file, static_cast<uint64_t>(r.mtime));
  state_.tree.features().ClearWriter(file);
  state_.leases.Release(state_.tree.inodes().Id(file));
  if (!r.blocks.empty()) {
    state_.truncations.erase(r.blocks.back().id);
    state_.recovery_attempts.erase(r.blocks.back().id);
  }
  meter.Charge();
  Touch(file);
  return Status();
}

Status Applier::Reopen(InodeHandle file, const op::Append& r) {
  const InodeTable& inodes = state_.tree.inodes();
  const size_t count = inodes.BlockCount(file);
  SpaceMeter meter(state_, file, count == 0 ? 0 : count - 1);
  state_.tree.features().SetWriter(file, {r.client_name, r.client_machine});
  state_.leases.Acquire(inodes.Id(file), r.client_name);
  if (!r.new_block && count > 0) {
    const BlockId last = inodes.BlockAt(file, count - 1);
    const std::optional<BlockView> view = state_.blocks.Find(last);
    if (!view) return Misfit(r.path, "its last block is not known");
    if (view->block.length != inodes.Layout(file).block_size &&
        view->state == BlockState::kComplete) {
      CAIRN_TRY(state_.blocks.ConvertToUnderConstruction(last));
    }
  }
  meter.Charge();
  Touch(file);
  Remember(r.retry, inodes.Id(file), r.new_block);
  return Status();
}

Status Applier::operator()(const op::Append& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  if (state_.tree.features().Writer(file) != nullptr) return Status();
  return Reopen(file, r);
}

Status Applier::operator()(const op::AddBlock& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  InodeTable& inodes = state_.tree.inodes();
  const size_t count = inodes.BlockCount(file);
  SpaceMeter meter(state_, file, count == 0 ? 0 : count - 1);
  if (r.penultimate.has_value() != (count > 0)) return Misfit(r.path, "another number of blocks");
  if (r.penultimate) {
    const std::optional<BlockView> old = state_.blocks.Find(inodes.BlockAt(file, count - 1));
    if (!old || old->block.id != r.penultimate->id ||
        old->block.generation_stamp != r.penultimate->generation_stamp) {
      return Misfit(r.path, "its last block is another one than " + ToString(*r.penultimate));
    }
    if (hint_.live) {
      if (old->state == BlockState::kUnderConstruction) state_.blocks.Commit(*r.penultimate);
    } else {
      CAIRN_TRY(state_.blocks.UpdateBlock(*r.penultimate));
      state_.blocks.ForceComplete(r.penultimate->id);
    }
  }
  const uint16_t replication = inodes.Layout(file).replication;
  if (hint_.live) {
    CAIRN_TRY(state_.blocks.AddUnderConstruction(inodes.Id(file), r.last, replication,
                                                 hint_.places));
  } else {
    CAIRN_TRY(state_.blocks.AddBlock(inodes.Id(file), r.last, replication,
                                 BlockState::kUnderConstruction));
  }
  inodes.AppendBlock(file, r.last.id);
  meter.Charge();
  Touch(file);
  return Status();
}

Status Applier::operator()(const op::UpdateBlocks& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  const size_t count = state_.tree.inodes().BlockCount(file);
  SpaceMeter meter(state_, file, count < 2 ? 0 : count - 2);
  CAIRN_TRY(UpdateBlocks(file, r.path, r.blocks, false));
  meter.Charge();
  Touch(file);
  Remember(r.retry);
  return Status();
}

Status Applier::UpdateOneBlock(const BlockView& old, const Block& block, bool is_last,
                               bool complete) {
  if (is_last && hint_.recovered) {
    CAIRN_TRY(state_.blocks.FinishRecovery(block, hint_.places, complete));
    // The file closes with what recovery found, however few replicas there are.
    if (complete) state_.blocks.ForceComplete(block.id);
    return Status();
  }
  if (is_last && !hint_.places.empty()) return state_.blocks.UpdatePipeline(block, hint_.places);
  if (old.block != block) {
    CAIRN_TRY(state_.blocks.UpdateBlock(block));
    if (block.generation_stamp > state_.ids.generation_stamp) {
      state_.ids.generation_stamp = block.generation_stamp;
      state_.blocks.SetLastGenerationStamp(block.generation_stamp);
    }
  }
  if (complete && old.state != BlockState::kComplete) state_.blocks.ForceComplete(block.id);
  return Status();
}

Status Applier::UpdateBlocks(InodeHandle file, const std::string& path,
                             const std::vector<Block>& blocks, bool complete_last) {
  const std::vector<BlockId> old = state_.tree.inodes().Blocks(file);
  for (size_t i = 0; i < std::min(old.size(), blocks.size()); ++i) {
    const std::optional<BlockView> view = state_.blocks.Find(old[i]);
    const bool is_last = i + 1 == blocks.size();
    const bool may_have_new_stamp = is_last && old.size() == blocks.size();
    if (!view || view->block.id != blocks[i].id ||
        (view->block.generation_stamp != blocks[i].generation_stamp && !may_have_new_stamp)) {
      return Misfit(path, "block " + std::to_string(i) + " is not " + ToString(blocks[i]));
    }
    // On the active, blocks before the last one finish by their replicas.
    const bool complete = is_last ? complete_last : !hint_.live;
    CAIRN_TRY(UpdateOneBlock(*view, blocks[i], is_last, complete));
  }
  if (blocks.size() < old.size()) {
    if (state_.tree.features().Writer(file) == nullptr || blocks.size() + 1 != old.size()) {
      return Misfit(path, "more than the last block of an open file would go");
    }
    RemoveLastBlock(file);
  }
  return AddReplayedBlocks(file, blocks, old.size(), complete_last);
}

Status Applier::AddReplayedBlocks(InodeHandle file, const std::vector<Block>& blocks, size_t from,
                                  bool complete_last) {
  InodeTable& inodes = state_.tree.inodes();
  for (size_t i = from; i < blocks.size(); ++i) {
    const bool open = i + 1 == blocks.size() && !complete_last;
    CAIRN_TRY(state_.blocks.AddBlock(inodes.Id(file), blocks[i], inodes.Layout(file).replication,
                                 open ? BlockState::kUnderConstruction : BlockState::kComplete));
    inodes.AppendBlock(file, blocks[i].id);
  }
  return Status();
}

void Applier::RemoveLastBlock(InodeHandle file) {
  InodeTable& inodes = state_.tree.inodes();
  const BlockId last = inodes.BlockAt(file, inodes.BlockCount(file) - 1);
  inodes.RemoveLastBlock(file);
  state_.blocks.RemoveBlocks(std::span<const BlockId>(&last, 1));
}

Status Applier::operator()(const op::Truncate& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  InodeTable& inodes = state_.tree.inodes();
  SpaceMeter meter(state_, file, 0);
  uint64_t length = 0;
  size_t keep = 0;
  while (keep < inodes.BlockCount(file) && length < static_cast<uint64_t>(r.new_length)) {
    length += state_.LengthOf(inodes.BlockAt(file, keep)).length;
    ++keep;
  }
  while (inodes.BlockCount(file) > keep) RemoveLastBlock(file);
  inodes.SetModificationTime(file, static_cast<uint64_t>(r.timestamp));
  if (r.block) {
    const BlockId last = keep == 0 ? BlockId(0) : inodes.BlockAt(file, keep - 1);
    if (last != r.block->id) {
      return Status(Code::kUnsupported, "transaction " + ToString(txid_) +
                                            " truncates by copying a block: " + r.path);
    }
    state_.tree.features().SetWriter(file, {r.client_name, r.client_machine});
    state_.leases.Acquire(inodes.Id(file), r.client_name);
    CAIRN_TRY(state_.blocks.ConvertToUnderConstruction(last));
    Block cut = *r.block;
    cut.length -= length - static_cast<uint64_t>(r.new_length);
    state_.truncations[last] = cut;
    if (hint_.live) CAIRN_TRY(state_.blocks.StartRecovery(last, cut.generation_stamp, cut));
  }
  meter.Charge();
  Touch(file);
  return Status();
}

Status Applier::operator()(const op::ReassignLease& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  const UnderConstruction* writer = state_.tree.features().Writer(file);
  if (writer == nullptr) return Misfit(r.path, "it is not open");
  std::string machine = writer->client_machine;
  state_.tree.features().SetWriter(file, {r.new_holder, std::move(machine)});
  state_.leases.Acquire(state_.tree.inodes().Id(file), r.new_holder);
  Touch(file);
  return Status();
}

Status Applier::operator()(const op::SetReplication& r) {
  CAIRN_ASSIGN(InodeHandle file, ExistingFile(r.path));
  SpaceMeter meter(state_, file, 0);
  FileLayout layout = state_.tree.inodes().Layout(file);
  layout.replication = r.replication;
  state_.tree.inodes().SetLayout(file, layout);
  for (const BlockId block : state_.tree.inodes().Blocks(file)) {
    state_.blocks.SetReplication(block, r.replication);
  }
  meter.Charge();
  Touch(file);
  return Status();
}

}  // namespace cairn::namenode
