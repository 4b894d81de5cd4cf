// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "common/wire/converters.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

pb::DatanodeReportTypeProto KindOf(DatanodeReportKind kind) {
  return static_cast<pb::DatanodeReportTypeProto>(kind);
}

}  // namespace

Result<FsStats> Admin::GetFsStats() {
  const pb::GetFsStatusRequestProto request;
  pb::GetFsStatsResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getFsStats", request, &response));
  return wire::FromProto(response);
}

Result<std::vector<DatanodeInfo>> Admin::GetDatanodeReport(DatanodeReportKind kind) {
  pb::GetDatanodeReportRequestProto request;
  request.set_type(KindOf(kind));
  pb::GetDatanodeReportResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getDatanodeReport", request, &response));
  std::vector<DatanodeInfo> nodes;
  for (const auto& node : response.di()) nodes.push_back(wire::FromProto(node));
  return nodes;
}

Result<std::vector<DatanodeStorageReport>> Admin::GetDatanodeStorageReport(
    DatanodeReportKind kind) {
  pb::GetDatanodeStorageReportRequestProto request;
  request.set_type(KindOf(kind));
  pb::GetDatanodeStorageReportResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getDatanodeStorageReport", request, &response));
  std::vector<DatanodeStorageReport> reports;
  for (const auto& in : response.datanodestoragereports()) {
    DatanodeStorageReport& report = reports.emplace_back();
    report.datanode = wire::FromProto(in.datanodeinfo());
    for (const auto& storage : in.storagereports()) {
      report.storages.push_back(wire::FromProto(storage));
    }
  }
  return reports;
}

Result<bool> Admin::SetSafeMode(SafeModeAction action) {
  pb::SetSafeModeRequestProto request;
  request.set_action(static_cast<pb::SafeModeActionProto>(action));
  request.set_checked(false);
  pb::SetSafeModeResponseProto response;
  CAIRN_TRY(core_.namenode().Call("setSafeMode", request, &response));
  return response.result();
}

Result<bool> Admin::SaveNamespace(uint64_t window_sec, uint64_t transaction_gap) {
  pb::SaveNamespaceRequestProto request;
  request.set_timewindow(window_sec);
  request.set_txgap(transaction_gap);
  pb::SaveNamespaceResponseProto response;
  CAIRN_TRY(core_.namenode().Call("saveNamespace", request, &response));
  return response.saved();
}

Result<int64_t> Admin::RollEdits() {
  const pb::RollEditsRequestProto request;
  pb::RollEditsResponseProto response;
  CAIRN_TRY(core_.namenode().Call("rollEdits", request, &response));
  return static_cast<int64_t>(response.newsegmenttxid());
}

Status Admin::RefreshNodes() {
  const pb::RefreshNodesRequestProto request;
  pb::RefreshNodesResponseProto response;
  return core_.namenode().Call("refreshNodes", request, &response);
}

Status Admin::FinalizeUpgrade() {
  const pb::FinalizeUpgradeRequestProto request;
  pb::FinalizeUpgradeResponseProto response;
  return core_.namenode().Call("finalizeUpgrade", request, &response);
}

Result<bool> Admin::UpgradeFinalized() {
  const pb::UpgradeStatusRequestProto request;
  pb::UpgradeStatusResponseProto response;
  CAIRN_TRY(core_.namenode().Call("upgradeStatus", request, &response));
  return response.upgradefinalized();
}

Status Admin::MetaSave(const std::string& file) {
  pb::MetaSaveRequestProto request;
  request.set_filename(file);
  pb::MetaSaveResponseProto response;
  return core_.namenode().Call("metaSave", request, &response);
}

Status Admin::SetBalancerBandwidth(int64_t bytes_per_second) {
  pb::SetBalancerBandwidthRequestProto request;
  request.set_bandwidth(bytes_per_second);
  pb::SetBalancerBandwidthResponseProto response;
  return core_.namenode().Call("setBalancerBandwidth", request, &response);
}

Status Admin::SetQuota(const std::string& path, int64_t names, int64_t space,
                       std::optional<StorageType> type) {
  pb::SetQuotaRequestProto request;
  request.set_path(path);
  request.set_namespacequota(static_cast<uint64_t>(names));
  request.set_storagespacequota(static_cast<uint64_t>(space));
  if (type) request.set_storagetype(wire::ToProto(*type));
  pb::SetQuotaResponseProto response;
  return core_.namenode().Call("setQuota", request, &response);
}

Result<CorruptFiles> Admin::ListCorruptFileBlocks(const std::string& path,
                                                  const std::string& cookie) {
  pb::ListCorruptFileBlocksRequestProto request;
  request.set_path(path);
  if (!cookie.empty()) request.set_cookie(cookie);
  pb::ListCorruptFileBlocksResponseProto response;
  CAIRN_TRY(core_.namenode().Call("listCorruptFileBlocks", request, &response));
  CorruptFiles files{.paths = {}, .cookie = response.corrupt().cookie()};
  files.paths.assign(response.corrupt().files().begin(), response.corrupt().files().end());
  return files;
}

Result<std::string> Admin::GetServiceState() {
  static constexpr std::array kNames = {"initializing", "active", "standby", "observer"};
  const pb::HAServiceStateRequestProto request;
  pb::HAServiceStateResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getHAServiceState", request, &response));
  const auto state = static_cast<size_t>(response.state());
  return std::string(state < kNames.size() ? kNames.at(state) : "unknown");
}

}  // namespace cairn::client
