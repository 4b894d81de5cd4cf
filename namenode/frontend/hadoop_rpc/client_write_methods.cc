// SPDX-License-Identifier: Apache-2.0
// ClientProtocol: the life of a file that is written.
#include "common/wire/converters.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

template <typename Nodes>
std::vector<DatanodeId> IdsOf(const Nodes& nodes) {
  std::vector<DatanodeId> ids;
  ids.reserve(static_cast<size_t>(nodes.size()));
  for (const auto& node : nodes) ids.push_back(wire::FromProto(node.id()));
  return ids;
}

std::vector<std::string> StringsOf(
    const google::protobuf::RepeatedPtrField<std::string>& values) {
  return {values.begin(), values.end()};
}

struct EncodeBlock {
  template <typename Response>
  void operator()(const LocatedBlock& block, Response* response) const {
    wire::ToProto(block, response->mutable_block());
  }
};

CreateRequest CreateRequestOf(const pb::CreateRequestProto& request) {
  CreateRequest out;
  out.path = request.src();
  out.mode.masked = wire::ModeFromProto(request.masked());
  if (request.has_unmasked()) out.mode.unmasked = wire::ModeFromProto(request.unmasked());
  out.client_name = request.clientname();
  out.flags = request.createflag();
  out.create_parent = request.createparent();
  out.replication = request.replication();
  out.block_size = request.blocksize();
  out.erasure_coding_policy = request.ecpolicyname();
  out.storage_policy = request.storagepolicy();
  return out;
}

RpcReply Create(const RpcService& service, const RpcCall& call) {
  return Unary<pb::CreateRequestProto, pb::CreateResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Create(context, CreateRequestOf(request));
      },
      [](const FileStatus& status, auto* response) {
        wire::ToProto(status, response->mutable_fs());
      });
}

RpcReply Append(const RpcService& service, const RpcCall& call) {
  return Unary<pb::AppendRequestProto, pb::AppendResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        AppendRequest out{.path = request.src(), .client_name = request.clientname()};
        if (request.has_flag()) out.flags = request.flag();
        return service.namesystem.Append(context, out);
      },
      [](const AppendResult& result, auto* response) {
        if (result.last_block) wire::ToProto(*result.last_block, response->mutable_block());
        wire::ToProto(result.status, response->mutable_stat());
      });
}

AddBlockRequest AddBlockRequestOf(const pb::AddBlockRequestProto& request) {
  AddBlockRequest out;
  out.path = request.src();
  out.client_name = request.clientname();
  if (request.has_previous()) out.previous = wire::FromProto(request.previous());
  out.excluded_nodes = IdsOf(request.excludenodes());
  out.inode_id = InodeId(request.fileid());
  out.favored_nodes = StringsOf(request.favorednodes());
  for (const int flag : request.flags()) out.flags |= static_cast<uint32_t>(flag);
  return out;
}

RpcReply AddBlock(const RpcService& service, const RpcCall& call) {
  return Unary<pb::AddBlockRequestProto, pb::AddBlockResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.AddBlock(context, AddBlockRequestOf(request));
      },
      EncodeBlock());
}

RpcReply AbandonBlock(const RpcService& service, const RpcCall& call) {
  return Unary<pb::AbandonBlockRequestProto, pb::AbandonBlockResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.AbandonBlock(context, wire::FromProto(request.b()),
                                               InodeId(request.fileid()), request.src(),
                                               request.holder());
      },
      EncodeNothing());
}

RpcReply GetAdditionalDatanode(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetAdditionalDatanodeRequestProto, pb::GetAdditionalDatanodeResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        AdditionalDatanodeRequest out;
        out.path = request.src();
        out.inode_id = InodeId(request.fileid());
        out.block = wire::FromProto(request.blk());
        out.existing = IdsOf(request.existings());
        out.existing_storage_uuids = StringsOf(request.existingstorageuuids());
        out.excludes = IdsOf(request.excludes());
        out.additional_nodes = request.numadditionalnodes();
        out.client_name = request.clientname();
        return service.namesystem.GetAdditionalDatanode(context, out);
      },
      EncodeBlock());
}

RpcReply Complete(const RpcService& service, const RpcCall& call) {
  return Unary<pb::CompleteRequestProto, pb::CompleteResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        CompleteRequest out{.path = request.src(),
                            .client_name = request.clientname(),
                            .inode_id = InodeId(request.fileid())};
        if (request.has_last()) out.last = wire::FromProto(request.last());
        return service.namesystem.Complete(context, out);
      },
      EncodeResult());
}

RpcReply Fsync(const RpcService& service, const RpcCall& call) {
  return Unary<pb::FsyncRequestProto, pb::FsyncResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Fsync(context,
                                        {.path = request.src(),
                                         .inode_id = InodeId(request.fileid()),
                                         .client_name = request.client(),
                                         .last_block_length = request.lastblocklength()});
      },
      EncodeNothing());
}

RpcReply UpdateBlockForPipeline(const RpcService& service, const RpcCall& call) {
  return Unary<pb::UpdateBlockForPipelineRequestProto, pb::UpdateBlockForPipelineResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.UpdateBlockForPipeline(
            context, wire::FromProto(request.block()), request.clientname());
      },
      EncodeBlock());
}

RpcReply UpdatePipeline(const RpcService& service, const RpcCall& call) {
  return Unary<pb::UpdatePipelineRequestProto, pb::UpdatePipelineResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        UpdatePipelineRequest out;
        out.client_name = request.clientname();
        out.old_block = wire::FromProto(request.oldblock());
        out.new_block = wire::FromProto(request.newblock());
        for (const auto& node : request.newnodes()) out.new_nodes.push_back(wire::FromProto(node));
        out.new_storage_uuids = StringsOf(request.storageids());
        return service.namesystem.UpdatePipeline(context, out);
      },
      EncodeNothing());
}

RpcReply RenewLease(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RenewLeaseRequestProto, pb::RenewLeaseResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.RenewLease(context, request.clientname());
      },
      EncodeNothing());
}

RpcReply RecoverLease(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RecoverLeaseRequestProto, pb::RecoverLeaseResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.RecoverLease(context, request.src(), request.clientname());
      },
      EncodeResult());
}

}  // namespace

void AddClientWriteMethods(MethodTable& table) {
  table.Add("create", Create);
  table.Add("append", Append);
  table.Add("addBlock", AddBlock);
  table.Add("abandonBlock", AbandonBlock);
  table.Add("getAdditionalDatanode", GetAdditionalDatanode);
  table.Add("complete", Complete);
  table.Add("fsync", Fsync);
  table.Add("updateBlockForPipeline", UpdateBlockForPipeline);
  table.Add("updatePipeline", UpdatePipeline);
  table.Add("renewLease", RenewLease);
  table.Add("recoverLease", RecoverLease);
}

}  // namespace cairn::namenode
