// SPDX-License-Identifier: Apache-2.0
#include "common/wire/converters.h"

namespace cairn::wire {

void ToProto(const Block& block, pb::BlockProto* out) {
  out->set_blockid(static_cast<uint64_t>(block.id.value));
  out->set_genstamp(block.generation_stamp.value);
  out->set_numbytes(block.length);
}

Block FromProto(const pb::BlockProto& in) {
  return {.id = BlockId(static_cast<int64_t>(in.blockid())),
          .length = in.numbytes(),
          .generation_stamp = GenerationStamp(in.genstamp())};
}

void ToProto(const ExtendedBlock& block, pb::ExtendedBlockProto* out) {
  out->set_poolid(block.pool_id);
  out->set_blockid(static_cast<uint64_t>(block.block.id.value));
  out->set_generationstamp(block.block.generation_stamp.value);
  out->set_numbytes(block.block.length);
}

ExtendedBlock FromProto(const pb::ExtendedBlockProto& in) {
  return {.pool_id = in.poolid(),
          .block = {.id = BlockId(static_cast<int64_t>(in.blockid())),
                    .length = in.numbytes(),
                    .generation_stamp = GenerationStamp(in.generationstamp())}};
}

void FillEmptyToken(::hadoop::common::TokenProto* out) {
  out->set_identifier("");
  out->set_password("");
  out->set_kind("");
  out->set_service("");
}

pb::StorageTypeProto ToProto(StorageType type) { return static_cast<pb::StorageTypeProto>(type); }
StorageType FromProto(pb::StorageTypeProto type) { return static_cast<StorageType>(type); }

pb::ChecksumTypeProto ToProto(ChecksumType type) {
  return static_cast<pb::ChecksumTypeProto>(type);
}
ChecksumType FromProto(pb::ChecksumTypeProto type) { return static_cast<ChecksumType>(type); }

pb::ReplicaStateProto ToProto(ReplicaState state) {
  return static_cast<pb::ReplicaStateProto>(state);
}
ReplicaState FromProto(pb::ReplicaStateProto state) { return static_cast<ReplicaState>(state); }

void ToProto(const ChecksumSpec& checksum, pb::ChecksumProto* out) {
  out->set_type(ToProto(checksum.type));
  out->set_bytesperchecksum(checksum.bytes_per_checksum);
}

ChecksumSpec FromProto(const pb::ChecksumProto& in) {
  return {.type = FromProto(in.type()), .bytes_per_checksum = in.bytesperchecksum()};
}

void ToProto(const LocatedBlock& block, pb::LocatedBlockProto* out) {
  ToProto(block.block, out->mutable_b());
  out->set_offset(block.offset);
  out->set_corrupt(block.corrupt);
  FillEmptyToken(out->mutable_blocktoken());
  for (const DatanodeTarget& target : block.locations) {
    ToProto(target.node, out->add_locs());
    out->add_iscached(false);
    out->add_storagetypes(ToProto(target.storage_type));
    out->add_storageids(target.storage_uuid);
  }
}

LocatedBlock FromProto(const pb::LocatedBlockProto& in) {
  LocatedBlock block;
  block.block = FromProto(in.b());
  block.offset = in.offset();
  block.corrupt = in.corrupt();
  block.locations.reserve(static_cast<size_t>(in.locs_size()));
  for (int i = 0; i < in.locs_size(); ++i) {
    DatanodeTarget& target = block.locations.emplace_back();
    target.node = FromProto(in.locs(i));
    // Old servers leave these lists out or send shorter ones.
    if (i < in.storageids_size()) target.storage_uuid = in.storageids(i);
    if (i < in.storagetypes_size()) target.storage_type = FromProto(in.storagetypes(i));
  }
  return block;
}

void ToProto(const LocatedBlocks& blocks, pb::LocatedBlocksProto* out) {
  out->set_filelength(blocks.file_length);
  for (const LocatedBlock& block : blocks.blocks) ToProto(block, out->add_blocks());
  out->set_underconstruction(blocks.under_construction);
  if (blocks.last_block) ToProto(*blocks.last_block, out->mutable_lastblock());
  out->set_islastblockcomplete(blocks.last_block_complete);
}

LocatedBlocks FromProto(const pb::LocatedBlocksProto& in) {
  LocatedBlocks blocks;
  blocks.file_length = in.filelength();
  blocks.blocks.reserve(static_cast<size_t>(in.blocks_size()));
  for (const pb::LocatedBlockProto& block : in.blocks()) blocks.blocks.push_back(FromProto(block));
  blocks.under_construction = in.underconstruction();
  if (in.has_lastblock()) blocks.last_block = FromProto(in.lastblock());
  blocks.last_block_complete = in.islastblockcomplete();
  return blocks;
}

}  // namespace cairn::wire
