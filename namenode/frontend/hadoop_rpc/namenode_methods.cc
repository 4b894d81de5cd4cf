// SPDX-License-Identifier: Apache-2.0
// NamenodeProtocol: what a second namenode, the balancer and Apache's tools ask.
#include "common/wire/converters.h"
#include "common/wire/proto/namenode_protocol.pb.h"
#include "namenode/frontend/hadoop_rpc/datanode_messages.h"
#include "namenode/frontend/hadoop_rpc/unary.h"
#include "namenode/journal/storage.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs::namenode;
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

RpcReply GetTransactionId(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetTransactionIdRequestProto, pb::GetTransactionIdResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) -> Outcome<TxId> {
        if (Status denied = CheckSuperuser(context); !denied.ok()) return denied;
        return service.namesystem.GetTransactionId(context);
      },
      [](TxId txid, auto* response) { response->set_txid(static_cast<uint64_t>(txid.value)); });
}

Result<TxId> NewestImage(const NameStorage& storage) {
  CAIRN_ASSIGN(const std::vector<ImageFile> images, storage.Images());
  TxId newest{0};
  for (const ImageFile& image : images) newest = std::max(newest, image.txid);
  return newest;
}

RpcReply GetMostRecentCheckpointTxId(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetMostRecentCheckpointTxIdRequestProto,
               pb::GetMostRecentCheckpointTxIdResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) -> Outcome<TxId> {
        if (Status denied = CheckSuperuser(context); !denied.ok()) return denied;
        return Outcome<TxId>(NewestImage(service.storage), TxId{0});
      },
      [](TxId txid, auto* response) { response->set_txid(static_cast<uint64_t>(txid.value)); });
}

RpcReply GetEditLogManifest(const RpcService& service, const RpcCall& call) {
  uint64_t since = 0;
  return Unary<pb::GetEditLogManifestRequestProto, pb::GetEditLogManifestResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) -> Outcome<std::vector<Segment>> {
        const Outcome<Done> served = service.namesystem.CheckServes(Category::kRead);
        if (!served.ok()) return served.status();
        if (Status denied = CheckSuperuser(context); !denied.ok()) return denied;
        since = request.sincetxid();
        return Outcome<std::vector<Segment>>(service.storage.Segments(), TxId{0});
      },
      [&](const std::vector<Segment>& segments, auto* response) {
        auto* manifest = response->mutable_manifest();
        for (const Segment& segment : segments) {
          if (static_cast<uint64_t>(segment.last.value) < since) continue;
          auto* row = manifest->add_logs();
          row->set_starttxid(static_cast<uint64_t>(segment.first.value));
          row->set_endtxid(static_cast<uint64_t>(segment.last.value));
        }
      });
}

// What a checkpointer needs to know of the namespace after a roll.
struct CheckpointSignature {
  NamespaceInfo info;
  TxId image;
  TxId segment;
};

Outcome<CheckpointSignature> Roll(const RpcService& service, const OpContext& context) {
  CheckpointSignature signature;
  Outcome<NamespaceInfo> info = service.namesystem.VersionRequest(context);
  if (!info.ok()) return info.status();
  signature.info = info.value();
  Outcome<TxId> rolled = service.namesystem.RollEdits(context);
  if (!rolled.ok()) return rolled.status();
  signature.segment = rolled.value();
  const Result<TxId> newest = NewestImage(service.storage);
  if (!newest.ok()) return newest.status();
  signature.image = *newest;
  return Outcome<CheckpointSignature>(signature, rolled.wait_for);
}

RpcReply RollEditLog(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RollEditLogRequestProto, pb::RollEditLogResponseProto>(
      service, call, [&](const OpContext& context, const auto&) { return Roll(service, context); },
      [](const CheckpointSignature& signature, auto* response) {
        auto* out = response->mutable_signature();
        out->set_blockpoolid(signature.info.block_pool_id);
        out->set_mostrecentcheckpointtxid(static_cast<uint64_t>(signature.image.value));
        out->set_cursegmenttxid(static_cast<uint64_t>(signature.segment.value));
        wire::StorageInfoToProto(signature.info, out->mutable_storageinfo());
      });
}

RpcReply GetBlockKeys(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetBlockKeysRequestProto, pb::GetBlockKeysResponseProto>(
      service, call, [](const OpContext&, const auto&) { return Outcome<Done>(Done()); },
      EncodeNothing());
}

RpcReply IsUpgradeFinalized(const RpcService& service, const RpcCall& call) {
  return Unary<pb::IsUpgradeFinalizedRequestProto, pb::IsUpgradeFinalizedResponseProto>(
      service, call, [](const OpContext&, const auto&) { return Outcome<Done>(Done()); },
      [](const Done&, auto* response) { response->set_isupgradefinalized(true); });
}

RpcReply IsRollingUpgrade(const RpcService& service, const RpcCall& call) {
  return Unary<pb::IsRollingUpgradeRequestProto, pb::IsRollingUpgradeResponseProto>(
      service, call, [](const OpContext&, const auto&) { return Outcome<Done>(Done()); },
      [](const Done&, auto* response) { response->set_isrollingupgrade(false); });
}

}  // namespace

void AddNamenodeMethods(MethodTable& table) {
  table.Add("versionRequest", VersionRequest);
  table.Add("getTransactionId", GetTransactionId);
  table.Add("getMostRecentCheckpointTxId", GetMostRecentCheckpointTxId, /*slow=*/true);
  table.Add("getEditLogManifest", GetEditLogManifest, /*slow=*/true);
  table.Add("rollEditLog", RollEditLog, /*slow=*/true);
  table.Add("getBlockKeys", GetBlockKeys);
  table.Add("isUpgradeFinalized", IsUpgradeFinalized);
  table.Add("isRollingUpgrade", IsRollingUpgrade);
  for (const char* name :
       {"getBlocks", "getMostRecentNameNodeFileTxId", "errorReport", "registerSubordinateNamenode",
        "startCheckpoint", "endCheckpoint", "getNextSPSPath"}) {
    table.AddUnsupported(name);
  }
}

}  // namespace cairn::namenode
