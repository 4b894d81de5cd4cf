// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "common/io/disk.h"
#include "common/metrics/process.h"
#include "namenode/frontend/http/beans.h"
#include "namenode/frontend/http/datanode_view.h"

namespace cairn::namenode {
namespace {

using metrics::Bean;

// "/data/nn" of "/data/nn/current".
std::string RootOf(const std::string& current) { return io::ParentOf(current); }

JsonText NameDirectories(const NameStorage& storage) {
  std::map<std::string, std::string> kinds;
  for (const std::string& current : storage.ImageDirectories()) kinds[RootOf(current)] = "IMAGE";
  for (const std::string& current : storage.EditDirectories()) {
    std::string& kind = kinds[RootOf(current)];
    kind = kind.empty() ? "EDITS" : "IMAGE_AND_EDITS";
  }
  JsonObject active;
  for (const auto& [root, kind] : kinds) active.Add(root, kind);
  JsonObject failed;
  for (const std::string& root : storage.FailedRoots()) failed.Add(root, "UNDEFINED");
  return JsonObject().Add("active", active.Build()).Add("failed", failed.Build()).Build();
}

// Bytes of the files in each directory. What cannot be read counts nothing.
JsonText NameDirectorySizes(const NameStorage& storage) {
  std::map<std::string, uint64_t> sizes;
  for (const std::string& current : storage.ImageDirectories()) sizes[current] = 0;
  for (const std::string& current : storage.EditDirectories()) sizes[current] = 0;
  JsonObject out;
  for (auto& [current, size] : sizes) {
    const auto names = storage.disk().List(current);
    if (!names.ok()) continue;
    for (const std::string& name : names.value()) {
      const auto bytes = storage.disk().FileSize(current + "/" + name);
      if (bytes.ok()) size += bytes.value();
    }
    out.Add(RootOf(current), size);
  }
  return out.Build();
}

JsonText Journals(const NameStorage& storage, TxId segment_start) {
  JsonArray out;
  for (const std::string& current : storage.EditDirectories()) {
    const std::string root = RootOf(current);
    const std::string stream =
        segment_start.value == 0
            ? "not currently writing"
            : "EditLogFileOutputStream(" + current + "/" + UnfinishedSegmentName(segment_start) +
                  ")";
    out.Add(JsonObject()
                .Add("manager", "FileJournalManager(root=" + root + ")")
                .Add("stream", stream)
                .Add("disabled", "false")
                .Add("required", "false")
                .Build());
  }
  return out.Build();
}

bool IsUpgradeFinalized(const NameStorage& storage) {
  const std::vector<std::string> directories = storage.ImageDirectories();
  return std::none_of(directories.begin(), directories.end(), [&](const std::string& current) {
    return storage.disk().Exists(RootOf(current) + "/previous");
  });
}

std::string PercentText(float percent) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.2f%%", static_cast<double>(percent));
  return buffer.data();
}

// How evenly the datanodes are filled.
JsonText NodeUsage(const std::vector<DatanodeStatistics>& datanodes) {
  std::vector<float> usages;
  for (const DatanodeStatistics& node : datanodes) {
    if (!node.alive || node.info.admin_state != AdminState::kNormal) continue;
    usages.push_back(Percent(node.info.dfs_used, node.info.capacity, 100));
  }
  std::sort(usages.begin(), usages.end());
  float deviation = 0;
  if (!usages.empty()) {
    float mean = 0;
    for (const float usage : usages) mean += usage;
    mean /= static_cast<float>(usages.size());
    for (const float usage : usages) deviation += (usage - mean) * (usage - mean);
    deviation = std::sqrt(deviation / static_cast<float>(usages.size()));
  }
  const auto at = [&](size_t i) { return PercentText(usages.empty() ? 0 : usages[i]); };
  return JsonObject()
      .Add("nodeUsage", JsonObject()
                            .Add("min", at(0))
                            .Add("median", at(usages.size() / 2))
                            .Add("max", at(usages.empty() ? 0 : usages.size() - 1))
                            .Add("stdDev", PercentText(deviation))
                            .Build())
      .Build();
}

JsonText Versions(const std::vector<DatanodeStatistics>& datanodes, size_t* distinct) {
  std::map<std::string, int> counts;
  for (const DatanodeStatistics& node : datanodes) {
    if (node.alive) ++counts[node.info.software_version];
  }
  *distinct = counts.size();
  JsonArray out;
  for (const auto& [version, count] : counts) {
    out.Add(JsonObject().Add("key", version).Add("value", count).Build());
  }
  return out.Build();
}

void SetSpace(Bean& bean, const NamesystemStatistics& s) {
  const ClusterTotals& totals = s.datanodes;
  bean.Set("Used", totals.dfs_used)
      .Set("Free", totals.remaining)
      .Set("Total", totals.capacity)
      .Set("Safemode", s.safe_mode ? "Safe mode is ON. " + s.safe_mode_tip : std::string())
      .Set("NonDfsUsedSpace", totals.non_dfs_used)
      .Set("PercentUsed", Percent(totals.dfs_used, totals.capacity, 100))
      .Set("BlockPoolUsedSpace", totals.block_pool_used)
      .Set("PercentBlockPoolUsed", Percent(totals.block_pool_used, totals.capacity, 100))
      .Set("PercentRemaining", Percent(totals.remaining, totals.capacity))
      .Set("CacheCapacity", totals.cache_capacity)
      .Set("CacheUsed", totals.cache_used)
      .Set("TotalBlocks", s.blocks.blocks)
      .Set("NumberOfMissingBlocks", s.blocks.missing)
      .Set("NumberOfMissingBlocksWithReplicationFactorOne", s.blocks.missing_replication_one);
}

void SetDirectories(Bean& bean, const HttpSources& sources, const NamesystemStatistics& s) {
  const JsonText transactions =
      JsonObject()
          .Add("LastAppliedOrWrittenTxId", std::to_string(s.last_written.value))
          .Add("MostRecentCheckpointTxId", std::to_string(s.last_checkpoint.value))
          .Build();
  // Apache's bean has these as texts that hold JSON.
  bean.Set("NameDirStatuses", NameDirectories(sources.storage).text)
      .Set("NameDirSize", NameDirectorySizes(sources.storage).text)
      .Set("NameJournalStatus", Journals(sources.storage, s.segment_start).text)
      .Set("JournalTransactionInfo", transactions.text);
}

void FillNameNodeInfo(const HttpSources& sources, Bean& bean) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  const std::vector<DatanodeStatistics> nodes = sources.namesystem.GetDatanodeStatistics();
  bean.Set("Threads", metrics::ProcessStats::Read().threads)
      .Set("Version", std::string(kHadoopVersion) + ", cairn " + kCairnVersion)
      .Set("BlockPoolId", s.info.block_pool_id)
      .Set("ClusterId", s.info.cluster_id)
      .Set("UpgradeFinalized", IsUpgradeFinalized(sources.storage))
      .Set("HighestPriorityLowRedundancyReplicatedBlocks",
           s.blocks.highest_priority_low_redundancy);
  SetSpace(bean, s);
  const int64_t now_ms = sources.clock.WallMs();
  bean.Set("LiveNodes", LiveNodes(nodes, now_ms).text)
      .Set("DeadNodes", DeadNodes(nodes).text)
      .Set("DecomNodes", LeavingNodes(nodes, AdminState::kDecommissionInProgress).text)
      .Set("EnteringMaintenanceNodes", LeavingNodes(nodes, AdminState::kEnteringMaintenance).text);
  SetDirectories(bean, sources, s);
  size_t distinct = 0;
  const JsonText versions = Versions(nodes, &distinct);
  bean.Set("NodeUsage", NodeUsage(nodes).text)
      .Set("NNStartedTimeInMillis", sources.started_ms)
      .Set("DistinctVersionCount", distinct)
      .Set("DistinctVersions", versions)
      .Set("SoftwareVersion", kHadoopVersion);
}

}  // namespace

void AddInfoBeans(metrics::BeanRegistry& registry, const HttpSources& sources) {
  const std::string prefix = "Hadoop:service=NameNode,name=";
  registry.Add(prefix + "NameNodeInfo", "org.apache.hadoop.hdfs.server.namenode.FSNamesystem",
               [&sources](Bean& bean) { FillNameNodeInfo(sources, bean); });
  registry.Add(prefix + "NameNodeStatus", "org.apache.hadoop.hdfs.server.namenode.NameNode",
               [&sources](Bean& bean) {
                 const NamesystemStatistics s = sources.namesystem.GetStatistics();
                 bean.Set("State", ServiceStateName(s.service_state))
                     .Set("NNRole", "NameNode")
                     .Set("HostAndPort", net::ToString(sources.rpc))
                     .Set("SecurityEnabled", false)
                     .Set("LastHATransitionTime", s.last_transition_ms)
                     .Set("BytesWithFutureGenerationStamps", s.blocks.bytes_in_future);
               });
}

}  // namespace cairn::namenode
