// SPDX-License-Identifier: Apache-2.0
// Bugs that namenodes beside each other had in Apache's history, each with its number: a pair of
// ours must not have them. More of them are in pair_test.cc.
#include <functional>
#include <map>

#include "tests/namenode/namesystem/pair.h"

namespace cairn::namenode {
namespace {

using namespace std::chrono_literals;

class PairHistoryTest : public PairFixture {
 protected:
  std::vector<DatanodeId> Ids() const {
    std::vector<DatanodeId> ids;
    for (const DatanodeRegistration& node : nodes_) ids.push_back(node.id);
    return ids;
  }
  std::vector<std::string> Volumes() const {
    std::vector<std::string> volumes;
    for (size_t n = 0; n < nodes_.size(); ++n) volumes.push_back(VolumeOf(n).uuid);
    return volumes;
  }
};

// What one namenode alone had on its disk was applied by the next active, or by the one that came
// back: the two differed for ever.
TEST_F(PairHistoryTest, Hdfs16689WhatOnlyTheDeadOneHadIsInNeitherAfterwards) {
  WriteFile("/kept", 1000);
  Feed();
  const TxId common = active().state->last_applied;
  ASSERT_TRUE(active().ns->Mkdirs(Super(), "/lost", {.masked = 0755}, true).ok());
  WriteFile("/lost/file", 1000);
  active().Sync();  // Durable there, and nowhere else: nobody was told of it.
  active().Kill();
  active_ = 1 - active_;
  static_cast<void>(active().TakeRecords());  // The dead one wrote them.
  ASSERT_TRUE(active().role->BecomeActive().ok());
  ASSERT_TRUE(active().ns->SetSafeMode(Super(), SafeModeAction::kLeave).ok());
  ASSERT_TRUE(active().ns->Mkdirs(Super(), "/after", {.masked = 0755}, true).ok());

  // Its log is cut back to what both have before it follows.
  {
    Result<std::unique_ptr<NameStorage>> storage =
        NameStorage::Open(standby().disk, standby().directories);
    ASSERT_TRUE(storage.ok());
    ASSERT_TRUE((*storage)->RecoverSegments().ok());
    ASSERT_TRUE((*storage)->CutAfter(common).ok());
  }
  standby().Start();
  Register(standby());
  EXPECT_EQ(standby().state->last_applied, common);
  ExpectSame();
  EXPECT_FALSE(active().ns->GetFileInfo(Super(), "/lost").value().has_value());
  EXPECT_TRUE(active().ns->GetFileInfo(Super(), "/after").value().has_value());
  // Both logs hold the same records, so that the parts may be swapped.
  Failover();
  ExpectSame();
}

// A finished recovery changed memory (a block left its file), then failed before it was recorded:
// from there on the standby had something else.
TEST_F(PairHistoryTest, Hdfs17861ARecoveryThatIsRefusedChangesNothing) {
  Create("/f");
  const LocatedBlock first = AddBlock("/f");
  ExtendedBlock written = first.block;
  written.block.length = kBlockSize;
  const LocatedBlock last = AddBlock("/f", written);
  ASSERT_FALSE(active().ns->RecoverLease(Super(), "/f", "another").value());
  Feed();
  const CommitBlockSynchronizationRequest good{
      .block = last.block,
      .new_generation_stamp = active().state->ids.generation_stamp,
      .new_length = 500,
      .close_file = true,
      .new_targets = Ids(),
      .new_target_storages = Volumes()};
  using Change = std::function<void(CommitBlockSynchronizationRequest&)>;
  const std::map<std::string, Change> changes = {
      {"another pool", [](auto& r) { r.block.pool_id = "BP-1-1-1"; }},
      {"not the last block", [&](auto& r) { r.block = first.block; }},
      {"unknown block", [](auto& r) { r.block.block.id = BlockId(12345); }},
      {"a stamp never given out", [](auto& r) { ++r.new_generation_stamp.value; }},
      {"an older stamp", [](auto& r) { --r.new_generation_stamp.value; }},
      {"longer than a block", [](auto& r) { r.new_length = kBlockSize + 1; }},
      {"the block before is not finished", [](auto&) {}},
      {"the same, and the last one goes", [](auto& r) { r.delete_block = true; }},
  };
  const TxId before = active().state->last_applied;
  const StateHash hash = active().Hash();
  for (const auto& [what, change] : changes) {
    CommitBlockSynchronizationRequest request = good;
    change(request);
    EXPECT_FALSE(active().ns->CommitBlockSynchronization(OpContext(), request).ok()) << what;
    EXPECT_EQ(active().state->last_applied, before) << what;
    EXPECT_EQ(active().Hash(), hash) << what;
    EXPECT_EQ(active().Hash(), standby().Hash()) << what;
  }
  ReportReceived(first, kBlockSize);
  const Outcome<Done> done = active().ns->CommitBlockSynchronization(OpContext(), good);
  ASSERT_TRUE(done.ok()) << done.status().ToString();
  EXPECT_TRUE(active().ns->IsFileClosed(Super(), "/f").value());
  ExpectSame();
}

// A record was encoded late, from a block that a later call had changed meanwhile. Ours are values:
// whenever they leave, each brings the standby to the state that the active had then.
TEST_F(PairHistoryTest, Hdfs15175RecordsAreWhatTheStateWasNotWhatItBecame) {
  std::map<TxId, StateHash> expected;
  const auto step = [&] { expected[active().state->last_applied] = active().Hash(); };
  Create("/f");
  step();
  LocatedBlock block = AddBlock("/f");
  step();
  Outcome<LocatedBlock> bumped =
      active().ns->UpdateBlockForPipeline(Super(), block.block, "client-1");
  ASSERT_TRUE(bumped.ok());
  step();
  UpdatePipelineRequest update{.client_name = "client-1",
                               .old_block = block.block,
                               .new_block = bumped.value().block,
                               .new_nodes = Ids(),
                               .new_storage_uuids = Volumes()};
  update.new_block.block.length = 10;
  ASSERT_TRUE(active().ns->UpdatePipeline(Super(), update).ok());
  step();
  block.block = update.new_block;
  ReportReceived(block, 1000);
  ASSERT_TRUE(Complete("/f", block, 1000));
  step();
  ASSERT_TRUE(active().ns->Append(Super(), {.path = "/f", .client_name = "client-1"}).ok());
  step();
  ASSERT_TRUE(active().ns->Delete(Super(), "/f", false).ok());
  step();
  size_t compared = 0;
  for (const std::string& record : active().TakeRecords()) {
    standby().Apply(record);
    const auto at = expected.find(standby().state->last_applied);
    if (at == expected.end()) continue;
    EXPECT_EQ(standby().Hash(), at->second) << at->first.value;
    ++compared;
  }
  EXPECT_EQ(compared, expected.size());
}

// A full report under a lease that had lapsed was dropped without a word, also by a new active in
// safe mode: the datanode took it for done, and its blocks were missing until the next one.
TEST_F(PairHistoryTest, Hdfs14208AReportUnderALapsedLeaseIsRefusedAloudAndCountsWhenSentAgain) {
  const Block block = WriteFile("/f", 1000);
  Failover();
  // The new standby has heard of nothing yet; it is to be the active soon.
  const uint64_t lease = Beat(standby(), 0, true).full_report_lease_id;
  ASSERT_NE(lease, 0u);
  clock_.Advance(6min);
  BlockReportRequest request{.registration = nodes_[0], .report_id = 7, .lease_id = lease};
  request.reports.push_back({VolumeOf(0), std::make_unique<ReportedBlockList>(
                                              std::vector<ReportedBlock>{{.block = block}})});
  const auto refused = standby().ns->BlockReport(OpContext(), request);
  EXPECT_EQ(refused.status().code(), Code::kReportLease);
  for (size_t n = 0; n < nodes_.size(); ++n) ReportAll(standby(), n, {{.block = block}});
  EXPECT_EQ(standby().state->blocks.LiveReplicas(block.id), 3u);
}

}  // namespace
}  // namespace cairn::namenode
