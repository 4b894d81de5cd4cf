// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::client {

// What a datanode says of itself.
struct DatanodeLocalInfo {
  std::string software_version;
  std::string config_version;
  uint64_t uptime_sec = 0;
};

// What administrators ask one datanode, by its RPC address. Part of the client library's face, like
// dfs.h: a datanode needs no file system to be asked.
//
// Thread-safe.
class DatanodeAdmin {
 public:
  // `address`: "host:port". `user`: empty for the process's user. Nothing is sent yet.
  static Result<std::unique_ptr<DatanodeAdmin>> Connect(const config::Configuration& configuration,
                                                        const std::string& address,
                                                        const std::string& user = "");
  ~DatanodeAdmin();

  Result<DatanodeLocalInfo> GetInfo();
  // `for_upgrade`: clients are told to wait for it to come back.
  Status Shutdown(bool for_upgrade);
  // `namenode`: to this one only, "host:port"; empty for all.
  Status TriggerBlockReport(bool incremental, const std::string& namenode);
  Status EvictWriters();
  Status RefreshNamenodes();
  Status DeleteBlockPool(const std::string& pool_id, bool force);
  Result<uint64_t> GetBalancerBandwidth();  // Bytes per second.

 private:
  struct State;
  explicit DatanodeAdmin(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

}  // namespace cairn::client
