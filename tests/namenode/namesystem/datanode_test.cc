// SPDX-License-Identifier: Apache-2.0
#include <variant>

#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class DatanodeTest : public NamesystemFixture {};

TEST_F(DatanodeTest, OfAnotherNamespaceAreRefused) {
  DatanodeRegistration node = AddDatanode("dn1");
  node.storage.namespace_id += 1;
  EXPECT_EQ(ns_->RegisterDatanode(Super(), node).status().code(), Code::kUnregisteredNode);
  EXPECT_EQ(ns_->Heartbeat(Super(), {.registration = node}).status().code(),
            Code::kUnregisteredNode);
}

TEST_F(DatanodeTest, WithSoftwareThatIsTooOldAreRefused) {
  DatanodeRegistration node = AddDatanode("dn1");
  node.software_version = "1.2.1";
  EXPECT_EQ(ns_->RegisterDatanode(Super(), node).status().code(), Code::kIncorrectVersion);
}

TEST_F(DatanodeTest, ThatAreUnknownAreToldToRegister) {
  DatanodeRegistration node = AddDatanode("dn1");
  node.id.uuid = "nobody";
  Outcome<HeartbeatResponse> response = ns_->Heartbeat(Super(), {.registration = node});
  ASSERT_TRUE(response.ok()) << Why(response);
  ASSERT_EQ(response->commands.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<RegisterCommand>(response->commands[0]));
}

TEST_F(DatanodeTest, HeartbeatsTellStateAndDurableTransaction) {
  const DatanodeRegistration node = AddDatanode("dn1");
  MustMkdirs("/a");
  Sync();
  const HeartbeatResponse response = Beat(node, true);
  EXPECT_EQ(response.state, ServiceState::kActive);
  EXPECT_EQ(response.txid, log_->LastAppended());
  EXPECT_NE(response.full_report_lease_id, 0u);
}

TEST_F(DatanodeTest, OrdersToDeleteWaitForTheDelete) {
  for (const char* name : {"dn1", "dn2", "dn3"}) AddDatanode(name);
  WriteFile("/f", 1000);
  const Block block = ns_->GetBlockLocations(Super(), "/f", 0, 1)->blocks[0].block.block;
  for (const DatanodeRegistration& node : nodes_) ReportAll(node, {{.block = block}});
  Outcome<bool> deleted = ns_->Delete(Super(), "/f", false);
  bool ordered = false;
  for (int i = 0; i < 20 && !ordered; ++i) {
    clock_.Advance(3s);
    monitor_->Tick();
    for (const DatanodeRegistration& node : nodes_) {
      HeartbeatRequest request{.registration = node};
      request.reports.push_back({.storage = VolumeOf(node), .capacity = 1 << 30,
                                 .remaining = 1 << 29});
      Outcome<HeartbeatResponse> response = ns_->Heartbeat(Super(), request);
      ASSERT_TRUE(response.ok()) << Why(response);
      for (const DatanodeCommand& command : response->commands) {
        if (!std::holds_alternative<InvalidateCommand>(command)) continue;
        ordered = true;
        EXPECT_GE(response.wait_for, deleted.wait_for);
      }
    }
  }
  EXPECT_TRUE(ordered);
}

TEST_F(DatanodeTest, ReportsAndClusterNumbers) {
  AddDatanode("dn1");
  AddDatanode("dn2");
  Outcome<std::vector<DatanodeInfo>> live =
      ns_->GetDatanodeReport(Super(), DatanodeReportType::kLive);
  ASSERT_TRUE(live.ok()) << Why(live);
  EXPECT_EQ(live->size(), 2u);
  EXPECT_TRUE(ns_->GetDatanodeReport(Super(), DatanodeReportType::kDead)->empty());
  EXPECT_EQ(ns_->GetDatanodeReport(As("bob"), DatanodeReportType::kLive).status().code(),
            Code::kAccessDenied);
  EXPECT_EQ(ns_->GetFsStats(As("bob"))->capacity, uint64_t{2} << 40);
  EXPECT_EQ(ns_->GetDatanodeStorageReport(Super(), DatanodeReportType::kAll)
                .value()[0].storages.size(),
            1u);
}

TEST_F(DatanodeTest, ADeadOneIsNoticed) {
  const DatanodeRegistration node = AddDatanode("dn1");
  clock_.Advance(700s);
  monitor_->Tick();
  EXPECT_EQ(ns_->GetDatanodeReport(Super(), DatanodeReportType::kDead)->size(), 1u);
  ASSERT_TRUE(ns_->ErrorReport(Super(), node, 1, "disk is slow").ok());
}

TEST_F(DatanodeTest, WithoutDatanodesNoBlockCanBePlaced) {
  Create("/f");
  Outcome<LocatedBlock> block =
      ns_->AddBlock(Super(), {.path = "/f", .client_name = "client-1"});
  EXPECT_EQ(Why(block),
            "i/o error: File /f could only be written to 0 of the 1 minReplication nodes. There "
            "are 0 datanode(s) running and no node(s) are excluded in this operation.");
  // Nothing was recorded for it.
  EXPECT_EQ(state_->ids.last_block_id, kLastReservedBlockId);
}

TEST_F(DatanodeTest, SmallReadsOfPoliciesAndFeatures) {
  MustMkdirs("/d");
  EXPECT_EQ(ns_->GetStoragePolicy(Super(), "/d")->name, "HOT");
  EXPECT_GE(ns_->GetStoragePolicies(Super())->size(), 6u);
  ASSERT_TRUE(ns_->SetStoragePolicy(Super(), "/d", "COLD").ok());
  MustMkdirs("/d/below");
  EXPECT_EQ(ns_->GetStoragePolicy(Super(), "/d/below")->name, "COLD");
  ASSERT_TRUE(ns_->UnsetStoragePolicy(Super(), "/d").ok());
  EXPECT_EQ(ns_->GetStoragePolicy(Super(), "/d")->name, "HOT");
  EXPECT_EQ(Why(ns_->SetStoragePolicy(Super(), "/d", "NO_SUCH")),
            "invalid argument: Cannot find a block policy with the name NO_SUCH");
  Outcome<AclStatus> acl = ns_->GetAclStatus(Super(), "/d");
  EXPECT_EQ(acl->owner, "hdfs");
  EXPECT_TRUE(acl->entries.empty());
  EXPECT_TRUE(ns_->GetXattrs(Super(), "/d", {})->empty());
  EXPECT_EQ(ns_->GetXattrs(Super(), "/d", {{.name = "x"}}).status().code(),
            Code::kXAttrNotFound);
  EXPECT_TRUE(ns_->GetEzForPath(Super(), "/d").ok());
  EXPECT_TRUE(ns_->CheckAccess(As("bob"), "/d", Access::kReadExecute).ok());
  EXPECT_EQ(ns_->CheckAccess(As("bob"), "/d", Access::kWrite).status().code(),
            Code::kAccessDenied);
  EXPECT_EQ(ns_->GetServerDefaults(Super())->replication, 3u);
}

}  // namespace
}  // namespace cairn::namenode
