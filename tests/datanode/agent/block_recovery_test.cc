// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/block_recovery.h"

#include <gtest/gtest.h>

#include <map>

namespace cairn::datanode {
namespace {

constexpr GenerationStamp kStamp{1001};
constexpr GenerationStamp kRecovery{1005};
constexpr BlockId kBlock{1073741825};

// A datanode that answers what a test says, and remembers what it was told.
class FakePeer final : public RecoveryPeer {
 public:
  Result<std::optional<RecoveryInfo>> InitReplicaRecovery(const RecoveringBlock&) override {
    return init;
  }
  Result<std::string> UpdateReplica(const ExtendedBlock& replica, GenerationStamp recovery_id,
                                    BlockId new_block_id, uint64_t new_length) override {
    if (!update.ok()) return update;
    updated_from = replica.block;
    updated_to = Block{new_block_id, new_length, recovery_id};
    return "DS-" + std::to_string(new_length);
  }

  Result<std::optional<RecoveryInfo>> init = std::optional<RecoveryInfo>();
  Status update;
  std::optional<Block> updated_from;
  std::optional<Block> updated_to;
};

class BlockRecoveryTest : public ::testing::Test {
 protected:
  FakePeer& Add(Result<std::optional<RecoveryInfo>> init) {
    const std::string uuid = "dn" + std::to_string(peers_.size() + 1);
    auto peer = std::make_shared<FakePeer>();
    peer->init = std::move(init);
    peers_[uuid] = peer;
    DatanodeTarget target;
    target.node.id.uuid = uuid;
    block_.locations.push_back(target);
    return *peer;
  }
  FakePeer& AddReplica(ReplicaState state, uint64_t length, GenerationStamp stamp = kStamp) {
    return Add(std::optional<RecoveryInfo>(RecoveryInfo{Block{kBlock, length, stamp}, state}));
  }
  Status Recover() {
    const BlockRecovery recovery(
        {.peer_of = [this](const DatanodeId& node) { return peers_.at(node.uuid); },
         .commit =
             [this](const BlockSynchronization& sync) {
               committed_ = sync;
               return commit_status_;
             }});
    return recovery.Recover(block_);
  }
  std::vector<std::string> Targets() const {
    std::vector<std::string> uuids;
    for (const DatanodeId& node : committed_->targets) uuids.push_back(node.uuid);
    return uuids;
  }

  using Uuids = std::vector<std::string>;

  RecoveringBlock block_{.block = {"BP-1", {kBlock, 100, kStamp}},
                         .locations = {},
                         .recovery_id = kRecovery,
                         .truncate_to = std::nullopt};
  std::map<std::string, std::shared_ptr<FakePeer>> peers_;
  std::optional<BlockSynchronization> committed_;
  Status commit_status_;
};

TEST_F(BlockRecoveryTest, ReplicasBeingWrittenAreCutToTheShortest) {
  FakePeer& a = AddReplica(ReplicaState::kRbw, 100);
  FakePeer& b = AddReplica(ReplicaState::kRbw, 70);
  FakePeer& c = AddReplica(ReplicaState::kRwr, 50);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->new_length, 70u);
  EXPECT_EQ(committed_->new_generation_stamp, kRecovery);
  EXPECT_TRUE(committed_->close_file);
  EXPECT_FALSE(committed_->delete_block);
  EXPECT_EQ(Targets(), (Uuids{"dn1", "dn2"}));
  EXPECT_EQ(committed_->target_storages, (Uuids{"DS-70", "DS-70"}));
  EXPECT_EQ(a.updated_to, (Block{kBlock, 70, kRecovery}));
  EXPECT_EQ(a.updated_from, (Block{kBlock, 100, kStamp}));
  EXPECT_EQ(b.updated_to, (Block{kBlock, 70, kRecovery}));
  EXPECT_EQ(c.updated_to, std::nullopt) << "rbw is better than rwr";
}

TEST_F(BlockRecoveryTest, WaitingReplicasCountWhenThereAreNoBetterOnes) {
  AddReplica(ReplicaState::kRwr, 90);
  AddReplica(ReplicaState::kRwr, 80);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->new_length, 80u);
  EXPECT_EQ(Targets(), (Uuids{"dn1", "dn2"}));
}

TEST_F(BlockRecoveryTest, AFinalizedReplicaDecides) {
  AddReplica(ReplicaState::kFinalized, 100);
  AddReplica(ReplicaState::kRbw, 100);
  AddReplica(ReplicaState::kRbw, 99);
  AddReplica(ReplicaState::kRwr, 100);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->new_length, 100u);
  EXPECT_EQ(Targets(), (Uuids{"dn1", "dn2"}));
}

TEST_F(BlockRecoveryTest, FinalizedReplicasOfTwoLengthsAreRefused) {
  AddReplica(ReplicaState::kFinalized, 100);
  AddReplica(ReplicaState::kFinalized, 99);
  const Status status = Recover();
  EXPECT_NE(status.message().find("Inconsistent size of finalized replicas"), std::string::npos)
      << status.ToString();
  EXPECT_FALSE(committed_);
}

TEST_F(BlockRecoveryTest, ReplicasOfAnOlderStampOrWithoutBytesDoNotCount) {
  AddReplica(ReplicaState::kFinalized, 500, GenerationStamp(1000));
  AddReplica(ReplicaState::kRbw, 0);
  AddReplica(ReplicaState::kRbw, 60, GenerationStamp(1002));
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->new_length, 60u);
  EXPECT_EQ(Targets(), (Uuids{"dn3"}));
}

TEST_F(BlockRecoveryTest, ABlockThatNobodyHasIsDeleted) {
  Add(std::optional<RecoveryInfo>());
  AddReplica(ReplicaState::kRbw, 0);
  Add(Status(Code::kNetwork, "refused"));
  ASSERT_TRUE(Recover().ok());
  EXPECT_TRUE(committed_->delete_block);
  EXPECT_TRUE(committed_->close_file);
  EXPECT_EQ(committed_->new_length, 0u);
  EXPECT_TRUE(committed_->targets.empty());
}

TEST_F(BlockRecoveryTest, NothingIsDecidedWhenNobodyAnswers) {
  Add(Status(Code::kNetwork, "refused"));
  Add(Status(Code::kIoError, "disk"));
  EXPECT_FALSE(Recover().ok());
  EXPECT_FALSE(committed_);
}

TEST_F(BlockRecoveryTest, TemporaryReplicasCannotBeRecovered) {
  AddReplica(ReplicaState::kTemporary, 100);
  const Status status = Recover();
  EXPECT_NE(status.message().find("none is in RWR or better state"), std::string::npos)
      << status.ToString();
  EXPECT_FALSE(committed_);
}

TEST_F(BlockRecoveryTest, ALaterRecoveryIsLeftAlone) {
  FakePeer& first = AddReplica(ReplicaState::kRbw, 100);
  Add(Status(Code::kRecoveryInProgress, "1006"));
  EXPECT_TRUE(Recover().ok());
  EXPECT_FALSE(committed_);
  EXPECT_EQ(first.updated_to, std::nullopt);
}

TEST_F(BlockRecoveryTest, ADatanodeThatFailsTheUpdateIsLeftOut) {
  AddReplica(ReplicaState::kRbw, 100).update = Status(Code::kIoError, "disk");
  AddReplica(ReplicaState::kRbw, 80);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->new_length, 80u);
  EXPECT_EQ(Targets(), (Uuids{"dn2"}));
}

TEST_F(BlockRecoveryTest, TheNamenodeIsNotToldWhenAllUpdatesFail) {
  AddReplica(ReplicaState::kRbw, 100).update = Status(Code::kIoError, "disk");
  AddReplica(ReplicaState::kRbw, 80).update = Status(Code::kNetwork, "refused");
  EXPECT_FALSE(Recover().ok());
  EXPECT_FALSE(committed_);
}

TEST_F(BlockRecoveryTest, AFailedCommitIsAFailedRecovery) {
  AddReplica(ReplicaState::kRbw, 100);
  commit_status_ = Status(Code::kTimeout, "namenode");
  EXPECT_EQ(Recover().code(), Code::kTimeout);
}

TEST_F(BlockRecoveryTest, ATruncationsLengthWins) {
  block_.truncate_to = Block{kBlock, 40, kRecovery};
  FakePeer& a = AddReplica(ReplicaState::kFinalized, 100);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->new_length, 40u);
  EXPECT_EQ(a.updated_to, (Block{kBlock, 40, kRecovery}));
}

TEST_F(BlockRecoveryTest, ATruncationWithCopyGoesToTheNewBlock) {
  constexpr BlockId kCopy{1073741999};
  block_.truncate_to = Block{kCopy, 40, kRecovery};
  FakePeer& a = AddReplica(ReplicaState::kFinalized, 100);
  ASSERT_TRUE(Recover().ok());
  EXPECT_EQ(committed_->block.block.id, kBlock);
  EXPECT_EQ(a.updated_to, (Block{kCopy, 40, kRecovery}));
}

}  // namespace
}  // namespace cairn::datanode
