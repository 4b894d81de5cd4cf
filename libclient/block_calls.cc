// SPDX-License-Identifier: Apache-2.0
#include "libclient/block_calls.h"

#include "common/wire/converters.h"

namespace cairn::client {

namespace pb = wire::pb;

Result<LocatedBlocks> BlockCalls::GetBlockLocations(const std::string& path, uint64_t offset,
                                                    uint64_t length) {
  pb::GetBlockLocationsRequestProto request;
  request.set_src(path);
  request.set_offset(offset);
  request.set_length(length);
  pb::GetBlockLocationsResponseProto response;
  CAIRN_TRY(proxy_.Call("getBlockLocations", request, &response));
  if (!response.has_locations()) {
    return Status(Code::kNotFound, "File does not exist: " + path);
  }
  return wire::FromProto(response.locations());
}

Result<FileStatus> BlockCalls::Create(const CreateRequest& create) {
  pb::CreateRequestProto request;
  request.set_src(create.path);
  wire::ModeToProto(create.mode, request.mutable_masked());
  wire::ModeToProto(create.full_mode, request.mutable_unmasked());
  request.set_clientname(client_name_);
  request.set_createflag(create.flags);
  request.set_createparent(create.create_parents);
  request.set_replication(create.replication);
  request.set_blocksize(create.block_size);
  pb::CreateResponseProto response;
  CAIRN_TRY(proxy_.Call("create", request, &response));
  if (!response.has_fs()) {
    return Status(Code::kIoError, "create " + create.path + ": the namenode gave no status");
  }
  return wire::FromProto(response.fs());
}

Result<AppendedFile> BlockCalls::Append(const std::string& path, bool new_block) {
  pb::AppendRequestProto request;
  request.set_src(path);
  request.set_clientname(client_name_);
  uint32_t flags = pb::CreateFlagProto::APPEND;
  if (new_block) flags |= pb::CreateFlagProto::NEW_BLOCK;
  request.set_flag(flags);
  pb::AppendResponseProto response;
  CAIRN_TRY(proxy_.Call("append", request, &response));
  if (!response.has_stat()) {
    return Status(Code::kIoError, "append to " + path + ": the namenode gave no status");
  }
  AppendedFile file{.status = wire::FromProto(response.stat()), .last_block = {}};
  if (response.has_block()) file.last_block = wire::FromProto(response.block());
  return file;
}

Result<LocatedBlock> BlockCalls::AddBlock(const std::string& path, InodeId file,
                                          const AddBlockArgs& args) {
  pb::AddBlockRequestProto request;
  request.set_src(path);
  request.set_clientname(client_name_);
  if (args.previous) wire::ToProto(*args.previous, request.mutable_previous());
  for (const DatanodeInfo& node : args.excluded) wire::ToProto(node, request.add_excludenodes());
  request.set_fileid(file.value);
  if (args.no_local_write) request.add_flags(pb::AddBlockFlagProto::NO_LOCAL_WRITE);
  pb::AddBlockResponseProto response;
  CAIRN_TRY(proxy_.Call("addBlock", request, &response));
  return wire::FromProto(response.block());
}

Status BlockCalls::AbandonBlock(const std::string& path, InodeId file,
                                const ExtendedBlock& block) {
  pb::AbandonBlockRequestProto request;
  wire::ToProto(block, request.mutable_b());
  request.set_src(path);
  request.set_holder(client_name_);
  request.set_fileid(file.value);
  pb::AbandonBlockResponseProto response;
  return proxy_.Call("abandonBlock", request, &response);
}

Result<bool> BlockCalls::Complete(const std::string& path, InodeId file,
                                  const std::optional<ExtendedBlock>& last) {
  pb::CompleteRequestProto request;
  request.set_src(path);
  request.set_clientname(client_name_);
  if (last) wire::ToProto(*last, request.mutable_last());
  request.set_fileid(file.value);
  pb::CompleteResponseProto response;
  CAIRN_TRY(proxy_.Call("complete", request, &response));
  return response.result();
}

Status BlockCalls::Fsync(const std::string& path, InodeId file, int64_t last_block_length) {
  pb::FsyncRequestProto request;
  request.set_src(path);
  request.set_client(client_name_);
  request.set_lastblocklength(last_block_length);
  request.set_fileid(file.value);
  pb::FsyncResponseProto response;
  return proxy_.Call("fsync", request, &response);
}

Result<LocatedBlock> BlockCalls::GetAdditionalDatanode(const std::string& path, InodeId file,
                                                       const LocatedBlock& pipeline,
                                                       const std::vector<DatanodeInfo>& excluded) {
  pb::GetAdditionalDatanodeRequestProto request;
  request.set_src(path);
  wire::ToProto(pipeline.block, request.mutable_blk());
  for (const DatanodeTarget& target : pipeline.locations) {
    wire::ToProto(target.node, request.add_existings());
    request.add_existingstorageuuids(target.storage_uuid);
  }
  for (const DatanodeInfo& node : excluded) wire::ToProto(node, request.add_excludes());
  request.set_numadditionalnodes(1);
  request.set_clientname(client_name_);
  request.set_fileid(file.value);
  pb::GetAdditionalDatanodeResponseProto response;
  CAIRN_TRY(proxy_.Call("getAdditionalDatanode", request, &response));
  return wire::FromProto(response.block());
}

Result<ExtendedBlock> BlockCalls::UpdateBlockForPipeline(const ExtendedBlock& block) {
  pb::UpdateBlockForPipelineRequestProto request;
  wire::ToProto(block, request.mutable_block());
  request.set_clientname(client_name_);
  pb::UpdateBlockForPipelineResponseProto response;
  CAIRN_TRY(proxy_.Call("updateBlockForPipeline", request, &response));
  return wire::FromProto(response.block().b());
}

Status BlockCalls::UpdatePipeline(const ExtendedBlock& old_block, const LocatedBlock& pipeline) {
  pb::UpdatePipelineRequestProto request;
  request.set_clientname(client_name_);
  wire::ToProto(old_block, request.mutable_oldblock());
  wire::ToProto(pipeline.block, request.mutable_newblock());
  for (const DatanodeTarget& target : pipeline.locations) {
    wire::ToProto(target.node.id, request.add_newnodes());
    request.add_storageids(target.storage_uuid);
  }
  pb::UpdatePipelineResponseProto response;
  return proxy_.Call("updatePipeline", request, &response);
}

Status BlockCalls::RenewLease() {
  pb::RenewLeaseRequestProto request;
  request.set_clientname(client_name_);
  pb::RenewLeaseResponseProto response;
  return proxy_.Call("renewLease", request, &response);
}

Status BlockCalls::ReportBadBlocks(const std::vector<LocatedBlock>& blocks) {
  pb::ReportBadBlocksRequestProto request;
  for (const LocatedBlock& block : blocks) wire::ToProto(block, request.add_blocks());
  pb::ReportBadBlocksResponseProto response;
  return proxy_.Call("reportBadBlocks", request, &response);
}

}  // namespace cairn::client
