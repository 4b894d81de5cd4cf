// SPDX-License-Identifier: Apache-2.0
// DatanodeProtocol: registration, heartbeats, errors, the end of a block's recovery.
#include "common/net/address.h"
#include "common/wire/converters.h"
#include "namenode/frontend/hadoop_rpc/datanode_messages.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs::datanode;
using rpc::RpcCall;
using rpc::RpcReply;

RpcReply VersionRequest(const RpcService& service, const RpcCall& call) {
  return Unary<hadoop::hdfs::VersionRequestProto, hadoop::hdfs::VersionResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.VersionRequest(context);
      },
      [&](const NamespaceInfo& info, auto* response) {
        wire::ToProto(info, response->mutable_info());
        response->mutable_info()->set_state(
            static_cast<hadoop::hdfs::NNHAStatusHeartbeatProto::State>(
                HeartbeatState(service.namesystem.service_state())));
      });
}

RpcReply RegisterDatanode(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RegisterDatanodeRequestProto, pb::RegisterDatanodeResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) -> Outcome<DatanodeRegistration> {
        DatanodeRegistration registration = RegistrationOf(request.registration());
        const std::string& address = context.client_machine;
        if (service.registration_name_check && !net::HasName(address)) {
          return Status(Code::kDisallowedDatanode,
                        "Datanode denied communication with namenode because hostname cannot be "
                        "resolved (ip=" + address + ", hostname=" + registration.id.host_name +
                            "): " + registration.id.TransferAddress());
        }
        return service.namesystem.RegisterDatanode(context, std::move(registration));
      },
      [](const DatanodeRegistration& registration, auto* response) {
        ToProto(registration, response->mutable_registration());
      });
}

HeartbeatRequest HeartbeatRequestOf(const pb::HeartbeatRequestProto& request) {
  HeartbeatRequest out;
  out.registration = RegistrationOf(request.registration());
  for (const auto& report : request.reports()) out.reports.push_back(wire::FromProto(report));
  out.cache_capacity = request.cachecapacity();
  out.cache_used = request.cacheused();
  out.xmits_in_progress = request.xmitsinprogress();
  out.xceiver_count = request.xceivercount();
  out.failed_volumes = request.failedvolumes();
  const auto& failed = request.volumefailuresummary().failedstoragelocations();
  out.failed_storage_locations.assign(failed.begin(), failed.end());
  out.last_volume_failure_ms = request.volumefailuresummary().lastvolumefailuredate();
  out.estimated_capacity_lost = request.volumefailuresummary().estimatedcapacitylosttotal();
  out.request_full_report_lease = request.requestfullblockreportlease();
  return out;
}

RpcReply SendHeartbeat(const RpcService& service, const RpcCall& call) {
  return Unary<pb::HeartbeatRequestProto, pb::HeartbeatResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Heartbeat(context, HeartbeatRequestOf(request));
      },
      [&](const HeartbeatResponse& answer, auto* response) {
        for (const DatanodeCommand& command : answer.commands) {
          ToProto(command, service.block_pool_id, response->add_cmds());
        }
        auto* status = response->mutable_hastatus();
        status->set_state(static_cast<hadoop::hdfs::NNHAStatusHeartbeatProto::State>(
            HeartbeatState(answer.state)));
        status->set_txid(static_cast<uint64_t>(answer.txid.value));
        if (answer.epoch > 0) status->set_epoch(answer.epoch);
        response->set_fullblockreportleaseid(answer.full_report_lease_id);
      });
}

// Cached replicas are not used by us: the report is taken note of by nobody.
RpcReply CacheReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::CacheReportRequestProto, pb::CacheReportResponseProto>(
      service, call, [](const OpContext&, const auto&) { return Outcome<Done>(Done()); },
      EncodeNothing());
}

RpcReply ErrorReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ErrorReportRequestProto, pb::ErrorReportResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.ErrorReport(context, RegistrationOf(request.registartion()),
                                              static_cast<int32_t>(request.errorcode()),
                                              request.msg());
      },
      EncodeNothing());
}

RpcReply ReportBadBlocks(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ReportBadBlocksRequestProto, pb::ReportBadBlocksResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        std::vector<LocatedBlock> blocks;
        for (const auto& block : request.blocks()) blocks.push_back(wire::FromProto(block));
        return service.namesystem.ReportBadBlocks(context, blocks);
      },
      EncodeNothing());
}

RpcReply CommitBlockSynchronization(const RpcService& service, const RpcCall& call) {
  return Unary<pb::CommitBlockSynchronizationRequestProto,
               pb::CommitBlockSynchronizationResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        CommitBlockSynchronizationRequest out;
        out.block = wire::FromProto(request.block());
        out.new_generation_stamp = GenerationStamp(request.newgenstamp());
        out.new_length = request.newlength();
        out.close_file = request.closefile();
        out.delete_block = request.deleteblock();
        for (const auto& node : request.newtaragets()) {
          out.new_targets.push_back(wire::FromProto(node));
        }
        out.new_target_storages.assign(request.newtargetstorages().begin(),
                                       request.newtargetstorages().end());
        return service.namesystem.CommitBlockSynchronization(context, out);
      },
      EncodeNothing());
}

}  // namespace

void AddDatanodeMethods(MethodTable& table) {
  table.Add("versionRequest", VersionRequest);
  table.Add("registerDatanode", RegisterDatanode, /*slow=*/true);
  table.Add("sendHeartbeat", SendHeartbeat);
  table.Add("cacheReport", CacheReport);
  table.Add("errorReport", ErrorReport);
  table.Add("reportBadBlocks", ReportBadBlocks);
  table.Add("commitBlockSynchronization", CommitBlockSynchronization);
}

}  // namespace cairn::namenode
