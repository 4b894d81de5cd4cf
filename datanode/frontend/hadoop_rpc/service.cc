// SPDX-License-Identifier: Apache-2.0
#include "datanode/frontend/hadoop_rpc/service.h"

#include <utility>

namespace cairn::datanode {
namespace {

rpc::RpcReply Unsupported(const RpcService&, const rpc::RpcCall& call) {
  return Status(Code::kUnsupported, std::string(call.method) + " is not supported by Cairn yet");
}

}  // namespace

void MethodTable::Add(const char* name, Method method, bool slow) {
  rows_[name] = {.method = method, .slow = slow};
}

// The check may wait for the system's user database.
void MethodTable::AddAdmin(const char* name, Method method) {
  rows_[name] = {.method = method, .slow = true, .admin = true};
}

void MethodTable::AddUnsupported(const char* name) { AddAdmin(name, Unsupported); }

rpc::RpcReply MethodTable::Call(const rpc::RpcCall& call) {
  const auto it = rows_.find(call.method);
  if (it == rows_.end()) return Status(Code::kNoSuchMethod, std::string(call.method));
  const Row& row = it->second;
  if (row.admin) {
    if (Status allowed = service_.superusers.Check(call.caller.user); !allowed.ok()) {
      return rpc::RpcReply(std::move(allowed));
    }
  }
  return row.method(service_, call);
}

bool MethodTable::IsSlow(std::string_view method) const {
  const auto it = rows_.find(method);
  return it != rows_.end() && it->second.slow;
}

DatanodeProtocols::DatanodeProtocols(RpcService service) : service_(std::move(service)) {
  const auto add = [this](const char* name, const char* java_class,
                          void (*add_methods)(MethodTable&)) {
    Entry entry{.protocol = {.name = name, .java_class = java_class, .version = 1, .methods = {}},
                .methods = std::make_unique<MethodTable>(service_)};
    add_methods(*entry.methods);
    entries_.push_back(std::move(entry));
  };
  add("org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol",
      "org.apache.hadoop.hdfs.protocolPB.ClientDatanodeProtocolPB", AddClientDatanodeMethods);
  add("org.apache.hadoop.hdfs.server.protocol.InterDatanodeProtocol",
      "org.apache.hadoop.hdfs.protocolPB.InterDatanodeProtocolPB", AddInterDatanodeMethods);
  add("org.apache.hadoop.hdfs.protocol.ReconfigurationProtocol",
      "org.apache.hadoop.hdfs.protocolPB.ReconfigurationProtocolPB", AddReconfigurationMethods);
}

void DatanodeProtocols::RegisterWith(rpc::RpcServer& server) {
  for (Entry& entry : entries_) server.Register(entry.protocol, *entry.methods);
}

}  // namespace cairn::datanode
