// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/rpc/handler.h"
#include "common/rpc/server.h"
#include "common/util/clock.h"
#include "datanode/agent/agent.h"
#include "datanode/frontend/hadoop_rpc/superuser.h"
#include "datanode/store/replica_store.h"
#include "datanode/transfer/server.h"

namespace cairn::datanode {

// What the methods of a datanode's protocols work with. The references outlive the server.
struct RpcService {
  ReplicaStore& store;
  TransferServer& transfer;
  DatanodeAgent& agent;
  const SuperuserCheck& superusers;
  const Clock& clock;
  int64_t start_ms = 0;  // Unix time.
  // Begins to shut down; kIoError when that has been asked already. Must not wait for it.
  std::function<Status(bool for_upgrade)> shutdown;
};

// The methods of one protocol by name.
//
// Filled before the server starts, immutable then; thread-safe then.
class MethodTable final : public rpc::RpcHandler {
 public:
  using Method = rpc::RpcReply (*)(const RpcService& service, const rpc::RpcCall& call);

  explicit MethodTable(const RpcService& service) : service_(service) {}

  // `name` must be a literal. `slow`: waits for disks or peers, runs on the server's pool.
  void Add(const char* name, Method method, bool slow = false);
  // Only superusers may call it.
  void AddAdmin(const char* name, Method method);
  // A method of Apache's that is not built: Java's UnsupportedOperationException.
  void AddUnsupported(const char* name);

  rpc::RpcReply Call(const rpc::RpcCall& call) override;
  bool IsSlow(std::string_view method) const override;

 private:
  struct Row {
    Method method = nullptr;
    bool slow = false;
    bool admin = false;
  };

  const RpcService& service_;
  std::map<std::string_view, Row> rows_;
};

void AddInterDatanodeMethods(MethodTable& table);
void AddClientDatanodeMethods(MethodTable& table);
void AddReconfigurationMethods(MethodTable& table);

// All protocols that a datanode speaks over Hadoop RPC.
//
// Immutable after construction; must outlive the server that it was registered with.
class DatanodeProtocols {
 public:
  explicit DatanodeProtocols(RpcService service);

  // Before the server starts.
  void RegisterWith(rpc::RpcServer& server);

 private:
  struct Entry {
    rpc::RpcProtocol protocol;
    std::unique_ptr<MethodTable> methods;
  };

  const RpcService service_;
  std::vector<Entry> entries_;
};

}  // namespace cairn::datanode
