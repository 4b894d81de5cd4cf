// SPDX-License-Identifier: Apache-2.0
#include "libclient/datanode_admin.h"

#include "common/net/address.h"
#include "common/rpc/client.h"
#include "common/util/clock.h"
#include "common/wire/converters.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/client_datanode_protocol.pb.h"
#include "libclient/client_config.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

}  // namespace

struct DatanodeAdmin::State {
  State(const ClientConfig& config, rpc::RpcTarget to)
      : rpc(clock, {.connect_timeout = config.rpc.connect_timeout,
                    .call_timeout = config.rpc.call_timeout}),
        target(std::move(to)) {}

  template <typename Response>
  Status Call(const char* method, const google::protobuf::MessageLite& request,
              Response* response) {
    CAIRN_ASSIGN(const std::string bytes,
                 rpc.Call(target, method, wire::SerializeMessage(request)));
    return wire::ParseMessage(bytes, response);
  }

  SystemClock clock;
  rpc::RpcClient rpc;
  const rpc::RpcTarget target;
};

DatanodeAdmin::DatanodeAdmin(std::unique_ptr<State> state) : state_(std::move(state)) {}
DatanodeAdmin::~DatanodeAdmin() = default;

Result<std::unique_ptr<DatanodeAdmin>> DatanodeAdmin::Connect(
    const config::Configuration& configuration, const std::string& address,
    const std::string& user) {
  CAIRN_ASSIGN(const ClientConfig config, ReadClientConfig(configuration));
  CAIRN_ASSIGN(const net::HostPort host_port, net::ParseHostPort(address));
  std::string name = user;
  if (name.empty()) {
    CAIRN_ASSIGN(name, CurrentUser());
  }
  rpc::RpcTarget target{.address = host_port,
                        .protocol = "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol",
                        .version = 1,
                        .user = std::move(name),
                        .real_user = {}};
  return std::unique_ptr<DatanodeAdmin>(
      new DatanodeAdmin(std::make_unique<State>(config, std::move(target))));
}

Result<DatanodeLocalInfo> DatanodeAdmin::GetInfo() {
  pb::GetDatanodeInfoResponseProto response;
  CAIRN_TRY(state_->Call("getDatanodeInfo", pb::GetDatanodeInfoRequestProto(), &response));
  const pb::DatanodeLocalInfoProto& info = response.localinfo();
  return DatanodeLocalInfo{.software_version = info.softwareversion(),
                           .config_version = info.configversion(),
                           .uptime_sec = info.uptime()};
}

Status DatanodeAdmin::Shutdown(bool for_upgrade) {
  pb::ShutdownDatanodeRequestProto request;
  request.set_forupgrade(for_upgrade);
  pb::ShutdownDatanodeResponseProto response;
  return state_->Call("shutdownDatanode", request, &response);
}

Status DatanodeAdmin::TriggerBlockReport(bool incremental, const std::string& namenode) {
  pb::TriggerBlockReportRequestProto request;
  request.set_incremental(incremental);
  if (!namenode.empty()) request.set_nnaddress(namenode);
  pb::TriggerBlockReportResponseProto response;
  return state_->Call("triggerBlockReport", request, &response);
}

Status DatanodeAdmin::EvictWriters() {
  pb::EvictWritersResponseProto response;
  return state_->Call("evictWriters", pb::EvictWritersRequestProto(), &response);
}

Status DatanodeAdmin::RefreshNamenodes() {
  pb::RefreshNamenodesResponseProto response;
  return state_->Call("refreshNamenodes", pb::RefreshNamenodesRequestProto(), &response);
}

Status DatanodeAdmin::DeleteBlockPool(const std::string& pool_id, bool force) {
  pb::DeleteBlockPoolRequestProto request;
  request.set_blockpool(pool_id);
  request.set_force(force);
  pb::DeleteBlockPoolResponseProto response;
  return state_->Call("deleteBlockPool", request, &response);
}

Result<uint64_t> DatanodeAdmin::GetBalancerBandwidth() {
  pb::GetBalancerBandwidthResponseProto response;
  CAIRN_TRY(
      state_->Call("getBalancerBandwidth", pb::GetBalancerBandwidthRequestProto(), &response));
  return response.bandwidth();
}

}  // namespace cairn::client
