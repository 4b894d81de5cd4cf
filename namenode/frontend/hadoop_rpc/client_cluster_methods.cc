// SPDX-License-Identifier: Apache-2.0
// ClientProtocol: the cluster as a whole, and what administrators ask.
#include "common/wire/converters.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

RpcReply GetServerDefaults(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetServerDefaultsRequestProto, pb::GetServerDefaultsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.GetServerDefaults(context);
      },
      [](const ServerDefaults& defaults, auto* response) {
        wire::ToProto(defaults, response->mutable_serverdefaults());
      });
}

RpcReply GetFsStats(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetFsStatusRequestProto, pb::GetFsStatsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) { return service.namesystem.GetFsStats(context); },
      [](const FsStats& stats, auto* response) { wire::ToProto(stats, response); });
}

RpcReply GetReplicatedBlockStats(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetFsReplicatedBlockStatsRequestProto,
               pb::GetFsReplicatedBlockStatsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.GetReplicatedBlockStats(context);
      },
      [](const ReplicatedBlockStats& stats, auto* response) {
        response->set_low_redundancy(stats.low_redundancy);
        response->set_corrupt_blocks(stats.corrupt);
        response->set_missing_blocks(stats.missing);
        response->set_missing_repl_one_blocks(stats.missing_replication_one);
        response->set_blocks_in_future(stats.bytes_in_future);
        response->set_pending_deletion_blocks(stats.pending_deletion);
        response->set_highest_prio_low_redundancy_blocks(stats.highest_priority_low_redundancy);
      });
}

// There are no erasure-coded block groups.
RpcReply GetEcBlockGroupStats(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetFsECBlockGroupStatsRequestProto, pb::GetFsECBlockGroupStatsResponseProto>(
      service, call,
      [&](const OpContext&, const auto&) {
        return service.namesystem.CheckServes(Category::kRead);
      },
      [](const Done&, auto* response) {
        response->set_low_redundancy(0);
        response->set_corrupt_blocks(0);
        response->set_missing_blocks(0);
        response->set_blocks_in_future(0);
        response->set_pending_deletion_blocks(0);
        response->set_highest_prio_low_redundancy_blocks(0);
      });
}

RpcReply GetDatanodeReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetDatanodeReportRequestProto, pb::GetDatanodeReportResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetDatanodeReport(
            context, static_cast<DatanodeReportType>(request.type()));
      },
      [](const std::vector<DatanodeInfo>& nodes, auto* response) {
        for (const DatanodeInfo& node : nodes) wire::ToProto(node, response->add_di());
      });
}

RpcReply GetDatanodeStorageReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetDatanodeStorageReportRequestProto, pb::GetDatanodeStorageReportResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetDatanodeStorageReport(
            context, static_cast<DatanodeReportType>(request.type()));
      },
      [](const std::vector<DatanodeStorageReport>& reports, auto* response) {
        for (const DatanodeStorageReport& report : reports) {
          pb::DatanodeStorageReportProto* out = response->add_datanodestoragereports();
          wire::ToProto(report.node, out->mutable_datanodeinfo());
          for (const StorageReport& storage : report.storages) {
            wire::ToProto(storage, out->add_storagereports());
          }
        }
      });
}

// Slow peers are not tracked: nobody is reported as slow.
RpcReply GetSlowDatanodeReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetSlowDatanodeReportRequestProto, pb::GetSlowDatanodeReportResponseProto>(
      service, call, [](const OpContext&, const auto&) { return Outcome<Done>(Done()); },
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

RpcReply SetSafeMode(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetSafeModeRequestProto, pb::SetSafeModeResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetSafeMode(
            context, static_cast<SafeModeAction>(request.action()), request.checked());
      },
      EncodeResult());
}

RpcReply SaveNamespace(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SaveNamespaceRequestProto, pb::SaveNamespaceResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SaveNamespace(context, request.timewindow(), request.txgap());
      },
      [](bool saved, auto* response) { response->set_saved(saved); });
}

RpcReply RollEdits(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RollEditsRequestProto, pb::RollEditsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) { return service.namesystem.RollEdits(context); },
      [](TxId txid, auto* response) {
        response->set_newsegmenttxid(static_cast<uint64_t>(txid.value));
      });
}

RpcReply RefreshNodes(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RefreshNodesRequestProto, pb::RefreshNodesResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.RefreshNodes(context);
      },
      EncodeNothing());
}

RpcReply ListCorruptFileBlocks(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ListCorruptFileBlocksRequestProto, pb::ListCorruptFileBlocksResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.ListCorruptFileBlocks(context, request.path(), request.cookie());
      },
      [](const CorruptFileBlocks& blocks, auto* response) {
        pb::CorruptFileBlocksProto* out = response->mutable_corrupt();
        for (const std::string& file : blocks.files) out->add_files(file);
        out->set_cookie(blocks.cookie);
      });
}

RpcReply ListOpenFiles(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ListOpenFilesRequestProto, pb::ListOpenFilesResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.ListOpenFiles(
            context, InodeId(static_cast<uint64_t>(request.id())), request.path());
      },
      [](const OpenFiles& files, auto* response) {
        for (const OpenFile& file : files.entries) {
          pb::OpenFilesBatchResponseProto* row = response->add_entries();
          row->set_id(static_cast<int64_t>(file.inode_id.value));
          row->set_path(file.path);
          row->set_clientname(file.client_name);
          row->set_clientmachine(file.client_machine);
        }
        response->set_hasmore(files.has_more);
        response->add_types(pb::ALL_OPEN_FILES);
      });
}

RpcReply GetCurrentEditLogTxid(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetCurrentEditLogTxidRequestProto, pb::GetCurrentEditLogTxidResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.GetCurrentEditLogTxid(context);
      },
      [](TxId txid, auto* response) { response->set_txid(txid.value); });
}

// A client that was active a moment ago asks for a barrier: every answer of ours is one.
RpcReply Msync(const RpcService& service, const RpcCall& call) {
  return Unary<pb::MsyncRequestProto, pb::MsyncResponseProto>(
      service, call,
      [&](const OpContext&, const auto&) {
        return service.namesystem.CheckServes(Category::kWrite);
      },
      EncodeNothing());
}

RpcReply GetHaServiceState(const RpcService& service, const RpcCall& call) {
  return Unary<pb::HAServiceStateRequestProto, pb::HAServiceStateResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.GetServiceState(context);
      },
      [](ServiceState state, auto* response) {
        response->set_state(static_cast<::hadoop::common::HAServiceStateProto>(state));
      });
}

// Without security there are no tokens: Apache answers with none.
RpcReply GetDelegationToken(const RpcService& service, const RpcCall& call) {
  return Unary<::hadoop::common::GetDelegationTokenRequestProto,
               ::hadoop::common::GetDelegationTokenResponseProto>(
      service, call,
      [&](const OpContext&, const auto&) {
        return service.namesystem.CheckServes(Category::kWrite);
      },
      EncodeNothing());
}

// No upgrade is under way: "finalized", and no rolling upgrade to tell of.
RpcReply UpgradeStatus(const RpcService& service, const RpcCall& call) {
  return Unary<pb::UpgradeStatusRequestProto, pb::UpgradeStatusResponseProto>(
      service, call, [](const OpContext&, const auto&) { return Outcome<Done>(Done()); },
      [](const Done&, auto* response) { response->set_upgradefinalized(true); });
}

RpcReply RollingUpgrade(const RpcService& service, const RpcCall& call) {
  pb::RollingUpgradeRequestProto request;
  CAIRN_TRY(wire::ParseMessage(call.request, &request));
  const bool asks = request.action() == pb::QUERY;
  return NotBuilt(service, call, asks ? Category::kRead : Category::kWrite);
}

}  // namespace

void AddClientClusterMethods(MethodTable& table) {
  table.Add("getServerDefaults", GetServerDefaults);
  table.Add("getFsStats", GetFsStats);
  table.Add("getFsReplicatedBlockStats", GetReplicatedBlockStats);
  table.Add("getFsECBlockGroupStats", GetEcBlockGroupStats);
  table.Add("getDatanodeReport", GetDatanodeReport);
  table.Add("getDatanodeStorageReport", GetDatanodeStorageReport);
  table.Add("getSlowDatanodeReport", GetSlowDatanodeReport);
  table.Add("reportBadBlocks", ReportBadBlocks);
  table.Add("setSafeMode", SetSafeMode);
  table.Add("saveNamespace", SaveNamespace, /*slow=*/true);
  table.Add("rollEdits", RollEdits, /*slow=*/true);
  table.Add("refreshNodes", RefreshNodes, /*slow=*/true);
  table.Add("listCorruptFileBlocks", ListCorruptFileBlocks, /*slow=*/true);
  table.Add("listOpenFiles", ListOpenFiles);
  table.Add("getCurrentEditLogTxid", GetCurrentEditLogTxid);
  table.Add("msync", Msync);
  table.Add("getHAServiceState", GetHaServiceState);
  table.Add("getDelegationToken", GetDelegationToken);
  table.Add("upgradeStatus", UpgradeStatus);
}

void AddUnsupportedClientMethods(MethodTable& table) {
  for (const char* name : {"restoreFailedStorage", "finalizeUpgrade", "getDataEncryptionKey",
                           "getECTopologyResultForPolicies"}) {
    table.AddUnsupported(name);
  }
  for (const char* name :
       {"getBatchedListing", "metaSave", "listCacheDirectives", "listCachePools",
        "getSnapshottableDirListing", "getSnapshotListing", "getSnapshotDiffReport",
        "getSnapshotDiffReportListing", "listReencryptionStatus", "getEditsFromTxid",
        "getErasureCodingPolicies", "getErasureCodingPolicy", "getErasureCodingCodecs"}) {
    table.AddUnsupported(name, Category::kRead);
  }
  for (const char* name :
       {"addCacheDirective", "modifyCacheDirective", "removeCacheDirective", "addCachePool",
        "modifyCachePool", "removeCachePool", "renewDelegationToken", "cancelDelegationToken",
        "setBalancerBandwidth", "createSnapshot", "renameSnapshot", "allowSnapshot",
        "disallowSnapshot", "deleteSnapshot", "createEncryptionZone", "reencryptEncryptionZone",
        "setErasureCodingPolicy", "unsetErasureCodingPolicy", "addErasureCodingPolicies",
        "removeErasureCodingPolicy", "enableErasureCodingPolicy", "disableErasureCodingPolicy",
        "satisfyStoragePolicy"}) {
    table.AddUnsupported(name, Category::kWrite);
  }
  table.Add("rollingUpgrade", RollingUpgrade);
}

}  // namespace cairn::namenode
