// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/state.h"
#include "namenode/namesystem/statistics.h"

namespace cairn::namenode {
namespace {

// Datanodes read before a writer is let in.
constexpr size_t kDatanodesPerTurn = 64;

int64_t Milliseconds(Clock::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

StorageTypeTotals& TotalsOf(std::vector<StorageTypeTotals>& all, StorageType type) {
  const auto at = std::find_if(all.begin(), all.end(),
                               [type](const StorageTypeTotals& t) { return t.type == type; });
  if (at != all.end()) return *at;
  all.push_back({.type = type});
  return all.back();
}

void AddStorages(const DatanodeManager& datanodes, const DatanodeEntry& node,
                 std::vector<StorageTypeTotals>& all) {
  std::vector<StorageType> seen;
  for (const StorageIndex index : node.storages) {
    const StorageEntry& storage = datanodes.storage(index);
    if (storage.failed) continue;
    StorageTypeTotals& totals = TotalsOf(all, storage.storage.type);
    totals.used += storage.dfs_used;
    totals.block_pool_used += storage.block_pool_used;
    // A datanode that leaves offers no more room than it uses.
    totals.capacity += node.InService() ? storage.capacity : storage.dfs_used;
    if (!node.InService()) continue;
    totals.remaining += storage.remaining;
    totals.non_dfs_used += storage.non_dfs_used;
    if (std::find(seen.begin(), seen.end(), totals.type) != seen.end()) continue;
    seen.push_back(totals.type);
    ++totals.nodes_in_service;
    totals.nodes_in_service_xceivers += node.info.xceiver_count;
  }
}

void ReadLog(const NamesystemState& s, NamesystemStatistics& out) {
  out.last_written = s.log == nullptr ? s.last_applied : s.log->LastAppended();
  out.durable = s.Durable();
  out.last_checkpoint = s.last_checkpoint;
  out.last_checkpoint_ms =
      s.clock.WallMs() - Milliseconds(s.clock.Now() - s.last_checkpoint_at);
  if (s.log == nullptr) return;
  out.segment_start = s.log->SegmentStart();
  out.log = s.log->counters();
}

DatanodeStatistics ReadDatanode(const NamesystemState& s, DatanodeIndex index) {
  const DatanodeManager& datanodes = s.blocks.datanodes();
  const DatanodeEntry& node = datanodes.node(index);
  return {.info = node.info,
          .alive = node.alive,
          .stale = datanodes.IsStale(index),
          .blocks_scheduled = node.Scheduled(),
          .failed_volumes = node.failed_volumes,
          .failed_volume_locations = node.failed_volume_locations,
          .last_volume_failure_ms = node.last_volume_failure_ms,
          .capacity_lost = node.capacity_lost,
          .silent_ms =
              static_cast<uint64_t>(Milliseconds(s.clock.Now() - node.last_heartbeat)),
          .storages = datanodes.StorageReports(index)};
}

}  // namespace

NamesystemStatistics Namesystem::GetStatistics() const {
  NamesystemStatistics out;
  Section::Shared inside(state_.section);
  const NamesystemState& s = state_;
  const SafeMode& safe_mode = s.blocks.safe_mode();
  out.info = s.info;
  out.service_state = s.service_state.load();
  out.last_transition_ms = s.last_transition_ms.load();
  out.safe_mode = safe_mode.IsOn();
  out.startup_safe_mode = safe_mode.IsStartup();
  if (out.safe_mode) out.safe_mode_tip = safe_mode.Tip();
  out.safe_blocks = safe_mode.blocks_safe();
  out.safe_blocks_threshold = safe_mode.blocks_threshold();
  out.inodes = s.tree.inodes().size();
  out.open_files = s.leases.file_count();
  out.writers = s.leases.lease_count();
  out.retry_cache_entries = s.retry_cache.size();
  out.blocks = s.blocks.Counters();
  out.datanodes = s.blocks.datanodes().Totals();
  for (const DatanodeIndex index : s.blocks.datanodes().All()) {
    const DatanodeEntry& node = s.blocks.datanodes().node(index);
    if (node.alive) AddStorages(s.blocks.datanodes(), node, out.storage_types);
  }
  ReadLog(s, out);
  out.tree_bytes = s.tree.MemoryBytes().total();
  out.block_map_bytes = s.blocks.MemoryBytes();
  return out;
}

std::vector<DatanodeStatistics> Namesystem::GetDatanodeStatistics() const {
  std::vector<DatanodeStatistics> out;
  Section::Shared inside(state_.section);
  // Indexes stay what they are when others get their turn; removed ones are told by their mark.
  for (const DatanodeIndex index : state_.blocks.datanodes().All()) {
    if (out.size() % kDatanodesPerTurn == kDatanodesPerTurn - 1) inside.Yield();
    if (state_.blocks.datanodes().node(index).removed) continue;
    out.push_back(ReadDatanode(state_, index));
  }
  return out;
}

}  // namespace cairn::namenode
