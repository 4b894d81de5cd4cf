// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/checkpoint.h"

#include "namenode/journal/edit_log.h"
#include "tests/fakes/temp_dir.h"
#include "tests/namenode/image/image_fixture.h"

namespace cairn::namenode {
namespace {

using Survival = io::FaultDisk::Survival;

const PermissionStatus kRoot{"hdfs", "supergroup", 0755};

std::vector<NameStorage::Directory> Directories(const std::string& base) {
  return {{base + "/n1", true, true}, {base + "/n2", true, true}};
}

NamespaceInfo Info() { return NameStorage::NewNamespace("CID-test", "127.0.0.1", 1, 99); }

// Opens, recovers and loads the newest image.
Status Start(io::Disk& disk, const std::string& base, TestNamespace& ns,
             std::unique_ptr<NameStorage>* storage = nullptr) {
  CAIRN_ASSIGN(std::unique_ptr<NameStorage> opened, NameStorage::Open(disk, Directories(base)));
  CAIRN_TRY(opened->RecoverSegments());
  CAIRN_ASSIGN(const LoadPlan plan, opened->Plan());
  CAIRN_ASSIGN(const ChosenImage chosen, ChooseImage(disk, plan));
  CAIRN_TRY(ns.Load(disk, chosen.path));
  if (storage != nullptr) *storage = std::move(opened);
  return Status();
}

TEST(FormatTest, FormattedDirectoriesStart) {
  io::FaultDisk disk;
  ASSERT_TRUE(FormatNamespace(disk, Directories(""), Info(), kRoot).ok());
  disk.Reboot(Survival::kNothing, 1);
  TestNamespace ns;
  const Status status = Start(disk, "", ns);
  ASSERT_TRUE(status.ok()) << status.ToString();
  EXPECT_EQ(ns.tree.inodes().Permission(ns.tree.root()), kRoot);
  EXPECT_EQ(ns.image.txid, TxId(0));
}

class CheckpointCrashTest : public ::testing::TestWithParam<Survival> {};

TEST_P(CheckpointCrashTest, FormatThatIsBrokenOffCanBeRepeated) {
  for (uint64_t crash_at = 0;; ++crash_at) {
    io::FaultDisk disk;
    disk.CrashAfter(crash_at);
    const bool done = FormatNamespace(disk, Directories(""), Info(), kRoot).ok();
    disk.Reboot(GetParam(), static_cast<uint32_t>(crash_at));
    TestNamespace ns;
    const Status status = Start(disk, "", ns);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), Code::kNotFound) << status.ToString();
      ASSERT_TRUE(FormatNamespace(disk, Directories(""), Info(), kRoot).ok());
      TestNamespace again;
      ASSERT_TRUE(Start(disk, "", again).ok());
    }
    if (done) {
      EXPECT_TRUE(status.ok());
      break;
    }
    ASSERT_LT(crash_at, 300u);
  }
}

TEST_P(CheckpointCrashTest, EveryCrashLeavesAnImageAndItsEdits) {
  for (uint64_t crash_at = 0;; ++crash_at) {
    io::FaultDisk disk;
    ASSERT_TRUE(FormatNamespace(disk, Directories(""), Info(), kRoot).ok());
    bool done = false;
    {
      TestNamespace ns;
      std::unique_ptr<NameStorage> storage;
      ASSERT_TRUE(Start(disk, "", ns, &storage).ok());
      std::unique_ptr<EditLog> log =
          EditLog::Start(*storage, TxId(0), {.preallocate_bytes = 512}).value();
      ASSERT_TRUE(log->WaitDurable(log->Append(op::Times{"/", 1, 1}).value()).ok());
      disk.CrashAfter(crash_at);
      done = true;
      // Two checkpoints, so that the first image and its edits are purged.
      for (int i = 0; i < 3 && done; ++i) {
        const Result<EditLog::Rolled> rolled = log->Roll();
        done = rolled.ok() && log->WaitDurable(rolled->start).ok() &&
               SaveImage(*storage, {.images_retained = 2, .extra_edits_retained = 0},
                         ns.Source(rolled->end)).ok();
      }
      done = done && !disk.crashed();
    }
    disk.Reboot(GetParam(), static_cast<uint32_t>(crash_at));
    TestNamespace again;
    const Status status = Start(disk, "", again);
    ASSERT_TRUE(status.ok()) << "crash at " << crash_at << ": " << status.ToString();
    if (done) {
      EXPECT_GT(again.image.txid, TxId(5));
      break;
    }
    ASSERT_LT(crash_at, 500u);
  }
}

INSTANTIATE_TEST_SUITE_P(All, CheckpointCrashTest,
                         ::testing::Values(Survival::kNothing, Survival::kEverything,
                                           Survival::kTorn),
                         [](const auto& info) {
                           return "Survival" + std::to_string(static_cast<int>(info.param));
                         });

TEST(CheckpointTest, ForkedChildWritesTheMomentOfTheFork) {
  TempDir temp;
  io::PosixDisk disk;
  ASSERT_TRUE(FormatNamespace(disk, Directories(temp.path()), Info(), kRoot).ok());
  TestNamespace ns;
  std::unique_ptr<NameStorage> storage;
  ASSERT_TRUE(Start(disk, temp.path(), ns, &storage).ok());
  FillTree(ns, 4, 500);
  const StateHash at_fork = HashTree(ns.tree);
  Result<std::unique_ptr<Checkpoint>> checkpoint =
      Checkpoint::Fork(*storage, {}, ns.Source(TxId(42)));
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status().ToString();
  ASSERT_TRUE(ns.tree.AddDirectory(ns.tree.root(), {InodeId(99999), "later", kRoot, 1, 0}).ok());
  const Status finished = (*checkpoint)->Finish();
  ASSERT_TRUE(finished.ok()) << finished.ToString();
  for (const char* name : {"/n1", "/n2"}) {
    const std::string path = temp.path() + name + "/current/" + ImageName(TxId(42));
    EXPECT_TRUE(VerifyImageMd5(disk, path).ok());
    TestNamespace again;
    ASSERT_TRUE(again.Load(disk, path).ok());
    EXPECT_EQ(HashTree(again.tree), at_fork);
    EXPECT_FALSE(disk.Exists(temp.path() + name + "/current/" + CheckpointName(TxId(42))));
  }
}

TEST(CheckpointTest, DirectoryThatCannotBeWrittenIsDropped) {
  TempDir temp;
  io::PosixDisk disk;
  ASSERT_TRUE(FormatNamespace(disk, Directories(temp.path()), Info(), kRoot).ok());
  TestNamespace ns;
  std::unique_ptr<NameStorage> storage;
  ASSERT_TRUE(Start(disk, temp.path(), ns, &storage).ok());
  // A directory in the way of the new file.
  ASSERT_TRUE(disk.MakeDirectories(temp.path() + "/n1/current/" + CheckpointName(TxId(7))).ok());
  std::unique_ptr<Checkpoint> checkpoint =
      Checkpoint::Fork(*storage, {}, ns.Source(TxId(7))).value();
  ASSERT_TRUE(checkpoint->Finish().ok());
  EXPECT_EQ(storage->FailedRoots(), std::vector<std::string>{temp.path() + "/n1"});
  EXPECT_TRUE(VerifyImageMd5(disk, temp.path() + "/n2/current/" + ImageName(TxId(7))).ok());
}

TEST(CheckpointTest, CancelledCheckpointLeavesNothing) {
  TempDir temp;
  io::PosixDisk disk;
  ASSERT_TRUE(FormatNamespace(disk, Directories(temp.path()), Info(), kRoot).ok());
  TestNamespace ns;
  std::unique_ptr<NameStorage> storage;
  ASSERT_TRUE(Start(disk, temp.path(), ns, &storage).ok());
  FillTree(ns, 4, 20000);
  std::unique_ptr<Checkpoint> checkpoint =
      Checkpoint::Fork(*storage, {}, ns.Source(TxId(8))).value();
  checkpoint->Cancel();
  EXPECT_EQ(checkpoint->Finish().code(), Code::kCancelled);
  EXPECT_FALSE(disk.Exists(temp.path() + "/n1/current/" + CheckpointName(TxId(8))));
  EXPECT_FALSE(disk.Exists(temp.path() + "/n1/current/" + ImageName(TxId(8))));
  EXPECT_EQ(storage->FailedCount(), 0u);
}

}  // namespace
}  // namespace cairn::namenode
