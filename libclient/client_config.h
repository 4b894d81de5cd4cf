// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/model/block.h"
#include "common/net/address.h"
#include "common/util/result.h"
#include "libclient/dfs.h"

namespace cairn::client {

using Milliseconds = std::chrono::milliseconds;

enum class ReplacePolicy : uint8_t { kNever, kDefault, kAlways };

// How the namenode is reached, and how stubbornly.
struct RpcConfig {
  Milliseconds connect_timeout{20'000};
  Milliseconds call_timeout{120'000};
  int connect_retries = 10;
  Milliseconds connect_retry_interval{1000};
  int failovers_max = 15;
  int failover_connect_retries = 0;
  int retries_max = 10;
  Milliseconds failover_sleep_base{500};
  Milliseconds failover_sleep_max{15'000};
};

struct WriteConfig {
  ChecksumSpec checksum;
  uint32_t packet_bytes = 64 << 10;
  int packets_in_flight = 80;
  int block_tries = 3;            // Besides the first.
  int locate_retries = 5;
  Milliseconds locate_delay{400};
  Milliseconds locate_delay_max{60'000};
  ReplacePolicy replace_policy = ReplacePolicy::kDefault;
  bool replace_best_effort = false;
  int replace_min_replication = 0;
  int recoveries_max = 5;         // Without progress.
  Milliseconds exclude_expiry{600'000};
  Milliseconds restart_timeout{30'000};
  uint32_t replication = 0;       // 0: what the namenode says.
  uint64_t block_size = 0;        // 0: what the namenode says.
};

struct ReadConfig {
  int acquire_failures_max = 3;
  Milliseconds retry_window{3000};
  uint64_t prefetch_bytes = 10 * (128 << 20);
  int idle_connections_max = 16;
  Milliseconds idle_expiry{3000};
  ChecksumMode checksum_mode = ChecksumMode::kMd5Md5Crc;
};

// What the client reads from the configuration, checked once.
//
// Immutable.
struct ClientConfig {
  RpcConfig rpc;
  WriteConfig write;
  ReadConfig read;
  Milliseconds socket_timeout{60'000};
  Milliseconds socket_write_timeout{480'000};
  bool use_datanode_hostname = false;
  uint16_t umask = 022;

  // Silence that is borne on a stream through `datanodes` of them, and a stall of a write.
  Milliseconds ReadTimeout(size_t datanodes) const {
    return socket_timeout + Milliseconds(5000) * static_cast<int>(datanodes);
  }
  // Where a datanode's data port is reached.
  net::HostPort TransferAddress(const DatanodeId& node) const {
    return {use_datanode_hostname ? node.host_name : node.ip, node.transfer_port};
  }
};

Result<ClientConfig> ReadClientConfig(const config::Configuration& configuration);

// "022", or symbolic as in "u=rwx,g=rx,o=": which modes remain.
Result<uint16_t> ParseUmask(const std::string& text);

// A file system's name and the namenodes that serve it.
struct Nameservice {
  std::string uri;                        // "hdfs://host:port", "hdfs://nameservice".
  std::vector<net::HostPort> namenodes;   // In the order in which they are asked.
  bool logical = false;                   // Has several namenodes, by configuration.
};

// Resolves "hdfs://host[:port][/…]" or "hdfs://nameservice"; empty is fs.defaultFS.
Result<Nameservice> ResolveNameservice(const config::Configuration& configuration,
                                       const std::string& uri);

// HADOOP_USER_NAME, else the name of the process's user.
Result<std::string> CurrentUser();

}  // namespace cairn::client
