// SPDX-License-Identifier: Apache-2.0
// Whole datanodes in one process, and their RPC server.
#include "datanode/datanode.h"

#include <chrono>
#include <set>

#include "common/rpc/client.h"
#include "common/wire/proto/client_datanode_protocol.pb.h"
#include "common/wire/proto/inter_datanode_protocol.pb.h"
#include "common/wire/proto/reconfiguration_protocol.pb.h"
#include "datanode/agent/agent_options.h"
#include "tests/datanode/agent/fake_namenode.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::datanode {
namespace {

namespace pb = hadoop::hdfs;

constexpr char kClientProtocol[] = "org.apache.hadoop.hdfs.protocol.ClientDatanodeProtocol";
constexpr char kInterProtocol[] =
    "org.apache.hadoop.hdfs.server.protocol.InterDatanodeProtocol";

class DatanodeTest : public ::testing::Test {
 protected:
  config::Configuration Configure(const std::string& name) {
    config::Configuration configuration;
    configuration.Set("fs.defaultFS", "hdfs://" + net::ToString(namenode_.address()));
    configuration.Set("dfs.datanode.data.dir", "file://" + dir_.path() + "/" + name);
    for (const char* key :
         {"dfs.datanode.address", "dfs.datanode.ipc.address", "dfs.datanode.http.address"}) {
      configuration.Set(key, "127.0.0.1:0");
    }
    configuration.Set("dfs.heartbeat.interval", "20ms");
    configuration.Set("dfs.permissions.superusergroup", "group-that-nobody-has");
    return configuration;
  }
  Result<std::unique_ptr<Datanode>> Create(const std::string& name) {
    return Datanode::Create(Configure(name), {disk_, clock_, random_});
  }
  std::unique_ptr<Datanode> Start(const std::string& name) {
    auto datanode = Create(name);
    EXPECT_TRUE(datanode.ok()) << datanode.status().ToString();
    if (!datanode.ok()) return nullptr;
    const Status started = (*datanode)->Start();
    EXPECT_TRUE(started.ok()) << started.ToString();
    return std::move(*datanode);
  }
  // The answer to a call of a method, decoded.
  template <typename Response>
  Result<Response> Call(const Datanode& datanode, const char* protocol, const char* method,
                        const google::protobuf::MessageLite& request,
                        const std::string& user = ProcessUser()) {
    const rpc::RpcTarget target{
        .address = datanode.rpc_address(), .protocol = protocol, .user = user};
    CAIRN_ASSIGN(const std::string bytes,
                 client_.Call(target, method, wire::SerializeMessage(request)));
    Response response;
    CAIRN_TRY(wire::ParseMessage(bytes, &response));
    return response;
  }

  TempDir dir_;
  io::PosixDisk disk_;
  SystemClock clock_;
  SeededRandom random_{1};
  FakeNamenode namenode_;
  rpc::RpcClient client_{clock_};
};

TEST_F(DatanodeTest, SeveralLiveInOneProcess) {
  std::vector<std::unique_ptr<Datanode>> datanodes;
  for (const char* name : {"a", "b", "c"}) datanodes.push_back(Start(name));
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 3));
  std::set<uint16_t> ports;
  std::set<std::string> uuids;
  for (const auto& datanode : datanodes) {
    EXPECT_TRUE(datanode->registered());
    ports.insert(datanode->transfer_address().port);
    ports.insert(datanode->rpc_address().port);
    const DatanodeStatus status = datanode->Snapshot();
    uuids.insert(status.id.uuid);
    EXPECT_EQ(status.pool_id, kPool);
    EXPECT_EQ(status.volumes.size(), 1u);
    EXPECT_GT(status.capacity, 0u);
    EXPECT_EQ(status.block_count, 0u);
    EXPECT_GT(status.start_ms, 0);
  }
  EXPECT_EQ(ports.size(), 6u);
  EXPECT_FALSE(ports.contains(0));
  EXPECT_EQ(uuids.size(), 3u);
}

TEST_F(DatanodeTest, ADirectoryBelongsToOneDatanode) {
  const auto first = Start("a");
  EXPECT_FALSE(Create("a").ok());
  first->Stop();
}

TEST_F(DatanodeTest, ItKeepsItsNameOverARestart) {
  auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  const std::string uuid = datanode->Snapshot().id.uuid;
  datanode.reset();
  datanode = Start("a");
  EXPECT_EQ(datanode->Snapshot().id.uuid, uuid);
}

TEST_F(DatanodeTest, StopIsQuick) {
  const auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  const auto begin = std::chrono::steady_clock::now();
  datanode->RequestStop();
  EXPECT_TRUE(datanode->Wait().ok());
  datanode->Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
  datanode->Stop();
}

TEST_F(DatanodeTest, AnotherClustersDirectoryEndsIt) {
  Start("a").reset();
  auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  datanode.reset();
  NamespaceInfo other = TestNamespace();
  other.cluster_id = "CID-other";
  namenode_.set_namespace(other);
  datanode = Start("a");
  EXPECT_EQ(datanode->Wait().code(), Code::kIncorrectVersion);
}

TEST_F(DatanodeTest, WrongValuesAreNamed) {
  config::Configuration configuration = Configure("a");
  configuration.Set("dfs.datanode.ipc.address", "nonsense:port");
  const auto datanode = Datanode::Create(configuration, {disk_, clock_, random_});
  ASSERT_FALSE(datanode.ok());
  EXPECT_NE(datanode.status().message().find("dfs.datanode.ipc.address"), std::string::npos)
      << datanode.status().ToString();
}

TEST_F(DatanodeTest, ClientsAreToldToWaitForTheRegistration) {
  namenode_.Shut();
  const auto datanode = Start("a");
  pb::GetReplicaVisibleLengthRequestProto request;
  wire::ToProto(ExtendedBlock{kPool, {BlockId(5), 1, GenerationStamp(1)}}, request.mutable_block());
  const auto length = Call<pb::GetReplicaVisibleLengthResponseProto>(
      *datanode, kClientProtocol, "getReplicaVisibleLength", request);
  EXPECT_EQ(length.status().code(), Code::kRetriable) << length.status().ToString();
}

TEST_F(DatanodeTest, ItAnswersClients) {
  const auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  pb::GetReplicaVisibleLengthRequestProto request;
  wire::ToProto(ExtendedBlock{kPool, {BlockId(5), 1, GenerationStamp(1)}}, request.mutable_block());
  const auto length = Call<pb::GetReplicaVisibleLengthResponseProto>(
      *datanode, kClientProtocol, "getReplicaVisibleLength", request);
  EXPECT_EQ(length.status().code(), Code::kReplicaNotFound) << length.status().ToString();

  const auto info = Call<pb::GetDatanodeInfoResponseProto>(
      *datanode, kClientProtocol, "getDatanodeInfo", pb::GetDatanodeInfoRequestProto(), "anybody");
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ(info->localinfo().softwareversion(), kHadoopVersion);

  const auto bandwidth = Call<pb::GetBalancerBandwidthResponseProto>(
      *datanode, kClientProtocol, "getBalancerBandwidth", pb::GetBalancerBandwidthRequestProto());
  ASSERT_TRUE(bandwidth.ok());
  EXPECT_EQ(bandwidth->bandwidth(), 104857600u);
}

TEST_F(DatanodeTest, AdministratorsSeeVolumesAndForceReports) {
  const auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  const auto volumes = Call<pb::GetVolumeReportResponseProto>(
      *datanode, kClientProtocol, "getVolumeReport", pb::GetVolumeReportRequestProto());
  ASSERT_TRUE(volumes.ok()) << volumes.status().ToString();
  ASSERT_EQ(volumes->volumeinfo_size(), 1);
  EXPECT_NE(volumes->volumeinfo(0).path().find(dir_.path()), std::string::npos);

  pb::TriggerBlockReportRequestProto trigger;
  trigger.set_incremental(false);
  EXPECT_TRUE(Call<pb::TriggerBlockReportResponseProto>(*datanode, kClientProtocol,
                                                        "triggerBlockReport", trigger)
                  .ok());
  EXPECT_TRUE(namenode_.WaitForCalls("blockReport", 2));
  EXPECT_TRUE(Call<pb::EvictWritersResponseProto>(*datanode, kClientProtocol, "evictWriters",
                                                  pb::EvictWritersRequestProto())
                  .ok());
}

TEST_F(DatanodeTest, StrangersMayNotAdministrate) {
  const auto datanode = Start("a");
  pb::ShutdownDatanodeRequestProto request;
  request.set_forupgrade(false);
  const auto refused = Call<pb::ShutdownDatanodeResponseProto>(*datanode, kClientProtocol,
                                                               "shutdownDatanode", request,
                                                               "stranger");
  EXPECT_EQ(refused.status().code(), Code::kAccessDenied);
  EXPECT_EQ(refused.status().message(), "Permission denied.");
  EXPECT_EQ(refused.status().remote_class(), "org.apache.hadoop.security.AccessControlException");
}

TEST_F(DatanodeTest, AnAdministratorShutsItDownOnce) {
  const auto datanode = Start("a");
  pb::ShutdownDatanodeRequestProto request;
  request.set_forupgrade(true);
  const auto call = [&] {
    return Call<pb::ShutdownDatanodeResponseProto>(*datanode, kClientProtocol, "shutdownDatanode",
                                                   request)
        .status();
  };
  EXPECT_TRUE(call().ok());
  EXPECT_EQ(call().message(), "Shutdown already in progress.");
  EXPECT_TRUE(datanode->Wait().ok());
}

TEST_F(DatanodeTest, WhatIsNotBuiltSaysSo) {
  const auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  const auto refresh = Call<pb::RefreshNamenodesResponseProto>(
      *datanode, kClientProtocol, "refreshNamenodes", pb::RefreshNamenodesRequestProto());
  EXPECT_EQ(refresh.status().remote_class(), "java.lang.UnsupportedOperationException");
  const auto list = Call<pb::ListReconfigurablePropertiesResponseProto>(
      *datanode, kClientProtocol, "listReconfigurableProperties",
      pb::ListReconfigurablePropertiesRequestProto());
  ASSERT_TRUE(list.ok()) << list.status().ToString();
  EXPECT_EQ(list->name_size(), 0);
  pb::DeleteBlockPoolRequestProto pool;
  pool.set_blockpool(kPool);
  pool.set_force(true);
  const auto deleted = Call<pb::DeleteBlockPoolResponseProto>(*datanode, kClientProtocol,
                                                              "deleteBlockPool", pool);
  EXPECT_NE(deleted.status().message().find("still running"), std::string::npos);
  const auto unknown = Call<pb::RefreshNamenodesResponseProto>(
      *datanode, kClientProtocol, "noSuchMethod", pb::RefreshNamenodesRequestProto());
  EXPECT_EQ(unknown.status().code(), Code::kNoSuchMethod);
}

TEST_F(DatanodeTest, PeersRecoverBlocksThroughIt) {
  const auto datanode = Start("a");
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  const ExtendedBlock block{kPool, {BlockId(5), 1, GenerationStamp(1)}};
  pb::InitReplicaRecoveryRequestProto init;
  init.mutable_block()->set_newgenstamp(2000);
  wire::ToProto(LocatedBlock{.block = block}, init.mutable_block()->mutable_block());
  const auto found = Call<pb::InitReplicaRecoveryResponseProto>(*datanode, kInterProtocol,
                                                                "initReplicaRecovery", init);
  ASSERT_TRUE(found.ok()) << found.status().ToString();
  EXPECT_FALSE(found->replicafound());
  pb::UpdateReplicaUnderRecoveryRequestProto update;
  wire::ToProto(block, update.mutable_block());
  update.set_recoveryid(2000);
  update.set_newlength(1);
  EXPECT_FALSE(Call<pb::UpdateReplicaUnderRecoveryResponseProto>(
                   *datanode, kInterProtocol, "updateReplicaUnderRecovery", update)
                   .ok());
  // A request that does not decode harms nobody.
  const rpc::RpcTarget target{
      .address = datanode->rpc_address(), .protocol = kInterProtocol, .user = "x"};
  EXPECT_FALSE(client_.Call(target, "initReplicaRecovery", "garbage").ok());
  EXPECT_TRUE(datanode->registered());
}

}  // namespace
}  // namespace cairn::datanode
