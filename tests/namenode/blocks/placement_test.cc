// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/placement.h"

#include <set>

#include "tests/namenode/blocks/cluster.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class PlacementTest : public Cluster {
 protected:
  explicit PlacementTest(BlockManagerOptions options = {}) : Cluster(options) {
    manager_.FinishLoading();
  }

  // `racks` racks with `each` datanodes: 1, 2, … in the order of racks.
  void Build(int racks, int each) {
    for (int r = 0; r < racks; ++r) {
      for (int i = 0; i < each; ++i) {
        nodes_.push_back(Start(r * each + i + 1, "/rack" + std::to_string(r)));
      }
    }
  }
  std::vector<StorageIndex> Choose(const BlockManager::ChooseArgs& args) {
    Result<std::vector<StorageIndex>> chosen = manager_.ChooseTargets(args);
    EXPECT_TRUE(chosen.ok()) << chosen.status().ToString();
    return chosen.ok() ? *chosen : std::vector<StorageIndex>();
  }
  BlockManager::ChooseArgs Three(const std::string& writer = "") const {
    BlockManager::ChooseArgs args;
    args.path = "/f";
    args.count = 3;
    args.writer_host = writer;
    args.block_size = 1 << 20;
    return args;
  }
  std::string Uuid(StorageIndex s) const { return manager_.datanodes().NodeOf(s).info.id.uuid; }
  std::string Rack(StorageIndex s) const { return manager_.datanodes().NodeOf(s).info.location; }
};

TEST_F(PlacementTest, WriterThenARemoteRackThenTheSameRemoteRack) {
  Build(4, 3);
  for (int i = 0; i < 200; ++i) {
    const auto places = Choose(Three("10.0.0.5"));
    ASSERT_EQ(places.size(), 3u);
    EXPECT_EQ(Uuid(places[0]), "uuid-5");
    EXPECT_NE(Rack(places[1]), Rack(places[0]));
    EXPECT_EQ(Rack(places[2]), Rack(places[1]));
    EXPECT_NE(Uuid(places[2]), Uuid(places[1]));
  }
}

TEST_F(PlacementTest, AWriterOutsideTheClusterGetsAnyTwoRacks) {
  Build(3, 3);
  std::set<std::string> first;
  for (int i = 0; i < 200; ++i) {
    const auto places = Choose(Three("192.168.1.1"));
    ASSERT_EQ(places.size(), 3u);
    first.insert(Uuid(places[0]));
    EXPECT_EQ((std::set<std::string>{Rack(places[0]), Rack(places[1]), Rack(places[2])}).size(),
              2u);
  }
  EXPECT_EQ(first.size(), 9u);
}

TEST_F(PlacementTest, AWriterInAKnownRackStartsThere) {
  Build(3, 3);
  BlockManager::ChooseArgs args = Three("192.168.1.1");
  args.writer_rack = "/rack2";
  for (int i = 0; i < 50; ++i) EXPECT_EQ(Rack(Choose(args)[0]), "/rack2");
}

TEST_F(PlacementTest, TenReplicasNeverCrowdARack) {
  Build(4, 6);
  BlockManager::ChooseArgs args = Three("10.0.0.1");
  args.count = 10;
  for (int i = 0; i < 100; ++i) {
    const auto places = Choose(args);
    ASSERT_EQ(places.size(), 10u);
    std::map<std::string, int> racks;
    std::set<std::string> nodes;
    for (StorageIndex s : places) {
      ++racks[Rack(s)];
      nodes.insert(Uuid(s));
    }
    EXPECT_EQ(nodes.size(), 10u);
    for (const auto& [rack, count] : racks) EXPECT_LE(count, (10 - 1) / 4 + 2);
  }
}

TEST_F(PlacementTest, OneRackAloneServesAll) {
  Build(1, 3);
  EXPECT_EQ(Choose(Three("10.0.0.2")).size(), 3u);
}

TEST_F(PlacementTest, FewerDatanodesGiveFewerReplicas) {
  Build(1, 2);
  EXPECT_EQ(Choose(Three()).size(), 2u);
}

TEST_F(PlacementTest, ExcludedDatanodesAreNotChosen) {
  Build(2, 2);
  BlockManager::ChooseArgs args = Three("10.0.0.1");
  args.excluded_uuids = {"uuid-1", "uuid-3"};
  for (int i = 0; i < 50; ++i) {
    const auto places = Choose(args);
    ASSERT_EQ(places.size(), 2u);
    for (StorageIndex s : places) EXPECT_TRUE(Uuid(s) == "uuid-2" || Uuid(s) == "uuid-4");
  }
}

TEST_F(PlacementTest, NoPlaceAtAllIsApachesError) {
  Build(1, 1);
  BlockManager::ChooseArgs args = Three();
  args.excluded_uuids = {"uuid-1"};
  EXPECT_EQ(manager_.ChooseTargets(args).status().message(),
            "File /f could only be written to 0 of the 1 minReplication nodes. There are 1 "
            "datanode(s) running and 1 node(s) are excluded in this operation.");
  args.excluded_uuids.clear();
  args.block_size = 500 * kGiB;
  EXPECT_EQ(manager_.ChooseTargets(args).status().message(),
            "File /f could only be written to 0 of the 1 minReplication nodes. There are 1 "
            "datanode(s) running and no node(s) are excluded in this operation.");
}

TEST_F(PlacementTest, FavoredDatanodesComeFirstByHostOrPort) {
  Build(3, 3);
  BlockManager::ChooseArgs args = Three("10.0.0.1");
  args.favored_nodes = {"dn8:9866", "10.0.0.4", "unknown:1", "dn9:1"};
  const auto places = Choose(args);
  ASSERT_EQ(places.size(), 3u);
  const std::set<std::string> chosen{Uuid(places[0]), Uuid(places[1]), Uuid(places[2])};
  EXPECT_TRUE(chosen.contains("uuid-8") && chosen.contains("uuid-4"));
  EXPECT_FALSE(chosen.contains("uuid-9") && chosen.contains("uuid-8") && chosen.size() < 3);
}

TEST_F(PlacementTest, NoLocalWriteAvoidsTheWriterUnlessThereIsNoOther) {
  Build(1, 4);
  BlockManager::ChooseArgs args = Three("10.0.0.1");
  args.no_local_write = true;
  for (int i = 0; i < 50; ++i) {
    for (StorageIndex s : Choose(args)) EXPECT_NE(Uuid(s), "uuid-1");
  }
  args.count = 4;
  EXPECT_EQ(Choose(args).size(), 4u);
}

TEST_F(PlacementTest, AFullVolumeIsNotChosen) {
  Build(1, 3);
  ASSERT_TRUE(manager_.Heartbeat(BeatArgs(nodes_[1], 1000)).ok());
  for (int i = 0; i < 50; ++i) {
    const auto places = Choose(Three("10.0.0.2"));
    ASSERT_EQ(places.size(), 2u);
    for (StorageIndex s : places) EXPECT_NE(Uuid(s), "uuid-2");
  }
}

TEST_F(PlacementTest, WhatIsOnItsWayTakesRoom) {
  Build(1, 1);
  ASSERT_TRUE(manager_.Heartbeat(BeatArgs(nodes_[0], 3 << 20)).ok());
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(manager_
                    .AddUnderConstruction(kFile, MakeBlock(i), 1, Choose(Three()))
                    .ok());
  }
  Choose(Three());
  ASSERT_TRUE(manager_.AddUnderConstruction(kFile, MakeBlock(3), 1, Places(nodes_)).ok());
  EXPECT_FALSE(manager_.ChooseTargets(Three()).ok());
  Receive(nodes_[0], MakeBlock(1));
  EXPECT_TRUE(manager_.ChooseTargets(Three()).ok());
}

TEST_F(PlacementTest, ABusyDatanodeIsAvoided) {
  Build(1, 4);
  for (int n = 0; n < 4; ++n) {
    HeartbeatArgs args = BeatArgs(nodes_[n]);
    args.xceiver_count = n == 0 ? 100 : 4;
    ASSERT_TRUE(manager_.Heartbeat(args).ok());
  }
  for (int i = 0; i < 50; ++i) {
    for (StorageIndex s : Choose(Three("10.0.0.1"))) EXPECT_NE(Uuid(s), "uuid-1");
  }
}

TEST_F(PlacementTest, AStorageTypeThatIsMissingFallsBackAsThePolicySays) {
  Build(1, 3);
  BlockManager::ChooseArgs args = Three("10.0.0.1");
  args.storage_policy = 12;  // ALL_SSD, else DISK.
  EXPECT_EQ(Choose(args).size(), 3u);
  args.storage_policy = 2;  // COLD: ARCHIVE only.
  EXPECT_FALSE(manager_.ChooseTargets(args).ok());
}

class AvoidStaleTest : public PlacementTest {
 protected:
  static BlockManagerOptions Options() {
    BlockManagerOptions options;
    options.avoid_stale_write = true;
    options.avoid_stale_read = true;
    return options;
  }
  AvoidStaleTest() : PlacementTest(Options()) {}
};

TEST_F(AvoidStaleTest, StaleDatanodesAreWrittenToOnlyWhenNeeded) {
  Build(1, 4);
  clock_.Advance(31s);
  for (int n = 1; n < 4; ++n) Beat(nodes_[n]);
  for (int i = 0; i < 50; ++i) {
    for (StorageIndex s : Choose(Three("10.0.0.1"))) EXPECT_NE(Uuid(s), "uuid-1");
  }
  BlockManager::ChooseArgs four = Three();
  four.count = 4;
  EXPECT_EQ(Choose(four).size(), 4u);
}

TEST_F(AvoidStaleTest, ReadersAskStaleDatanodesLast) {
  Build(1, 3);
  const Block block = AddComplete(1, nodes_);
  clock_.Advance(31s);
  Beat(nodes_[1]);
  Beat(nodes_[2]);
  EXPECT_EQ(manager_.Locate(block.id, 0, "BP", "10.0.0.1").locations[2].node.id.uuid, "uuid-1");
}

TEST_F(PlacementTest, ReadersGetTheirHostThenTheirRackThenTheRest) {
  Build(3, 2);
  const Block block = AddComplete(1, {nodes_[0], nodes_[1], nodes_[4]});
  for (int i = 0; i < 20; ++i) {
    const LocatedBlock located = manager_.Locate(block.id, 77, "BP", "dn2");
    ASSERT_EQ(located.locations.size(), 3u);
    EXPECT_EQ(located.locations[0].node.id.uuid, "uuid-2");
    EXPECT_EQ(located.locations[1].node.id.uuid, "uuid-1");
    EXPECT_EQ(located.locations[2].node.id.uuid, "uuid-5");
    EXPECT_EQ(located.offset, 77u);
    EXPECT_EQ(located.block.pool_id, "BP");
    EXPECT_EQ(located.locations[0].storage_uuid, "DS-2");
  }
}

TEST_F(PlacementTest, DatanodesOfOneHostShareItsWriters) {
  std::set<std::string> first;
  for (int n = 1; n <= 3; ++n) {
    DatanodeRegistrationArgs args{IdOf(n), "/default-rack", "3.5.0"};
    args.id.ip = "127.0.0.1";
    args.id.transfer_port = static_cast<uint16_t>(9866 + n);
    ASSERT_TRUE(manager_.RegisterDatanode(args).ok());
    Node node{args.id, {"DS-" + std::to_string(n), StorageState::kNormal, StorageType::kDisk}, {}};
    Beat(node);
  }
  for (int i = 0; i < 60; ++i) first.insert(Uuid(Choose(Three("127.0.0.1"))[0]));
  EXPECT_EQ(first.size(), 3u);
}

TEST_F(PlacementTest, AnAdditionalDatanodeIsNoneOfTheExisting) {
  Build(2, 2);
  BlockManager::ChooseArgs args = Three("10.0.0.1");
  args.count = 1;
  args.existing = Places({nodes_[0], nodes_[2]});
  for (int i = 0; i < 30; ++i) {
    const auto places = Choose(args);
    ASSERT_EQ(places.size(), 1u);
    EXPECT_TRUE(Uuid(places[0]) == "uuid-2" || Uuid(places[0]) == "uuid-4");
  }
}

}  // namespace
}  // namespace cairn::namenode
