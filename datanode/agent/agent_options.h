// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/net/address.h"
#include "common/rpc/client.h"
#include "common/util/clock.h"
#include "common/util/result.h"

namespace cairn::datanode {

// The settings of the links to the namenodes, read once.
struct AgentOptions {
  std::vector<net::HostPort> namenodes;  // At least one.
  std::string user;                      // Who calls the namenode.
  std::string host_name;                 // dfs.datanode.hostname, else the machine's.

  Clock::Duration heartbeat_interval = std::chrono::seconds(3);
  Clock::Duration full_report_interval = std::chrono::hours(6);
  Clock::Duration full_report_delay{0};        // dfs.blockreport.initialDelay.
  Clock::Duration incremental_interval{0};     // dfs.blockreport.incremental.intervalMsec.
  Clock::Duration pool_ready_limit = std::chrono::seconds(20);  // dfs.datanode.bp-ready.timeout.
  uint64_t report_split_blocks = 1'000'000;    // dfs.blockreport.split.threshold.
  std::string namenode_version_min = "2.1.0-beta";
  bool connect_by_host_name = false;           // dfs.datanode.use.datanode.hostname.
  std::chrono::milliseconds peer_timeout{60'000};  // dfs.client.socket-timeout.
  rpc::RpcClientOptions rpc;
  // Pauses between tries of a namenode that does not answer: doubled from the first to the second.
  Clock::Duration retry_first = std::chrono::milliseconds(100);
  Clock::Duration retry_max = std::chrono::seconds(2);
};

// kInvalidArgument names the key.
Result<AgentOptions> ReadAgentOptions(const config::Configuration& configuration);

// The RPC addresses of the namenodes that the configuration names: the service address where there
// is one. Of a logical nameservice, those of all its namenodes. Port 8020 when none is said.
Result<std::vector<net::HostPort>> NamenodeAddresses(const config::Configuration& configuration);

// Who this process acts as: HADOOP_USER_NAME, else the owner of the process.
std::string ProcessUser();

// Whether "3.5.0" is at least "2.1.0-beta": compares the numbers; a suffix comes before none.
bool VersionAtLeast(const std::string& version, const std::string& wanted);

}  // namespace cairn::datanode
