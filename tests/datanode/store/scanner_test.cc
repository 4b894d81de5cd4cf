// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/scanner.h"

#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

TEST(ScanCursorTest, GoldenCursorOfApacheRoundTrips) {
  io::PosixDisk disk;
  const Result<std::string> text = disk.ReadFile(
      std::string(CAIRN_STORE_GOLDEN) +
          "/current/BP-586905599-127.0.0.1-1795499597232/scanner.cursor",
      1 << 16);
  ASSERT_TRUE(text.ok());
  const Result<ScanCursor> cursor = DecodeCursor(*text);
  ASSERT_TRUE(cursor.ok()) << cursor.status().ToString();
  EXPECT_EQ(cursor->iteration_start_ms, 1795499668670);
  EXPECT_TRUE(cursor->at_end);
  EXPECT_FALSE(cursor->entry);
  EXPECT_EQ(EncodeCursor(*cursor), *text);
}

TEST(ScanCursorTest, PositionRoundTripsAndGarbageIsCorrupt) {
  ScanCursor cursor{1, 2, "subdir3", "subdir17", "blk_5", false};
  EXPECT_EQ(*DecodeCursor(EncodeCursor(cursor)), cursor);
  const std::string good = EncodeCursor(cursor);
  for (size_t n = 0; n + 1 < good.size(); ++n) {
    EXPECT_EQ(DecodeCursor(good.substr(0, n)).status().code(), Code::kCorrupt) << n;
  }
}

class ScannerTest : public StoreTest {
 protected:
  Volume& volume() { return *store_->Volumes()[0]; }
  std::string CursorPath() const {
    return Root() + "/current/" + kPool + "/scanner.cursor";
  }
};

TEST_F(ScannerTest, EveryReplicaIsVerifiedOnceAPeriod) {
  for (int64_t i = 0; i < 10; ++i) Put(1001, Bytes(1000), BlockId(1073741825 + i * 3001));
  BlockScanner scanner(*store_, clock_, events_, {});
  for (int round = 0; round < 2; ++round) {
    uint64_t bytes = 0;
    int replicas = 0;
    while (const std::optional<uint64_t> n = scanner.ScanOne(volume())) {
      bytes += *n;
      ++replicas;
    }
    EXPECT_EQ(replicas, 10);
    EXPECT_EQ(bytes, 10000u);
    EXPECT_TRUE(DecodeCursor(*disk_.ReadFile(CursorPath(), 1 << 16))->at_end);
    EXPECT_FALSE(scanner.ScanOne(volume()));
    clock_.Advance(std::chrono::hours(504));
  }
  EXPECT_TRUE(events_.corrupt().empty());
}

TEST_F(ScannerTest, ScanGoesOnWhereItWasSaved) {
  for (int64_t i = 0; i < 4; ++i) Put(1001, Bytes(100), BlockId(1073741825 + i));
  ScanCursor cursor;
  cursor.iteration_start_ms = clock_.WallMs();
  cursor.directory = "subdir0";
  cursor.subdirectory = "subdir0";
  cursor.entry = "blk_1073741826";
  Store(CursorPath(), EncodeCursor(cursor));
  BlockScanner scanner(*store_, clock_, events_, {});
  int replicas = 0;
  while (scanner.ScanOne(volume())) ++replicas;
  EXPECT_EQ(replicas, 2);
}

TEST_F(ScannerTest, FlippedBitInDataOrChecksumIsReported) {
  Put(1001, Bytes(2000), BlockId(1));
  Put(1001, Bytes(2000), BlockId(2));
  Put(1001, Bytes(2000), BlockId(3));
  Flip(store_->Paths(Name(1001, 0, BlockId(1)))->block_path, 1999);
  Flip(store_->Paths(Name(1001, 0, BlockId(3)))->meta_path, 8);
  BlockScanner scanner(*store_, clock_, events_, {});
  while (scanner.ScanOne(volume())) {
  }
  EXPECT_EQ(events_.corrupt(), (std::vector{Name(1001, 2000, BlockId(1)).block,
                                            Name(1001, 2000, BlockId(3)).block}));
}

TEST_F(ScannerTest, SuspectIsVerifiedFirstAndNotOverAndOver) {
  Put(1001, Bytes(10), BlockId(1));
  Put(1001, Bytes(77), BlockId(2));
  BlockScanner scanner(*store_, clock_, events_, {});
  scanner.MarkSuspect(Name(1001, 0, BlockId(2)));
  scanner.MarkSuspect(Name(1001, 0, BlockId(2)));
  EXPECT_EQ(scanner.ScanOne(volume()), 77u);
  EXPECT_EQ(scanner.ScanOne(volume()), 10u);
  EXPECT_EQ(scanner.ScanOne(volume()), 77u);
  EXPECT_FALSE(scanner.ScanOne(volume()));
  scanner.MarkSuspect(Name(1001, 0, BlockId(2)));
  EXPECT_FALSE(scanner.ScanOne(volume()));
  clock_.Advance(std::chrono::minutes(10));
  scanner.MarkSuspect(Name(1001, 0, BlockId(2)));
  EXPECT_EQ(scanner.ScanOne(volume()), 77u);
}

TEST_F(ScannerTest, ThreadsVerifySuspectsAndStop) {
  Put(1001, Bytes(1000));
  Flip(store_->Paths(Name(1001))->block_path, 0);
  ScannerOptions options;
  options.bytes_per_second = 1 << 30;
  BlockScanner scanner(*store_, clock_, events_, options);
  scanner.Start();
  while (events_.corrupt().empty()) std::this_thread::yield();
  scanner.Stop();
  EXPECT_TRUE(DecodeCursor(*disk_.ReadFile(CursorPath(), 1 << 16)).ok());
}

class DirectoryScannerTest : public StoreTest {
 protected:
  DirectoryScanResult Scan() { return DirectoryScanner(*store_, {}).ScanPool(kPool); }
  std::string Finalized() const {
    return Root() + "/current/" + kPool + "/current/finalized/subdir0/subdir0/";
  }
};

TEST_F(DirectoryScannerTest, NothingChangesWhenMemoryIsRight) {
  Put(1001, Bytes(100));
  const std::unique_ptr<ReplicaWriter> writer = Rbw(1001, {}, BlockId(9));
  const DirectoryScanResult result = Scan();
  EXPECT_EQ(result.found + result.missing + result.mismatched + result.orphan_meta_files, 0u);
  EXPECT_EQ(store_->ReplicaCount(kPool), 2u);
}

TEST_F(DirectoryScannerTest, ReplicaOnDiskOnlyIsAdded) {
  Store(Finalized() + "blk_1073741825", "abc");
  Store(Finalized() + "blk_1073741825_1001.meta",
        EncodeMetaHeader({}) + ComputeChecksums({}, "abc"));
  EXPECT_EQ(Scan().found, 1u);
  EXPECT_EQ(events_.found(), std::vector{Name(1001, 3).block});
  EXPECT_EQ(*Read(Name(1001)), "abc");
}

TEST_F(DirectoryScannerTest, ReplicaInMemoryOnlyIsForgotten) {
  Put(1001, Bytes(100));
  ASSERT_TRUE(disk_.Remove(Finalized() + "blk_1073741825").ok());
  const DirectoryScanResult result = Scan();
  EXPECT_EQ(result.missing, 1u);
  EXPECT_EQ(result.orphan_meta_files, 1u);
  EXPECT_EQ(events_.deleted(), std::vector{Name(1001, 100).block});
  EXPECT_FALSE(disk_.Exists(Finalized() + "blk_1073741825_1001.meta"));
}

TEST_F(DirectoryScannerTest, ReplicaOfAnotherLengthIsReported) {
  Put(1001, Bytes(100));
  Store(Finalized() + "blk_1073741825", "short");
  EXPECT_EQ(Scan().mismatched, 1u);
  EXPECT_EQ(events_.corrupt(), std::vector{Name(1001, 100).block});
  EXPECT_EQ(store_->Find(kPool, kId)->block.length, 5u);
}

TEST_F(DirectoryScannerTest, LostDirectoryIsNotTakenForDeletedReplicas) {
  Put(1001, Bytes(100));
  ASSERT_TRUE(disk_.RemoveTree(Root() + "/current/" + kPool + "/current/finalized").ok());
  EXPECT_EQ(Scan().missing, 0u);
  EXPECT_TRUE(events_.deleted().empty());
}

}  // namespace
}  // namespace cairn::datanode
