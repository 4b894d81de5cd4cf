// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/block_map.h"

#include <cassert>
#include <string>

namespace cairn::namenode {

WrittenReplica* WrittenBlock::Find(StorageIndex storage) {
  for (WrittenReplica& replica : replicas) {
    if (replica.storage == storage) return &replica;
  }
  return nullptr;
}

Result<BlockHandle> BlockMap::Add(InodeId owner, const Block& block, uint16_t replication,
                                  BlockState state) {
  if (block.length >= kValueEnd || block.generation_stamp.value >= kValueEnd ||
      owner.value >= kValueEnd) {
    return Status(Code::kInvalidArgument,
                  ToString(block) + ": length, generation stamp or owner is out of range");
  }
  if (index_.Find(block.id) != kNoBlock) {
    return Status(Code::kAlreadyExists, ToString(block) + " exists already");
  }
  if (size_ >= kNoBlock.value - 1) return Status(Code::kTooManyBlocks, "the block map is full");
  const BlockHandle handle = NewSlot();
  Slot& s = slot(handle);
  s.id = block.id.value;
  s.stamp = block.generation_stamp.value;
  s.replication = replication;
  s.length = block.length;
  s.state = static_cast<uint8_t>(state);
  s.count = 0;
  s.flags = 0;
  SetOwner(handle, owner);
  index_.Insert(block.id, handle);
  ++size_;
  if (state == BlockState::kComplete) {
    ++complete_count_;
  } else {
    constructions_.emplace(handle, WrittenBlock{});
  }
  return handle;
}

BlockHandle BlockMap::NewSlot() {
  if (free_head_ != kNoBlock.value) {
    const BlockHandle handle(free_head_);
    free_head_ = slot(handle).position[0];
    return handle;
  }
  if (handle_end_ == slabs_.size() * kSlabSize) {
    // Not value-initialised: pages that no block uses yet need no memory.
    slabs_.emplace_back(new Slot[kSlabSize]);
  }
  return BlockHandle(handle_end_++);
}

void BlockMap::Remove(BlockHandle block) {
  while (ReplicaCount(block) > 0) RemoveReplica(block, ReplicaAt(block, ReplicaCount(block) - 1));
  if (IsComplete(block)) {
    --complete_count_;
  } else {
    constructions_.erase(block);
  }
  Slot& s = slot(block);
  index_.Erase(BlockId(s.id));
  s.state = kFree;
  s.flags = 0;
  s.position[0] = free_head_;
  free_head_ = block.value;
  --size_;
}

void BlockMap::Reserve(uint64_t blocks) {
  const uint64_t slabs = (blocks + kSlabSize - 1) / kSlabSize;
  if (slabs < (uint64_t{1} << 32) / kSlabSize) slabs_.reserve(slabs);
}

InodeId BlockMap::Owner(BlockHandle block) const {
  const Slot& s = slot(block);
  uint64_t value = 0;
  for (int i = 5; i >= 0; --i) value = value << 8 | s.owner[i];
  return InodeId(value);
}

BlockView BlockMap::View(BlockHandle block) const {
  return {Get(block), Owner(block), Replication(block), State(block)};
}

Status BlockMap::SetLengthAndStamp(BlockHandle block, uint64_t length, GenerationStamp stamp) {
  if (length >= kValueEnd || stamp.value >= kValueEnd) {
    return Status(Code::kInvalidArgument,
                  ToString(Get(block)) + ": length or generation stamp is out of range");
  }
  slot(block).length = length;
  slot(block).stamp = stamp.value;
  return Status();
}

void BlockMap::SetReplication(BlockHandle block, uint16_t replication) {
  slot(block).replication = replication;
}

void BlockMap::SetOwner(BlockHandle block, InodeId owner) {
  Slot& s = slot(block);
  for (int i = 0; i < 6; ++i) s.owner[i] = static_cast<uint8_t>(owner.value >> (8 * i));
}

void BlockMap::SetState(BlockHandle block, BlockState state) {
  const bool was_complete = IsComplete(block);
  slot(block).state = static_cast<uint8_t>(state);
  const bool is_complete = state == BlockState::kComplete;
  if (was_complete == is_complete) return;
  if (is_complete) {
    ++complete_count_;
    constructions_.erase(block);
  } else {
    --complete_count_;
    constructions_.emplace(block, WrittenBlock{});
  }
}

void BlockMap::SetFlag(BlockHandle block, Flag flag, bool on) {
  Slot& s = slot(block);
  s.flags = static_cast<uint8_t>(on ? s.flags | flag : s.flags & ~flag);
}

StorageList& BlockMap::List(StorageIndex storage) {
  if (storage.value >= lists_.size()) lists_.resize(storage.value + 1);
  return lists_[storage.value];
}

uint32_t BlockMap::StorageSize(StorageIndex storage) const {
  return storage.value < lists_.size() ? lists_[storage.value].size() : 0;
}

BlockMap::Place BlockMap::PlaceAt(const Slot& s, uint32_t i) const {
  if (s.count > kInline) return pool_[s.position[0]][i];
  const uint8_t* b = s.storage[i];
  return {StorageIndex(b[0] | uint32_t{b[1]} << 8 | uint32_t{b[2]} << 16), s.position[i]};
}

void BlockMap::SetPlace(Slot& s, uint32_t i, Place place) {
  if (s.count > kInline) {
    pool_[s.position[0]][i] = place;
    return;
  }
  s.storage[i][0] = static_cast<uint8_t>(place.storage.value);
  s.storage[i][1] = static_cast<uint8_t>(place.storage.value >> 8);
  s.storage[i][2] = static_cast<uint8_t>(place.storage.value >> 16);
  s.position[i] = place.position;
}

uint32_t BlockMap::FindPlace(const Slot& s, StorageIndex storage) const {
  uint32_t i = 0;
  while (i < s.count && PlaceAt(s, i).storage != storage) ++i;
  return i;
}

StorageIndex BlockMap::ReplicaAt(BlockHandle block, uint32_t i) const {
  return PlaceAt(slot(block), i).storage;
}

bool BlockMap::HasReplica(BlockHandle block, StorageIndex storage) const {
  return FindPlace(slot(block), storage) < ReplicaCount(block);
}

std::vector<StorageIndex> BlockMap::Replicas(BlockHandle block) const {
  std::vector<StorageIndex> result(ReplicaCount(block));
  for (uint32_t i = 0; i < result.size(); ++i) result[i] = ReplicaAt(block, i);
  return result;
}

void BlockMap::SpillToPool(Slot& s) {
  uint32_t place = 0;
  if (pool_free_.empty()) {
    place = static_cast<uint32_t>(pool_.size());
    pool_.emplace_back();
  } else {
    place = pool_free_.back();
    pool_free_.pop_back();
  }
  std::vector<Place>& places = pool_[place];
  places.clear();
  for (uint32_t i = 0; i < s.count; ++i) places.push_back(PlaceAt(s, i));
  s.position[0] = place;
}

bool BlockMap::AddReplica(BlockHandle block, StorageIndex storage) {
  assert(storage.value <= kStoragesMax);
  Slot& s = slot(block);
  if (s.count >= kReplicasMax || FindPlace(s, storage) < s.count) return false;
  const uint32_t position = List(storage).Append(block);
  if (s.count == kInline) SpillToPool(s);
  if (s.count >= kInline) pool_[s.position[0]].emplace_back();
  s.count = s.count + 1;
  SetPlace(s, s.count - 1, {storage, position});
  return true;
}

bool BlockMap::RemoveReplica(BlockHandle block, StorageIndex storage) {
  Slot& s = slot(block);
  const uint32_t i = FindPlace(s, storage);
  if (i == s.count) return false;
  const uint32_t position = PlaceAt(s, i).position;
  const BlockHandle moved = List(storage).Remove(position);
  if (moved != kNoBlock) {
    Slot& other = slot(moved);
    SetPlace(other, FindPlace(other, storage), {storage, position});
  }
  RemovePlace(s, i);
  return true;
}

void BlockMap::RemovePlace(Slot& s, uint32_t i) {
  const uint32_t last = s.count - 1;
  SetPlace(s, i, PlaceAt(s, last));
  if (s.count <= kInline) {
    s.count = last;
    return;
  }
  const uint32_t pooled = s.position[0];
  pool_[pooled].pop_back();
  s.count = last;
  if (last > kInline) return;
  for (uint32_t k = 0; k < kInline; ++k) SetPlace(s, k, pool_[pooled][k]);
  pool_[pooled] = {};
  pool_free_.push_back(pooled);
}

bool BlockMap::MarkReplica(BlockHandle block, StorageIndex storage) {
  const Slot& s = slot(block);
  const uint32_t i = FindPlace(s, storage);
  if (i == s.count) return false;
  lists_[storage.value].Mark(PlaceAt(s, i).position);
  return true;
}

WrittenBlock* BlockMap::Construction(BlockHandle block) {
  if (IsComplete(block)) return nullptr;
  auto it = constructions_.find(block);
  return it == constructions_.end() ? nullptr : &it->second;
}

const WrittenBlock* BlockMap::Construction(BlockHandle block) const {
  if (IsComplete(block)) return nullptr;
  auto it = constructions_.find(block);
  return it == constructions_.end() ? nullptr : &it->second;
}

uint64_t BlockMap::MemoryBytes() const {
  uint64_t bytes = slabs_.size() * kSlabSize * sizeof(Slot) + index_.MemoryBytes();
  for (const StorageList& list : lists_) bytes += list.MemoryBytes();
  for (const std::vector<Place>& places : pool_) {
    bytes += sizeof(places) + places.capacity() * sizeof(Place);
  }
  return bytes + constructions_.size() * (sizeof(WrittenBlock) + 32);
}

}  // namespace cairn::namenode
