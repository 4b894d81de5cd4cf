// SPDX-License-Identifier: Apache-2.0
// What a report on the whole cluster is made of.
#include "common/wire/converters.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

// The fields that both kinds of answers have.
template <typename Response>
RedundancyStats Common(const Response& response) {
  RedundancyStats stats;
  stats.low_redundancy = response.low_redundancy();
  stats.corrupt = response.corrupt_blocks();
  stats.missing = response.missing_blocks();
  stats.pending_deletion = response.pending_deletion_blocks();
  // Apache's clients take both or none.
  if (response.has_highest_prio_low_redundancy_blocks() &&
      response.has_badly_distributed_blocks()) {
    stats.highest_priority = response.highest_prio_low_redundancy_blocks();
    stats.badly_distributed = response.badly_distributed_blocks();
  }
  return stats;
}

}  // namespace

Result<RedundancyStats> Admin::GetReplicatedBlockStats() {
  pb::GetFsReplicatedBlockStatsResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getFsReplicatedBlockStats",
                                  pb::GetFsReplicatedBlockStatsRequestProto(), &response));
  RedundancyStats stats = Common(response);
  stats.missing_replication_one = response.missing_repl_one_blocks();
  return stats;
}

Result<RedundancyStats> Admin::GetErasureCodedStats() {
  pb::GetFsECBlockGroupStatsResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getFsECBlockGroupStats",
                                  pb::GetFsECBlockGroupStatsRequestProto(), &response));
  return Common(response);
}

Result<std::vector<DatanodeInfo>> Admin::GetSlowDatanodes() {
  pb::GetSlowDatanodeReportResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getSlowDatanodeReport",
                                  pb::GetSlowDatanodeReportRequestProto(), &response));
  std::vector<DatanodeInfo> nodes;
  for (const auto& node : response.datanodeinfoproto()) nodes.push_back(wire::FromProto(node));
  return nodes;
}

}  // namespace cairn::client
