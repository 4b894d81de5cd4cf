// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::namenode {

// Every setting of namenode/blocks; the defaults are Apache's.
//
// A value type.
struct BlockManagerOptions {
  using Milliseconds = std::chrono::milliseconds;

  uint16_t replication_min = 1;
  uint16_t replication_max = 512;
  uint16_t replication_default = 3;

  // Datanodes.
  Milliseconds heartbeat_interval{3000};
  Milliseconds heartbeat_recheck{300000};
  Milliseconds stale_interval{30000};
  bool avoid_stale_read = false;
  bool avoid_stale_write = false;
  double stale_write_ratio = 0.5;  // Above this share of stale nodes they are written to again.

  // Redundancy.
  Milliseconds redundancy_interval{3000};
  Milliseconds pending_timeout{300000};
  uint32_t max_streams = 2;
  uint32_t max_streams_hard = 4;
  uint32_t work_multiplier = 2;
  uint32_t invalidate_limit = 1000;

  // Placement.
  bool consider_load = true;
  double consider_load_factor = 2.0;
  bool prefer_local_node = true;

  // Full block reports.
  uint32_t report_leases_max = 6;
  Milliseconds report_lease_length{300000};

  // Safe mode.
  double safe_mode_threshold = 0.999;
  uint32_t safe_mode_min_datanodes = 0;
  uint16_t safe_mode_replication_min = 1;
  Milliseconds safe_mode_extension{30000};

  // Silence after which a datanode is dead.
  Milliseconds DeadInterval() const { return 2 * heartbeat_recheck + 10 * heartbeat_interval; }

  // Reads all of it; fails on the first value that is wrong.
  static Result<BlockManagerOptions> Load(const config::Configuration& configuration);
};

}  // namespace cairn::namenode
