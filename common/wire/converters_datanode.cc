// SPDX-License-Identifier: Apache-2.0
#include "common/wire/converters.h"

namespace cairn::wire {

void ToProto(const DatanodeId& id, pb::DatanodeIDProto* out) {
  out->set_ipaddr(id.ip);
  out->set_hostname(id.host_name);
  out->set_datanodeuuid(id.uuid);
  out->set_xferport(id.transfer_port);
  out->set_infoport(id.http_port);
  out->set_infosecureport(id.https_port);
  out->set_ipcport(id.ipc_port);
}

DatanodeId FromProto(const pb::DatanodeIDProto& in) {
  return {.ip = in.ipaddr(),
          .host_name = in.hostname(),
          .uuid = in.datanodeuuid(),
          .transfer_port = static_cast<uint16_t>(in.xferport()),
          .http_port = static_cast<uint16_t>(in.infoport()),
          .https_port = static_cast<uint16_t>(in.infosecureport()),
          .ipc_port = static_cast<uint16_t>(in.ipcport())};
}

void ToProto(const DatanodeInfo& info, pb::DatanodeInfoProto* out) {
  ToProto(info.id, out->mutable_id());
  out->set_capacity(info.capacity);
  out->set_dfsused(info.dfs_used);
  out->set_remaining(info.remaining);
  out->set_blockpoolused(info.block_pool_used);
  out->set_lastupdate(info.last_update_ms);
  out->set_xceivercount(info.xceiver_count);
  if (!info.location.empty()) out->set_location(info.location);
  out->set_nondfsused(info.non_dfs_used);
  out->set_adminstate(static_cast<pb::DatanodeInfoProto::AdminState>(info.admin_state));
  out->set_cachecapacity(0);
  out->set_cacheused(0);
  out->set_lastupdatemonotonic(info.last_update_monotonic_ms);
  out->set_lastblockreporttime(info.last_block_report_ms);
  out->set_lastblockreportmonotonic(0);
  out->set_numblocks(info.block_count);
  if (!info.software_version.empty()) out->set_softwareversion(info.software_version);
}

DatanodeInfo FromProto(const pb::DatanodeInfoProto& in) {
  DatanodeInfo info;
  info.id = FromProto(in.id());
  info.capacity = in.capacity();
  info.dfs_used = in.dfsused();
  info.remaining = in.remaining();
  // Old datanodes do not tell; the arithmetic is that of Apache, kept from going below zero.
  const uint64_t known = info.dfs_used + info.remaining;
  info.non_dfs_used = known < info.capacity ? info.capacity - known : 0;
  if (in.has_nondfsused()) info.non_dfs_used = in.nondfsused();
  info.block_pool_used = in.blockpoolused();
  info.last_update_ms = in.lastupdate();
  info.last_update_monotonic_ms = in.lastupdatemonotonic();
  info.last_block_report_ms = in.lastblockreporttime();
  info.xceiver_count = in.xceivercount();
  info.block_count = in.numblocks();
  if (in.has_location()) info.location = in.location();
  info.admin_state = static_cast<AdminState>(in.adminstate());
  info.software_version = in.softwareversion();
  return info;
}

void ToProto(const DatanodeStorage& storage, pb::DatanodeStorageProto* out) {
  out->set_storageuuid(storage.uuid);
  out->set_state(static_cast<pb::DatanodeStorageProto::StorageState>(storage.state));
  out->set_storagetype(ToProto(storage.type));
}

DatanodeStorage FromProto(const pb::DatanodeStorageProto& in) {
  return {.uuid = in.storageuuid(),
          .state = static_cast<StorageState>(in.state()),
          .type = FromProto(in.storagetype())};
}

void ToProto(const StorageReport& report, pb::StorageReportProto* out) {
  out->set_storageuuid(report.storage.uuid);
  out->set_failed(report.failed);
  out->set_capacity(report.capacity);
  out->set_dfsused(report.dfs_used);
  out->set_remaining(report.remaining);
  out->set_blockpoolused(report.block_pool_used);
  ToProto(report.storage, out->mutable_storage());
  out->set_nondfsused(report.non_dfs_used);
  out->set_mount(report.mount);
}

StorageReport FromProto(const pb::StorageReportProto& in) {
  StorageReport report;
  report.storage.uuid = in.storageuuid();
  if (in.has_storage()) report.storage = FromProto(in.storage());
  report.failed = in.failed();
  report.capacity = in.capacity();
  report.dfs_used = in.dfsused();
  report.remaining = in.remaining();
  report.block_pool_used = in.blockpoolused();
  const uint64_t known = report.dfs_used + report.remaining;
  report.non_dfs_used = known < report.capacity ? report.capacity - known : 0;
  if (in.has_nondfsused()) report.non_dfs_used = in.nondfsused();
  report.mount = in.mount();
  return report;
}

void StorageInfoToProto(const NamespaceInfo& info, pb::StorageInfoProto* out) {
  out->set_layoutversion(static_cast<uint32_t>(info.layout_version));
  out->set_namespceid(info.namespace_id);
  out->set_clusterid(info.cluster_id);
  out->set_ctime(static_cast<uint64_t>(info.ctime_ms));
}

NamespaceInfo StorageInfoFromProto(const pb::StorageInfoProto& in) {
  return {.layout_version = static_cast<int32_t>(in.layoutversion()),
          .namespace_id = in.namespceid(),
          .cluster_id = in.clusterid(),
          .ctime_ms = static_cast<int64_t>(in.ctime())};
}

void ToProto(const NamespaceInfo& info, pb::NamespaceInfoProto* out) {
  // Capability 1: block reports may come in buffers.
  constexpr uint64_t kBlockReportBuffers = 1;
  out->set_buildversion(std::string("cairn-") + kCairnVersion);
  out->set_unused(0);
  out->set_blockpoolid(info.block_pool_id);
  StorageInfoToProto(info, out->mutable_storageinfo());
  out->set_softwareversion(kHadoopVersion);
  out->set_capabilities(kBlockReportBuffers);
}

NamespaceInfo FromProto(const pb::NamespaceInfoProto& in) {
  NamespaceInfo info = StorageInfoFromProto(in.storageinfo());
  info.block_pool_id = in.blockpoolid();
  return info;
}

void FillEmptyBlockKeys(pb::ExportedBlockKeysProto* out) {
  out->set_isblocktokenenabled(false);
  out->set_keyupdateinterval(0);
  out->set_tokenlifetime(0);
  pb::BlockKeyProto* key = out->mutable_currentkey();
  key->set_keyid(0);
  key->set_expirydate(0);
  key->set_keybytes("");
}

void RegistrationToProto(const DatanodeId& id, const NamespaceInfo& storage,
                         pb::datanode::DatanodeRegistrationProto* out) {
  ToProto(id, out->mutable_datanodeid());
  StorageInfoToProto(storage, out->mutable_storageinfo());
  FillEmptyBlockKeys(out->mutable_keys());
  out->set_softwareversion(kHadoopVersion);
}

}  // namespace cairn::wire
