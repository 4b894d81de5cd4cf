// SPDX-License-Identifier: Apache-2.0
// Handshake, registration, and what ends a link.
#include <chrono>

#include "tests/datanode/agent/agent_fixture.h"

namespace cairn::datanode {
namespace {

TEST_F(AgentTest, TheHandshakeFormatsTheDirectoriesAndRegisters) {
  StartAndSettle();
  const auto& registration = namenode_.registrations.at(0);
  const auto& id = registration.datanodeid();
  EXPECT_EQ(id.datanodeuuid(), datanode_.store().datanode_uuid());
  EXPECT_EQ(id.hostname(), "dn.example");
  EXPECT_EQ(id.xferport(), datanode_.transfer().port());
  EXPECT_EQ(id.ipcport(), 2u);
  EXPECT_EQ(id.infoport(), 3u);
  EXPECT_EQ(static_cast<int32_t>(registration.storageinfo().layoutversion()),
            kDatanodeLayoutVersion);
  EXPECT_EQ(registration.storageinfo().clusterid(), "CID-test");
  EXPECT_EQ(registration.storageinfo().namespceid(), 7u);
  EXPECT_EQ(registration.softwareversion(), kHadoopVersion);
  EXPECT_FALSE(datanode_.StorageId().empty());
  EXPECT_TRUE(datanode_.agent().registered(kPool));
  EXPECT_FALSE(datanode_.agent().registered("BP-other"));
  EXPECT_EQ(datanode_.agent().Self().id.ip, "127.0.0.9") << "as the namenode corrected it";
}

TEST_F(AgentTest, HeartbeatsReportEachVolume) {
  StartAndSettle();
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.heartbeats.size() >= 3; }));
  datanode_.Stop();
  const auto& heartbeat = namenode_.heartbeats.at(1);
  ASSERT_EQ(heartbeat.reports_size(), 2);
  EXPECT_GT(heartbeat.reports(0).capacity(), 0u);
  EXPECT_EQ(heartbeat.failedvolumes(), 0u);
  EXPECT_FALSE(heartbeat.has_volumefailuresummary());
}

TEST_F(AgentTest, TheNamenodeMayStartLater) {
  namenode_.Shut();
  datanode_.Start();
  namenode_.Restart();
  EXPECT_TRUE(namenode_.WaitForCalls("blockReport", 1));
}

TEST_F(AgentTest, AStreamWaitsForTheRegistrationForABoundedTime) {
  EXPECT_EQ(datanode_.agent().WaitForPool(kPool).code(), Code::kIoError);
  StartAndSettle();
  EXPECT_TRUE(datanode_.agent().WaitForPool(kPool).ok());
  EXPECT_EQ(datanode_.agent().WaitForPool("BP-other").code(), Code::kIoError);
}

TEST_F(AgentTest, ItRegistersAgainWhenItIsTold) {
  StartAndSettle();
  FakeNamenode::Command command;
  command.set_cmdtype(FakeNamenode::Command::RegisterCommand);
  command.mutable_registercmd();
  namenode_.Send(command);
  // With a full report, for the namenode knows nothing.
  EXPECT_TRUE(namenode_.WaitForCalls("registerDatanode", 2));
  EXPECT_TRUE(namenode_.WaitForCalls("blockReport", 2));
  EXPECT_EQ(namenode_.calls["versionRequest"], 2);
}

TEST_F(AgentTest, ItRegistersAgainWhenTheNamenodeDoesNotKnowIt) {
  StartAndSettle();
  namenode_.Fail("sendHeartbeat", Status(Code::kUnregisteredNode, "who are you"));
  EXPECT_TRUE(namenode_.WaitForCalls("registerDatanode", 2));
  EXPECT_TRUE(namenode_.WaitForCalls("blockReport", 2));
}

TEST_F(AgentTest, AWrongClusterEndsTheLink) {
  ASSERT_TRUE(datanode_.store().AddPool(TestNamespace()).ok());
  datanode_.store().RemovePool(kPool);
  NamespaceInfo other = TestNamespace();
  other.cluster_id = "CID-other";
  namenode_.set_namespace(other);
  datanode_.Start();
  const Status why = datanode_.WaitForEnd();
  EXPECT_EQ(why.code(), Code::kIncorrectVersion) << why.ToString();
  EXPECT_EQ(namenode_.calls["registerDatanode"], 0);
}

TEST_F(AgentTest, ANamenodeThatIsTooOldEndsTheLink) {
  namenode_.set_version("1.2.1");
  datanode_.Start();
  const Status why = datanode_.WaitForEnd();
  EXPECT_EQ(why.code(), Code::kIncorrectVersion) << why.ToString();
}

TEST_F(AgentTest, ADatanodeThatIsNotLetInYetAsksAgain) {
  namenode_.Fail("registerDatanode", Status(Code::kDisallowedDatanode, "not in the list"), 2);
  StartAndSettle();
  EXPECT_EQ(namenode_.calls["registerDatanode"], 3);
}

TEST_F(AgentTest, ADatanodeThatIsSentAwayLaterStops) {
  StartAndSettle();
  namenode_.Fail("sendHeartbeat", Status(Code::kDisallowedDatanode, "excluded"));
  const Status why = datanode_.WaitForEnd();
  EXPECT_EQ(why.code(), Code::kDisallowedDatanode) << why.ToString();
}

TEST_F(AgentTest, ItGoesOnAfterTheNamenodeRestarted) {
  StartAndSettle();
  namenode_.Shut();
  namenode_.Restart();
  const int heartbeats = namenode_.calls["sendHeartbeat"];
  EXPECT_TRUE(namenode_.WaitForCalls("sendHeartbeat", heartbeats + 3));
}

TEST_F(AgentTest, StopIsQuickWhileTheNamenodeIsAway) {
  StartAndSettle();
  namenode_.Shut();
  const auto begin = std::chrono::steady_clock::now();
  datanode_.Stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST_F(AgentTest, TheStatusTellsOfTheNamenode) {
  StartAndSettle();
  ASSERT_TRUE(namenode_.WaitForCalls("sendHeartbeat", 3));
  DatanodeStatus status;
  datanode_.agent().AddStatus(&status);
  EXPECT_EQ(status.cluster_id, "CID-test");
  EXPECT_EQ(status.pool_id, kPool);
  ASSERT_EQ(status.namenodes.size(), 1u);
  EXPECT_EQ(status.namenodes[0].state, "ACTIVE");
  EXPECT_EQ(status.namenodes[0].link, "RUNNING");
  EXPECT_EQ(status.namenodes[0].address, net::ToString(namenode_.address()));
  EXPECT_GT(status.namenodes[0].last_heartbeat_ms, 0);
}

// Sends a command that leaves a trace, and waits until heartbeats have gone by.
void SendBandwidth(FakeNamenode& namenode, uint64_t bandwidth) {
  FakeNamenode::Command command;
  command.set_cmdtype(FakeNamenode::Command::BalancerBandwidthCommand);
  command.mutable_balancercmd()->set_bandwidth(bandwidth);
  namenode.Send(command);
  int seen = 0;
  namenode.WaitFor([&] {
    seen = namenode.calls["sendHeartbeat"];
    return true;
  });
  EXPECT_TRUE(namenode.WaitForCalls("sendHeartbeat", seen + 3));
}

TEST(TwoNamenodesTest, BothAreToldAndTheOneWithTheHigherTransactionIsObeyed) {
  FakeNamenode first;
  FakeNamenode second;
  first.set_active(true, 10);
  second.set_active(false, 0);
  TestAgent datanode(TestAgent::Options({first.address(), second.address()}));
  datanode.Start();
  ASSERT_TRUE(first.WaitForCalls("blockReport", 1));
  ASSERT_TRUE(second.WaitForCalls("blockReport", 1));
  datanode.agent().OnReceived(MakeBlock(1, 5), datanode.StorageId(), "");
  EXPECT_TRUE(first.WaitFor([&] { return first.changes.size() == 1; }));
  EXPECT_TRUE(second.WaitFor([&] { return second.changes.size() == 1; }));

  const auto send = SendBandwidth;
  send(second, 111);
  EXPECT_NE(datanode.transfer().balancer_bandwidth(), 111u) << "from a standby";
  second.set_active(true, 11);
  send(second, 222);
  EXPECT_TRUE(
      second.WaitFor([&] { return datanode.transfer().balancer_bandwidth() == 222u; }));
  send(first, 333);
  EXPECT_EQ(datanode.transfer().balancer_bandwidth(), 222u) << "the old active is not obeyed";
}

TEST(TwoNamenodesTest, ANamenodeOfAnotherNamespaceIsLeftAlone) {
  FakeNamenode first;
  FakeNamenode second;
  NamespaceInfo other = TestNamespace();
  other.block_pool_id = "BP-2-127.0.0.1-2";
  second.set_namespace(other);
  second.Fail("versionRequest", Status(Code::kRetriable, "not yet"), 1'000'000);
  TestAgent datanode(TestAgent::Options({first.address(), second.address()}));
  datanode.Start();
  ASSERT_TRUE(first.WaitForCalls("blockReport", 1));
  second.Fail("versionRequest", Status(), 0);
  const int before = first.calls["sendHeartbeat"];
  EXPECT_TRUE(first.WaitForCalls("sendHeartbeat", before + 5));
  EXPECT_EQ(second.calls["registerDatanode"], 0);
}

TEST(TwoNamenodesTest, TheHigherEpochIsObeyedWhateverItsTransaction) {
  FakeNamenode first;
  FakeNamenode second;
  first.set_active(true, 100, 1);
  second.set_active(false, 90, 1);
  TestAgent datanode(TestAgent::Options({first.address(), second.address()}));
  datanode.Start();
  ASSERT_TRUE(first.WaitForCalls("blockReport", 1));
  ASSERT_TRUE(second.WaitForCalls("blockReport", 1));
  SendBandwidth(first, 111);
  EXPECT_TRUE(first.WaitFor([&] { return datanode.transfer().balancer_bandwidth() == 111u; }));
  second.set_active(true, 90, 2);
  SendBandwidth(second, 222);
  EXPECT_TRUE(second.WaitFor([&] { return datanode.transfer().balancer_bandwidth() == 222u; }));
  first.set_active(true, 200, 1);
  SendBandwidth(first, 333);
  EXPECT_EQ(datanode.transfer().balancer_bandwidth(), 222u) << "of an old epoch";
}

}  // namespace
}  // namespace cairn::datanode
