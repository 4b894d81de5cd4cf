// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::datanode {

// The settings of the data path, read once. Bandwidths are bytes a second; 0 is no limit.
struct TransferOptions {
  std::string listen_host = "0.0.0.0";
  uint16_t listen_port = 9866;  // 0 takes any free port.

  uint32_t streams_max = 4096;               // dfs.datanode.max.transfer.threads
  int64_t read_timeout_ms = 60'000;          // dfs.client.socket-timeout
  int64_t write_timeout_ms = 480'000;        // dfs.datanode.socket.write.timeout
  int64_t keepalive_ms = 4'000;              // dfs.datanode.socket.reuse.keepalive; 0: one op.
  uint64_t block_size_estimate = 128u << 20; // dfs.blocksize
  bool connect_by_host_name = false;         // dfs.datanode.use.datanode.hostname

  uint64_t balance_bandwidth = 100u << 20;   // dfs.datanode.balance.bandwidthPerSec
  uint32_t balance_moves_max = 100;          // dfs.datanode.balance.max.concurrent.moves
  uint64_t transfer_bandwidth = 0;           // dfs.datanode.data.transfer.bandwidthPerSec
  uint64_t write_bandwidth = 0;              // dfs.datanode.data.write.bandwidthPerSec
  uint64_t read_bandwidth = 0;               // dfs.datanode.data.read.bandwidthPerSec

  uint64_t readahead_bytes = 4u << 20;       // dfs.datanode.readahead.bytes
  bool drop_cache_behind_reads = false;      // dfs.datanode.drop.cache.behind.reads
  bool drop_cache_behind_writes = false;     // dfs.datanode.drop.cache.behind.writes
  bool sync_behind_writes = false;           // dfs.datanode.sync.behind.writes
  bool sync_on_close = false;                // dfs.datanode.synconclose
  bool send_by_sendfile = true;              // dfs.datanode.transferTo.allowed
  bool tcp_no_delay = true;                  // dfs.data.transfer.server.tcpnodelay
  uint32_t send_buffer_bytes = 0;            // dfs.datanode.transfer.socket.send.buffer.size
  uint32_t receive_buffer_bytes = 0;         // dfs.datanode.transfer.socket.recv.buffer.size
  int64_t slow_io_warning_ms = 300;          // dfs.datanode.slow.io.warning.threshold.ms
  int64_t restart_expiry_ms = 50'000;        // dfs.datanode.restart.replica.expiration

  // Data bytes of one packet that we send.
  uint32_t packet_bytes = 256u << 10;
};

// Reads the options from a configuration; the listening address is dfs.datanode.address.
Result<TransferOptions> LoadTransferOptions(const config::Configuration& configuration);

}  // namespace cairn::datanode
