// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/hadoop_rpc/protocols.h"

namespace cairn::namenode {

NamenodeProtocols::NamenodeProtocols(const RpcService& service) {
  Add(service, "org.apache.hadoop.hdfs.protocol.ClientProtocol",
      "org.apache.hadoop.hdfs.protocolPB.ClientNamenodeProtocolPB",
      {AddClientReadMethods, AddClientWriteMethods, AddClientNamespaceMethods,
       AddClientAttributeMethods, AddClientClusterMethods, AddUnsupportedClientMethods});
  Add(service, "org.apache.hadoop.hdfs.server.protocol.DatanodeProtocol",
      "org.apache.hadoop.hdfs.protocolPB.DatanodeProtocolPB",
      {AddDatanodeMethods, AddDatanodeReportMethods});
  Add(service, "org.apache.hadoop.hdfs.server.protocol.NamenodeProtocol",
      "org.apache.hadoop.hdfs.protocolPB.NamenodeProtocolPB", {AddNamenodeMethods});
  Add(service, "org.apache.hadoop.ha.HAServiceProtocol",
      "org.apache.hadoop.ha.protocolPB.HAServiceProtocolPB", {AddHaServiceMethods});
  Add(service, "org.apache.hadoop.tools.GetUserMappingsProtocol",
      "org.apache.hadoop.tools.protocolPB.GetUserMappingsProtocolPB", {AddUserMappingMethods});
  Add(service, "org.apache.hadoop.security.RefreshUserMappingsProtocol",
      "org.apache.hadoop.security.protocolPB.RefreshUserMappingsProtocolPB", {AddRefreshMethods});
  Add(service, "org.apache.hadoop.security.authorize.RefreshAuthorizationPolicyProtocol",
      "org.apache.hadoop.security.protocolPB.RefreshAuthorizationPolicyProtocolPB",
      {AddRefreshMethods});
  Add(service, "org.apache.hadoop.ipc.RefreshCallQueueProtocol",
      "org.apache.hadoop.ipc.protocolPB.RefreshCallQueueProtocolPB", {AddRefreshMethods});
}

void NamenodeProtocols::Add(const RpcService& service, const char* name, const char* java_class,
                            std::initializer_list<AddMethods> parts) {
  Entry entry{.protocol = {.name = name, .java_class = java_class, .version = 1, .methods = {}},
              .methods = std::make_unique<MethodTable>(service)};
  for (const AddMethods add : parts) add(*entry.methods);
  entries_.push_back(std::move(entry));
}

void NamenodeProtocols::RegisterWith(rpc::RpcServer& server) {
  for (Entry& entry : entries_) server.Register(entry.protocol, *entry.methods);
}

std::vector<rpc::MethodCount> NamenodeProtocols::Counts() const {
  std::vector<rpc::MethodCount> counts;
  for (const Entry& entry : entries_) {
    for (rpc::MethodCount& count : entry.methods->Counts()) counts.push_back(std::move(count));
  }
  return counts;
}

}  // namespace cairn::namenode
