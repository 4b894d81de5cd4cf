// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "common/rpc/server.h"
#include "namenode/frontend/hadoop_rpc/service.h"

namespace cairn::namenode {

// All protocols that a namenode speaks over Hadoop RPC.
//
// Immutable after construction; must outlive the servers that it was registered with.
class NamenodeProtocols {
 public:
  explicit NamenodeProtocols(const RpcService& service);

  // Registers every protocol with `server`, before it starts.
  void RegisterWith(rpc::RpcServer& server);

  // Of all methods; those of one name in several protocols come several times. Thread-safe.
  std::vector<rpc::MethodCount> Counts() const;

 private:
  struct Entry {
    rpc::RpcProtocol protocol;
    std::unique_ptr<MethodTable> methods;
  };

  using AddMethods = void (*)(MethodTable& table);
  void Add(const RpcService& service, const char* name, const char* java_class,
           std::initializer_list<AddMethods> parts);

  std::vector<Entry> entries_;
};

}  // namespace cairn::namenode
