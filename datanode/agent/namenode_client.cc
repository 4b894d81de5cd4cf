// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/namenode_client.h"

#include <map>
#include <utility>

#include "common/wire/block_list.h"
#include "common/wire/converters.h"
#include "common/wire/message_codec.h"

namespace cairn::datanode {
namespace {

namespace hdfs = ::hadoop::hdfs;
namespace pb = ::hadoop::hdfs::datanode;

constexpr uint64_t kCapabilityBuffers = 1;  // NamespaceInfo.Capability.STORAGE_BLOCK_REPORT_BUFFERS

template <typename Response>
Status Invoke(rpc::RpcClient& client, const rpc::RpcTarget& target, const char* method,
              const google::protobuf::MessageLite& request, Response* response) {
  CAIRN_ASSIGN(const std::string bytes,
               client.Call(target, method, wire::SerializeMessage(request)));
  const Status parsed = wire::ParseMessage(bytes, response);
  if (parsed.ok()) return parsed;
  return Status(Code::kEndOfFile, std::string("answer to ") + method + ": " + parsed.message());
}

void FillRegistration(const Registration& self, pb::DatanodeRegistrationProto* out) {
  wire::RegistrationToProto(self.id, self.storage, out);
}

// ---- Commands.

TransferBlocks TransferOf(const pb::BlockCommandProto& in) {
  TransferBlocks out;
  for (int i = 0; i < in.blocks_size() && i < in.targets_size(); ++i) {
    TransferBlocks::Item& item = out.items.emplace_back();
    item.block = {in.blockpoolid(), wire::FromProto(in.blocks(i))};
    const auto& nodes = in.targets(i).datanodes();
    for (int k = 0; k < nodes.size(); ++k) {
      DatanodeTarget& target = item.targets.emplace_back();
      target.node = wire::FromProto(nodes[k]);
      // Old namenodes leave these lists out.
      if (i < in.targetstorageuuids_size() && k < in.targetstorageuuids(i).storageuuids_size()) {
        target.storage_uuid = in.targetstorageuuids(i).storageuuids(k);
      }
      if (i < in.targetstoragetypes_size() && k < in.targetstoragetypes(i).storagetypes_size()) {
        target.storage_type = wire::FromProto(in.targetstoragetypes(i).storagetypes(k));
      }
    }
  }
  return out;
}

NamenodeCommand BlockCommandOf(const pb::BlockCommandProto& in) {
  switch (in.action()) {
    case pb::BlockCommandProto::TRANSFER:
      return TransferOf(in);
    case pb::BlockCommandProto::INVALIDATE: {
      InvalidateBlocks out{.pool_id = in.blockpoolid(), .blocks = {}};
      for (const auto& block : in.blocks()) out.blocks.push_back(wire::FromProto(block));
      return out;
    }
    case pb::BlockCommandProto::SHUTDOWN:
      // No namenode sends it, and Apache's datanodes refuse it.
      return UnbuiltCommand{"DNA_SHUTDOWN"};
  }
  return UnbuiltCommand{"unknown block command"};
}

NamenodeCommand RecoveryOf(const pb::BlockRecoveryCommandProto& in) {
  RecoverBlocks out;
  for (const hdfs::RecoveringBlockProto& block : in.blocks()) {
    if (block.has_ecpolicy()) return UnbuiltCommand{"recovery of erasure-coded blocks"};
    RecoveringBlock& row = out.blocks.emplace_back();
    LocatedBlock located = wire::FromProto(block.block());
    row.block = std::move(located.block);
    row.locations = std::move(located.locations);
    row.recovery_id = GenerationStamp(block.newgenstamp());
    if (block.has_truncateblock()) row.truncate_to = wire::FromProto(block.truncateblock());
  }
  return out;
}

NamenodeCommand CommandOf(const pb::DatanodeCommandProto& in) {
  using Type = pb::DatanodeCommandProto;
  switch (in.cmdtype()) {
    case Type::BalancerBandwidthCommand:
      return SetBandwidth{in.balancercmd().bandwidth()};
    case Type::BlockCommand:
      return BlockCommandOf(in.blkcmd());
    case Type::BlockRecoveryCommand:
      return RecoveryOf(in.recoverycmd());
    case Type::FinalizeCommand:
      return FinalizeUpgrade{in.finalizecmd().blockpoolid()};
    case Type::KeyUpdateCommand:
      return UnbuiltCommand{"DNA_ACCESSKEYUPDATE"};
    case Type::RegisterCommand:
      return RegisterAgain{};
    case Type::BlockIdCommand:
      return UnbuiltCommand{in.blkidcmd().action() == pb::BlockIdCommandProto::CACHE
                                ? "DNA_CACHE"
                                : "DNA_UNCACHE"};
    case Type::BlockECReconstructionCommand:
      return UnbuiltCommand{"DNA_ERASURE_CODING_RECONSTRUCTION"};
    case Type::UnusedUpgradeCommand:
    case Type::NullDatanodeCommand:
      return NoCommand{};
  }
  return NoCommand{};
}

NamenodeState StateOf(hdfs::NNHAStatusHeartbeatProto::State state) {
  switch (state) {
    case hdfs::NNHAStatusHeartbeatProto::ACTIVE:
      return NamenodeState::kActive;
    case hdfs::NNHAStatusHeartbeatProto::STANDBY:
      return NamenodeState::kStandby;
    case hdfs::NNHAStatusHeartbeatProto::OBSERVER:
      return NamenodeState::kObserver;
  }
  return NamenodeState::kStandby;
}

// ---- Reports.

void FillStorageReport(const StorageBlocks& storage, bool in_buffers,
                       pb::StorageBlockReportProto* out) {
  wire::ToProto(storage.storage, out->mutable_storage());
  if (in_buffers) {
    wire::BlockListWriter writer;
    for (const StorageBlocks::Entry& entry : storage.blocks) {
      writer.Add({entry.block, entry.state});
    }
    out->set_numberofblocks(writer.count());
    for (std::string& buffer : writer.Take()) out->add_blocksbuffers(std::move(buffer));
    return;
  }
  // The old form: counts, the finalized ones, a mark, the others with their states.
  uint64_t finalized = 0;
  for (const StorageBlocks::Entry& entry : storage.blocks) {
    finalized += entry.state == ReplicaState::kFinalized ? 1 : 0;
  }
  const auto add = [out](const Block& block) {
    out->add_blocks(static_cast<uint64_t>(block.id.value));
    out->add_blocks(block.length);
    out->add_blocks(block.generation_stamp.value);
  };
  out->add_blocks(finalized);
  out->add_blocks(storage.blocks.size() - finalized);
  for (const StorageBlocks::Entry& entry : storage.blocks) {
    if (entry.state == ReplicaState::kFinalized) add(entry.block);
  }
  for (int i = 0; i < 3; ++i) out->add_blocks(~uint64_t{0});
  for (const StorageBlocks::Entry& entry : storage.blocks) {
    if (entry.state == ReplicaState::kFinalized) continue;
    add(entry.block);
    out->add_blocks(static_cast<uint64_t>(entry.state));
  }
}

pb::HeartbeatRequestProto HeartbeatRequestOf(const Registration& self,
                                             const Heartbeat& heartbeat) {
  pb::HeartbeatRequestProto request;
  FillRegistration(self, request.mutable_registration());
  for (const StorageReport& report : heartbeat.reports) {
    wire::ToProto(report, request.add_reports());
  }
  request.set_xmitsinprogress(heartbeat.transfers_in_progress);
  request.set_xceivercount(heartbeat.active_streams);
  request.set_failedvolumes(static_cast<uint32_t>(heartbeat.failures.roots.size()));
  request.set_cachecapacity(0);
  request.set_cacheused(0);
  if (!heartbeat.failures.roots.empty()) {
    pb::VolumeFailureSummaryProto* summary = request.mutable_volumefailuresummary();
    for (const std::string& root : heartbeat.failures.roots) {
      summary->add_failedstoragelocations(root);
    }
    summary->set_lastvolumefailuredate(heartbeat.failures.last_failure_ms);
    summary->set_estimatedcapacitylosttotal(heartbeat.failures.capacity_lost_bytes);
  }
  request.set_requestfullblockreportlease(heartbeat.want_report_lease);
  return request;
}

}  // namespace

const char* NamenodeStateName(NamenodeState state) {
  switch (state) {
    case NamenodeState::kActive:
      return "ACTIVE";
    case NamenodeState::kStandby:
      return "STANDBY";
    case NamenodeState::kObserver:
      return "OBSERVER";
  }
  return "Unknown";
}

NamenodeClient::NamenodeClient(const Clock& clock, const rpc::RpcClientOptions& options,
                               const net::HostPort& namenode, const std::string& user)
    : client_(clock, options),
      target_{.address = namenode,
              .protocol = "org.apache.hadoop.hdfs.server.protocol.DatanodeProtocol",
              .version = 1,
              .user = user} {}

Result<NamenodeVersion> NamenodeClient::VersionRequest() {
  hdfs::VersionResponseProto response;
  CAIRN_TRY(Invoke(client_, target_, "versionRequest", hdfs::VersionRequestProto(), &response));
  const hdfs::NamespaceInfoProto& info = response.info();
  NamenodeVersion version;
  version.ns = wire::FromProto(info);
  version.software_version = info.softwareversion();
  if (info.has_state()) version.state = StateOf(info.state());
  version.reports_in_buffers = (info.capabilities() & kCapabilityBuffers) != 0;
  return version;
}

Result<Registration> NamenodeClient::Register(const Registration& registration) {
  pb::RegisterDatanodeRequestProto request;
  FillRegistration(registration, request.mutable_registration());
  pb::RegisterDatanodeResponseProto response;
  CAIRN_TRY(Invoke(client_, target_, "registerDatanode", request, &response));
  Registration answer;
  answer.id = wire::FromProto(response.registration().datanodeid());
  answer.storage = wire::StorageInfoFromProto(response.registration().storageinfo());
  answer.storage.block_pool_id = registration.storage.block_pool_id;
  return answer;
}

Result<HeartbeatAnswer> NamenodeClient::SendHeartbeat(const Registration& self,
                                                      const Heartbeat& heartbeat) {
  pb::HeartbeatResponseProto response;
  CAIRN_TRY(Invoke(client_, target_, "sendHeartbeat", HeartbeatRequestOf(self, heartbeat),
                   &response));
  HeartbeatAnswer answer;
  for (const pb::DatanodeCommandProto& command : response.cmds()) {
    answer.commands.push_back(CommandOf(command));
  }
  answer.state = StateOf(response.hastatus().state());
  answer.txid = static_cast<int64_t>(response.hastatus().txid());
  answer.epoch = response.hastatus().epoch();
  answer.report_lease = response.fullblockreportleaseid();
  return answer;
}

Status NamenodeClient::SendChanges(const Registration& self,
                                   const std::vector<ReplicaChange>& changes) {
  pb::BlockReceivedAndDeletedRequestProto request;
  FillRegistration(self, request.mutable_registration());
  request.set_blockpoolid(self.storage.block_pool_id);
  std::map<std::string, pb::StorageReceivedDeletedBlocksProto*> by_storage;
  for (const ReplicaChange& change : changes) {
    pb::StorageReceivedDeletedBlocksProto*& group = by_storage[change.storage.uuid];
    if (group == nullptr) {
      group = request.add_blocks();
      group->set_storageuuid(change.storage.uuid);
      wire::ToProto(change.storage, group->mutable_storage());
    }
    pb::ReceivedDeletedBlockInfoProto* row = group->add_blocks();
    wire::ToProto(change.block, row->mutable_block());
    if (!change.delete_hint.empty()) row->set_deletehint(change.delete_hint);
    row->set_status(
        static_cast<pb::ReceivedDeletedBlockInfoProto::BlockStatus>(change.event));
  }
  pb::BlockReceivedAndDeletedResponseProto response;
  return Invoke(client_, target_, "blockReceivedAndDeleted", request, &response);
}

Result<NamenodeCommand> NamenodeClient::SendFullReport(const Registration& self,
                                                       const FullReportPart& part,
                                                       bool in_buffers) {
  pb::BlockReportRequestProto request;
  FillRegistration(self, request.mutable_registration());
  request.set_blockpoolid(self.storage.block_pool_id);
  for (const StorageBlocks& storage : part.storages) {
    FillStorageReport(storage, in_buffers, request.add_reports());
  }
  pb::BlockReportContextProto* context = request.mutable_context();
  context->set_totalrpcs(part.calls);
  context->set_currpc(part.index);
  context->set_id(part.report_id);
  context->set_leaseid(part.lease);
  pb::BlockReportResponseProto response;
  CAIRN_TRY(Invoke(client_, target_, "blockReport", request, &response));
  if (!response.has_cmd()) return NamenodeCommand(NoCommand{});
  return CommandOf(response.cmd());
}

Status NamenodeClient::ReportError(const Registration& self, DatanodeError error,
                                   const std::string& message) {
  pb::ErrorReportRequestProto request;
  FillRegistration(self, request.mutable_registartion());
  request.set_errorcode(static_cast<uint32_t>(error));
  request.set_msg(message);
  pb::ErrorReportResponseProto response;
  return Invoke(client_, target_, "errorReport", request, &response);
}

Status NamenodeClient::ReportBadBlocks(const std::vector<LocatedBlock>& blocks) {
  pb::ReportBadBlocksRequestProto request;
  for (const LocatedBlock& block : blocks) wire::ToProto(block, request.add_blocks());
  pb::ReportBadBlocksResponseProto response;
  return Invoke(client_, target_, "reportBadBlocks", request, &response);
}

Status NamenodeClient::CommitBlockSynchronization(const BlockSynchronization& sync) {
  pb::CommitBlockSynchronizationRequestProto request;
  wire::ToProto(sync.block, request.mutable_block());
  request.set_newgenstamp(sync.new_generation_stamp.value);
  request.set_newlength(sync.new_length);
  request.set_closefile(sync.close_file);
  request.set_deleteblock(sync.delete_block);
  for (const DatanodeId& target : sync.targets) {
    wire::ToProto(target, request.add_newtaragets());
  }
  for (const std::string& storage : sync.target_storages) request.add_newtargetstorages(storage);
  pb::CommitBlockSynchronizationResponseProto response;
  return Invoke(client_, target_, "commitBlockSynchronization", request, &response);
}

}  // namespace cairn::datanode
