// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_writer.h"

#include <deque>
#include <random>
#include <thread>
#include <vector>

#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

using std::chrono_literals::operator""ms;

class WriteTest : public StoreTest {};

TEST_F(WriteTest, NewReplicaIsInRbwUntilItIsFinalized) {
  const std::string bytes = Bytes(1300);
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  const std::string rbw = Root() + "/current/" + kPool + "/current/rbw/blk_1073741825";
  EXPECT_TRUE(disk_.Exists(rbw));
  EXPECT_TRUE(disk_.Exists(rbw + "_1001.meta"));
  ASSERT_TRUE(Write(*writer, bytes, 0, 1300).ok());
  EXPECT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kRbw);

  const Result<FinalizedInfo> info = store_->Finalize(*writer, true);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->block, Name(1001, 1300));
  EXPECT_FALSE(disk_.Exists(rbw));
  EXPECT_FALSE(disk_.Exists(rbw + "_1001.meta"));
  EXPECT_TRUE(store_->IsValid(Name(1001, 1300)));
  EXPECT_TRUE(store_->Paths(Name(1001))->block_path.ends_with(
      "/current/finalized/subdir0/subdir0/blk_1073741825"));
  ExpectOnDisk(bytes, 1001);
  // A second finalize is what a repeated last packet asks for.
  EXPECT_TRUE(store_->Finalize(*writer, false).ok());
  EXPECT_EQ(writer->WritePacket(1300, "x", Sums(1300, "x")).code(), Code::kCancelled);
}

TEST_F(WriteTest, PacketsOfAnySizeLeaveTheSameFiles) {
  const std::string bytes = Bytes(5000);
  for (uint64_t step : {1u, 100u, 511u, 512u, 513u, 4096u, 5000u}) {
    const BlockId id(2000 + static_cast<int64_t>(step));
    const std::unique_ptr<ReplicaWriter> writer = Rbw(1001, {}, id);
    for (uint64_t from = 0; from < bytes.size(); from += step) {
      const uint64_t to = std::min<uint64_t>(bytes.size(), from + step);
      ASSERT_TRUE(Write(*writer, bytes, from, to).ok()) << step << " at " << from;
    }
    ASSERT_TRUE(store_->Finalize(*writer, false).ok());
    ExpectOnDisk(bytes, 1001, id);
  }
}

TEST_F(WriteTest, PacketsAtOnceLeaveTheSameFilesAsOneByOne) {
  const std::string bytes = Bytes(9000);
  std::mt19937 random(7);
  for (int64_t round = 0; round < 60; ++round) {
    const BlockId id(5000 + round);
    const std::unique_ptr<ReplicaWriter> writer = Rbw(1001, {}, id);
    for (uint64_t end = 0; end < bytes.size();) {
      // Behind a partial chunk the rest of it comes first, alone, or the chunk is sent again.
      std::vector<PacketContent> packets;
      std::deque<std::string> sums;
      for (uint32_t n = random() % 5 + 1; n > 0 && end < bytes.size(); --n) {
        const uint64_t in_chunk = end % 512;
        const bool again = in_chunk != 0 && random() % 2 == 0;
        const uint64_t from = again ? end - in_chunk : end;
        const uint64_t most = again || in_chunk == 0 ? random() % 3 * 512 + random() % 600 + 1
                                                     : 512 - in_chunk;
        end = std::min<uint64_t>(bytes.size(), std::max(from + most, end));
        const auto data = std::string_view(bytes).substr(from, end - from);
        sums.push_back(random() % 4 == 0 ? "" : Sums(from, data));
        packets.push_back({from, data, sums.back()});
      }
      const Status written = writer->WritePackets(packets);
      ASSERT_TRUE(written.ok()) << written.ToString();
      ASSERT_EQ(writer->lengths().on_disk, end);
      ASSERT_EQ(writer->lengths().received, end);
    }
    ASSERT_TRUE(store_->Finalize(*writer, false).ok());
    ExpectOnDisk(bytes, 1001, id);
  }
}

TEST_F(WriteTest, OtherChecksumsAndChunkSizesWork) {
  const std::string bytes = Bytes(10000);
  int64_t id = 3000;
  for (const ChecksumSpec& spec : {ChecksumSpec{ChecksumType::kCrc32, 512},
                                   ChecksumSpec{ChecksumType::kCrc32c, 4096},
                                   ChecksumSpec{ChecksumType::kCrc32, 1},
                                   ChecksumSpec{ChecksumType::kNull, 512}}) {
    const std::unique_ptr<ReplicaWriter> writer = Rbw(1001, spec, BlockId(++id));
    ASSERT_TRUE(Write(*writer, bytes, 0, 700).ok());
    ASSERT_TRUE(Write(*writer, bytes, 700, 10000).ok());
    ASSERT_TRUE(store_->Finalize(*writer, false).ok());
    ExpectOnDisk(bytes, 1001, BlockId(id));
    EXPECT_TRUE(*Read(Name(1001, 0, BlockId(id))) == bytes);
  }
}

TEST_F(WriteTest, ChecksumsAreComputedWhenThePacketHasNone) {
  const std::string bytes = Bytes(1700);
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(writer->WritePacket(0, bytes.substr(0, 700), "").ok());
  ASSERT_TRUE(writer->WritePacket(700, bytes.substr(700), "").ok());
  ASSERT_TRUE(store_->Finalize(*writer, false).ok());
  ExpectOnDisk(bytes, 1001);
}

TEST_F(WriteTest, PacketBeyondTheBytesOnDiskIsRefusedAndOneOfOldBytesIsNoWork) {
  const std::string bytes = Bytes(1024);
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(Write(*writer, bytes, 0, 600).ok());
  EXPECT_TRUE(Write(*writer, bytes, 0, 600).ok());
  EXPECT_EQ(writer->lengths().on_disk, 600u);
  EXPECT_EQ(Write(*writer, bytes, 601, 700).code(), Code::kInvalidArgument);
}

// HDFS-4660: the checksum of a chunk of which a part was on disk already.
TEST_F(WriteTest, OverlappingPacketsKeepChecksumsRightAtEveryOffset) {
  const std::string bytes = Bytes(3000);
  int64_t id = 5000;
  for (uint64_t on_disk : {1u, 511u, 512u, 513u, 1023u, 1024u, 1500u}) {
    for (uint64_t back : {0u, 1u, 100u, 511u, 512u, 600u}) {
      if (back > on_disk) continue;
      const std::unique_ptr<ReplicaWriter> writer = Rbw(1001, {}, BlockId(++id));
      ASSERT_TRUE(Write(*writer, bytes, 0, on_disk).ok());
      for (uint64_t from = on_disk - back; from < bytes.size(); from += 900) {
        const uint64_t to = std::min<uint64_t>(bytes.size(), from + 900);
        const Status s = Write(*writer, bytes, from, to);
        ASSERT_TRUE(s.ok()) << s.ToString() << " on disk " << on_disk << " from " << from;
      }
      ASSERT_TRUE(store_->Finalize(*writer, false).ok());
      ExpectOnDisk(bytes, 1001, BlockId(id));
    }
  }
}

TEST_F(WriteTest, BadPieceOfAChunkIsNotHiddenByAChecksumOfTheWhole) {
  const std::string bytes = Bytes(1000);
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(Write(*writer, bytes, 0, 100).ok());
  std::string changed = bytes.substr(100, 100);
  const std::string sums = Sums(100, changed);
  changed[3] = static_cast<char>(changed[3] ^ 1);
  EXPECT_EQ(writer->WritePacket(100, changed, sums).code(), Code::kChecksum);
}

TEST_F(WriteTest, BytesGoneBadOnDiskDoNotGetAGoodChecksum) {
  const std::string bytes = Bytes(1000);
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(Write(*writer, bytes, 0, 100).ok());
  Flip(store_->Paths(Name(1001))->block_path, 50);
  EXPECT_EQ(Write(*writer, bytes, 100, 200).code(), Code::kChecksum);
}

// HDFS-5728: the meta file finds no room.
TEST_F(WriteTest, FullDiskLeavesAReplicaThatRecoveryCanUse) {
  const std::string bytes = Bytes(4000);
  std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(Write(*writer, bytes, 0, 700).ok());
  writer->SetAcked(700);
  disk_.FailWrites("1001.meta", Code::kDiskOutOfSpace);
  EXPECT_EQ(Write(*writer, bytes, 700, 3000).code(), Code::kDiskOutOfSpace);
  EXPECT_EQ(writer->lengths().on_disk, 700u);
  EXPECT_TRUE(events_.failed().empty());
  disk_.Mend();
  EXPECT_EQ(Write(*writer, bytes, 700, 3000).code(), Code::kDiskOutOfSpace);
  writer.reset();

  const auto info = store_->InitReplicaRecovery(Name(1001), GenerationStamp(1002));
  ASSERT_TRUE(info.ok()) << info.status().ToString();
  EXPECT_EQ((*info)->block.length, 700u);
  const Result<FinalizedInfo> final = store_->UpdateReplicaUnderRecovery(
      Name(1001, 700), GenerationStamp(1002), BlockId(), 700);
  ASSERT_TRUE(final.ok()) << final.status().ToString();
  ExpectOnDisk(bytes.substr(0, 700), 1002);
}

TEST_F(WriteTest, RecoveryMendsWhatAFullDiskCouldNotTakeBack) {
  const std::string bytes = Bytes(4000);
  std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(Write(*writer, bytes, 0, 700).ok());
  writer->SetAcked(700);
  writer.reset();
  // Bytes and a checksum of a packet that failed, as if they could not be cut off.
  const ReplicaStore::LocalPaths paths = *store_->Paths(Name(1001));
  Store(paths.block_path, bytes.substr(0, 1500));
  Store(paths.meta_path, EncodeMetaHeader({}) + ComputeChecksums({}, bytes.substr(0, 1024)));

  Result<std::unique_ptr<ReplicaWriter>> again =
      store_->RecoverRbw(Name(1001), GenerationStamp(1002), 0, 1000, WriterOptions{});
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  ASSERT_TRUE(Write(**again, bytes, 700, 4000).ok());
  ASSERT_TRUE(store_->Finalize(**again, false).ok());
  ExpectOnDisk(bytes, 1002);
}

TEST_F(WriteTest, BlockThatIsHereCannotBeCreated) {
  Put(1001, Bytes(10));
  const auto rbw = store_->CreateRbw(Name(1002), {}, WriterOptions{});
  EXPECT_EQ(rbw.status().code(), Code::kReplicaAlreadyExists);
  EXPECT_EQ(rbw.status().message(),
            "Block BP-1-127.0.0.1-2:blk_1073741825_1002 already exists in state FINALIZED and thus "
            "cannot be created.");
  EXPECT_EQ(store_->CreateTemporary(Name(1002), {}, false, WriterOptions{}).status().code(),
            Code::kReplicaAlreadyExists);
  EXPECT_EQ(store_->CreateTemporary(Name(1001), {}, true, WriterOptions{}).status().code(),
            Code::kReplicaAlreadyExists);
}

TEST_F(WriteTest, TransferReplacesAnOlderReplica) {
  Put(1001, Bytes(10));
  const auto writer = store_->CreateTemporary(Name(1002, 100), {}, true, WriterOptions{});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();
  EXPECT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kTemporary);
  ASSERT_TRUE(Write(**writer, Bytes(50), 0, 50).ok());
  ASSERT_TRUE(store_->ConvertTemporaryToRbw(**writer, GenerationStamp(1002), 50).ok());
  EXPECT_EQ(store_->Find(kPool, kId)->state, ReplicaState::kRbw);
  EXPECT_EQ(*store_->VisibleLength(Name(1002)), 50);
}

TEST_F(WriteTest, RetriedSetUpReplacesTheReplicaOfTheFirst) {
  Rbw(1001);
  const auto again = store_->CreateRbw(Name(1001, 100), {}, WriterOptions{}, GenerationStamp(1002));
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(store_->Find(kPool, kId)->block.generation_stamp, GenerationStamp(1002));
}

TEST_F(WriteTest, TemporaryReplicaIsInvisibleAndGoesWhenAborted) {
  const auto writer = store_->CreateTemporary(Name(1001, 100), {}, false, WriterOptions{});
  ASSERT_TRUE(writer.ok());
  ASSERT_TRUE(Write(**writer, Bytes(50), 0, 50).ok());
  EXPECT_TRUE(store_->BlockReports(kPool)[0].blocks.empty());
  EXPECT_EQ(*store_->VisibleLength(Name(1001)), -1);
  EXPECT_FALSE(store_->OpenForRead(Name(1001)).ok());
  ASSERT_TRUE(store_->AbortTemporary(**writer).ok());
  EXPECT_FALSE(store_->Find(kPool, kId));
  EXPECT_TRUE(disk_.List(Root() + "/current/" + kPool + "/tmp")->empty());
}

TEST_F(WriteTest, SpaceIsCountedAndReservedWhileWriting) {
  const Volume& volume = *store_->Volumes()[0];
  const uint64_t before = *volume.Available();
  std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  EXPECT_EQ(before - *volume.Available(), 1u << 20);
  ASSERT_TRUE(Write(*writer, Bytes(1000), 0, 1000).ok());
  writer->SetAcked(1000);
  EXPECT_EQ(volume.Used(kPool), 1000u + 7 + 8);
  ASSERT_TRUE(store_->Finalize(*writer, false).ok());
  writer.reset();
  EXPECT_EQ(*volume.Available(), before);
  ASSERT_TRUE(store_->Invalidate(kPool, {Name(1001).block}).ok());
  store_->DrainDeletions();
  EXPECT_EQ(volume.Used(kPool), 0u);
}

TEST_F(WriteTest, RecoveryStopsTheWriterAndTakesOver) {
  const std::string bytes = Bytes(2000);
  std::mutex mutex;
  std::condition_variable stopped;
  bool stop = false;
  WriterOptions options;
  options.stop = [&] {
    const std::lock_guard lock(mutex);
    stop = true;
    stopped.notify_all();
  };
  Result<std::unique_ptr<ReplicaWriter>> first = store_->CreateRbw(Name(1001), {}, options);
  ASSERT_TRUE(first.ok());
  ASSERT_TRUE(Write(**first, bytes, 0, 1000).ok());
  (*first)->SetAcked(600);
  std::thread old_stream([&] {
    const std::unique_ptr<ReplicaWriter> mine = std::move(first).value();
    std::unique_lock lock(mutex);
    stopped.wait(lock, [&] { return stop; });
    // Told to stop, it can do no more harm.
    EXPECT_EQ(Write(*mine, bytes, 1000, 1100).code(), Code::kCancelled);
    EXPECT_EQ(store_->Finalize(*mine, false).status().code(), Code::kCancelled);
  });
  const auto second =
      store_->RecoverRbw(Name(1001), GenerationStamp(1002), 600, 1000, WriterOptions{});
  old_stream.join();
  ASSERT_TRUE(second.ok()) << second.status().ToString();
  EXPECT_EQ((*second)->lengths().on_disk, 600u);
  ASSERT_TRUE(Write(**second, bytes, 600, 2000).ok());
  ASSERT_TRUE(store_->Finalize(**second, false).ok());
  ExpectOnDisk(bytes, 1002);
}

class StuckWriterTest : public StoreTest {
 protected:
  StuckWriterTest() { stop_limit_ = 20ms; }
};

TEST_F(StuckWriterTest, RecoveryGivesUpOnAWriterThatDoesNotLeave) {
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  const auto recovered =
      store_->RecoverRbw(Name(1001), GenerationStamp(1002), 0, 0, WriterOptions{});
  EXPECT_EQ(recovered.status().code(), Code::kIoError);
  EXPECT_NE(recovered.status().message().find("timed out"), std::string::npos);
}

// HDFS-16985: forgotten first, deleted later.
TEST_F(WriteTest, ReplicaWhoseFilesCannotBeDeletedIsNotForgotten) {
  Put(1001, Bytes(1000));
  disk_.Break(Root() + "/current/" + kPool + "/current/finalized");
  ASSERT_TRUE(store_->Invalidate(kPool, {Name(1001).block}).ok());
  store_->DrainDeletions();
  EXPECT_TRUE(store_->Find(kPool, kId));
  EXPECT_TRUE(events_.deleted().empty());
  disk_.Mend();
  // Nothing new may be made in its place meanwhile.
  EXPECT_EQ(store_->CreateRbw(Name(1002), {}, WriterOptions{}).status().code(),
            Code::kReplicaAlreadyExists);
  ASSERT_TRUE(store_->Invalidate(kPool, {Name(1001).block}).ok());
  store_->DrainDeletions();
  EXPECT_FALSE(store_->Find(kPool, kId));
  EXPECT_EQ(events_.deleted(), std::vector{Name(1001, 1000).block});
}

TEST_F(WriteTest, OnlyTheNamedVersionOfABlockIsDeleted) {
  Put(1002, Bytes(10));
  const Status s = store_->Invalidate(kPool, {Name(1001).block, Name(1, 0, BlockId(9)).block});
  EXPECT_EQ(s.code(), Code::kIoError);
  EXPECT_EQ(s.message(),
            "Failed to delete 1 (out of 2) replica(s):\n0) Failed to delete replica "
            "blk_1073741825_1001: GenerationStamp not matched, existing replica is "
            "blk_1073741825_1002");
  store_->DrainDeletions();
  EXPECT_TRUE(store_->IsValid(Name(1002, 10)));
}

}  // namespace
}  // namespace cairn::datanode
