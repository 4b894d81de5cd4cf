// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/datanode_manager.h"

#include <algorithm>
#include <charconv>

#include "common/log/log.h"
#include "namenode/blocks/rack_resolver.h"

namespace cairn::namenode {
namespace {

constexpr uint32_t kVolumesMax = 1024;  // Of one datanode.
constexpr size_t kFailedLocationsMax = 1024;
// Replicas on their way that were not reported after two of these are no longer counted.
constexpr std::chrono::minutes kScheduledPeriod{10};

template <typename Map>
void EraseOne(Map& map, const std::string& key, DatanodeIndex index) {
  auto [it, end] = map.equal_range(key);
  for (; it != end; ++it) {
    if (it->second == index) {
      map.erase(it);
      return;
    }
  }
}

}  // namespace

DatanodeManager::DatanodeManager(const Clock& clock, const BlockManagerOptions& options)
    : clock_(clock),
      options_(options),
      filter_(std::make_shared<OpenHostFilter>()),
      scheduled_rolled_at_(clock.Now()) {}

Result<DatanodeManager::Registered> DatanodeManager::Register(
    const DatanodeRegistrationArgs& args) {
  if (args.id.uuid.empty()) {
    return Status(Code::kInvalidArgument,
                  "datanode " + args.id.TransferAddress() + " registers without a uuid");
  }
  if (!filter_->IsIncluded(args.id)) {
    return Status(Code::kDisallowedDatanode,
                  "Datanode denied communication with namenode because the host is not in the "
                  "include-list: DatanodeRegistration(" +
                      args.id.TransferAddress() + ", datanodeUuid=" + args.id.uuid + ")");
  }
  Registered result;
  result.node = FindByUuid(args.id.uuid);
  const DatanodeIndex at_address = FindByAddress(args.id.ip, args.id.transfer_port);
  if (at_address != kNoDatanode && at_address != result.node) result.replaced = at_address;

  const bool is_new = result.node == kNoDatanode;
  if (is_new) {
    result.node = DatanodeIndex(static_cast<uint32_t>(nodes_.size()));
    nodes_.emplace_back();
    by_uuid_.emplace(args.id.uuid, result.node);
  } else {
    DatanodeEntry& old = node(result.node);
    if (old.alive && old.InService()) in_service_xceivers_ -= old.info.xceiver_count;
    old.info.xceiver_count = 0;
    UnindexHosts(result.node);
    LeaveTopology(node(result.node), result.node);
  }
  DatanodeEntry& entry = node(result.node);
  result.was_dead = !entry.alive;
  entry.info.id = args.id;
  entry.info.software_version = args.software_version;
  entry.info.location = IsValidRack(args.rack) ? args.rack : kDefaultRack;
  entry.rack = topology_.Intern(entry.info.location);
  entry.registered = true;
  entry.heartbeat_since_registration = false;
  entry.last_heartbeat = clock_.Now();
  entry.info.last_update_ms = static_cast<uint64_t>(clock_.WallMs());
  // The registration counts as a heartbeat. What its volumes hold is told again.
  for (StorageIndex s : entry.storages) {
    storage(s).full_reports = 0;
    storage(s).contents_stale = true;
  }
  IndexHosts(result.node);
  ApplyFilter(entry);
  EnterTopology(entry, result.node);
  LOG(kInfo, "datanode registered", {"address", args.id.TransferAddress()}, {"uuid", args.id.uuid},
      {"rack", entry.info.location}, {"new", is_new});
  return result;
}

void DatanodeManager::IndexHosts(DatanodeIndex index) {
  const DatanodeId& id = node(index).info.id;
  by_address_[id.TransferAddress()] = index;
  by_host_.emplace(id.ip, index);
  if (id.host_name != id.ip) by_host_.emplace(id.host_name, index);
}

void DatanodeManager::UnindexHosts(DatanodeIndex index) {
  const DatanodeId& id = node(index).info.id;
  auto it = by_address_.find(id.TransferAddress());
  if (it != by_address_.end() && it->second == index) by_address_.erase(it);
  EraseOne(by_host_, id.ip, index);
  if (id.host_name != id.ip) EraseOne(by_host_, id.host_name, index);
}

void DatanodeManager::EnterTopology(DatanodeEntry& entry, DatanodeIndex index) {
  if (!entry.in_topology) topology_.Add(index, entry.rack);
  entry.in_topology = true;
  if (entry.alive) return;
  entry.alive = true;
  ++live_;
}

void DatanodeManager::LeaveTopology(DatanodeEntry& entry, DatanodeIndex index) {
  if (entry.in_topology) topology_.Remove(index, entry.rack);
  entry.in_topology = false;
}

void DatanodeManager::ApplyFilter(DatanodeEntry& entry) {
  AdminState& state = entry.info.admin_state;
  const uint64_t load = entry.alive ? entry.info.xceiver_count : 0;
  if (entry.InService()) in_service_xceivers_ -= load;
  if (filter_->IsExcluded(entry.info.id)) {
    if (state == AdminState::kNormal) state = AdminState::kDecommissionInProgress;
  } else if (entry.IsDecommissioning() || entry.IsDecommissioned()) {
    state = AdminState::kNormal;
  }
  if (entry.InService()) in_service_xceivers_ += load;
}

Result<DatanodeIndex> DatanodeManager::Require(const DatanodeId& id) const {
  const DatanodeIndex index = FindByUuid(id.uuid);
  const Status unknown(Code::kUnregisteredNode,
                       "Data node " + id.TransferAddress() +
                           " is attempting to report storage ID " + id.uuid +
                           ". Node null is expected to serve this storage.");
  if (index == kNoDatanode) return unknown;
  const DatanodeEntry& entry = node(index);
  if (entry.info.id.TransferAddress() != id.TransferAddress()) {
    return Status(Code::kUnregisteredNode, "Data node " + id.TransferAddress() +
                                               " is attempting to report storage ID " + id.uuid +
                                               ". Node " + entry.info.id.TransferAddress() +
                                               " is expected to serve this storage.");
  }
  if (!filter_->IsIncluded(entry.info.id)) {
    return Status(Code::kDisallowedDatanode,
                  "Datanode denied communication with namenode because the host is not in the "
                  "include-list: " +
                      id.TransferAddress());
  }
  if (!entry.registered || !entry.alive) return unknown;
  return index;
}

Result<DatanodeManager::HeartbeatChanges> DatanodeManager::Heartbeat(const HeartbeatArgs& args) {
  CAIRN_ASSIGN(const DatanodeIndex index, Require(args.id));
  RollScheduled();
  HeartbeatChanges changes{index, {}, {}};
  for (const StorageReport& report : args.storages) UpdateStorage(index, report);
  DatanodeEntry& entry = node(index);
  FindLost(entry, args, changes);
  if (entry.InService()) in_service_xceivers_ -= entry.info.xceiver_count;
  entry.info.xceiver_count = args.xceiver_count;
  if (entry.InService()) in_service_xceivers_ += entry.info.xceiver_count;
  entry.transfers_in_progress = args.transfers_in_progress;
  entry.failed_volumes = args.failed_volumes;
  entry.failed_volume_locations = args.failed_volume_locations;
  if (entry.failed_volume_locations.size() > kFailedLocationsMax) {
    entry.failed_volume_locations.resize(kFailedLocationsMax);
  }
  entry.last_volume_failure_ms = args.last_volume_failure_ms;
  entry.capacity_lost = args.capacity_lost;
  entry.cache_capacity = args.cache_capacity;
  entry.cache_used = args.cache_used;
  entry.heartbeat_since_registration = true;
  entry.last_heartbeat = clock_.Now();
  entry.info.last_update_ms = static_cast<uint64_t>(clock_.WallMs());
  entry.info.last_update_monotonic_ms = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(entry.last_heartbeat.time_since_epoch())
          .count());
  SumStorages(entry);
  return changes;
}

void DatanodeManager::UpdateStorage(DatanodeIndex index, const StorageReport& report) {
  Result<StorageIndex> added = AddStorage(index, report.storage);
  if (!added.ok()) {
    LOG(kWarn, "volume of a heartbeat is ignored", {"reason", added.status()});
    return;
  }
  StorageEntry& entry = storage(*added);
  entry.storage = report.storage;
  entry.capacity = report.capacity;
  entry.dfs_used = report.dfs_used;
  entry.remaining = report.remaining;
  entry.block_pool_used = report.block_pool_used;
  entry.non_dfs_used = report.non_dfs_used;
  entry.mount = report.mount;
  entry.heartbeat_since_failover = true;
  if (report.failed) return;
  entry.failed = false;
  entry.gone = false;
}

// A volume that the datanode calls failed, or does not name in its first heartbeat or in one that
// tells of a failure: its replicas must not count as live (a volume pulled while the datanode was
// down stayed on as a zombie in old versions).
void DatanodeManager::FindLost(DatanodeEntry& entry, const HeartbeatArgs& args,
                               HeartbeatChanges& changes) {
  const bool is_telling =
      !entry.heartbeat_since_registration || args.failed_volumes > entry.failed_volumes;
  for (StorageIndex s : entry.storages) {
    StorageEntry& known = storage(s);
    auto it = std::find_if(
        args.storages.begin(), args.storages.end(),
        [&](const StorageReport& report) { return report.storage.uuid == known.storage.uuid; });
    const bool gone = it == args.storages.end();
    if (gone && !is_telling) {
      changes.unnamed.push_back(s);
      continue;
    }
    if ((!gone && !it->failed) || known.failed) continue;
    known.failed = true;
    known.gone = gone;
    changes.lost.push_back(s);
    LOG(kWarn, "volume is lost", {"datanode", entry.info.id.TransferAddress()},
        {"storage", known.storage.uuid}, {"reason", gone ? "not in the heartbeat" : "failed"});
  }
}

void DatanodeManager::SumStorages(DatanodeEntry& entry) {
  DatanodeInfo& info = entry.info;
  info.capacity = info.dfs_used = info.remaining = info.non_dfs_used = info.block_pool_used = 0;
  for (StorageIndex s : entry.storages) {
    const StorageEntry& volume = storage(s);
    if (volume.failed) continue;
    info.capacity += volume.capacity;
    info.dfs_used += volume.dfs_used;
    info.remaining += volume.remaining;
    info.non_dfs_used += volume.non_dfs_used;
    info.block_pool_used += volume.block_pool_used;
  }
}

Result<StorageIndex> DatanodeManager::AddStorage(DatanodeIndex index,
                                                 const DatanodeStorage& added) {
  if (const StorageIndex known = FindStorage(index, added.uuid); known != kNoStorage) return known;
  DatanodeEntry& entry = node(index);
  if (added.uuid.empty() || entry.storages.size() >= kVolumesMax ||
      storages_.size() >= kStoragesMax) {
    return Status(Code::kInvalidArgument, "datanode " + entry.info.id.TransferAddress() +
                                              " names a volume without an id or too many volumes");
  }
  const StorageIndex result(static_cast<uint32_t>(storages_.size()));
  StorageEntry volume;
  volume.storage = added;
  volume.node = index;
  storages_.push_back(std::move(volume));
  entry.storages.push_back(result);
  LOG(kInfo, "volume added", {"datanode", entry.info.id.TransferAddress()},
      {"storage", added.uuid});
  return result;
}

void DatanodeManager::MarkFailed(StorageIndex index) {
  storage(index).failed = true;
  SumStorages(node(storage(index).node));
}

void DatanodeManager::RemoveStorage(StorageIndex index) {
  std::vector<StorageIndex>& of_node = node(storage(index).node).storages;
  std::erase(of_node, index);
  storage(index).removed = true;
}

std::vector<DatanodeIndex> DatanodeManager::TakeNewlyDead() {
  std::vector<DatanodeIndex> dead;
  const auto limit = clock_.Now() - options_.DeadInterval();
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    const DatanodeIndex index(i);
    if (!nodes_[i].alive || nodes_[i].last_heartbeat >= limit) continue;
    LOG(kWarn, "datanode is dead", {"address", nodes_[i].info.id.TransferAddress()});
    MarkDead(index);
    dead.push_back(index);
  }
  return dead;
}

void DatanodeManager::MarkDead(DatanodeIndex index) {
  DatanodeEntry& entry = node(index);
  LeaveTopology(entry, index);
  if (!entry.alive) return;
  entry.alive = false;
  --live_;
  if (entry.InService()) in_service_xceivers_ -= entry.info.xceiver_count;
  entry.info.xceiver_count = 0;
  entry.scheduled_now = entry.scheduled_before = 0;
  for (StorageIndex s : entry.storages) {
    storage(s).full_reports = 0;
    storage(s).contents_stale = true;
    storage(s).heartbeat_since_failover = false;
  }
}

void DatanodeManager::Wipe(DatanodeIndex index) {
  MarkDead(index);
  DatanodeEntry& entry = node(index);
  UnindexHosts(index);
  by_uuid_.erase(entry.info.id.uuid);
  for (StorageIndex s : entry.storages) storage(s).removed = true;
  entry.storages.clear();
  entry.registered = false;
  entry.removed = true;
}

void DatanodeManager::MarkAllContentsStale() {
  for (StorageEntry& entry : storages_) {
    entry.contents_stale = true;
    entry.heartbeat_since_failover = false;
  }
}

void DatanodeManager::NoteFullReport(StorageIndex index) {
  StorageEntry& entry = storage(index);
  // A report that was made before the failover may miss what the old active ordered.
  if (entry.heartbeat_since_failover) entry.contents_stale = false;
  ++entry.full_reports;
  node(entry.node).info.last_block_report_ms = static_cast<uint64_t>(clock_.WallMs());
}

void DatanodeManager::ForgetRegistrations() {
  for (DatanodeEntry& entry : nodes_) entry.registered = false;
}

void DatanodeManager::SetHostFilter(std::shared_ptr<const HostFilter> filter) {
  filter_ = std::move(filter);
  RefreshNodes();
}

void DatanodeManager::RefreshNodes() {
  for (DatanodeEntry& entry : nodes_) {
    if (!entry.removed) ApplyFilter(entry);
  }
}

DatanodeIndex DatanodeManager::FindByUuid(const std::string& uuid) const {
  auto it = by_uuid_.find(uuid);
  return it == by_uuid_.end() ? kNoDatanode : it->second;
}

DatanodeIndex DatanodeManager::FindByAddress(const std::string& ip, uint16_t transfer_port) const {
  auto it = by_address_.find(ip + ":" + std::to_string(transfer_port));
  return it == by_address_.end() ? kNoDatanode : it->second;
}

DatanodeIndex DatanodeManager::FindByHost(const std::string& host, uint64_t lot) const {
  std::vector<DatanodeIndex> alive;
  auto [it, end] = by_host_.equal_range(host);
  for (; it != end; ++it) {
    if (node(it->second).alive) alive.push_back(it->second);
  }
  return alive.empty() ? kNoDatanode : alive[lot % alive.size()];
}

DatanodeIndex DatanodeManager::FindByHostPort(const std::string& host_port) const {
  const size_t colon = host_port.rfind(':');
  if (colon == std::string::npos) return FindByHost(host_port);
  uint16_t port = 0;
  const char* end = host_port.data() + host_port.size();
  if (auto [p, error] = std::from_chars(host_port.data() + colon + 1, end, port);
      error != std::errc() || p != end) {
    return kNoDatanode;
  }
  auto [it, last] = by_host_.equal_range(host_port.substr(0, colon));
  for (; it != last; ++it) {
    const DatanodeEntry& entry = node(it->second);
    if (entry.alive && entry.info.id.transfer_port == port) return it->second;
  }
  return kNoDatanode;
}

StorageIndex DatanodeManager::FindStorage(const std::string& node_uuid,
                                          const std::string& storage_uuid) const {
  const DatanodeIndex index = FindByUuid(node_uuid);
  return index == kNoDatanode ? kNoStorage : FindStorage(index, storage_uuid);
}

StorageIndex DatanodeManager::FindStorage(DatanodeIndex index,
                                          const std::string& storage_uuid) const {
  for (StorageIndex s : node(index).storages) {
    if (storage(s).storage.uuid == storage_uuid) return s;
  }
  return kNoStorage;
}

std::vector<DatanodeIndex> DatanodeManager::All() const {
  std::vector<DatanodeIndex> result;
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!nodes_[i].removed) result.push_back(DatanodeIndex(i));
  }
  return result;
}

bool DatanodeManager::IsStale(DatanodeIndex index) const {
  return clock_.Now() - node(index).last_heartbeat >= options_.stale_interval;
}

bool DatanodeManager::AvoidStaleForWrite() const {
  if (!options_.avoid_stale_write) return false;
  uint32_t stale = 0;
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].alive && IsStale(DatanodeIndex(i))) ++stale;
  }
  return stale <= options_.stale_write_ratio * live_;
}

ClusterTotals DatanodeManager::Totals() const {
  ClusterTotals t;
  for (uint32_t i = 0; i < nodes_.size(); ++i) {
    const DatanodeEntry& entry = nodes_[i];
    if (entry.removed) continue;
    if (!entry.alive) {
      ++t.dead;
      if (entry.IsDecommissioned()) ++t.decommissioned_dead;
      continue;
    }
    ++t.live;
    if (IsStale(DatanodeIndex(i))) ++t.stale;
    for (StorageIndex s : entry.storages) t.stale_storages += storage(s).contents_stale;
    t.xceivers += entry.info.xceiver_count;
    t.block_pool_used += entry.info.block_pool_used;
    t.cache_capacity += entry.cache_capacity;
    t.cache_used += entry.cache_used;
    t.failed_volumes += entry.failed_volumes;
    t.capacity_lost += entry.capacity_lost;
    t.dfs_used += entry.info.dfs_used;
    // A datanode that leaves offers no more room than it uses.
    t.capacity += entry.InService() ? entry.info.capacity : entry.info.dfs_used;
    if (entry.IsDecommissioning()) ++t.decommissioning;
    if (entry.IsDecommissioned()) ++t.decommissioned_live;
    if (!entry.InService()) continue;
    t.non_dfs_used += entry.info.non_dfs_used;
    t.remaining += entry.info.remaining;
    t.in_service_xceivers += entry.info.xceiver_count;
    ++t.in_service;
  }
  return t;
}

double DatanodeManager::InServiceXceiverAverage() const {
  return live_ == 0 ? 0 : static_cast<double>(in_service_xceivers_) / live_;
}

DatanodeTarget DatanodeManager::Target(StorageIndex index) const {
  const StorageEntry& entry = storage(index);
  return {node(entry.node).info, entry.storage.uuid, entry.storage.type};
}

std::vector<StorageReport> DatanodeManager::StorageReports(DatanodeIndex index) const {
  std::vector<StorageReport> result;
  for (StorageIndex s : node(index).storages) {
    const StorageEntry& e = storage(s);
    result.push_back({e.storage, e.failed, e.capacity, e.dfs_used, e.remaining, e.block_pool_used,
                      e.non_dfs_used, e.mount});
  }
  return result;
}

void DatanodeManager::NoteScheduled(StorageIndex index) {
  ++node(storage(index).node).scheduled_now;
}

void DatanodeManager::NoteArrived(StorageIndex index) {
  DatanodeEntry& entry = node(storage(index).node);
  if (entry.scheduled_before > 0) {
    --entry.scheduled_before;
  } else if (entry.scheduled_now > 0) {
    --entry.scheduled_now;
  }
}

void DatanodeManager::RollScheduled() {
  if (clock_.Now() - scheduled_rolled_at_ < kScheduledPeriod) return;
  scheduled_rolled_at_ = clock_.Now();
  for (DatanodeEntry& entry : nodes_) {
    entry.scheduled_before = entry.scheduled_now;
    entry.scheduled_now = 0;
  }
}

}  // namespace cairn::namenode
