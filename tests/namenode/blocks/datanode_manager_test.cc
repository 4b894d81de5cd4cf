// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/datanode_manager.h"

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class DatanodeManagerTest : public Cluster {
 protected:
  DatanodeManagerTest() { manager_.FinishLoading(); }
  const DatanodeManager& datanodes() const { return manager_.datanodes(); }
};

TEST_F(DatanodeManagerTest, ARestartedDatanodeKeepsItsPlace) {
  const Node first = Start(1);
  const Node again = Start(1);
  EXPECT_EQ(first.index, again.index);
  EXPECT_EQ(datanodes().All().size(), 1u);
  EXPECT_EQ(datanodes().LiveCount(), 1u);
}

TEST_F(DatanodeManagerTest, AnotherUuidOnTheSameAddressReplacesTheOld) {
  const Node first = Start(1);
  const Block block = AddComplete(1, {first}, 1);
  DatanodeRegistrationArgs args{IdOf(1), "/default-rack", "3.5.0"};
  args.id.uuid = "uuid-new";
  const Result<DatanodeIndex> second = manager_.RegisterDatanode(args);
  ASSERT_TRUE(second.ok());
  EXPECT_NE(*second, first.index);
  EXPECT_EQ(datanodes().FindByUuid("uuid-1"), kNoDatanode);
  EXPECT_EQ(datanodes().All().size(), 1u);
  Tick();
  EXPECT_EQ(manager_.LiveReplicas(block.id), 0u);
  EXPECT_EQ(manager_.Counters().missing, 1u);
}

TEST_F(DatanodeManagerTest, TheSameUuidOnAnotherAddressMoves) {
  const Node first = Start(1);
  DatanodeRegistrationArgs args{IdOf(1), "/r9", "3.5.0"};
  args.id.ip = "10.0.0.99";
  EXPECT_EQ(*manager_.RegisterDatanode(args), first.index);
  EXPECT_EQ(datanodes().FindByAddress("10.0.0.1", 9866), kNoDatanode);
  EXPECT_EQ(datanodes().FindByAddress("10.0.0.99", 9866), first.index);
  EXPECT_EQ(datanodes().node(first.index).info.location, "/r9");
  EXPECT_EQ(datanodes().topology().RackCount(), 1u);
}

TEST_F(DatanodeManagerTest, AnUnknownDatanodeIsToldToRegister) {
  Node stranger{IdOf(5), {"DS-5", StorageState::kNormal, StorageType::kDisk}, {}};
  EXPECT_TRUE(BeatFor<RegisterCommand>(stranger).has_value());
  const ReceivedDeletedBlock line{MakeBlock(1), ReceivedStatus::kReceived, ""};
  EXPECT_EQ(manager_.IncrementalReport(stranger.id, stranger.storage, {&line, 1}).code(),
            Code::kUnregisteredNode);
}

TEST_F(DatanodeManagerTest, ADatanodeIsStaleAfterThirtySecondsAndDeadAfterTenAndAHalfMinutes) {
  const Node node = Start(1);
  clock_.Advance(29s);
  EXPECT_FALSE(datanodes().IsStale(node.index));
  clock_.Advance(1s);
  EXPECT_TRUE(datanodes().IsStale(node.index));
  clock_.Advance(600s);
  Tick();
  EXPECT_TRUE(datanodes().node(node.index).alive);
  clock_.Advance(1ms);
  Tick();
  EXPECT_FALSE(datanodes().node(node.index).alive);
  EXPECT_EQ(datanodes().Totals().dead, 1u);
  EXPECT_TRUE(BeatFor<RegisterCommand>(node).has_value());
}

class Hosts final : public HostFilter {
 public:
  Hosts(std::string included, std::string excluded)
      : included_(std::move(included)), excluded_(std::move(excluded)) {}
  bool IsIncluded(const DatanodeId& node) const override {
    return included_.empty() || node.ip == included_;
  }
  bool IsExcluded(const DatanodeId& node) const override { return node.ip == excluded_; }

 private:
  const std::string included_;
  const std::string excluded_;
};

TEST_F(DatanodeManagerTest, AHostThatIsNotIncludedMayNotRegister) {
  manager_.datanodes().SetHostFilter(std::make_shared<Hosts>("10.0.0.1", ""));
  Start(1);
  const Status status = manager_.RegisterDatanode({IdOf(2), "/r", ""}).status();
  EXPECT_EQ(status.code(), Code::kDisallowedDatanode);
  EXPECT_EQ(status.message().find("Datanode denied communication with namenode because the host "
                                  "is not in the include-list"),
            0u);
}

TEST_F(DatanodeManagerTest, AnExcludedDatanodeServesReadersButDoesNotCount) {
  StartEmpty(3);
  const Block block = AddComplete(1, {nodes_[0], nodes_[1]}, 2);
  manager_.datanodes().SetHostFilter(std::make_shared<Hosts>("", "10.0.0.1"));
  EXPECT_EQ(datanodes().node(nodes_[0].index).info.admin_state,
            AdminState::kDecommissionInProgress);
  const LocatedBlock located = manager_.Locate(block.id, 0, "BP", "10.0.0.1");
  ASSERT_EQ(located.locations.size(), 2u);
  EXPECT_EQ(located.locations[1].node.id.uuid, "uuid-1");
  EXPECT_EQ(datanodes().Totals().decommissioning, 1u);
}

TEST_F(DatanodeManagerTest, HeartbeatsGiveTheSumOfGoodVolumes) {
  const Node node = Start(1);
  HeartbeatArgs args = BeatArgs(node);
  StorageReport second = args.storages[0];
  second.storage.uuid = "DS-1b";
  args.storages.push_back(second);
  ASSERT_TRUE(manager_.Heartbeat(args).ok());
  EXPECT_EQ(datanodes().node(node.index).info.capacity, 400 * kGiB);
  args.storages[1].failed = true;
  args.failed_volumes = 1;
  ASSERT_TRUE(manager_.Heartbeat(args).ok());
  EXPECT_EQ(datanodes().node(node.index).info.capacity, 200 * kGiB);
  EXPECT_EQ(datanodes().Totals().failed_volumes, 1u);
}

// HDFS-7960: a volume that was pulled while its datanode was down stayed on as a zombie.
TEST_F(DatanodeManagerTest, AVolumeThatIsNoLongerNamedLosesItsReplicas) {
  const Node node = Start(1);
  const DatanodeStorage second{"DS-1b", StorageState::kNormal, StorageType::kDisk};
  const Block block = AddComplete(1, {}, 1);
  const ReceivedDeletedBlock line{block, ReceivedStatus::kReceived, ""};
  ASSERT_TRUE(manager_.IncrementalReport(node.id, second, {&line, 1}).ok());
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
  Start(1);
  EXPECT_EQ(manager_.LiveReplicas(block.id), 0u);
  Tick();
  EXPECT_EQ(manager_.Counters().missing, 1u);
  EXPECT_EQ(datanodes().FindStorage(node.index, "DS-1b"), kNoStorage);
}

TEST_F(DatanodeManagerTest, AVolumeThatIsLostStaysLostWhenItsDatanodeRegistersAgain) {
  const Node node = Start(1);
  const DatanodeStorage second{"DS-1b", StorageState::kNormal, StorageType::kDisk};
  const Block block = AddComplete(1, {}, 1);
  const ReceivedDeletedBlock line{block, ReceivedStatus::kReceived, ""};
  ASSERT_TRUE(manager_.IncrementalReport(node.id, second, {&line, 1}).ok());
  Start(1);
  Start(1);
  Tick();
  EXPECT_EQ(manager_.Counters().missing, 1u);
}

TEST_F(DatanodeManagerTest, AVolumeThatComesBackCountsAfterItsReport) {
  Node node = Start(1);
  const Block block = AddComplete(1, {node}, 1);
  HeartbeatArgs args = BeatArgs(node);
  args.storages[0].failed = true;
  ASSERT_TRUE(manager_.Heartbeat(args).ok());
  Tick();
  EXPECT_EQ(manager_.LiveReplicas(block.id), 0u);
  node = Start(1);
  Report(node, {{block}});
  EXPECT_EQ(manager_.LiveReplicas(block.id), 1u);
}

TEST_F(DatanodeManagerTest, BalancerBandwidthIsToldOnce) {
  const Node node = Start(1);
  manager_.SetBalancerBandwidth(1 << 20);
  const auto command = BeatFor<BalancerBandwidthCommand>(node);
  ASSERT_TRUE(command.has_value());
  EXPECT_EQ(command->bandwidth, 1u << 20);
  EXPECT_FALSE(BeatFor<BalancerBandwidthCommand>(node).has_value());
}

TEST_F(DatanodeManagerTest, ALeaseComesWithTheHeartbeatAndGoesWithTheReport) {
  const Node node = Start(1);
  HeartbeatArgs beat = BeatArgs(node);
  beat.wants_report_lease = true;
  const uint64_t lease = manager_.Heartbeat(beat)->report_lease_id;
  ASSERT_NE(lease, 0u);
  ReportedBlockList empty({});
  BlockManager::FullReportArgs args;
  args.id = node.id;
  args.storage = node.storage;
  args.report_id = 42;
  args.lease_id = lease + 1;
  EXPECT_EQ(manager_.BeginFullReport(args, empty).status().code(), Code::kReportLease);
  args.lease_id = lease;
  EXPECT_NE(*manager_.BeginFullReport(args, empty), nullptr);
  args.lease_id = 0xabc;
  EXPECT_EQ(manager_.BeginFullReport(args, empty).status().message(),
            "Block report 0x2a was rejected as lease 0xabc is invalid");
}

}  // namespace
}  // namespace cairn::namenode
