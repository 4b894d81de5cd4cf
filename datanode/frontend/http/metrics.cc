// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "datanode/frontend/http/pages.h"

namespace cairn::datanode {
namespace {

using metrics::Kind;
using metrics::MetricInfo;
using metrics::MetricRow;

constexpr MetricRow<DatanodeStatus> kStatusRows[] = {
    {{"datanode_capacity", "bytes", "Room of all volumes.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.capacity; }},
    {{"datanode_used", "bytes", "Room that replicas take.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.dfs_used; }},
    {{"datanode_remaining", "bytes", "Room for more replicas.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.remaining; }},
    {{"datanode_non_dfs_used", "bytes", "Room that others take.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.non_dfs_used; }},
    {{"datanode_replicas", "", "Replicas of all volumes.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.block_count; }},
    {{"datanode_pending_deletions", "", "Replicas that wait to be deleted.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.pending_deletions; }},
    {{"datanode_volumes", "", "Volumes that work.", Kind::kGauge},
     [](const DatanodeStatus& s) -> uint64_t { return s.volumes.size(); }},
    {{"datanode_failed_volumes", "", "Volumes that failed.", Kind::kGauge},
     [](const DatanodeStatus& s) -> uint64_t { return s.failed_volumes.size(); }},
    {{"datanode_active_streams", "", "Streams that are open.", Kind::kGauge},
     [](const DatanodeStatus& s) -> uint64_t { return s.active_streams; }},
    {{"datanode_transfers_in_progress", "", "Replicas being sent to other datanodes.",
      Kind::kGauge},
     [](const DatanodeStatus& s) -> uint64_t { return s.transfers_in_progress; }},
    {{"datanode_pending_incremental_reports", "", "Changes not reported yet.", Kind::kGauge},
     [](const DatanodeStatus& s) { return s.pending_incremental_reports; }},
    {{"datanode_block_recoveries", "", "Blocks whose recovery was led here.", Kind::kCounter},
     [](const DatanodeStatus& s) { return s.block_recoveries; }},
};

constexpr MetricRow<TransferMetrics> kTransferRows[] = {
    {{"datanode_written", "bytes", "Bytes of blocks received.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.bytes_written.load(); }},
    {{"datanode_read", "bytes", "Bytes of blocks sent to readers.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.bytes_read.load(); }},
    {{"datanode_blocks_written", "", "Blocks received.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.blocks_written.load(); }},
    {{"datanode_blocks_read", "", "Blocks sent to readers.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.blocks_read.load(); }},
    {{"datanode_blocks_replicated", "", "Blocks sent to other datanodes.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.blocks_replicated.load(); }},
    {{"datanode_packets_received", "", "Packets received.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.packets_received.load(); }},
    {{"datanode_fsyncs", "", "Files made durable for writers.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.fsync_count.load(); }},
    {{"datanode_network_errors", "", "Streams that broke.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.network_errors.load(); }},
    {{"datanode_checksum_errors", "", "Packets and replicas with wrong checksums.",
      Kind::kCounter},
     [](const TransferMetrics& m) { return m.checksum_errors.load(); }},
    {{"datanode_refused_streams", "", "Streams over the limit.", Kind::kCounter},
     [](const TransferMetrics& m) { return m.refused_streams.load(); }},
    {{"datanode_slow_disk_packets", "", "Packets that the disk took long to take.",
      Kind::kCounter},
     [](const TransferMetrics& m) { return m.packets_slow_to_disk.load(); }},
    {{"datanode_slow_mirror_packets", "", "Packets that the next datanode took long to take.",
      Kind::kCounter},
     [](const TransferMetrics& m) { return m.packets_slow_to_mirror.load(); }},
};

struct Operation {
  const char* name;
  uint64_t (*count)(const TransferMetrics&);
};
constexpr Operation kOperations[] = {
    {"read_block", [](const TransferMetrics& m) { return m.read_block_ops.load(); }},
    {"write_block", [](const TransferMetrics& m) { return m.write_block_ops.load(); }},
    {"transfer_block", [](const TransferMetrics& m) { return m.transfer_block_ops.load(); }},
    {"copy_block", [](const TransferMetrics& m) { return m.copy_block_ops.load(); }},
    {"replace_block", [](const TransferMetrics& m) { return m.replace_block_ops.load(); }},
    {"block_checksum", [](const TransferMetrics& m) { return m.block_checksum_ops.load(); }},
};

constexpr MetricInfo kOperationCount{"datanode_operations", "", "Operations of the data path.",
                                     Kind::kCounter};
constexpr MetricInfo kSyncTime{"datanode_fsync", "seconds",
                               "Time spent making files durable for writers.", Kind::kCounter};
constexpr MetricInfo kReadTime{"datanode_read_block", "seconds", "Time inside reads of blocks.",
                               Kind::kCounter};
constexpr MetricInfo kWriteTime{"datanode_write_block", "seconds",
                                "Time inside writes of blocks.", Kind::kCounter};
constexpr MetricInfo kHeartbeats{"datanode_heartbeats", "", "Heartbeats that were answered.",
                                 Kind::kCounter};
constexpr MetricInfo kLinked{"datanode_namenode_link", "",
                             "1 while a namenode answers heartbeats.", Kind::kGauge};

double Seconds(const TransferMetrics::Counter& nanos) {
  return static_cast<double>(nanos.load()) / 1e9;
}

void CollectTransfers(const TransferMetrics& transfer, metrics::MetricsPage& page) {
  AddRows(page, std::span<const MetricRow<TransferMetrics>>(kTransferRows), transfer);
  for (const Operation& operation : kOperations) {
    page.Add(kOperationCount, operation.count(transfer), {{"operation", operation.name}});
  }
  page.Add(kSyncTime, Seconds(transfer.fsync_nanos));
  page.Add(kReadTime, Seconds(transfer.read_block_op_nanos));
  page.Add(kWriteTime, Seconds(transfer.write_block_op_nanos));
}

void CollectStatus(const DatanodeStatus& status, metrics::MetricsPage& page) {
  AddRows(page, std::span<const MetricRow<DatanodeStatus>>(kStatusRows), status);
  for (const NamenodeStatus& namenode : status.namenodes) {
    const metrics::Labels labels = {{"namenode", namenode.address}};
    page.Add(kHeartbeats, namenode.heartbeats, labels);
    page.Add(kLinked, uint64_t{namenode.link == "RUNNING"}, labels);
  }
}

}  // namespace

void AddDatanodeMetrics(metrics::MetricsRegistry& registry, const HttpSources& sources) {
  registry.Add([&sources](metrics::MetricsPage& page) {
    CollectStatus(sources.status.Snapshot(), page);
    CollectTransfers(sources.transfer, page);
  });
}

}  // namespace cairn::datanode
