// SPDX-License-Identifier: Apache-2.0
// Crashes the log between any two operations of the disk, and starts again.
#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode {
namespace {

using Survival = io::FaultDisk::Survival;

// Starts, appends, rolls now and then, and closes, until the disk fails. Returns how many TestOps
// were acknowledged.
int64_t RunUntilCrash(io::FaultDisk& disk, int64_t done, bool* started) {
  *started = false;
  Result<std::unique_ptr<NameStorage>> storage = NameStorage::Open(disk, TwoDirectories());
  if (!storage.ok()) return done;
  const Result<Replayed> replayed = RecoverAndReplay(**storage);
  if (!replayed.ok()) {
    EXPECT_TRUE(disk.crashed()) << replayed.status().ToString();
    return done;
  }
  EXPECT_GE(replayed->test_ops, done) << "something acknowledged is lost";
  done = std::max(done, replayed->test_ops);
  EditLog::Options options;
  options.preallocate_bytes = 512;
  Result<std::unique_ptr<EditLog>> log = EditLog::Start(**storage, replayed->last, options);
  if (!log.ok()) {
    EXPECT_TRUE(disk.crashed()) << log.status().ToString();
    return done;
  }
  *started = true;
  for (int i = 0; i < 12; ++i) {
    const Result<TxId> txid = (*log)->Append(TestOp(done + 1));
    if (!txid.ok() || !(*log)->WaitDurable(*txid).ok()) return done;
    ++done;
    if (i % 5 == 4 && !(*log)->Roll().ok()) return done;
  }
  static_cast<void>((*log)->Close());
  return done;
}

class CrashTest : public ::testing::TestWithParam<Survival> {};

TEST_P(CrashTest, NothingAcknowledgedIsLostAndEveryStartSucceeds) {
  for (uint64_t crash_at = 0;; ++crash_at) {
    io::FaultDisk disk;
    ASSERT_TRUE(FormatForTest(disk, TwoDirectories()).ok());
    int64_t acknowledged = 0;
    bool started = false;
    disk.CrashAfter(crash_at);
    acknowledged = RunUntilCrash(disk, acknowledged, &started);
    const bool crashed = disk.crashed();
    disk.Reboot(GetParam(), static_cast<uint32_t>(crash_at));
    // Crash again while it recovers, then let it go on.
    disk.CrashAfter(crash_at % 17);
    acknowledged = RunUntilCrash(disk, acknowledged, &started);
    disk.Reboot(GetParam(), static_cast<uint32_t>(crash_at * 31 + 1));
    acknowledged = RunUntilCrash(disk, acknowledged, &started);
    ASSERT_TRUE(started) << "crash at " << crash_at;
    ASSERT_FALSE(HasFailure()) << "crash at " << crash_at;
    if (!crashed) break;
    ASSERT_LT(crash_at, 2000u);
  }
}

TEST_P(CrashTest, FormatThatIsBrokenOffLeavesOldOrNothing) {
  for (uint64_t crash_at = 0;; ++crash_at) {
    io::FaultDisk disk;
    ASSERT_TRUE(FormatForTest(disk, TwoDirectories()).ok());
    disk.CrashAfter(crash_at);
    const Status status = FormatForTest(disk, TwoDirectories());
    disk.Reboot(GetParam(), static_cast<uint32_t>(crash_at));
    Result<std::unique_ptr<NameStorage>> storage = NameStorage::Open(disk, TwoDirectories());
    if (storage.ok()) {
      EXPECT_TRUE(RecoverAndReplay(**storage).ok()) << "crash at " << crash_at;
    } else {
      EXPECT_EQ(storage.status().code(), Code::kNotFound) << storage.status().ToString();
      EXPECT_TRUE(FormatForTest(disk, TwoDirectories()).ok());
    }
    if (status.ok()) break;
    ASSERT_LT(crash_at, 200u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CrashTest,
                         ::testing::Values(Survival::kNothing, Survival::kEverything,
                                           Survival::kTorn),
                         [](const auto& info) {
                           switch (info.param) {
                             case Survival::kNothing:
                               return "NothingSurvives";
                             case Survival::kEverything:
                               return "EverythingSurvives";
                             default:
                               return "SomeSectorsSurvive";
                           }
                         });

}  // namespace
}  // namespace cairn::namenode
