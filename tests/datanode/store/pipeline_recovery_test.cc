// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

class PipelineRecoveryTest : public StoreTest {
 protected:
  // An rbw replica with these lengths and no writer.
  void Abandon(uint64_t stamp, const std::string& bytes, uint64_t written, uint64_t acked) {
    const std::unique_ptr<ReplicaWriter> writer = Rbw(stamp);
    ASSERT_TRUE(Write(*writer, bytes, 0, written).ok());
    writer->SetAcked(acked);
  }
};

// HDFS-4660, and HDFS-9220: bytes beyond the acknowledged ones end within a chunk.
TEST_F(PipelineRecoveryTest, RbwGoesOnFromAnyAcknowledgedLength) {
  const std::string bytes = Bytes(4000);
  uint64_t stamp = 1001;
  for (uint64_t acked : {0u, 1u, 511u, 512u, 513u, 1023u, 1024u}) {
    for (uint64_t more : {0u, 1u, 511u, 512u, 700u}) {
      Abandon(stamp, bytes, acked + more, acked);
      const auto writer = store_->RecoverRbw(Name(stamp), GenerationStamp(stamp + 1), acked,
                                             acked + more, WriterOptions{});
      ASSERT_TRUE(writer.ok()) << writer.status().ToString() << acked << "+" << more;
      ExpectOnDisk(bytes.substr(0, acked), stamp + 1);
      // The client resends the packet that was not acknowledged, from its beginning.
      ASSERT_TRUE(Write(**writer, bytes, acked / 512 * 512, 4000).ok());
      ASSERT_TRUE(store_->Finalize(**writer, false).ok());
      ExpectOnDisk(bytes, stamp + 1);
      ASSERT_TRUE(store_->Invalidate(kPool, {Name(stamp + 1).block}).ok());
      store_->DrainDeletions();
      stamp += 2;
    }
  }
}

TEST_F(PipelineRecoveryTest, RbwRecoveryHasApachesConditions) {
  const std::string bytes = Bytes(1000);
  const auto recover = [&](uint64_t stamp, uint64_t new_stamp, uint64_t min, uint64_t max) {
    return store_
        ->RecoverRbw(Name(stamp), GenerationStamp(new_stamp), min, max, WriterOptions{})
        .status();
  };
  EXPECT_EQ(recover(1001, 1002, 0, 0).message(),
            "Replica does not exist BP-1-127.0.0.1-2:blk_1073741825_1001");
  Abandon(1001, bytes, 1000, 800);
  EXPECT_EQ(recover(1002, 1003, 0, 2000).code(), Code::kReplicaNotFound);  // Replica is older.
  EXPECT_EQ(recover(900, 1000, 0, 2000).code(), Code::kReplicaNotFound);   // Replica is newer.
  EXPECT_EQ(recover(1001, 1002, 801, 2000).code(), Code::kReplicaNotFound);
  EXPECT_EQ(recover(1001, 1002, 0, 999).code(), Code::kReplicaNotFound);
  EXPECT_TRUE(recover(1001, 1002, 800, 1000).ok());
  Put(1001, bytes, BlockId(7));
  const Status finalized =
      store_->RecoverRbw(Name(1001, 0, BlockId(7)), GenerationStamp(1002), 0, 2000, WriterOptions{})
          .status();
  EXPECT_TRUE(finalized.message().starts_with("Cannot recover a non-RBW replica FinalizedReplica"));
}

TEST_F(PipelineRecoveryTest, RecoveryDoesNotCertifyBadBytes) {
  const std::string bytes = Bytes(1000);
  Abandon(1001, bytes, 1000, 800);
  Flip(store_->Paths(Name(1001))->block_path, 600);
  EXPECT_EQ(store_->RecoverRbw(Name(1001), GenerationStamp(1002), 0, 1000, WriterOptions{})
                .status()
                .code(),
            Code::kChecksum);
}

TEST_F(PipelineRecoveryTest, AppendContinuesWithinAChunk) {
  const std::string bytes = Bytes(3000);
  for (uint64_t length : {0u, 1u, 511u, 512u, 513u}) {
    const BlockId id(100 + static_cast<int64_t>(length));
    Put(1001, bytes.substr(0, length), id);
    const auto writer = store_->Append(Name(1001, 1 << 20, id), GenerationStamp(1002), length,
                                       WriterOptions{});
    ASSERT_TRUE(writer.ok()) << writer.status().ToString();
    EXPECT_EQ(store_->Find(kPool, id)->state, ReplicaState::kRbw);
    EXPECT_EQ(*store_->VisibleLength(Name(1002, 0, id)), static_cast<int64_t>(length));
    ASSERT_TRUE(Write(**writer, bytes, length, 3000).ok());
    ASSERT_TRUE(store_->Finalize(**writer, false).ok());
    ExpectOnDisk(bytes, 1002, id);
  }
}

TEST_F(PipelineRecoveryTest, AppendHasApachesConditions) {
  Put(1001, Bytes(100));
  const auto append = [&](uint64_t stamp, uint64_t new_stamp, uint64_t length,
                          const ChecksumSpec& spec = {}) {
    return store_->Append(Name(stamp), GenerationStamp(new_stamp), length, WriterOptions{spec})
        .status();
  };
  EXPECT_EQ(append(1001, 1000, 100).code(), Code::kIoError);
  EXPECT_EQ(append(1000, 1002, 100).message(),
            "Cannot append to a replica with unexpected generation stamp "
            "BP-1-127.0.0.1-2:blk_1073741825_1000");
  EXPECT_EQ(append(1001, 1002, 99).code(), Code::kIoError);
  // Another chunk size, and the replica stays as it was.
  EXPECT_EQ(append(1001, 1002, 100, {ChecksumType::kCrc32c, 4096}).code(), Code::kIoError);
  EXPECT_TRUE(store_->IsValid(Name(1001, 100)));
  // Another type is overruled by the replica's own.
  EXPECT_TRUE(append(1001, 1002, 100, {ChecksumType::kCrc32, 512}).ok());
  EXPECT_EQ(append(1002, 1003, 100).message(),
            "Cannot append to an unfinalized replica BP-1-127.0.0.1-2:blk_1073741825_1002");
}

TEST_F(PipelineRecoveryTest, AppendLeavesASnapshotInPreviousAlone) {
  const std::string bytes = Bytes(1000);
  Put(1001, bytes);
  const ReplicaStore::LocalPaths paths = *store_->Paths(Name(1001));
  const std::string previous = Root() + "/previous";
  ASSERT_TRUE(disk_.MakeDirectories(previous).ok());
  ASSERT_TRUE(disk_.Link(paths.block_path, previous + "/blk").ok());
  ASSERT_TRUE(disk_.Link(paths.meta_path, previous + "/meta").ok());
  const std::string meta = *disk_.ReadFile(paths.meta_path, 1 << 20);
  const auto writer =
      store_->Append(Name(1001, 2000), GenerationStamp(1002), 1000, WriterOptions{});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  ASSERT_TRUE(Write(**writer, bytes + bytes, 1000, 2000).ok());
  EXPECT_TRUE(*disk_.ReadFile(previous + "/blk", 1 << 20) == bytes);
  EXPECT_TRUE(*disk_.ReadFile(previous + "/meta", 1 << 20) == meta);
}

TEST_F(PipelineRecoveryTest, FailedAppendIsRecoveredFromEitherState) {
  const std::string bytes = Bytes(2000);
  Put(1001, bytes.substr(0, 1000));
  // From finalized: the append never got here.
  auto writer =
      store_->RecoverAppend(Name(1001, 4000), GenerationStamp(1002), 1000, WriterOptions{});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  writer->reset();
  // From rbw: it did, but wrote nothing.
  writer = store_->RecoverAppend(Name(1001, 4000), GenerationStamp(1003), 1000, WriterOptions{});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  ASSERT_TRUE(Write(**writer, bytes, 1000, 1500).ok());
  writer->reset();
  // Bytes that were not acknowledged.
  writer = store_->RecoverAppend(Name(1003, 4000), GenerationStamp(1004), 1500, WriterOptions{});
  EXPECT_EQ(writer.status().code(), Code::kReplicaAlreadyExists);
}

TEST_F(PipelineRecoveryTest, FailedCloseIsRecoveredFromEitherState) {
  const std::string bytes = Bytes(1000);
  Abandon(1001, bytes, 1000, 1000);
  Result<FinalizedInfo> info = store_->RecoverClose(Name(1001), GenerationStamp(1002), 1000);
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ(info->block, Name(1002, 1000));
  ExpectOnDisk(bytes, 1002);
  info = store_->RecoverClose(Name(1001), GenerationStamp(1003), 1000);
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  ExpectOnDisk(bytes, 1003);
  EXPECT_EQ(store_->RecoverClose(Name(1001), GenerationStamp(1004), 999).status().code(),
            Code::kIoError);
}

// HDFS-7065: the older of two recoveries must not set the stamp back.
TEST_F(PipelineRecoveryTest, StampNeverGoesBackUnderConcurrentCloseRecoveries) {
  const std::string bytes = Bytes(700);
  for (int round = 0; round < 20; ++round) {
    const BlockId id(1000 + round);
    {
      const std::unique_ptr<ReplicaWriter> writer = Rbw(1001, {}, id);
      ASSERT_TRUE(Write(*writer, bytes, 0, 700).ok());
      writer->SetAcked(700);
    }
    std::vector<std::thread> threads;
    std::atomic<uint64_t> highest{0};
    for (uint64_t stamp = 1002; stamp < 1008; ++stamp) {
      threads.emplace_back([&, stamp] {
        if (!store_->RecoverClose(Name(1001, 0, id), GenerationStamp(stamp), 700).ok()) return;
        uint64_t seen = highest;
        while (seen < stamp && !highest.compare_exchange_weak(seen, stamp)) {
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(store_->Find(kPool, id)->block.generation_stamp, GenerationStamp(1007));
    EXPECT_EQ(highest, 1007u);
    ExpectOnDisk(bytes, 1007, id);
  }
}

}  // namespace
}  // namespace cairn::datanode
