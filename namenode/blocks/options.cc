// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/options.h"

#include "common/config/common_keys.h"
#include "common/config/datanode_keys.h"
#include "common/config/namenode_keys.h"

namespace cairn::namenode {
namespace {

using Milliseconds = BlockManagerOptions::Milliseconds;

Status LoadDatanodes(const config::Configuration& c, BlockManagerOptions& o) {
  CAIRN_ASSIGN(const int64_t heartbeat, c.Get(config::kHeartbeatInterval));
  CAIRN_ASSIGN(const int64_t recheck, c.Get(config::kHeartbeatRecheckMs));
  CAIRN_ASSIGN(const int64_t stale, c.Get(config::kStaleInterval));
  CAIRN_ASSIGN(o.avoid_stale_read, c.Get(config::kAvoidStaleRead));
  CAIRN_ASSIGN(o.avoid_stale_write, c.Get(config::kAvoidStaleWrite));
  CAIRN_ASSIGN(o.consider_load, c.Get(config::kConsiderLoad));
  CAIRN_ASSIGN(o.consider_load_factor, c.Get(config::kConsiderLoadFactor));
  CAIRN_ASSIGN(const int64_t leases, c.Get(config::kMaxFullReportLeases));
  CAIRN_ASSIGN(const int64_t lease_length, c.Get(config::kFullReportLease));
  o.heartbeat_interval = Milliseconds(heartbeat);
  o.heartbeat_recheck = Milliseconds(recheck);
  o.stale_interval = Milliseconds(stale);
  o.report_leases_max = static_cast<uint32_t>(leases);
  o.report_lease_length = Milliseconds(lease_length);
  return Status();
}

Status LoadRedundancy(const config::Configuration& c, BlockManagerOptions& o) {
  CAIRN_ASSIGN(const int64_t replication_min, c.Get(config::kReplicationMin));
  CAIRN_ASSIGN(const int64_t replication_max, c.Get(config::kReplicationMax));
  CAIRN_ASSIGN(const int64_t replication, c.Get(config::kReplication));
  CAIRN_ASSIGN(const int64_t interval, c.Get(config::kRedundancyInterval));
  CAIRN_ASSIGN(const int64_t pending, c.Get(config::kPendingReplicationTimeout));
  CAIRN_ASSIGN(const int64_t streams, c.Get(config::kReplicationMaxStreams));
  CAIRN_ASSIGN(const int64_t streams_hard, c.Get(config::kReplicationMaxStreamsHard));
  CAIRN_ASSIGN(const int64_t multiplier, c.Get(config::kReplicationWorkMultiplier));
  CAIRN_ASSIGN(const int64_t invalidate, c.Get(config::kInvalidateLimit));
  o.replication_min = static_cast<uint16_t>(replication_min);
  o.replication_max = static_cast<uint16_t>(replication_max);
  o.replication_default = static_cast<uint16_t>(replication);
  o.redundancy_interval = Milliseconds(interval);
  o.pending_timeout = Milliseconds(pending);
  o.max_streams = static_cast<uint32_t>(streams);
  o.max_streams_hard = static_cast<uint32_t>(streams_hard);
  o.work_multiplier = static_cast<uint32_t>(multiplier);
  o.invalidate_limit = static_cast<uint32_t>(invalidate);
  return Status();
}

Status LoadSafeMode(const config::Configuration& c, BlockManagerOptions& o) {
  CAIRN_ASSIGN(o.safe_mode_threshold, c.Get(config::kSafeModeThreshold));
  CAIRN_ASSIGN(const int64_t datanodes, c.Get(config::kSafeModeMinDatanodes));
  CAIRN_ASSIGN(const int64_t extension, c.Get(config::kSafeModeExtension));
  o.safe_mode_min_datanodes = static_cast<uint32_t>(datanodes);
  o.safe_mode_extension = Milliseconds(extension);
  o.safe_mode_replication_min = o.replication_min;
  return Status();
}

}  // namespace

Result<BlockManagerOptions> BlockManagerOptions::Load(const config::Configuration& configuration) {
  BlockManagerOptions options;
  CAIRN_TRY(LoadDatanodes(configuration, options));
  CAIRN_TRY(LoadRedundancy(configuration, options));
  CAIRN_TRY(LoadSafeMode(configuration, options));
  // The limit grows with the heartbeat's interval, as Apache's does.
  const auto by_interval = static_cast<uint32_t>(20 * options.heartbeat_interval.count() / 1000);
  options.invalidate_limit = std::max(options.invalidate_limit, by_interval);
  return options;
}

}  // namespace cairn::namenode
