// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode {
namespace {

using Survival = io::FaultDisk::Survival;

// Three segments: 1-6, 7-12 and 13-18.
void WriteLog(io::FaultDisk& disk) {
  ASSERT_TRUE(FormatForTest(disk, TwoDirectories()).ok());
  std::unique_ptr<NameStorage> storage = NameStorage::Open(disk, TwoDirectories()).value();
  std::unique_ptr<EditLog> log =
      EditLog::Start(*storage, TxId(0), {.preallocate_bytes = 512}).value();
  for (int i = 1; i <= 12; ++i) {
    ASSERT_TRUE(log->Append(TestOp(i)).ok());
    if (i % 4 == 0 && i < 12) {
      ASSERT_TRUE(log->Roll().ok());
    }
  }
  ASSERT_TRUE(log->Close().ok());
}

// How many TestOps the first `last` records of that log have.
int64_t OpsUpTo(int64_t last) {
  int64_t ops = 0;
  for (int64_t txid = 1; txid <= last; ++txid) {
    if (txid % 6 != 1 && txid % 6 != 0) ++ops;
  }
  return ops;
}

std::unique_ptr<NameStorage> Open(io::FaultDisk& disk) {
  return NameStorage::Open(disk, TwoDirectories()).value();
}

TEST(StorageCutTest, EveryTransactionCanBeTheLast) {
  for (int64_t last = 0; last <= 18; ++last) {
    io::FaultDisk disk;
    WriteLog(disk);
    std::unique_ptr<NameStorage> storage = Open(disk);
    const Status cut = storage->CutAfter(TxId(last));
    ASSERT_TRUE(cut.ok()) << cut.ToString();
    // What is durable is what was cut.
    storage.reset();
    disk.Reboot(Survival::kNothing, 1);
    storage = Open(disk);
    Result<Replayed> replayed = RecoverAndReplay(*storage);
    ASSERT_TRUE(replayed.ok()) << last << ": " << replayed.status().ToString();
    EXPECT_EQ(replayed->last, TxId(last));
    EXPECT_EQ(replayed->test_ops, OpsUpTo(last));
    // Other records take the place of those that were cut.
    std::unique_ptr<EditLog> log = EditLog::Start(*storage, TxId(last), {}).value();
    ASSERT_TRUE(log->Append(TestOp(OpsUpTo(last) + 1)).ok());
    ASSERT_TRUE(log->Close().ok());
    replayed = RecoverAndReplay(*storage);
    ASSERT_TRUE(replayed.ok()) << last << ": " << replayed.status().ToString();
    EXPECT_EQ(replayed->last, TxId(last + 3));
  }
}

TEST(StorageCutTest, LogIsNeverCutBelowAnImageNorBeyondItsEnd) {
  io::FaultDisk disk;
  WriteLog(disk);
  std::unique_ptr<NameStorage> storage = Open(disk);
  ASSERT_TRUE(
      io::WriteFileAtomically(disk, "/name1/current/" + ImageName(TxId(9)), "image").ok());
  EXPECT_EQ(storage->CutAfter(TxId(8)).code(), Code::kInvalidArgument);
  EXPECT_EQ(storage->CutAfter(TxId(19)).code(), Code::kInvalidArgument);
  EXPECT_EQ(storage->Plan()->last, TxId(18));
  EXPECT_TRUE(storage->CutAfter(TxId(9)).ok());
}

TEST(StorageCutTest, ACopyThatIsBrokenBeforeTheCutIsMadeFromTheOther) {
  io::FaultDisk disk;
  WriteLog(disk);
  disk.Corrupt("/name1/current/" + SegmentName(TxId(7), TxId(12)), 40, "xxxx");
  std::unique_ptr<NameStorage> storage = Open(disk);
  ASSERT_TRUE(storage->CutAfter(TxId(10)).ok());
  const std::string name = "/current/" + SegmentName(TxId(7), TxId(10));
  EXPECT_EQ(*disk.ReadFile("/name1" + name, 1 << 20), *disk.ReadFile("/name2" + name, 1 << 20));
  EXPECT_EQ(RecoverAndReplay(*storage)->last, TxId(10));
}

TEST(StorageCutTest, WithNoGoodCopyNothingIsLost) {
  io::FaultDisk disk;
  WriteLog(disk);
  for (const char* dir : {"/name1", "/name2"}) {
    disk.Corrupt(std::string(dir) + "/current/" + SegmentName(TxId(7), TxId(12)), 40, "xxxx");
  }
  std::unique_ptr<NameStorage> storage = Open(disk);
  EXPECT_FALSE(storage->CutAfter(TxId(10)).ok());
  EXPECT_TRUE(disk.Exists("/name1/current/" + SegmentName(TxId(7), TxId(12))));
}

class StorageCutCrashTest : public ::testing::TestWithParam<Survival> {};

TEST_P(StorageCutCrashTest, CutThatIsBrokenOffCanBeRepeated) {
  constexpr int64_t kLast = 9;
  for (uint64_t crash_at = 0;; ++crash_at) {
    io::FaultDisk disk;
    WriteLog(disk);
    {
      std::unique_ptr<NameStorage> storage = Open(disk);
      disk.CrashAfter(crash_at);
      static_cast<void>(storage->CutAfter(TxId(kLast)));
    }
    const bool crashed = disk.crashed();
    disk.Reboot(GetParam(), static_cast<uint32_t>(crash_at));
    std::unique_ptr<NameStorage> storage = Open(disk);
    Result<Replayed> replayed = RecoverAndReplay(*storage);
    ASSERT_TRUE(replayed.ok()) << crash_at << ": " << replayed.status().ToString();
    EXPECT_GE(replayed->last, TxId(kLast));
    EXPECT_EQ(replayed->test_ops, OpsUpTo(replayed->last.value));
    const Status again = storage->CutAfter(TxId(kLast));
    ASSERT_TRUE(again.ok()) << crash_at << ": " << again.ToString();
    replayed = RecoverAndReplay(*storage);
    ASSERT_TRUE(replayed.ok()) << crash_at << ": " << replayed.status().ToString();
    EXPECT_EQ(replayed->last, TxId(kLast));
    if (!crashed) break;
    ASSERT_LT(crash_at, 200u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, StorageCutCrashTest,
                         ::testing::Values(Survival::kNothing, Survival::kEverything,
                                           Survival::kTorn));

}  // namespace
}  // namespace cairn::namenode
