// SPDX-License-Identifier: Apache-2.0
// ReconfigurationProtocol: no option of a datanode can be changed while it runs, so the list of
// them is empty and no change was ever started.
#include "common/wire/proto/reconfiguration_protocol.pb.h"
#include "datanode/frontend/hadoop_rpc/unary.h"

namespace cairn::datanode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

RpcReply GetReconfigurationStatus(const RpcService&, const RpcCall& call) {
  return Unary<pb::GetReconfigurationStatusRequestProto, pb::GetReconfigurationStatusResponseProto>(
      call, [](const auto&, auto* response) {
        response->set_starttime(0);
        return Status();
      });
}

RpcReply ListReconfigurableProperties(const RpcService&, const RpcCall& call) {
  return Unary<pb::ListReconfigurablePropertiesRequestProto,
               pb::ListReconfigurablePropertiesResponseProto>(
      call, [](const auto&, auto*) { return Status(); });
}

}  // namespace

void AddReconfigurationMethods(MethodTable& table) {
  table.AddUnsupported("startReconfiguration");
  table.AddAdmin("getReconfigurationStatus", GetReconfigurationStatus);
  table.AddAdmin("listReconfigurableProperties", ListReconfigurableProperties);
}

}  // namespace cairn::datanode
