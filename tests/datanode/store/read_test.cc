// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "datanode/store/scanner.h"
#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

class ReadTest : public StoreTest {};

TEST_F(ReadTest, ReplicaIsReadWithItsChecksums) {
  const std::string bytes = Bytes(3000);
  Put(1001, bytes);
  const Result<OpenReplica> open = store_->OpenForRead(Name(1001));
  ASSERT_TRUE(open.ok());
  EXPECT_EQ(open->readable_length, 3000u);
  EXPECT_EQ(open->visible_length, 3000u);
  EXPECT_EQ(open->last_checksum, ComputeChecksums({}, bytes.substr(2560)));
  EXPECT_TRUE(*Read(Name(1001)) == bytes);
  // A reader may know an older stamp, never a newer one.
  EXPECT_TRUE(store_->OpenForRead(Name(1000)).ok());
  EXPECT_EQ(store_->OpenForRead(Name(1002)).status().code(), Code::kReplicaNotFound);
  EXPECT_EQ(store_->OpenForRead(Name(1001, 0, BlockId(5))).status().code(),
            Code::kReplicaNotFound);
}

TEST_F(ReadTest, OpenReplicaOutlivesItsDeletion) {
  const std::string bytes = Bytes(1000);
  Put(1001, bytes);
  const Result<OpenReplica> open = store_->OpenForRead(Name(1001));
  ASSERT_TRUE(open.ok());
  ASSERT_TRUE(store_->Invalidate(kPool, {Name(1001).block}).ok());
  store_->DrainDeletions();
  EXPECT_TRUE(*open->data->ReadAt(0, 2000) == bytes);
  EXPECT_FALSE(store_->OpenForRead(Name(1001)).ok());
}

TEST_F(ReadTest, ReaderOfAReplicaBeingWrittenWaitsForBytes) {
  const std::string bytes = Bytes(1000);
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001);
  ASSERT_TRUE(Write(*writer, bytes, 0, 400).ok());
  std::thread stream([&] { EXPECT_TRUE(Write(*writer, bytes, 400, 1000).ok()); });
  const Result<OpenReplica> open = store_->OpenForRead(Name(1001), 1000);
  stream.join();
  ASSERT_TRUE(open.ok()) << open.status().ToString();
  EXPECT_EQ(open->readable_length, 1000u);
  EXPECT_EQ(open->visible_length, 0u);
}

TEST_F(ReadTest, ShortFilesAreReportedNotServed) {
  Put(1001, Bytes(1000));
  const ReplicaStore::LocalPaths paths = *store_->Paths(Name(1001));
  Store(paths.meta_path, EncodeMetaHeader({}) + "1234");
  EXPECT_EQ(store_->OpenForRead(Name(1001)).status().code(), Code::kCorrupt);
  EXPECT_EQ(events_.corrupt().size(), 1u);
}

TEST_F(ReadTest, MissingFilesAreForgotten) {
  Put(1001, Bytes(1000));
  ASSERT_TRUE(disk_.Remove(store_->Paths(Name(1001))->block_path).ok());
  EXPECT_EQ(store_->OpenForRead(Name(1001)).status().code(), Code::kNotFound);
  EXPECT_EQ(events_.deleted().size(), 1u);
  EXPECT_FALSE(store_->Find(kPool, kId));
}

// HDFS-11056 and HDFS-11160: data and last checksum of a replica that grows.
TEST_F(ReadTest, ReadersAndScannerNeverSeeAFalseCorruptionWhileBytesAreAppended) {
  const std::string bytes = Bytes(1600);
  Put(1001, bytes.substr(0, 1));
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  const auto read = [&] {
    while (!done) {
      const Result<std::string> got = Read(Name(1000));
      // Between two opens the stamp changes, so the name does; the block is always here.
      ASSERT_TRUE(got.ok()) << got.status().ToString();
      EXPECT_TRUE(bytes.starts_with(*got));
      ++reads;
    }
  };
  const auto scan = [&] {
    while (!done) {
      const Status s = VerifyReplica(*store_, Name(1000));
      ASSERT_TRUE(s.ok()) << s.ToString();
    }
  };
  std::vector<std::thread> threads;
  threads.emplace_back(read);
  threads.emplace_back(read);
  threads.emplace_back(scan);
  uint64_t stamp = 1001;
  for (uint64_t length = 1; length < bytes.size();) {
    const auto writer = store_->Append(Name(stamp, 2000), GenerationStamp(stamp + 1), length,
                                       WriterOptions{});
    ASSERT_TRUE(writer.ok()) << writer.status().ToString();
    ++stamp;
    for (int i = 0; i < 5 && length < bytes.size(); ++i, ++length) {
      ASSERT_TRUE(Write(**writer, bytes, length, length + 1).ok());
      (*writer)->SetAcked(length + 1);
    }
    ASSERT_TRUE(store_->Finalize(**writer, false).ok());
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(reads, 0);
  EXPECT_TRUE(events_.corrupt().empty());
  ExpectOnDisk(bytes, stamp);
}

}  // namespace
}  // namespace cairn::datanode
