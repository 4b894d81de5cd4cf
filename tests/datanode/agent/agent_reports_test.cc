// SPDX-License-Identifier: Apache-2.0
// Incremental and full block reports, bad replicas, failed disks.
#include <filesystem>

#include "common/wire/block_list.h"
#include "tests/datanode/agent/agent_fixture.h"

namespace cairn::datanode {
namespace {

TEST_F(AgentTest, ChangesComeInOrder) {
  StartAndSettle();
  const std::string storage = datanode_.StorageId();
  datanode_.agent().OnReceiving(MakeBlock(1), storage);
  datanode_.agent().OnDeleted(MakeBlock(2), datanode_.store().Volumes()[0]->storage());
  datanode_.agent().OnReceived(MakeBlock(3, 5), storage, "other-datanode");
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.changes.size() == 3; }));
  EXPECT_EQ(namenode_.Changes(), (Changes{{IdOf(1), kReceiving, "", storage},
                                          {IdOf(2), kDeleted, "", storage},
                                          {IdOf(3), kReceived, "other-datanode", storage}}));
}

TEST_F(AgentTest, AReceivedReplicaIsToldAtOnce) {
  AgentOptions options = TestAgent::Options({namenode_.address()});
  options.heartbeat_interval = std::chrono::hours(1);
  TestAgent datanode(options);
  datanode.Start();
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 1));
  for (int64_t i = 1; i <= 5; ++i) {
    datanode.agent().OnReceived(MakeBlock(i, 5), datanode.StorageId(), "");
    ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.changes.size() == size_t(i); }));
  }
}

TEST_F(AgentTest, AFailedReportIsSentAgainWithoutLossOrReorder) {
  StartAndSettle();
  const std::string storage = datanode_.StorageId();
  namenode_.Fail("blockReceivedAndDeleted", Status(Code::kIoError, "try again"), 2);
  Changes wanted;
  for (int64_t i = 1; i <= 20; ++i) {
    datanode_.agent().OnReceived(MakeBlock(i, 5), storage, "");
    wanted.push_back({IdOf(i), kReceived, "", storage});
  }
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.changes.size() >= wanted.size(); }));
  EXPECT_EQ(namenode_.Changes(), wanted);
}

TEST_F(AgentTest, ChangesOutliveANamenodeThatIsAway) {
  StartAndSettle();
  const std::string storage = datanode_.StorageId();
  namenode_.Shut();
  datanode_.agent().OnReceiving(MakeBlock(1), storage);
  datanode_.agent().OnReceived(MakeBlock(1, 5), storage, "");
  datanode_.agent().OnReceived(MakeBlock(2, 5), storage, "");
  namenode_.Restart();
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.changes.size() >= 2; }));
  EXPECT_EQ(namenode_.Changes(),
            (Changes{{IdOf(1), kReceived, "", storage}, {IdOf(2), kReceived, "", storage}}));
}

TEST_F(AgentTest, ChangesOfOtherPoolsAndUnknownStoragesAreNotTold) {
  StartAndSettle();
  ExtendedBlock other = MakeBlock(1, 5);
  other.pool_id = "BP-other";
  datanode_.agent().OnReceived(other, datanode_.StorageId(), "");
  datanode_.agent().OnReceived(MakeBlock(2, 5), "DS-unknown", "");
  datanode_.agent().OnReceived(MakeBlock(3, 5), datanode_.StorageId(), "");
  ASSERT_TRUE(namenode_.WaitFor([&] { return !namenode_.changes.empty(); }));
  EXPECT_EQ(namenode_.Changes(), (Changes{{IdOf(3), kReceived, "", datanode_.StorageId()}}));
}

// Every replica of a report, by block id.
std::map<int64_t, ReplicaState> BlocksOf(
    const hadoop::hdfs::datanode::BlockReportRequestProto& report) {
  std::map<int64_t, ReplicaState> blocks;
  for (const auto& storage : report.reports()) {
    std::vector<std::string_view> buffers(storage.blocksbuffers().begin(),
                                          storage.blocksbuffers().end());
    const std::vector<uint64_t> longs(storage.blocks().begin(), storage.blocks().end());
    auto reader = longs.empty()
                      ? wire::BlockListReader::OfBuffers(storage.numberofblocks(), buffers)
                      : wire::BlockListReader::OfLongs(longs);
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    for (;;) {
      auto next = reader->Next();
      EXPECT_TRUE(next.ok()) << next.status().ToString();
      if (!next.ok() || !*next) break;
      blocks[(*next)->block.id.value] = (*next)->state;
    }
  }
  return blocks;
}

TEST_F(AgentTest, TheFullReportNamesAllReplicasUnderItsLease) {
  ASSERT_TRUE(datanode_.store().AddPool(TestNamespace()).ok());
  datanode_.AddReplica(1, "one");
  datanode_.AddReplica(2, "two");
  datanode_.AddOpenReplica(3, "three");
  StartAndSettle();
  datanode_.Stop();
  const auto& report = namenode_.reports.at(0);
  EXPECT_EQ(report.blockpoolid(), kPool);
  EXPECT_EQ(report.reports_size(), 2);
  EXPECT_EQ(report.context().leaseid(), 101u);
  EXPECT_EQ(report.context().totalrpcs(), 1);
  EXPECT_NE(report.context().id(), 0);
  EXPECT_EQ(BlocksOf(report), (std::map<int64_t, ReplicaState>{
                                  {IdOf(1), ReplicaState::kFinalized},
                                  {IdOf(2), ReplicaState::kFinalized},
                                  {IdOf(3), ReplicaState::kRbw}}));
}

TEST_F(AgentTest, AnOldNamenodeGetsTheOldForm) {
  namenode_.set_capabilities(0);
  ASSERT_TRUE(datanode_.store().AddPool(TestNamespace()).ok());
  datanode_.AddReplica(1, "one");
  datanode_.AddOpenReplica(3, "three");
  StartAndSettle();
  datanode_.Stop();
  EXPECT_FALSE(namenode_.reports.at(0).reports(0).has_numberofblocks());
  EXPECT_EQ(BlocksOf(namenode_.reports.at(0)),
            (std::map<int64_t, ReplicaState>{{IdOf(1), ReplicaState::kFinalized},
                                             {IdOf(3), ReplicaState::kRbw}}));
}

TEST_F(AgentTest, ALargeReportIsSplitByVolume) {
  AgentOptions options = TestAgent::Options({namenode_.address()});
  options.report_split_blocks = 0;
  TestAgent datanode(options);
  datanode.Start();
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 2));
  datanode.Stop();
  for (int i = 0; i < 2; ++i) {
    const auto& context = namenode_.reports.at(static_cast<size_t>(i)).context();
    EXPECT_EQ(context.totalrpcs(), 2);
    EXPECT_EQ(context.currpc(), i);
    EXPECT_EQ(context.id(), namenode_.reports[0].context().id());
  }
}

TEST_F(AgentTest, NoReportIsSentWithoutALease) {
  namenode_.GiveLeases(false);
  datanode_.Start();
  ASSERT_TRUE(namenode_.WaitForCalls("sendHeartbeat", 5));
  EXPECT_EQ(namenode_.calls["blockReport"], 0);
  namenode_.GiveLeases(true);
  EXPECT_TRUE(namenode_.WaitForCalls("blockReport", 1));
}

TEST_F(AgentTest, AReportIsSentAgainUnderANewLeaseWhenTheOldOneHasGone) {
  namenode_.Fail("blockReport", Status(Code::kReportLease, "expired"));
  datanode_.Start();
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.reports.size() == 1; }));
  EXPECT_EQ(namenode_.reports[0].context().leaseid(), 102u);
}

TEST_F(AgentTest, AReportThatFailedIsSentAgain) {
  namenode_.Fail("blockReport", Status(Code::kIoError, "busy"));
  datanode_.Start();
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.reports.size() == 1; }));
  EXPECT_EQ(namenode_.reports[0].context().leaseid(), 101u);
}

TEST_F(AgentTest, AReportCanBeForced) {
  StartAndSettle();
  datanode_.agent().TriggerReport(false, net::HostPort{"127.0.0.1", 1});
  datanode_.agent().TriggerReport(false, namenode_.address());
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 2));
  datanode_.agent().OnReceiving(MakeBlock(1), datanode_.StorageId());
  datanode_.agent().TriggerReport(true, std::nullopt);
  EXPECT_TRUE(namenode_.WaitFor([&] { return namenode_.changes.size() == 1; }));
}

TEST_F(AgentTest, ChangesAreToldBeforeTheFullReport) {
  StartAndSettle();
  datanode_.agent().OnReceiving(MakeBlock(1), datanode_.StorageId());
  datanode_.agent().TriggerReport(false, std::nullopt);
  ASSERT_TRUE(namenode_.WaitForCalls("blockReport", 2));
  EXPECT_EQ(namenode_.Changes().size(), 1u);
}

TEST_F(AgentTest, BadReplicasAreReported) {
  StartAndSettle();
  const ExtendedBlock block = datanode_.AddReplica(1, "one");
  datanode_.agent().OnCorruptLocal(block);
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.bad_blocks.size() == 1; }));
  DatanodeInfo source;
  source.id.uuid = "other-datanode";
  datanode_.agent().OnCorruptRemote(MakeBlock(2), source);
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.bad_blocks.size() == 2; }));
  const auto& local = namenode_.bad_blocks[0].blocks(0);
  EXPECT_EQ(static_cast<int64_t>(local.b().blockid()), IdOf(1));
  EXPECT_EQ(local.locs(0).id().datanodeuuid(), datanode_.store().datanode_uuid());
  EXPECT_EQ(local.storageids(0), datanode_.store().Find(kPool, block.block.id)->storage_uuid);
  const auto& remote = namenode_.bad_blocks[1].blocks(0);
  EXPECT_EQ(remote.locs(0).id().datanodeuuid(), "other-datanode");
}

TEST_F(AgentTest, ABadReplicaIsToldWhenTheNamenodeIsBack) {
  StartAndSettle();
  const ExtendedBlock block = datanode_.AddReplica(1, "one");
  namenode_.Shut();
  datanode_.agent().OnCorruptLocal(block);
  datanode_.agent().OnCorruptLocal(block);
  namenode_.Restart();
  ASSERT_TRUE(namenode_.WaitFor([&] { return !namenode_.bad_blocks.empty(); }));
  EXPECT_EQ(namenode_.bad_blocks.size(), 1u) << "said twice, told once";
}

TEST_F(AgentTest, AFailedVolumeIsReported) {
  StartAndSettle();
  const Volume* volume = datanode_.store().Volumes()[0];
  datanode_.agent().OnVolumeFailed(volume->storage(), volume->root(),
                                   Status(Code::kDiskError, "dead"), false);
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.errors.size() == 1; }));
  EXPECT_EQ(namenode_.errors[0].errorcode(), 1u);
  EXPECT_NE(namenode_.errors[0].msg().find(volume->root()), std::string::npos);
  EXPECT_TRUE(namenode_.WaitForCalls("blockReport", 2));
}

TEST_F(AgentTest, TooManyFailedVolumesEndTheDatanode) {
  StartAndSettle();
  const Volume* volume = datanode_.store().Volumes()[0];
  datanode_.agent().OnVolumeFailed(volume->storage(), volume->root(),
                                   Status(Code::kDiskError, "dead"), true);
  EXPECT_EQ(datanode_.WaitForEnd().code(), Code::kDiskError);
  ASSERT_TRUE(namenode_.WaitFor([&] { return namenode_.errors.size() == 1; }));
  EXPECT_EQ(namenode_.errors[0].errorcode(), 3u);
}

}  // namespace
}  // namespace cairn::datanode
