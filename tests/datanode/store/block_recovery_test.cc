// SPDX-License-Identifier: Apache-2.0
#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

class BlockRecoveryTest : public StoreTest {
 protected:
  void Abandon(const std::string& bytes, uint64_t acked) {
    const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
    ASSERT_TRUE(Write(*writer, bytes, 0, bytes.size()).ok());
    writer->SetAcked(acked);
  }
  Status Init(uint64_t stamp, uint64_t recovery_id) {
    return store_->InitReplicaRecovery(Name(stamp), GenerationStamp(recovery_id)).status();
  }
};

TEST_F(BlockRecoveryTest, BlockThatIsNotHereIsNoError) {
  const auto info = store_->InitReplicaRecovery(Name(1001), GenerationStamp(1002));
  ASSERT_TRUE(info.ok());
  EXPECT_FALSE(*info);
}

TEST_F(BlockRecoveryTest, RecoveryTellsLengthOnDiskAndOriginalState) {
  Abandon(Bytes(1000), 800);
  const auto info = store_->InitReplicaRecovery(Name(1001), GenerationStamp(1005));
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ((*info)->block, Name(1001, 1000).block);
  EXPECT_EQ((*info)->original_state, ReplicaState::kRbw);
  EXPECT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kRur);
  // Reported as what it was.
  EXPECT_EQ(store_->BlockReports(kPool)[0].blocks[0].state, ReplicaState::kRbw);
  EXPECT_EQ(*store_->VisibleLength(Name(1001)), 800);
}

TEST_F(BlockRecoveryTest, OnlyANewerRecoveryReplacesARecovery) {
  Abandon(Bytes(1000), 800);
  EXPECT_EQ(Init(1002, 1005).code(), Code::kIoError);  // The replica is older than the block.
  EXPECT_EQ(Init(1001, 1001).code(), Code::kIoError);  // Not newer than the replica.
  ASSERT_TRUE(Init(1001, 1005).ok());
  EXPECT_EQ(Init(1001, 1005).code(), Code::kRecoveryInProgress);
  EXPECT_EQ(Init(1001, 1004).code(), Code::kRecoveryInProgress);
  EXPECT_TRUE(Init(1001, 1006).ok());
  EXPECT_EQ(store_->UpdateReplicaUnderRecovery(Name(1001, 1000), GenerationStamp(1005), BlockId(),
                                               900)
                .status()
                .code(),
            Code::kIoError);
}

TEST_F(BlockRecoveryTest, AgreedLengthWithinAChunkGetsItsOwnChecksum) {
  const std::string bytes = Bytes(3000);
  for (uint64_t length : {0u, 1u, 511u, 512u, 513u, 2999u, 3000u}) {
    Abandon(bytes, 0);
    ASSERT_TRUE(Init(1001, 1002).ok());
    const Result<FinalizedInfo> info = store_->UpdateReplicaUnderRecovery(
        Name(1001, 3000), GenerationStamp(1002), BlockId(), length);
    ASSERT_TRUE(info.ok()) << info.status().ToString();
    EXPECT_EQ(info->block, Name(1002, length));
    ExpectOnDisk(bytes.substr(0, length), 1002);
    EXPECT_TRUE(store_->IsValid(Name(1002, length)));
    ASSERT_TRUE(store_->Invalidate(kPool, {Name(1002).block}).ok());
    store_->DrainDeletions();
  }
}

TEST_F(BlockRecoveryTest, FinalizedReplicaOnlyChangesItsStamp) {
  const std::string bytes = Bytes(1000);
  Put(1001, bytes);
  ASSERT_TRUE(Init(1001, 1002).ok());
  EXPECT_TRUE(*Read(Name(1001)) == bytes);
  const Result<FinalizedInfo> info = store_->UpdateReplicaUnderRecovery(
      Name(1001, 1000), GenerationStamp(1002), BlockId(), 1000);
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  ExpectOnDisk(bytes, 1002);
}

TEST_F(BlockRecoveryTest, TruncateWithCopyLeavesTheOldBlock) {
  const std::string bytes = Bytes(2000);
  Put(1001, bytes);
  ASSERT_TRUE(Init(1001, 1002).ok());
  const Result<FinalizedInfo> info = store_->UpdateReplicaUnderRecovery(
      Name(1001, 2000), GenerationStamp(1002), BlockId(99), 700);
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ(info->block, Name(1002, 700, BlockId(99)));
  ExpectOnDisk(bytes.substr(0, 700), 1002, BlockId(99));
  ExpectOnDisk(bytes, 1001);
  EXPECT_TRUE(store_->IsValid(Name(1001, 2000)));
}

TEST_F(BlockRecoveryTest, TruncationOfBadBytesIsRefused) {
  Abandon(Bytes(1000), 1000);
  ASSERT_TRUE(Init(1001, 1002).ok());
  Flip(store_->Paths(Name(1001))->block_path, 520);
  EXPECT_EQ(store_->UpdateReplicaUnderRecovery(Name(1001, 1000), GenerationStamp(1002), BlockId(),
                                               600)
                .status()
                .code(),
            Code::kChecksum);
}

TEST_F(BlockRecoveryTest, ReplicaFoundAtStartIsRecovered) {
  const std::string bytes = Bytes(1500);
  Abandon(bytes, 1500);
  OpenStore();
  ASSERT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kRwr);
  const auto info = store_->InitReplicaRecovery(Name(1001), GenerationStamp(1002));
  ASSERT_TRUE(info.ok());
  EXPECT_EQ((*info)->original_state, ReplicaState::kRwr);
  ASSERT_TRUE(store_
                  ->UpdateReplicaUnderRecovery(Name(1001, 1500), GenerationStamp(1002), BlockId(),
                                               1100)
                  .ok());
  ExpectOnDisk(bytes.substr(0, 1100), 1002);
  OpenStore();
  EXPECT_TRUE(store_->IsValid(Name(1002, 1100)));
}

}  // namespace
}  // namespace cairn::datanode
