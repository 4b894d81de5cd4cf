// SPDX-License-Identifier: Apache-2.0
#include <span>
#include <string>

#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

using metrics::Kind;
using metrics::MetricInfo;
using metrics::MetricRow;
using Statistics = NamesystemStatistics;

uint64_t Count(TxId txid) { return static_cast<uint64_t>(txid.value); }

constexpr MetricRow<Statistics> kNamespaceRows[] = {
    {{"namenode_safe_mode", "", "1 while nothing may be changed.", Kind::kGauge},
     [](const Statistics& s) -> uint64_t { return s.safe_mode; }},
    {{"namenode_active", "", "1 when this namenode serves clients.", Kind::kGauge},
     [](const Statistics& s) -> uint64_t { return s.service_state == ServiceState::kActive; }},
    {{"namenode_inodes", "", "Files, directories and links.", Kind::kGauge},
     [](const Statistics& s) { return s.inodes; }},
    {{"namenode_open_files", "", "Files that are being written.", Kind::kGauge},
     [](const Statistics& s) { return s.open_files; }},
    {{"namenode_writers", "", "Clients that hold a lease.", Kind::kGauge},
     [](const Statistics& s) { return s.writers; }},
    {{"namenode_retry_cache_entries", "", "Calls whose outcome is kept for a retry.",
      Kind::kGauge},
     [](const Statistics& s) { return s.retry_cache_entries; }},
    {{"namenode_tree_memory", "bytes", "Memory of inodes, names and directories.", Kind::kGauge},
     [](const Statistics& s) { return s.tree_bytes; }},
    {{"namenode_block_map_memory", "bytes", "Memory of blocks and their places.", Kind::kGauge},
     [](const Statistics& s) { return s.block_map_bytes; }},
};

constexpr MetricRow<Statistics> kLogRows[] = {
    {{"namenode_last_written_transaction", "", "Newest transaction id.", Kind::kGauge},
     [](const Statistics& s) { return Count(s.last_written); }},
    {{"namenode_durable_transaction", "", "Newest transaction id that is on disk.", Kind::kGauge},
     [](const Statistics& s) { return Count(s.durable); }},
    {{"namenode_checkpoint_transaction", "", "Transaction id of the newest image.", Kind::kGauge},
     [](const Statistics& s) { return Count(s.last_checkpoint); }},
    {{"namenode_edit_log_transactions", "", "Records appended to the edit log.", Kind::kCounter},
     [](const Statistics& s) { return s.log.transactions; }},
    {{"namenode_edit_log_syncs", "", "Groups of records made durable together.", Kind::kCounter},
     [](const Statistics& s) { return s.log.groups; }},
};

constexpr MetricRow<Statistics> kBlockRows[] = {
    {{"namenode_blocks", "", "Blocks of all files.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.blocks; }},
    {{"namenode_blocks_under_construction", "", "Blocks that are being written.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.under_construction_blocks; }},
    {{"namenode_blocks_low_redundancy", "", "Blocks with too few replicas.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.low_redundancy; }},
    {{"namenode_blocks_missing", "", "Blocks without a good replica.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.missing; }},
    {{"namenode_blocks_missing_replication_one", "",
      "Blocks without a good replica that should have one.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.missing_replication_one; }},
    {{"namenode_blocks_corrupt", "", "Blocks with a corrupt replica.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.corrupt_blocks; }},
    {{"namenode_blocks_pending_reconstruction", "", "Copies that were ordered.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.pending_reconstruction; }},
    {{"namenode_blocks_scheduled_reconstruction", "",
      "Copies that wait for a heartbeat of their source.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.scheduled_reconstruction; }},
    {{"namenode_blocks_pending_deletion", "", "Replicas to be deleted.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.pending_deletion; }},
    {{"namenode_blocks_excess", "", "Replicas beyond what their files ask for.", Kind::kGauge},
     [](const Statistics& s) { return s.blocks.excess; }},
    {{"namenode_reconstruction_timeouts", "", "Copies that were ordered and did not come.",
      Kind::kCounter},
     [](const Statistics& s) { return s.blocks.timed_out_reconstructions; }},
};

constexpr MetricRow<Statistics> kClusterRows[] = {
    {{"cluster_capacity", "bytes", "Room of all live datanodes.", Kind::kGauge},
     [](const Statistics& s) { return s.datanodes.capacity; }},
    {{"cluster_used", "bytes", "Room that replicas take.", Kind::kGauge},
     [](const Statistics& s) { return s.datanodes.dfs_used; }},
    {{"cluster_remaining", "bytes", "Room for more replicas.", Kind::kGauge},
     [](const Statistics& s) { return s.datanodes.remaining; }},
    {{"cluster_non_dfs_used", "bytes", "Room that others take.", Kind::kGauge},
     [](const Statistics& s) { return s.datanodes.non_dfs_used; }},
    {{"cluster_streams", "", "Streams that are open on the datanodes.", Kind::kGauge},
     [](const Statistics& s) { return s.datanodes.xceivers; }},
    {{"cluster_stale_datanodes", "", "Live datanodes that were silent for long.", Kind::kGauge},
     [](const Statistics& s) -> uint64_t { return s.datanodes.stale; }},
    {{"cluster_decommissioning_datanodes", "", "Datanodes that are being emptied.", Kind::kGauge},
     [](const Statistics& s) -> uint64_t { return s.datanodes.decommissioning; }},
    {{"cluster_failed_volumes", "", "Volumes of live datanodes that failed.", Kind::kGauge},
     [](const Statistics& s) -> uint64_t { return s.datanodes.failed_volumes; }},
};

constexpr MetricInfo kSyncTime{"namenode_edit_log_sync", "seconds",
                               "Time spent writing and syncing the edit log.", Kind::kCounter};
constexpr MetricInfo kDatanodes{"cluster_datanodes", "", "Datanodes by state.", Kind::kGauge};
constexpr MetricInfo kCheckpointTime{"namenode_checkpoint_timestamp", "seconds",
                                     "Unix time of the newest image.", Kind::kGauge};

void CollectNamesystem(const HttpSources& sources, metrics::MetricsPage& page) {
  const Statistics s = sources.namesystem.GetStatistics();
  using Rows = std::span<const MetricRow<Statistics>>;
  for (const Rows rows : {Rows(kNamespaceRows), Rows(kLogRows), Rows(kBlockRows),
                          Rows(kClusterRows)}) {
    AddRows(page, rows, s);
  }
  page.Add(kSyncTime, static_cast<double>(s.log.sync_ns) / 1e9);
  page.Add(kCheckpointTime, static_cast<double>(s.last_checkpoint_ms) / 1e3);
  page.Add(kDatanodes, uint64_t{s.datanodes.live}, {{"state", "live"}});
  page.Add(kDatanodes, uint64_t{s.datanodes.dead}, {{"state", "dead"}});
}

}  // namespace

void AddNamesystemMetrics(metrics::MetricsRegistry& registry, const HttpSources& sources) {
  registry.Add([&sources](metrics::MetricsPage& page) { CollectNamesystem(sources, page); });
}

}  // namespace cairn::namenode
