// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/model/datanode_info.h"
#include "common/util/clock.h"
#include "common/util/result.h"
#include "namenode/blocks/options.h"
#include "namenode/blocks/topology.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

// Which hosts may register (dfs.hosts) and which are to leave (dfs.hosts.exclude).
//
// Immutable for readers; replaced as a whole by a refresh.
class HostFilter {
 public:
  virtual ~HostFilter() = default;
  virtual bool IsIncluded(const DatanodeId& node) const = 0;
  virtual bool IsExcluded(const DatanodeId& node) const = 0;
};

// Everybody may, nobody is to leave.
class OpenHostFilter final : public HostFilter {
 public:
  bool IsIncluded(const DatanodeId&) const override { return true; }
  bool IsExcluded(const DatanodeId&) const override { return false; }
};

// What a datanode says when it registers. `rack` was resolved outside the namesystem's section.
struct DatanodeRegistrationArgs {
  DatanodeId id;
  std::string rack;
  std::string software_version;
};

// What a heartbeat carries.
struct HeartbeatArgs {
  DatanodeId id;
  std::vector<StorageReport> storages;
  uint64_t cache_capacity = 0;
  uint64_t cache_used = 0;
  uint32_t transfers_in_progress = 0;  // "xmits".
  uint32_t xceiver_count = 0;
  uint32_t failed_volumes = 0;
  std::vector<std::string> failed_volume_locations;
  uint64_t last_volume_failure_ms = 0;  // Unix time.
  uint64_t capacity_lost = 0;           // Bytes, estimated.
  bool wants_report_lease = false;
  bool wants_orders = true;  // Off: this namenode is not sure to be the active one.
};

// A volume as the namenode knows it. Sizes in bytes.
struct StorageEntry {
  DatanodeStorage storage;
  DatanodeIndex node = kNoDatanode;
  bool failed = false;
  bool gone = false;     // Failed because the datanode names it no more.
  bool removed = false;  // Gone for good; the index is not used again.
  // Until its first full report after registration or failover: what it holds may have been
  // ordered to be deleted by another active, so nothing is deleted elsewhere because of it.
  bool contents_stale = true;
  bool heartbeat_since_failover = false;
  uint32_t full_reports = 0;  // Since registration.
  uint64_t capacity = 0;
  uint64_t dfs_used = 0;
  uint64_t remaining = 0;
  uint64_t block_pool_used = 0;
  uint64_t non_dfs_used = 0;
  std::string mount;
};

// A datanode as the namenode knows it.
struct DatanodeEntry {
  DatanodeInfo info;  // Sums over storages, times, admin state.
  RackIndex rack{0};
  bool registered = false;  // False: a heartbeat is answered with "register again".
  bool alive = false;
  bool removed =
      false;  // Replaced by another datanode on its address; the index is not used again.
  bool in_topology = false;
  bool heartbeat_since_registration = false;
  std::vector<StorageIndex> storages;
  Clock::TimePoint last_heartbeat{};
  uint32_t transfers_in_progress = 0;
  uint32_t failed_volumes = 0;
  std::vector<std::string> failed_volume_locations;
  uint64_t last_volume_failure_ms = 0;
  uint64_t capacity_lost = 0;
  uint64_t cache_capacity = 0;
  uint64_t cache_used = 0;
  // Replicas that were sent its way and are not reported yet: this period's and the last one's.
  uint32_t scheduled_now = 0;
  uint32_t scheduled_before = 0;
  uint64_t balancer_bandwidth = 0;  // To be told with the next heartbeat; 0: nothing to tell.

  uint32_t Scheduled() const { return scheduled_now + scheduled_before; }
  bool IsDecommissioning() const { return info.admin_state == AdminState::kDecommissionInProgress; }
  bool IsDecommissioned() const { return info.admin_state == AdminState::kDecommissioned; }
  bool InService() const { return info.admin_state == AdminState::kNormal; }
};

// Sums over the live datanodes. Sizes in bytes.
struct ClusterTotals {
  uint64_t capacity = 0;
  uint64_t dfs_used = 0;
  uint64_t remaining = 0;
  uint64_t non_dfs_used = 0;
  uint64_t block_pool_used = 0;
  uint64_t cache_capacity = 0;
  uint64_t cache_used = 0;
  uint64_t xceivers = 0;
  uint64_t in_service_xceivers = 0;
  uint32_t live = 0;
  uint32_t dead = 0;
  uint32_t stale = 0;
  uint32_t in_service = 0;
  uint32_t decommissioning = 0;
  uint32_t decommissioned_live = 0;
  uint32_t decommissioned_dead = 0;
  uint32_t failed_volumes = 0;
  uint64_t capacity_lost = 0;
  uint32_t stale_storages = 0;
};

// The datanodes and their volumes: who registered, who is alive, what room there is.
//
// Knows nothing of blocks: whoever calls it removes the replicas of what it reports as gone.
//
// Not thread-safe: guarded by the namesystem lock.
class DatanodeManager {
 public:
  // `clock` and `options` must outlive this object.
  DatanodeManager(const Clock& clock, const BlockManagerOptions& options);
  DatanodeManager(const DatanodeManager&) = delete;
  DatanodeManager& operator=(const DatanodeManager&) = delete;

  struct Registered {
    DatanodeIndex node = kNoDatanode;
    // A datanode that had the same address and another uuid: it exists no more.
    DatanodeIndex replaced = kNoDatanode;
    bool was_dead = false;
  };
  // kDisallowedDatanode with Apache's message when the host may not register.
  Result<Registered> Register(const DatanodeRegistrationArgs& args);

  struct HeartbeatChanges {
    DatanodeIndex node = kNoDatanode;
    // Volumes that failed or went away: their replicas are lost.
    std::vector<StorageIndex> lost;
    // Volumes that were not named, but may only be late: to be removed when they hold nothing.
    std::vector<StorageIndex> unnamed;
  };
  // kUnregisteredNode when the datanode must register first.
  Result<HeartbeatChanges> Heartbeat(const HeartbeatArgs& args);

  // The entry for a registered, allowed datanode. kUnregisteredNode else.
  Result<DatanodeIndex> Require(const DatanodeId& id) const;

  // The volume that a report names; learned when it is new.
  Result<StorageIndex> AddStorage(DatanodeIndex node, const DatanodeStorage& storage);
  void MarkFailed(StorageIndex storage);
  // Forgets a volume that has no replicas any more.
  void RemoveStorage(StorageIndex storage);

  // Datanodes whose silence became too long since the last call; they are dead from now on.
  std::vector<DatanodeIndex> TakeNewlyDead();
  // Declares one dead, as after a fatal disk error.
  void MarkDead(DatanodeIndex node);
  // Removes a datanode that was replaced.
  void Wipe(DatanodeIndex node);

  // Failover or activation: what every volume holds is uncertain until its next full report.
  void MarkAllContentsStale();
  // A full report of the volume was processed.
  void NoteFullReport(StorageIndex storage);
  // Makes every datanode register again (after the block pool was reset).
  void ForgetRegistrations();

  void SetHostFilter(std::shared_ptr<const HostFilter> filter);
  // Applies the filter to those who are registered (dfsadmin -refreshNodes).
  void RefreshNodes();

  // Unknown: kNoDatanode / kNoStorage.
  DatanodeIndex FindByUuid(const std::string& uuid) const;
  DatanodeIndex FindByAddress(const std::string& ip, uint16_t transfer_port) const;
  // A live datanode on this host (address or name): the writer's or reader's own. `lot` picks one
  // when there are several.
  DatanodeIndex FindByHost(const std::string& host, uint64_t lot = 0) const;
  // "host" or "host:port", as favored nodes are named.
  DatanodeIndex FindByHostPort(const std::string& host_port) const;
  StorageIndex FindStorage(const std::string& node_uuid, const std::string& storage_uuid) const;
  StorageIndex FindStorage(DatanodeIndex node, const std::string& storage_uuid) const;

  const DatanodeEntry& node(DatanodeIndex index) const { return nodes_[index.value]; }
  DatanodeEntry& node(DatanodeIndex index) { return nodes_[index.value]; }
  const StorageEntry& storage(StorageIndex index) const { return storages_[index.value]; }
  StorageEntry& storage(StorageIndex index) { return storages_[index.value]; }
  const DatanodeEntry& NodeOf(StorageIndex index) const {
    return nodes_[storages_[index.value].node.value];
  }
  // All that ever registered, without those that were replaced.
  std::vector<DatanodeIndex> All() const;
  uint32_t NodeIndexEnd() const { return static_cast<uint32_t>(nodes_.size()); }
  uint32_t StorageIndexEnd() const { return static_cast<uint32_t>(storages_.size()); }

  bool IsStale(DatanodeIndex node) const;
  // Whether stale datanodes are kept from writers at this moment.
  bool AvoidStaleForWrite() const;
  uint32_t LiveCount() const { return live_; }
  ClusterTotals Totals() const;
  double InServiceXceiverAverage() const;

  const Topology& topology() const { return topology_; }
  DatanodeTarget Target(StorageIndex index) const;
  std::vector<StorageReport> StorageReports(DatanodeIndex node) const;

  // Counts replicas that are on their way to a datanode.
  void NoteScheduled(StorageIndex storage);
  void NoteArrived(StorageIndex storage);

 private:
  void EnterTopology(DatanodeEntry& node, DatanodeIndex index);
  void LeaveTopology(DatanodeEntry& node, DatanodeIndex index);
  void SumStorages(DatanodeEntry& node);
  void UpdateStorage(DatanodeIndex node, const StorageReport& report);
  void FindLost(DatanodeEntry& node, const HeartbeatArgs& args, HeartbeatChanges& changes);
  void IndexHosts(DatanodeIndex index);
  void UnindexHosts(DatanodeIndex index);
  void ApplyFilter(DatanodeEntry& node);
  void RollScheduled();

  const Clock& clock_;
  const BlockManagerOptions& options_;
  std::shared_ptr<const HostFilter> filter_;
  Topology topology_;
  std::vector<DatanodeEntry> nodes_;
  std::vector<StorageEntry> storages_;
  std::unordered_map<std::string, DatanodeIndex> by_uuid_;
  std::unordered_map<std::string, DatanodeIndex> by_address_;    // "ip:port".
  std::unordered_multimap<std::string, DatanodeIndex> by_host_;  // Address and name.
  uint32_t live_ = 0;
  // Sums for placement, kept up to date by heartbeats.
  uint64_t in_service_xceivers_ = 0;
  Clock::TimePoint scheduled_rolled_at_{};
};

}  // namespace cairn::namenode
