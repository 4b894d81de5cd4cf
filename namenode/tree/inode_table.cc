// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/inode_table.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <optional>
#include <utility>

namespace cairn::namenode {
namespace {

constexpr uint8_t kFreeType = 0;
constexpr uint64_t kMillisMax = (uint64_t{1} << 48) - 1;
// Handles end before kNoInode, in whole slabs.
constexpr uint32_t kHandlesMax = UINT32_MAX - (1u << 14);

}  // namespace

InodeTable::InodeTable() = default;
InodeTable::~InodeTable() = default;

void InodeTable::Millis::Set(uint64_t ms) {
  ms = std::min(ms, kMillisMax);
  high = static_cast<uint16_t>(ms >> 32);
  mid = static_cast<uint16_t>(ms >> 16);
  low = static_cast<uint16_t>(ms);
}

InodeHandle InodeTable::Find(InodeId id) const {
  return InodeHandle(
      ids_.Find(id.value, [this](uint32_t handle) { return At(InodeHandle(handle)).id; }));
}

Result<InodeHandle> InodeTable::Allocate(FileType type, const NewInode& inode) {
  if (inode.id == kInvalidInodeId || Find(inode.id) != kNoInode) {
    return Status(Code::kCorrupt, "inode id " + ToString(inode.id) + " is already in use");
  }
  if (first_free_ == kNoInode.value && next_unused_ >= kHandlesMax) {
    return Status(Code::kInternal, "no more inodes can be addressed");
  }
  const std::optional<uint32_t> name = names_.Add(inode.name);
  if (!name) {
    return Status(Code::kInvalidArgument, "name of " + std::to_string(inode.name.size()) +
                                              " bytes cannot be stored");
  }
  InodeHandle h;
  if (first_free_ != kNoInode.value) {
    h = InodeHandle(first_free_);
    first_free_ = At(h).parent;
  } else {
    h = InodeHandle(next_unused_++);
    if ((h.value >> kSlabBits) == slabs_.size()) slabs_.emplace_back(new Record[kSlabRecords]);
  }
  Record& record = At(h);
  record = Record{};
  record.id = inode.id.value;
  record.parent = kNoInode.value;
  record.name = *name;
  record.permission = permissions_.Acquire(inode.permission);
  record.type = static_cast<uint8_t>(type);
  record.mtime.Set(inode.modification_time_ms);
  record.atime.Set(inode.access_time_ms);
  ids_.Insert(inode.id.value, h.value,
              [this](uint32_t handle) { return At(InodeHandle(handle)).id; });
  ++live_;
  return h;
}

void InodeTable::Free(InodeHandle h) {
  Record& record = At(h);
  assert(record.type != kFreeType && record.features == 0);
  ids_.Erase(record.id, h.value);
  names_.Free(record.name);
  permissions_.Release(record.permission);
  if (IsFile(h)) {
    SetBlocks(h, {});
    layouts_.Release(record.layout);
  }
  record.type = kFreeType;
  record.parent = first_free_;
  first_free_ = h.value;
  --live_;
}

void InodeTable::SetName(InodeHandle h, std::string_view name) {
  // The new name may be a view of the old one's bytes: take its place first.
  const std::optional<uint32_t> reference = names_.Add(name);
  assert(reference.has_value());
  names_.Free(At(h).name);
  At(h).name = *reference;
}

void InodeTable::SetPermission(InodeHandle h, const PermissionStatus& permission) {
  const uint32_t old = At(h).permission;
  At(h).permission = permissions_.Acquire(permission);
  permissions_.Release(old);
}

void InodeTable::SetLayout(InodeHandle file, const FileLayout& layout) {
  assert(IsFile(file));
  const uint32_t old = At(file).layout;
  At(file).layout = layouts_.Acquire(layout);
  layouts_.Release(old);
}

size_t InodeTable::BlockCount(InodeHandle file) const {
  assert(IsFile(file));
  const Record& record = At(file);
  switch (record.block_form) {
    case BlockForm::kNone:
      return 0;
    case BlockForm::kOne:
      return 1;
    case BlockForm::kMany:
      return block_lists_.At(static_cast<uint32_t>(record.payload)).size();
  }
  return 0;
}

BlockId InodeTable::BlockAt(InodeHandle file, size_t i) const {
  assert(i < BlockCount(file));
  const Record& record = At(file);
  if (record.block_form == BlockForm::kOne) return BlockId(static_cast<int64_t>(record.payload));
  return block_lists_.At(static_cast<uint32_t>(record.payload))[i];
}

std::vector<BlockId> InodeTable::Blocks(InodeHandle file) const {
  if (At(file).block_form == BlockForm::kMany) {
    return block_lists_.At(static_cast<uint32_t>(At(file).payload));
  }
  std::vector<BlockId> blocks;
  if (BlockCount(file) == 1) blocks.push_back(BlockAt(file, 0));
  return blocks;
}

void InodeTable::AppendBlock(InodeHandle file, BlockId block) {
  Record& record = At(file);
  switch (record.block_form) {
    case BlockForm::kNone:
      record.block_form = BlockForm::kOne;
      record.payload = static_cast<uint64_t>(block.value);
      return;
    case BlockForm::kOne:
      record.payload = block_lists_.Add({BlockAt(file, 0), block});
      record.block_form = BlockForm::kMany;
      return;
    case BlockForm::kMany:
      block_lists_.Append(static_cast<uint32_t>(record.payload), block);
      return;
  }
}

void InodeTable::RemoveLastBlock(InodeHandle file) {
  const Record& record = At(file);
  switch (record.block_form) {
    case BlockForm::kNone:
      return;
    case BlockForm::kOne:
      SetBlocks(file, {});
      return;
    case BlockForm::kMany:
      if (BlockCount(file) == 2) {
        SetBlocks(file, {BlockAt(file, 0)});
      } else {
        block_lists_.RemoveLast(static_cast<uint32_t>(record.payload));
      }
      return;
  }
}

void InodeTable::SetBlocks(InodeHandle file, const std::vector<BlockId>& blocks) {
  Record& record = At(file);
  std::vector<BlockId> list = blocks;  // May come from the list that is freed here.
  if (record.block_form == BlockForm::kMany) {
    block_lists_.Free(static_cast<uint32_t>(record.payload));
  }
  record.block_form = BlockForm::kNone;
  record.payload = 0;
  if (list.size() == 1) {
    AppendBlock(file, list[0]);
  } else if (list.size() > 1) {
    list.shrink_to_fit();
    record.payload = block_lists_.Add(std::move(list));
    record.block_form = BlockForm::kMany;
  }
}

InodeTable::Memory InodeTable::MemoryBytes() const {
  Memory memory;
  memory.records = slabs_.size() * kSlabRecords * sizeof(Record) +
                   slabs_.capacity() * sizeof(std::unique_ptr<Record[]>);
  memory.names = names_.MemoryBytes();
  memory.ids = ids_.MemoryBytes();
  memory.interned = permissions_.MemoryBytes() + layouts_.MemoryBytes();
  memory.blocks = block_lists_.MemoryBytes();
  return memory;
}

}  // namespace cairn::namenode
