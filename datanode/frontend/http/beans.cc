// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "common/model/namespace_info.h"
#include "datanode/frontend/http/pages.h"

namespace cairn::datanode {
namespace {

using metrics::Bean;

std::string Lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
  }
  return text;
}

std::string HostOf(const std::string& address) { return address.substr(0, address.rfind(':')); }

// Seconds since a time; 0 when it never was, as Apache has it before its first one.
std::string SecondsSince(int64_t now_ms, int64_t then_ms) {
  return std::to_string(then_ms == 0 ? 0 : std::max<int64_t>(0, now_ms - then_ms) / 1000);
}

JsonText NamenodeAddresses(const DatanodeStatus& status) {
  JsonObject out;
  for (const NamenodeStatus& namenode : status.namenodes) {
    out.Add(HostOf(namenode.address), status.pool_id);
  }
  return out.Build();
}

JsonText Links(const DatanodeStatus& status, int64_t now_ms) {
  JsonArray out;
  for (const NamenodeStatus& namenode : status.namenodes) {
    out.Add(JsonObject()
                .Add("NamenodeAddress", namenode.address)
                .Add("NamenodeHaState", Lower(namenode.state))
                .Add("BlockPoolID", status.pool_id)
                .Add("ActorState", namenode.link)
                .Add("LastHeartbeat", SecondsSince(now_ms, namenode.last_heartbeat_ms))
                .Add("LastHeartbeatResponseTime",
                     SecondsSince(now_ms, namenode.last_heartbeat_ms))
                .Add("LastBlockReport", SecondsSince(now_ms, namenode.last_full_report_ms))
                .Build());
  }
  return out.Build();
}

JsonText Volumes(const DatanodeStatus& status) {
  JsonObject out;
  for (const DatanodeStatus::Volume& volume : status.volumes) {
    out.Add(volume.root, JsonObject()
                             .Add("usedSpace", volume.report.dfs_used)
                             .Add("freeSpace", volume.report.remaining)
                             .Add("storageType", StorageTypeName(volume.report.storage.type))
                             .Build());
  }
  return out.Build();
}

// Apache's text for a datanode's directories.
std::string DatasetText(const DatanodeStatus& status) {
  std::string roots;
  for (const DatanodeStatus::Volume& volume : status.volumes) {
    roots += (roots.empty() ? "" : ", ") + volume.root;
  }
  return "FSDataset{dirpath='[" + roots + "]'}";
}

void FillInfo(const HttpSources& sources, Bean& bean) {
  const DatanodeStatus status = sources.status.Snapshot();
  bean.Set("Version", std::string(kHadoopVersion) + ", cairn " + kCairnVersion)
      .Set("XceiverCount", status.active_streams)
      .Set("XmitsInProgress", status.transfers_in_progress)
      .Set("SoftwareVersion", kHadoopVersion)
      .Set("RpcPort", std::to_string(status.id.ipc_port))
      .Set("DataPort", std::to_string(status.id.transfer_port))
      .Set("HttpPort", std::to_string(status.id.http_port))
      .Set("DNStartedTimeInMillis", status.start_ms)
      .Set("NamenodeAddresses", NamenodeAddresses(status).text)
      .Set("DatanodeHostname", status.id.host_name)
      .Set("BPServiceActorInfo", Links(status, sources.clock.WallMs()).text)
      .Set("VolumeInfo", Volumes(status).text)
      .Set("ClusterId", status.cluster_id)
      .Set("SecurityEnabled", false);
}

void SetSpace(Bean& bean, const DatanodeStatus& status) {
  bean.Set("Capacity", status.capacity)
      .Set("DfsUsed", status.dfs_used)
      .Set("Remaining", status.remaining)
      .Set("NumFailedVolumes", status.failed_volumes.size())
      .Set("LastVolumeFailureDate", status.last_volume_failure_ms)
      .Set("EstimatedCapacityLostTotal", status.capacity_lost)
      .Set("PendingAsyncDeletions", status.pending_deletions);
}

void FillDatasetMetrics(const HttpSources& sources, const std::string& host_name, Bean& bean) {
  const DatanodeStatus status = sources.status.Snapshot();
  bean.Set("tag.Context", "FSDatasetState")
      .Set("tag.StorageInfo", DatasetText(status))
      .Set("tag.Hostname", host_name);
  SetSpace(bean, status);
}

void FillDataset(const HttpSources& sources, Bean& bean) {
  const DatanodeStatus status = sources.status.Snapshot();
  SetSpace(bean, status);
  JsonArray failed;
  for (const std::string& root : status.failed_volumes) failed.Add(root);
  bean.Set("FailedStorageLocations", failed.Build()).Set("StorageInfo", DatasetText(status));
}

void SetTransfers(Bean& bean, const TransferMetrics& m) {
  bean.Set("BytesRead", m.bytes_read.load())
      .Set("BytesWritten", m.bytes_written.load())
      .Set("BlocksRead", m.blocks_read.load())
      .Set("BlocksWritten", m.blocks_written.load())
      .Set("BlocksReplicated", m.blocks_replicated.load())
      .Set("PacketsReceived", m.packets_received.load())
      .Set("ReadsFromLocalClient", m.reads_from_local_client.load())
      .Set("ReadsFromRemoteClient", m.reads_from_remote_client.load())
      .Set("WritesFromLocalClient", m.writes_from_local_client.load())
      .Set("WritesFromRemoteClient", m.writes_from_remote_client.load())
      .Set("RemoteBytesRead", m.remote_bytes_read.load())
      .Set("RemoteBytesWritten", m.remote_bytes_written.load())
      .Set("DatanodeNetworkErrors", m.network_errors.load())
      .Set("PacketsSlowWriteToDisk", m.packets_slow_to_disk.load())
      .Set("PacketsSlowWriteToMirror", m.packets_slow_to_mirror.load())
      .Set("DataNodeActiveXceiversCount", m.active_streams.load())
      .Set("DataNodeReadActiveXceiversCount", m.active_readers.load())
      .Set("DataNodeWriteActiveXceiversCount", m.active_writers.load());
}

// Averages are since the start; Apache's are of its last interval.
void SetOperation(Bean& bean, const std::string& name, uint64_t times, uint64_t nanos) {
  bean.Set(name + "NumOps", times).Set(name + "AvgTime", web::AverageMs(nanos, times));
}

void SetOperations(Bean& bean, const TransferMetrics& m) {
  SetOperation(bean, "ReadBlockOp", m.read_block_ops, m.read_block_op_nanos);
  SetOperation(bean, "WriteBlockOp", m.write_block_ops, m.write_block_op_nanos);
  SetOperation(bean, "BlockChecksumOp", m.block_checksum_ops, m.block_checksum_op_nanos);
  const uint64_t syncs = m.fsync_count;
  const double nanos = static_cast<double>(m.fsync_nanos.load());
  bean.Set("CopyBlockOpNumOps", m.copy_block_ops.load())
      .Set("ReplaceBlockOpNumOps", m.replace_block_ops.load())
      .Set("FsyncCount", syncs)
      .Set("FsyncNanosNumOps", syncs)
      .Set("FsyncNanosAvgTime", syncs == 0 ? 0.0 : nanos / static_cast<double>(syncs))
      .Set("TotalReadTime", m.read_block_op_nanos.load() / 1'000'000)
      .Set("TotalWriteTime", m.write_block_op_nanos.load() / 1'000'000);
}

void FillActivity(const HttpSources& sources, const std::string& host_name, Bean& bean) {
  const DatanodeStatus status = sources.status.Snapshot();
  uint64_t heartbeats = 0;
  uint64_t full = 0;
  uint64_t incremental = 0;
  for (const NamenodeStatus& namenode : status.namenodes) {
    heartbeats += namenode.heartbeats;
    full += namenode.full_reports;
    incremental += namenode.incremental_reports;
  }
  bean.Set("tag.SessionId", nullptr).Set("tag.Context", "dfs").Set("tag.Hostname", host_name);
  SetTransfers(bean, sources.transfer);
  SetOperations(bean, sources.transfer);
  bean.Set("HeartbeatsNumOps", heartbeats)
      .Set("BlockReportsNumOps", full)
      .Set("IncrementalBlockReportsNumOps", incremental)
      .Set("BlocksInPendingIBR", status.pending_incremental_reports)
      .Set("VolumeFailures", status.failed_volumes.size());
}

}  // namespace

void AddDatanodeBeans(metrics::BeanRegistry& registry, const HttpSources& sources,
                      const std::string& host_name) {
  const std::string prefix = "Hadoop:service=DataNode,name=";
  registry.Add(prefix + "DataNodeInfo", "org.apache.hadoop.hdfs.server.datanode.DataNode",
               [&sources](Bean& bean) { FillInfo(sources, bean); });
  registry.Add(prefix + "FSDatasetState", "", [&sources, host_name](Bean& bean) {
    FillDatasetMetrics(sources, host_name, bean);
  });
  registry.Add([&sources, prefix] { return prefix + "FSDatasetState-" +
                                           sources.status.Snapshot().id.uuid; },
               "org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetImpl",
               [&sources](Bean& bean) { FillDataset(sources, bean); });
  registry.Add(
      [&sources, prefix] {
        const DatanodeId id = sources.status.Snapshot().id;
        return prefix + "DataNodeActivity-" + id.host_name + "-" +
               std::to_string(id.transfer_port);
      },
      "", [&sources, host_name](Bean& bean) { FillActivity(sources, host_name, bean); });
}

}  // namespace cairn::datanode
