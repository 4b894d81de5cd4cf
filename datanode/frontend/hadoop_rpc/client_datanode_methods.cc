// SPDX-License-Identifier: Apache-2.0
// ClientDatanodeProtocol: what clients and administrators ask of a datanode.
#include <algorithm>
#include <map>
#include <optional>

#include "common/log/log.h"
#include "common/model/namespace_info.h"
#include "common/wire/converters.h"
#include "common/wire/proto/client_datanode_protocol.pb.h"
#include "datanode/frontend/hadoop_rpc/unary.h"

namespace cairn::datanode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

RpcReply GetReplicaVisibleLength(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetReplicaVisibleLengthRequestProto, pb::GetReplicaVisibleLengthResponseProto>(
      call, [&](const auto& request, auto* response) -> Status {
        const ExtendedBlock block = wire::FromProto(request.block());
        if (!service.agent.registered(block.pool_id)) {
          return Status(Code::kRetriable, "Datanode not registered. Try again later.");
        }
        CAIRN_ASSIGN(const int64_t length, service.store.VisibleLength(block));
        response->set_length(static_cast<uint64_t>(length));
        return Status();
      });
}

// Only users that dfs.block.local-path-access.user names may ask; that is nobody by default, and
// short-circuit reads no longer need it.
RpcReply GetBlockLocalPathInfo(const RpcService&, const RpcCall& call) {
  return Status(Code::kAccessDenied,
                "Can't continue with getBlockLocalPathInfo() authorization. The user " +
                    call.caller.user +
                    " is not configured in dfs.block.local-path-access.user");
}

RpcReply DeleteBlockPool(const RpcService& service, const RpcCall& call) {
  return Unary<pb::DeleteBlockPoolRequestProto, pb::DeleteBlockPoolResponseProto>(
      call, [&](const auto& request, auto*) -> Status {
        LOG(kInfo, "delete of a block pool is asked for", {"pool", request.blockpool()},
            {"force", request.force()}, {"user", call.caller.user});
        if (service.agent.registered(request.blockpool())) {
          return Status(Code::kIoError,
                        "The block pool is still running. First do a refreshNamenodes to shutdown "
                        "the block pool service");
        }
        return service.store.DeletePool(request.blockpool(), request.force());
      });
}

RpcReply ShutdownDatanode(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ShutdownDatanodeRequestProto, pb::ShutdownDatanodeResponseProto>(
      call, [&](const auto& request, auto*) -> Status {
        LOG(kInfo, "shutdown is asked for", {"upgrade", request.forupgrade()},
            {"user", call.caller.user});
        return service.shutdown(request.forupgrade());
      });
}

RpcReply EvictWriters(const RpcService& service, const RpcCall& call) {
  return Unary<pb::EvictWritersRequestProto, pb::EvictWritersResponseProto>(
      call, [&](const auto&, auto*) -> Status {
        LOG(kInfo, "writers are evicted", {"user", call.caller.user});
        service.transfer.StopWriters();
        return Status();
      });
}

RpcReply GetDatanodeInfo(const RpcService& service, const RpcCall& call) {
  constexpr int64_t kMsPerSecond = 1000;
  return Unary<pb::GetDatanodeInfoRequestProto, pb::GetDatanodeInfoResponseProto>(
      call, [&](const auto&, auto* response) -> Status {
        pb::DatanodeLocalInfoProto* info = response->mutable_localinfo();
        info->set_softwareversion(kHadoopVersion);
        info->set_configversion("core-" + std::string(kHadoopVersion) + ",hdfs-1");
        info->set_uptime(static_cast<uint64_t>(
            std::max<int64_t>(0, service.clock.WallMs() - service.start_ms) / kMsPerSecond));
        return Status();
      });
}

RpcReply GetVolumeReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetVolumeReportRequestProto, pb::GetVolumeReportResponseProto>(
      call, [&](const auto&, auto* response) -> Status {
        std::map<std::string, uint64_t> blocks;  // By storage.
        for (const std::string& pool : service.store.Pools()) {
          for (const StorageBlocks& storage : service.store.BlockReports(pool)) {
            blocks[storage.storage.uuid] += storage.blocks.size();
          }
        }
        for (const Volume* volume : service.store.Volumes()) {
          CAIRN_ASSIGN(const uint64_t free_bytes, volume->Available());
          pb::DatanodeVolumeInfoProto* row = response->add_volumeinfo();
          row->set_path(volume->root() + "/current");
          row->set_storagetype(wire::ToProto(volume->type()));
          row->set_usedspace(volume->Used());
          row->set_freespace(free_bytes);
          row->set_reservedspace(0);
          row->set_reservedspaceforreplicas(0);
          row->set_numblocks(blocks[volume->storage_uuid()]);
        }
        return Status();
      });
}

RpcReply TriggerBlockReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::TriggerBlockReportRequestProto, pb::TriggerBlockReportResponseProto>(
      call, [&](const auto& request, auto*) -> Status {
        std::optional<net::HostPort> namenode;
        if (request.has_nnaddress() && !request.nnaddress().empty()) {
          CAIRN_ASSIGN(namenode, net::ParseHostPort(request.nnaddress()));
        }
        service.agent.TriggerReport(request.incremental(), namenode);
        return Status();
      });
}

RpcReply GetBalancerBandwidth(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetBalancerBandwidthRequestProto, pb::GetBalancerBandwidthResponseProto>(
      call, [&](const auto&, auto* response) -> Status {
        response->set_bandwidth(service.transfer.balancer_bandwidth());
        return Status();
      });
}

}  // namespace

void AddClientDatanodeMethods(MethodTable& table) {
  table.Add("getReplicaVisibleLength", GetReplicaVisibleLength);
  table.Add("getBlockLocalPathInfo", GetBlockLocalPathInfo);
  table.Add("getDatanodeInfo", GetDatanodeInfo);
  table.Add("getBalancerBandwidth", GetBalancerBandwidth);
  table.AddAdmin("shutdownDatanode", ShutdownDatanode);
  table.AddAdmin("evictWriters", EvictWriters);
  table.AddAdmin("triggerBlockReport", TriggerBlockReport);
  table.AddAdmin("getVolumeReport", GetVolumeReport);
  table.AddAdmin("deleteBlockPool", DeleteBlockPool);
  for (const char* name : {"refreshNamenodes", "submitDiskBalancerPlan", "cancelDiskBalancerPlan",
                           "queryDiskBalancerPlan", "getDiskBalancerSetting"}) {
    table.AddUnsupported(name);
  }
  AddReconfigurationMethods(table);
}

}  // namespace cairn::datanode
