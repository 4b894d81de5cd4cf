// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/http/datanode_view.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

constexpr uint64_t kMsPerMinute = 60'000;

std::string KeyOf(const DatanodeId& id) {
  return id.host_name + ":" + std::to_string(id.transfer_port);
}

std::string AddressOf(const DatanodeId& id, uint16_t port) {
  return id.ip + ":" + std::to_string(port);
}

float PoolUsageDeviation(const std::vector<StorageReport>& storages) {
  if (storages.empty()) return 0;
  const auto usage = [](const StorageReport& s) { return Percent(s.block_pool_used, s.capacity); };
  float mean = 0;
  for (const StorageReport& storage : storages) mean += usage(storage);
  mean /= static_cast<float>(storages.size());
  float sum = 0;
  for (const StorageReport& storage : storages) {
    sum += (usage(storage) - mean) * (usage(storage) - mean);
  }
  return std::sqrt(sum / static_cast<float>(storages.size()));
}

JsonText LiveNode(const DatanodeStatistics& node, int64_t now_ms) {
  const DatanodeInfo& info = node.info;
  const auto now = static_cast<uint64_t>(now_ms);
  JsonObject out;
  out.Add("infoAddr", AddressOf(info.id, info.id.http_port))
      .Add("infoSecureAddr", AddressOf(info.id, info.id.https_port))
      .Add("xferaddr", info.id.TransferAddress())
      .Add("location", info.location)
      .Add("uuid", info.id.uuid)
      .Add("lastContact", node.silent_ms / 1000)
      .Add("usedSpace", info.dfs_used)
      .Add("adminState", AdminStateText(info.admin_state))
      .Add("nonDfsUsedSpace", info.non_dfs_used)
      .Add("capacity", info.capacity)
      .Add("numBlocks", info.block_count)
      .Add("version", info.software_version)
      .Add("used", info.dfs_used)
      .Add("remaining", info.remaining)
      .Add("blockScheduled", node.blocks_scheduled)
      .Add("blockPoolUsed", info.block_pool_used)
      .Add("blockPoolUsedPercent", Percent(info.block_pool_used, info.capacity, 100))
      .Add("volfails", node.failed_volumes);
  if (info.last_block_report_ms != 0) {
    out.Add("lastBlockReport",
            (now - std::min(now, info.last_block_report_ms)) / kMsPerMinute);
  }
  if (!node.failed_volume_locations.empty()) {
    JsonArray failed;
    for (const std::string& location : node.failed_volume_locations) failed.Add(location);
    out.Add("failedStorageIDs", failed.Build())
        .Add("lastVolumeFailureDate", node.last_volume_failure_ms)
        .Add("estimatedCapacityLostTotal", node.capacity_lost);
  }
  out.Add("blockPoolUsedPercentStdDev", PoolUsageDeviation(node.storages));
  return out.Build();
}

}  // namespace

const char* AdminStateText(AdminState state) {
  switch (state) {
    case AdminState::kNormal: return "In Service";
    case AdminState::kDecommissionInProgress: return "Decommission In Progress";
    case AdminState::kDecommissioned: return "Decommissioned";
    case AdminState::kEnteringMaintenance: return "Entering Maintenance";
    case AdminState::kInMaintenance: return "In Maintenance";
  }
  return "In Service";
}

JsonText LiveNodes(const std::vector<DatanodeStatistics>& datanodes, int64_t now_ms) {
  JsonObject out;
  for (const DatanodeStatistics& node : datanodes) {
    if (node.alive) out.Add(KeyOf(node.info.id), LiveNode(node, now_ms));
  }
  return out.Build();
}

JsonText DeadNodes(const std::vector<DatanodeStatistics>& datanodes) {
  JsonObject out;
  for (const DatanodeStatistics& node : datanodes) {
    if (node.alive) continue;
    const AdminState state = node.info.admin_state;
    out.Add(KeyOf(node.info.id), JsonObject()
                                     .Add("lastContact", node.silent_ms / 1000)
                                     .Add("decommissioned", state == AdminState::kDecommissioned)
                                     .Add("adminState", AdminStateText(state))
                                     .Add("xferaddr", node.info.id.TransferAddress())
                                     .Add("location", node.info.location)
                                     .Add("uuid", node.info.id.uuid)
                                     .Build());
  }
  return out.Build();
}

JsonText LeavingNodes(const std::vector<DatanodeStatistics>& datanodes, AdminState state) {
  JsonObject out;
  for (const DatanodeStatistics& node : datanodes) {
    if (!node.alive || node.info.admin_state != state) continue;
    out.Add(KeyOf(node.info.id), JsonObject()
                                     .Add("xferaddr", node.info.id.TransferAddress())
                                     .Add("location", node.info.location)
                                     .Add("uuid", node.info.id.uuid)
                                     .Build());
  }
  return out.Build();
}

}  // namespace cairn::namenode
