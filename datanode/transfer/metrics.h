// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace cairn::datanode {

// What the data path counts, under the names of Apache's DataNodeActivity bean. Times are sums over
// operations, so that an exporter can divide.
//
// Thread-safe.
struct TransferMetrics {
  using Counter = std::atomic<uint64_t>;

  Counter bytes_written{0};
  Counter bytes_read{0};
  Counter blocks_written{0};
  Counter blocks_read{0};
  Counter blocks_replicated{0};
  Counter packets_received{0};
  Counter fsync_count{0};
  Counter fsync_nanos{0};
  Counter reads_from_local_client{0};
  Counter reads_from_remote_client{0};
  Counter writes_from_local_client{0};
  Counter writes_from_remote_client{0};
  Counter remote_bytes_read{0};
  Counter remote_bytes_written{0};
  Counter read_block_ops{0};
  Counter read_block_op_nanos{0};
  Counter write_block_ops{0};
  Counter write_block_op_nanos{0};
  Counter transfer_block_ops{0};
  Counter copy_block_ops{0};
  Counter replace_block_ops{0};
  Counter block_checksum_ops{0};
  Counter block_checksum_op_nanos{0};
  Counter network_errors{0};
  Counter packets_slow_to_disk{0};
  Counter packets_slow_to_mirror{0};
  Counter checksum_errors{0};
  Counter refused_streams{0};

  // Gauges.
  Counter active_streams{0};
  Counter active_readers{0};
  Counter active_writers{0};
  Counter transfers_in_progress{0};  // Replicas being sent: the heartbeat's xmitsInProgress.
};

}  // namespace cairn::datanode
