// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>

#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

using metrics::Bean;

constexpr char kType[] = "org.apache.hadoop.hdfs.server.namenode.FSNamesystem";

// Apache rounds.
float Gigabytes(uint64_t bytes) {
  return std::round(static_cast<float>(static_cast<double>(bytes) / (1ULL << 30)));
}

void SetDatanodeCounts(Bean& bean, const ClusterTotals& nodes, const char* stale_name) {
  bean.Set("NumLiveDataNodes", nodes.live)
      .Set("NumDeadDataNodes", nodes.dead)
      .Set("NumDecomLiveDataNodes", nodes.decommissioned_live)
      .Set("NumDecomDeadDataNodes", nodes.decommissioned_dead)
      .Set("NumInServiceLiveDataNodes", nodes.in_service)
      .Set("VolumeFailuresTotal", nodes.failed_volumes)
      .Set("EstimatedCapacityLostTotal", nodes.capacity_lost)
      .Set("NumDecommissioningDataNodes", nodes.decommissioning)
      .Set(stale_name, nodes.stale)
      .Set("NumStaleStorages", nodes.stale_storages);
}

void SetReplicatedBlocks(Bean& bean, const BlockManagerCounters& blocks) {
  bean.Set("LowRedundancyReplicatedBlocks", blocks.low_redundancy)
      .Set("CorruptReplicatedBlocks", blocks.corrupt_blocks)
      .Set("MissingReplicatedBlocks", blocks.missing)
      .Set("MissingReplicationOneBlocks", blocks.missing_replication_one)
      .Set("BytesInFutureReplicatedBlocks", blocks.bytes_in_future)
      .Set("PendingDeletionReplicatedBlocks", blocks.pending_deletion)
      .Set("TotalReplicatedBlocks", blocks.blocks);
}

void SetTransactions(Bean& bean, const NamesystemStatistics& s) {
  bean.Set("TransactionsSinceLastCheckpoint", s.last_written.value - s.last_checkpoint.value)
      .Set("TransactionsSinceLastLogRoll",
           s.segment_start.value == 0 ? 0 : s.last_written.value - s.segment_start.value + 1)
      .Set("LastWrittenTransactionId", s.last_written.value)
      .Set("LastCheckpointTime", s.last_checkpoint_ms);
}

void SetCapacity(Bean& bean, const ClusterTotals& nodes) {
  bean.Set("CapacityTotal", nodes.capacity)
      .Set("CapacityTotalGB", Gigabytes(nodes.capacity))
      .Set("CapacityUsed", nodes.dfs_used)
      .Set("CapacityUsedGB", Gigabytes(nodes.dfs_used))
      .Set("CapacityRemaining", nodes.remaining)
      .Set("CapacityRemainingGB", Gigabytes(nodes.remaining))
      .Set("CapacityUsedNonDFS", nodes.non_dfs_used)
      .Set("TotalLoad", nodes.xceivers);
}

void SetBlocks(Bean& bean, const BlockManagerCounters& blocks) {
  bean.Set("PendingReplicationBlocks", blocks.pending_reconstruction)
      .Set("PendingReconstructionBlocks", blocks.pending_reconstruction)
      .Set("UnderReplicatedBlocks", blocks.low_redundancy)
      .Set("LowRedundancyBlocks", blocks.low_redundancy)
      .Set("ScheduledReplicationBlocks", blocks.scheduled_reconstruction)
      .Set("PendingDeletionBlocks", blocks.pending_deletion);
}

void FillFsNamesystem(const HttpSources& sources, Bean& bean) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  bean.Set("tag.Context", "dfs")
      .Set("tag.HAState", ServiceStateName(s.service_state))
      .Set("tag.Hostname", sources.host_name)
      .Set("MissingBlocks", s.blocks.missing)
      .Set("MissingReplOneBlocks", s.blocks.missing_replication_one);
  SetTransactions(bean, s);
  SetCapacity(bean, s.datanodes);
  bean.Set("BlocksTotal", s.blocks.blocks)
      .Set("NumFilesUnderConstruction", s.open_files)
      .Set("NumActiveClients", s.writers)
      .Set("FilesTotal", s.inodes)
      .Set("CorruptBlocks", s.blocks.corrupt_blocks);
  SetBlocks(bean, s.blocks);
  SetReplicatedBlocks(bean, s.blocks);
  bean.Set("HighestPriorityLowRedundancyReplicatedBlocks",
           s.blocks.highest_priority_low_redundancy)
      .Set("ExcessBlocks", s.blocks.excess)
      .Set("NumTimedOutPendingReconstructions", s.blocks.timed_out_reconstructions)
      .Set("PostponedMisreplicatedBlocks", s.blocks.postponed_misreplicated)
      .Set("PendingDataNodeMessageCount", s.blocks.queued_messages);
  SetDatanodeCounts(bean, s.datanodes, "StaleDataNodes");
  bean.Set("TotalSyncCount", s.log.groups);
}

void FillFsNamesystemState(const HttpSources& sources, Bean& bean) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  bean.Set("CapacityTotal", s.datanodes.capacity)
      .Set("CapacityUsed", s.datanodes.dfs_used)
      .Set("CapacityRemaining", s.datanodes.remaining)
      .Set("TotalLoad", s.datanodes.xceivers)
      .Set("BlocksTotal", s.blocks.blocks)
      .Set("MaxObjects", 0)  // No limit, as in Apache's default.
      .Set("FilesTotal", s.inodes);
  SetBlocks(bean, s.blocks);
  bean.Set("FSState", s.safe_mode ? "safeMode" : "Operational");
  SetDatanodeCounts(bean, s.datanodes, "NumStaleDataNodes");
  bean.Set("TotalSyncCount", s.log.groups);
}

JsonText StorageTypeStats(const std::vector<StorageTypeTotals>& all) {
  JsonArray out;
  for (const StorageTypeTotals& totals : all) {
    const JsonText value = JsonObject()
                               .Add("blockPoolUsed", totals.block_pool_used)
                               .Add("capacityNonDfsUsed", totals.non_dfs_used)
                               .Add("capacityRemaining", totals.remaining)
                               .Add("capacityTotal", totals.capacity)
                               .Add("capacityUsed", totals.used)
                               .Add("nodesInService", totals.nodes_in_service)
                               .Add("nodesInServiceXceiverCount", totals.nodes_in_service_xceivers)
                               .Build();
    out.Add(JsonObject()
                .Add("key", StorageTypeName(totals.type))
                .Add("value", value)
                .Build());
  }
  return out.Build();
}

}  // namespace

std::string ServiceStateName(ServiceState state) {
  switch (state) {
    case ServiceState::kInitializing: return "initializing";
    case ServiceState::kActive: return "active";
    case ServiceState::kStandby: return "standby";
    case ServiceState::kObserver: return "observer";
  }
  return "initializing";
}

float Percent(uint64_t part, uint64_t whole, float if_none) {
  return whole == 0 ? if_none : static_cast<float>(part) * 100.0F / static_cast<float>(whole);
}

void AddNamesystemBeans(metrics::BeanRegistry& registry, const HttpSources& sources) {
  const std::string prefix = "Hadoop:service=NameNode,name=";
  registry.Add(prefix + "FSNamesystem", "FSNamesystem",
               [&sources](Bean& bean) { FillFsNamesystem(sources, bean); });
  registry.Add(prefix + "FSNamesystemState", kType,
               [&sources](Bean& bean) { FillFsNamesystemState(sources, bean); });
  registry.Add(prefix + "ReplicatedBlocksState", kType, [&sources](Bean& bean) {
    SetReplicatedBlocks(bean, sources.namesystem.GetStatistics().blocks);
  });
  registry.Add(prefix + "BlockStats",
               "org.apache.hadoop.hdfs.server.blockmanagement.BlockManager",
               [&sources](Bean& bean) {
                 bean.Set("StorageTypeStats",
                          StorageTypeStats(sources.namesystem.GetStatistics().storage_types));
               });
}

}  // namespace cairn::namenode
