// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/rpc/client.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "libclient/block_calls.h"
#include "libclient/block_reader.h"
#include "libclient/client_config.h"
#include "libclient/connection_pool.h"
#include "libclient/namenode_proxy.h"
#include "libclient/pauser.h"
#include "libclient/stream_keeper.h"

namespace cairn::client {

// What a client and its streams stand on.
//
// Thread-safe.
class ClientCore {
 public:
  ClientCore(ClientConfig config, Nameservice service, std::string user);
  ~ClientCore();

  ClientCore(const ClientCore&) = delete;
  ClientCore& operator=(const ClientCore&) = delete;

  const ClientConfig& config() const { return config_; }
  const std::string& user() const { return user_; }
  const std::string& client_name() const { return calls_.client_name(); }
  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }
  Pauser& pauser() { return pauser_; }
  NamenodeProxy& namenode() { return namenode_; }
  BlockCalls& calls() { return calls_; }
  StreamKeeper& keeper() { return keeper_; }
  ReaderContext reader_context() { return {config_, pool_, calls_.client_name()}; }

  // How many bytes of a replica that is being written readers may see.
  Result<uint64_t> GetReplicaVisibleLength(const DatanodeInfo& node, const ExtendedBlock& block);

 private:
  const ClientConfig config_;
  const std::string user_;
  SystemClock clock_;
  SeededRandom random_;
  Pauser pauser_;
  rpc::RpcClient rpc_;
  ConnectionPool pool_;
  NamenodeProxy namenode_;
  BlockCalls calls_;
  StreamKeeper keeper_;
};

}  // namespace cairn::client
