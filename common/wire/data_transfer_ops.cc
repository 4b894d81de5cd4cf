// SPDX-License-Identifier: Apache-2.0
#include "common/wire/data_transfer_ops.h"

#include "common/wire/converters.h"
#include "common/wire/message_codec.h"

namespace cairn::wire {
namespace {

std::string WithPrefix(Op op, const google::protobuf::MessageLite& message) {
  std::string out = EncodeOpPrefix(op);
  AppendDelimited(message, out);
  return out;
}

void FillHeader(const ExtendedBlock& block, pb::BaseHeaderProto* out) {
  ToProto(block, out->mutable_block());
  FillEmptyToken(out->mutable_token());
}

void FillHeader(const ExtendedBlock& block, const std::string& client_name,
                pb::ClientOperationHeaderProto* out) {
  FillHeader(block, out->mutable_baseheader());
  out->set_clientname(client_name);
}

void FillCaching(const CachingStrategy& caching, pb::CachingStrategyProto* out) {
  if (caching.drop_behind) out->set_dropbehind(*caching.drop_behind);
  if (caching.readahead_bytes) out->set_readahead(*caching.readahead_bytes);
}

CachingStrategy CachingOf(const pb::CachingStrategyProto& in) {
  CachingStrategy caching;
  if (in.has_dropbehind()) caching.drop_behind = in.dropbehind();
  if (in.has_readahead()) caching.readahead_bytes = in.readahead();
  return caching;
}

template <typename Messages>
std::vector<DatanodeInfo> DatanodesOf(const Messages& messages) {
  std::vector<DatanodeInfo> nodes;
  nodes.reserve(static_cast<size_t>(messages.size()));
  for (const pb::DatanodeInfoProto& message : messages) nodes.push_back(FromProto(message));
  return nodes;
}

// One type for each target: old clients send none.
template <typename Numbers>
std::vector<StorageType> StorageTypesOf(const Numbers& numbers, size_t targets) {
  std::vector<StorageType> types;
  for (const int number : numbers) types.push_back(static_cast<StorageType>(number));
  types.resize(targets, StorageType::kDisk);
  return types;
}

template <typename Strings>
std::vector<std::string> StorageUuidsOf(const Strings& strings, size_t targets) {
  std::vector<std::string> uuids(strings.begin(), strings.end());
  uuids.resize(targets);
  return uuids;
}

void FillSlot(const ShortCircuitSlot& slot, pb::ShortCircuitShmSlotProto* out) {
  out->mutable_shmid()->set_hi(slot.shm_id_high);
  out->mutable_shmid()->set_lo(slot.shm_id_low);
  out->set_slotidx(slot.slot);
}

ShortCircuitSlot SlotOf(const pb::ShortCircuitShmSlotProto& in) {
  return {.shm_id_high = in.shmid().hi(), .shm_id_low = in.shmid().lo(), .slot = in.slotidx()};
}

}  // namespace

std::string Encode(const ReadBlockOp& op) {
  pb::OpReadBlockProto message;
  FillHeader(op.block, op.client_name, message.mutable_header());
  message.set_offset(op.offset);
  message.set_len(op.length);
  message.set_sendchecksums(op.send_checksums);
  FillCaching(op.caching, message.mutable_cachingstrategy());
  return WithPrefix(Op::kReadBlock, message);
}

Result<ReadBlockOp> ParseReadBlock(std::string_view bytes) {
  pb::OpReadBlockProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return ReadBlockOp{.block = FromProto(message.header().baseheader().block()),
                     .client_name = message.header().clientname(),
                     .offset = message.offset(),
                     .length = message.len(),
                     .send_checksums = message.sendchecksums(),
                     .caching = CachingOf(message.cachingstrategy())};
}

std::string Encode(const WriteBlockOp& op) {
  pb::OpWriteBlockProto message;
  FillHeader(op.block, op.client_name, message.mutable_header());
  for (const DatanodeInfo& target : op.targets) ToProto(target, message.add_targets());
  if (op.source) ToProto(*op.source, message.mutable_source());
  message.set_stage(static_cast<pb::OpWriteBlockProto::BlockConstructionStage>(op.stage));
  message.set_pipelinesize(op.pipeline_size);
  message.set_minbytesrcvd(op.min_bytes_received);
  message.set_maxbytesrcvd(op.max_bytes_received);
  message.set_latestgenerationstamp(op.latest_generation_stamp.value);
  ToProto(op.checksum, message.mutable_requestedchecksum());
  FillCaching(op.caching, message.mutable_cachingstrategy());
  message.set_storagetype(ToProto(op.storage_type));
  for (const StorageType type : op.target_storage_types) {
    message.add_targetstoragetypes(ToProto(type));
  }
  message.set_allowlazypersist(op.allow_lazy_persist);
  message.set_pinning(op.pinning);
  for (const bool pinning : op.target_pinnings) message.add_targetpinnings(pinning);
  if (!op.storage_uuid.empty()) message.set_storageid(op.storage_uuid);
  for (const std::string& uuid : op.target_storage_uuids) message.add_targetstorageids(uuid);
  return WithPrefix(Op::kWriteBlock, message);
}

Result<WriteBlockOp> ParseWriteBlock(std::string_view bytes) {
  pb::OpWriteBlockProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  WriteBlockOp op;
  op.block = FromProto(message.header().baseheader().block());
  op.client_name = message.header().clientname();
  op.targets = DatanodesOf(message.targets());
  if (message.has_source()) op.source = FromProto(message.source());
  op.stage = static_cast<BlockConstructionStage>(message.stage());
  op.pipeline_size = message.pipelinesize();
  op.min_bytes_received = message.minbytesrcvd();
  op.max_bytes_received = message.maxbytesrcvd();
  op.latest_generation_stamp = GenerationStamp(message.latestgenerationstamp());
  op.checksum = FromProto(message.requestedchecksum());
  op.caching = CachingOf(message.cachingstrategy());
  op.storage_type = FromProto(message.storagetype());
  op.storage_uuid = message.storageid();
  const size_t targets = op.targets.size();
  op.target_storage_types = StorageTypesOf(message.targetstoragetypes(), targets);
  op.target_storage_uuids = StorageUuidsOf(message.targetstorageids(), targets);
  op.allow_lazy_persist = message.allowlazypersist();
  op.pinning = message.pinning();
  op.target_pinnings.assign(message.targetpinnings().begin(), message.targetpinnings().end());
  op.target_pinnings.resize(targets, false);
  return op;
}

std::string Encode(const TransferBlockOp& op) {
  pb::OpTransferBlockProto message;
  FillHeader(op.block, op.client_name, message.mutable_header());
  for (const DatanodeInfo& target : op.targets) ToProto(target, message.add_targets());
  for (const StorageType type : op.target_storage_types) {
    message.add_targetstoragetypes(ToProto(type));
  }
  for (const std::string& uuid : op.target_storage_uuids) message.add_targetstorageids(uuid);
  return WithPrefix(Op::kTransferBlock, message);
}

Result<TransferBlockOp> ParseTransferBlock(std::string_view bytes) {
  pb::OpTransferBlockProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  TransferBlockOp op;
  op.block = FromProto(message.header().baseheader().block());
  op.client_name = message.header().clientname();
  op.targets = DatanodesOf(message.targets());
  op.target_storage_types = StorageTypesOf(message.targetstoragetypes(), op.targets.size());
  op.target_storage_uuids = StorageUuidsOf(message.targetstorageids(), op.targets.size());
  return op;
}

std::string Encode(const ReplaceBlockOp& op) {
  pb::OpReplaceBlockProto message;
  FillHeader(op.block, message.mutable_header());
  message.set_delhint(op.delete_hint);
  ToProto(op.source, message.mutable_source());
  message.set_storagetype(ToProto(op.storage_type));
  if (!op.storage_uuid.empty()) message.set_storageid(op.storage_uuid);
  return WithPrefix(Op::kReplaceBlock, message);
}

Result<ReplaceBlockOp> ParseReplaceBlock(std::string_view bytes) {
  pb::OpReplaceBlockProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return ReplaceBlockOp{.block = FromProto(message.header().block()),
                        .delete_hint = message.delhint(),
                        .source = FromProto(message.source()),
                        .storage_type = FromProto(message.storagetype()),
                        .storage_uuid = message.storageid()};
}

std::string Encode(const CopyBlockOp& op) {
  pb::OpCopyBlockProto message;
  FillHeader(op.block, message.mutable_header());
  return WithPrefix(Op::kCopyBlock, message);
}

Result<CopyBlockOp> ParseCopyBlock(std::string_view bytes) {
  pb::OpCopyBlockProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return CopyBlockOp{.block = FromProto(message.header().block())};
}

std::string Encode(const BlockChecksumOp& op) {
  pb::OpBlockChecksumProto message;
  FillHeader(op.block, message.mutable_header());
  pb::BlockChecksumOptionsProto* options = message.mutable_blockchecksumoptions();
  options->set_blockchecksumtype(static_cast<pb::BlockChecksumTypeProto>(op.kind));
  options->set_stripelength(op.stripe_length);
  return WithPrefix(Op::kBlockChecksum, message);
}

Result<BlockChecksumOp> ParseBlockChecksum(std::string_view bytes) {
  pb::OpBlockChecksumProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  const pb::BlockChecksumOptionsProto& options = message.blockchecksumoptions();
  return BlockChecksumOp{.block = FromProto(message.header().block()),
                         .kind = static_cast<BlockChecksumKind>(options.blockchecksumtype()),
                         .stripe_length = options.stripelength()};
}

std::string Encode(const RequestShortCircuitFdsOp& op) {
  pb::OpRequestShortCircuitAccessProto message;
  FillHeader(op.block, message.mutable_header());
  message.set_maxversion(op.max_version);
  if (op.slot) FillSlot(*op.slot, message.mutable_slotid());
  message.set_supportsreceiptverification(op.supports_receipt_verification);
  return WithPrefix(Op::kRequestShortCircuitFds, message);
}

Result<RequestShortCircuitFdsOp> ParseRequestShortCircuitFds(std::string_view bytes) {
  pb::OpRequestShortCircuitAccessProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  RequestShortCircuitFdsOp op;
  op.block = FromProto(message.header().block());
  op.max_version = message.maxversion();
  if (message.has_slotid()) op.slot = SlotOf(message.slotid());
  op.supports_receipt_verification = message.supportsreceiptverification();
  return op;
}

std::string Encode(const ReleaseShortCircuitFdsOp& op) {
  pb::ReleaseShortCircuitAccessRequestProto message;
  FillSlot(op.slot, message.mutable_slotid());
  return WithPrefix(Op::kReleaseShortCircuitFds, message);
}

Result<ReleaseShortCircuitFdsOp> ParseReleaseShortCircuitFds(std::string_view bytes) {
  pb::ReleaseShortCircuitAccessRequestProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return ReleaseShortCircuitFdsOp{.slot = SlotOf(message.slotid())};
}

std::string Encode(const RequestShortCircuitShmOp& op) {
  pb::ShortCircuitShmRequestProto message;
  message.set_clientname(op.client_name);
  return WithPrefix(Op::kRequestShortCircuitShm, message);
}

Result<RequestShortCircuitShmOp> ParseRequestShortCircuitShm(std::string_view bytes) {
  pb::ShortCircuitShmRequestProto message;
  CAIRN_TRY(ParseMessage(bytes, &message));
  return RequestShortCircuitShmOp{.client_name = message.clientname()};
}

}  // namespace cairn::wire
