// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/storage.h"

#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode {
namespace {

class StorageTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(FormatForTest(disk_, TwoDirectories()).ok()); }

  Result<std::unique_ptr<NameStorage>> Open() {
    return NameStorage::Open(disk_, TwoDirectories());
  }

  void Put(const std::string& path, const std::string& bytes) {
    ASSERT_TRUE(io::WriteFileAtomically(disk_, path, bytes).ok());
  }

  std::string SegmentBytes(int64_t first, int64_t last) {
    std::string bytes = SegmentHeader(-67);
    for (int64_t id = first; id <= last; ++id) {
      EXPECT_TRUE(EncodeRecord({TxId(id), TestOp(id)}, -67, bytes).ok());
    }
    return bytes;
  }

  io::FaultDisk disk_;
};

TEST_F(StorageTest, OpensWhatWasFormatted) {
  Result<std::unique_ptr<NameStorage>> storage = Open();
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  EXPECT_EQ((*storage)->info(), TestNamespace());
  EXPECT_EQ((*storage)->FailedCount(), 0u);
  EXPECT_TRUE(NameStorage::HasData(disk_, TwoDirectories()));
}

TEST_F(StorageTest, SecondProcessIsRefused) {
  Result<std::unique_ptr<NameStorage>> first = Open();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Open().status().code(), Code::kAlreadyExists);
}

TEST_F(StorageTest, UnformattedDirectoriesAreNotStartedFrom) {
  io::FaultDisk empty;
  ASSERT_TRUE(empty.MakeDirectories("/name1").ok());
  EXPECT_EQ(NameStorage::Open(empty, TwoDirectories()).status().code(), Code::kNotFound);
}

TEST_F(StorageTest, DirectoriesOfTwoNamespacesAreRefused) {
  std::string version = *disk_.ReadFile("/name1/current/VERSION", 1000);
  version.replace(version.find("CID-test"), 8, "CID-else");
  Put("/name2/current/VERSION", version);
  EXPECT_EQ(Open().status().code(), Code::kCorrupt);
}

TEST_F(StorageTest, NewerLayoutIsRefused) {
  std::string version = *disk_.ReadFile("/name1/current/VERSION", 1000);
  version.replace(version.find("-67"), 3, "-68");
  Put("/name1/current/VERSION", version);
  EXPECT_EQ(Open().status().code(), Code::kIncorrectVersion);
}

TEST_F(StorageTest, EmptyDirectoryJoins) {
  ASSERT_TRUE(disk_.RemoveTree("/name2/current").ok());
  Result<std::unique_ptr<NameStorage>> storage = Open();
  ASSERT_TRUE(storage.ok());
  EXPECT_EQ((*storage)->ImageDirectories().size(), 2u);
  EXPECT_TRUE(disk_.Exists("/name2/current/VERSION"));
}

TEST_F(StorageTest, DirectoryWithForeignFilesIsDroppedNotEmptied) {
  ASSERT_TRUE(disk_.Remove("/name2/current/VERSION").ok());
  Put("/name2/current/" + SegmentName(TxId(1), TxId(5)), "x");
  Result<std::unique_ptr<NameStorage>> storage = Open();
  ASSERT_TRUE(storage.ok());
  EXPECT_EQ((*storage)->FailedRoots(), std::vector<std::string>{"/name2"});
  EXPECT_TRUE(disk_.Exists("/name2/current/" + SegmentName(TxId(1), TxId(5))));
}

TEST_F(StorageTest, MissingTransactionsAreNamed) {
  Put("/name1/current/" + SegmentName(TxId(1), TxId(5)), SegmentBytes(1, 5));
  Put("/name1/current/" + SegmentName(TxId(8), TxId(9)), SegmentBytes(8, 9));
  Result<std::unique_ptr<NameStorage>> storage = Open();
  const Result<LoadPlan> plan = (*storage)->Plan();
  EXPECT_EQ(plan.status().code(), Code::kCorrupt);
  EXPECT_NE(plan.status().message().find("6"), std::string::npos) << plan.status().message();
  // The other directory may have them.
  Put("/name2/current/" + SegmentName(TxId(6), TxId(7)), SegmentBytes(6, 7));
  EXPECT_EQ((*storage)->Plan()->last, TxId(9));
}

TEST_F(StorageTest, SegmentThatSeenTxIdTellsOfMustExist) {
  Put("/name1/current/" + SegmentName(TxId(1), TxId(5)), SegmentBytes(1, 5));
  Put("/name1/current/seen_txid", "6\n");
  Result<std::unique_ptr<NameStorage>> storage = Open();
  EXPECT_EQ((*storage)->Plan().status().code(), Code::kCorrupt);
  // Opened, but nothing written yet: no loss.
  Put("/name2/current/" + UnfinishedSegmentName(TxId(6)), SegmentHeader(-67));
  ASSERT_TRUE((*storage)->RecoverSegments().ok());
  EXPECT_EQ((*storage)->Plan()->last, TxId(5));
}

TEST_F(StorageTest, LongestCopyOfAnOpenSegmentWins) {
  Put("/name1/current/" + UnfinishedSegmentName(TxId(1)), SegmentBytes(1, 3));
  Put("/name2/current/" + UnfinishedSegmentName(TxId(1)),
      SegmentBytes(1, 5) + std::string(500, '\xFF'));
  Result<std::unique_ptr<NameStorage>> storage = Open();
  const Result<Replayed> replayed = RecoverAndReplay(**storage);
  ASSERT_TRUE(replayed.ok()) << replayed.status().ToString();
  EXPECT_EQ(replayed->test_ops, 5);
  EXPECT_TRUE(disk_.Exists("/name1/current/" + UnfinishedSegmentName(TxId(1)) + ".stale"));
  EXPECT_EQ(*disk_.FileSize("/name2/current/" + SegmentName(TxId(1), TxId(5))),
            SegmentBytes(1, 5).size());
}

TEST_F(StorageTest, BrokenCopyOfASegmentIsReplacedByTheOther) {
  std::string bad = SegmentBytes(1, 5);
  bad[bad.size() / 2] ^= 1;
  Put("/name1/current/" + SegmentName(TxId(1), TxId(5)), bad);
  Put("/name2/current/" + SegmentName(TxId(1), TxId(5)), SegmentBytes(1, 5));
  Result<std::unique_ptr<NameStorage>> storage = Open();
  EXPECT_EQ(RecoverAndReplay(**storage)->test_ops, 5);
  Put("/name2/current/" + SegmentName(TxId(1), TxId(5)), bad);
  EXPECT_FALSE(RecoverAndReplay(**storage).ok());
}

TEST_F(StorageTest, CorruptionInsideAnOpenSegmentIsNotCutOff) {
  std::string bytes = SegmentBytes(1, 3);
  const size_t bad = bytes.size() + 20;
  for (int64_t id = 4; id < 100; ++id) {
    ASSERT_TRUE(EncodeRecord({TxId(id), op::Delete{"/" + std::string(30000, 'x'), 0, {}}}, -67,
                             bytes).ok());
  }
  bytes[bad] ^= 1;
  Put("/name1/current/" + UnfinishedSegmentName(TxId(1)), bytes);
  Result<std::unique_ptr<NameStorage>> storage = Open();
  EXPECT_EQ((*storage)->RecoverSegments().code(), Code::kCorrupt);
  EXPECT_TRUE(disk_.Exists("/name1/current/" + UnfinishedSegmentName(TxId(1))));
}

TEST_F(StorageTest, PurgeKeepsWhatTheOldestKeptImageNeeds) {
  for (const int64_t id : {5, 9, 14}) Put("/name1/current/" + ImageName(TxId(id)), "image");
  Put("/name1/current/" + ImageName(TxId(5)) + ".md5", "sum");
  Put("/name1/current/" + SegmentName(TxId(1), TxId(5)), SegmentBytes(1, 5));
  Put("/name1/current/" + SegmentName(TxId(6), TxId(9)), SegmentBytes(6, 9));
  Put("/name1/current/" + SegmentName(TxId(10), TxId(14)), SegmentBytes(10, 14));
  Result<std::unique_ptr<NameStorage>> storage = Open();
  (*storage)->Purge(2, 0);
  EXPECT_FALSE(disk_.Exists("/name1/current/" + ImageName(TxId(5))));
  EXPECT_FALSE(disk_.Exists("/name1/current/" + ImageName(TxId(5)) + ".md5"));
  EXPECT_FALSE(disk_.Exists("/name1/current/" + SegmentName(TxId(6), TxId(9))));
  EXPECT_TRUE(disk_.Exists("/name1/current/" + SegmentName(TxId(10), TxId(14))));
  EXPECT_EQ((*storage)->Plan()->SegmentsAfter(TxId(9))->size(), 1u);
}

TEST_F(StorageTest, PurgeHonoursTheExtraTransactions) {
  Put("/name1/current/" + ImageName(TxId(9)), "image");
  Put("/name1/current/" + SegmentName(TxId(1), TxId(5)), SegmentBytes(1, 5));
  Put("/name1/current/" + SegmentName(TxId(6), TxId(9)), SegmentBytes(6, 9));
  Result<std::unique_ptr<NameStorage>> storage = Open();
  (*storage)->Purge(1, 4);
  EXPECT_FALSE(disk_.Exists("/name1/current/" + SegmentName(TxId(1), TxId(5))));
  EXPECT_TRUE(disk_.Exists("/name1/current/" + SegmentName(TxId(6), TxId(9))));
}

TEST(StorageOwnerTest, AnotherSoftwareIsSeenByItsLockFile) {
  io::FaultDisk disk;
  ASSERT_TRUE(FormatForTest(disk, TwoDirectories()).ok());
  const auto used_by_others = [&](const std::string& text) {
    std::unique_ptr<io::File> file =
        disk.Open("/name1/in_use.lock", io::OpenMode::kCreate).value();
    EXPECT_TRUE(file->Append(text).ok());
    return NameStorage::Open(disk, TwoDirectories()).value()->LastUsedByOthers();
  };
  EXPECT_FALSE(used_by_others(""));
  EXPECT_TRUE(used_by_others("4711@host"));
  EXPECT_TRUE(used_by_others("12@h567@cairn"));  // Written over a longer text of ours.
  EXPECT_FALSE(used_by_others("4711@cairn"));
  EXPECT_TRUE(used_by_others("4711@host"));
  EXPECT_FALSE(NameStorage::Open(disk, TwoDirectories()).value()->LastUsedByOthers());
}

}  // namespace
}  // namespace cairn::namenode
