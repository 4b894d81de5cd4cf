// SPDX-License-Identifier: Apache-2.0
// DatanodeProtocol: which replicas a datanode has.
#include "common/wire/block_list.h"
#include "common/wire/converters.h"
#include "namenode/frontend/hadoop_rpc/datanode_messages.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs::datanode;
using rpc::RpcCall;
using rpc::RpcReply;

Result<wire::BlockListReader> ReaderOf(const pb::StorageBlockReportProto& report) {
  if (report.has_numberofblocks()) {
    return wire::BlockListReader::OfBuffers(
        report.numberofblocks(),
        {report.blocksbuffers().begin(), report.blocksbuffers().end()});
  }
  return wire::BlockListReader::OfLongs(
      {report.blocks().data(), static_cast<size_t>(report.blocks_size())});
}

// The lines of one volume's report, decoded while they are read. Lives within the request's call.
class WireBlocks final : public ReportedBlocks {
 public:
  explicit WireBlocks(wire::BlockListReader reader) : reader_(std::move(reader)) {}

  bool Next(ReportedBlock* block) override {
    if (!status_.ok()) return false;
    const Result<std::optional<wire::ReportedReplica>> next = reader_.Next();
    if (!next.ok()) {
      status_ = next.status();
      return false;
    }
    if (!next->has_value()) return false;
    *block = {.block = (*next)->block, .state = (*next)->state};
    return true;
  }
  Status status() const override { return status_; }

 private:
  wire::BlockListReader reader_;
  Status status_;
};

Result<StorageBlockReport> ReportOf(const pb::StorageBlockReportProto& report) {
  CAIRN_ASSIGN(wire::BlockListReader reader, ReaderOf(report));
  return StorageBlockReport{.storage = wire::FromProto(report.storage()),
                            .blocks = std::make_unique<WireBlocks>(std::move(reader))};
}

Result<BlockReportRequest> BlockReportRequestOf(const pb::BlockReportRequestProto& request) {
  BlockReportRequest out;
  out.registration = RegistrationOf(request.registration());
  if (request.has_context()) {
    out.total_rpcs = static_cast<uint32_t>(request.context().totalrpcs());
    out.current_rpc = static_cast<uint32_t>(request.context().currpc());
    out.report_id = static_cast<uint64_t>(request.context().id());
    out.lease_id = request.context().leaseid();
  }
  out.reports.reserve(static_cast<size_t>(request.reports_size()));
  for (const auto& report : request.reports()) {
    CAIRN_ASSIGN(StorageBlockReport decoded, ReportOf(report));
    out.reports.push_back(std::move(decoded));
  }
  return out;
}

RpcReply BlockReport(const RpcService& service, const RpcCall& call) {
  return Unary<pb::BlockReportRequestProto, pb::BlockReportResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        Result<BlockReportRequest> decoded = BlockReportRequestOf(request);
        if (!decoded.ok()) return Outcome<std::optional<DatanodeCommand>>(decoded.status());
        return service.namesystem.BlockReport(context, *decoded);
      },
      [&](const std::optional<DatanodeCommand>& command, auto* response) {
        if (command) ToProto(*command, service.block_pool_id, response->mutable_cmd());
      });
}

StorageReceivedDeletedBlocks ReceivedOf(const pb::StorageReceivedDeletedBlocksProto& report) {
  StorageReceivedDeletedBlocks out;
  if (report.has_storage()) {
    out.storage = wire::FromProto(report.storage());
  } else {
    out.storage.uuid = report.storageuuid();
  }
  for (const auto& row : report.blocks()) {
    out.blocks.push_back({.block = wire::FromProto(row.block()),
                          .status = static_cast<ReceivedStatus>(row.status()),
                          .delete_hint = row.deletehint()});
  }
  return out;
}

RpcReply BlockReceivedAndDeleted(const RpcService& service, const RpcCall& call) {
  return Unary<pb::BlockReceivedAndDeletedRequestProto, pb::BlockReceivedAndDeletedResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        std::vector<StorageReceivedDeletedBlocks> reports;
        for (const auto& report : request.blocks()) reports.push_back(ReceivedOf(report));
        return service.namesystem.BlockReceivedAndDeleted(
            context, RegistrationOf(request.registration()), reports);
      },
      EncodeNothing());
}

}  // namespace

void AddDatanodeReportMethods(MethodTable& table) {
  table.Add("blockReport", BlockReport, /*slow=*/true);
  table.Add("blockReceivedAndDeleted", BlockReceivedAndDeleted);
}

}  // namespace cairn::namenode
