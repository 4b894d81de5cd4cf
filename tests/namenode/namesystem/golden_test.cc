// SPDX-License-Identifier: Apache-2.0
// Directories and logs that an Apache namenode wrote.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "namenode/journal/segment_reader.h"
#include "namenode/namesystem/loader.h"
#include "namenode/namesystem/namesystem.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::namenode {
namespace {

class GoldenTest : public ::testing::Test {
 protected:
  std::unique_ptr<NamesystemState> NewState(const NamespaceInfo& info) {
    NamesystemState::Setup setup;
    setup.options.superuser = "root";
    setup.info = info;
    return std::make_unique<NamesystemState>(std::move(setup), clock_, random_, nullptr, nullptr);
  }

  static std::string Golden(const std::string& name) {
    return std::string(CAIRN_GOLDEN_DIR) + "/image/nn/current/" + name;
  }

  FakeClock clock_;
  SeededRandom random_{1};
  io::PosixDisk disk_;
};

TEST_F(GoldenTest, ADirectoryOfApachesIsTakenOver) {
  TempDir dir;
  const std::string root = dir.path() + "/name";
  std::filesystem::create_directories(root);
  std::filesystem::copy(std::string(CAIRN_GOLDEN_DIR) + "/image/nn/current", root + "/current");
  // Golden files may be read-only.
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all,
                                 std::filesystem::perm_options::add);
  }
  Result<std::unique_ptr<NameStorage>> storage =
      NameStorage::Open(disk_, {{root, true, true}});
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  ASSERT_TRUE((*storage)->RecoverSegments().ok());
  std::unique_ptr<NamesystemState> state = NewState((*storage)->info());
  const Status loaded = LoadState(*state, **storage);
  ASSERT_TRUE(loaded.ok()) << loaded.ToString();
  Result<std::unique_ptr<EditLog>> log = EditLog::Start(**storage, state->last_applied, {});
  ASSERT_TRUE(log.ok()) << log.status().ToString();
  Activate(*state, log->get(), storage->get());

  // What the last edits did, and that ids go on behind Apache's.
  Namesystem ns(*state);
  OpContext context;
  context.caller = ns.MakeCaller("root", {});
  const auto status = ns.GetFileInfo(context, "/g/after/x");
  ASSERT_TRUE(status.ok()) << status.status().ToString();
  ASSERT_TRUE(status.value().has_value());
  EXPECT_EQ(status.value()->inode_id, InodeId(16404));
  EXPECT_EQ(state->ids.last_block_id, BlockId(1073741832));
  EXPECT_EQ(state->ids.generation_stamp, GenerationStamp(1012));
  ASSERT_TRUE(ns.SetSafeMode(context, SafeModeAction::kLeave).ok());
  ASSERT_TRUE(ns.Mkdirs(context, "/ours", {.masked = 0755}, true).ok());
  EXPECT_EQ(ns.GetFileInfo(context, "/ours").value()->inode_id, InodeId(16405));
  ASSERT_TRUE((*log)->Close().ok());
}

TEST_F(GoldenTest, TheFirstSegmentIsReplayedOnAnEmptyNamespace) {
  std::unique_ptr<NamesystemState> state = NewState({});
  Result<std::unique_ptr<SegmentReader>> reader = SegmentReader::Open(
      disk_, Golden("edits_0000000000000000001-0000000000000000026"));
  ASSERT_TRUE(reader.ok()) << reader.status().ToString();
  for (;;) {
    Result<std::optional<EditRecord>> record = (*reader)->Next();
    ASSERT_TRUE(record.ok()) << record.status().ToString();
    if (!record->has_value()) break;
    const Status applied = Replay(*state, **record);
    ASSERT_TRUE(applied.ok()) << applied.ToString();
  }
  Activate(*state, nullptr, nullptr);
  Namesystem ns(*state);
  OpContext context;
  context.caller = ns.MakeCaller("root", {});
  const auto a = ns.GetFileInfo(context, "/a");
  ASSERT_TRUE(a.ok() && a.value().has_value());
  EXPECT_EQ(a.value()->owner, "x");
  EXPECT_EQ(a.value()->group, "y");
  EXPECT_TRUE(a.value()->has_acl);
  EXPECT_EQ(ns.GetListing(context, {.path = "/a/b"}).value()->entries.size(), 0u);
  EXPECT_EQ(ns.GetXattrs(context, "/a", {})->size(), 1u);
  EXPECT_EQ(state->blocks.Counters().blocks, 0u);
  EXPECT_EQ(state->leases.file_count(), 0u);
}

TEST_F(GoldenTest, RecordsOfWhatIsNotBuiltAreRefusedByName) {
  std::unique_ptr<NamesystemState> state = NewState({});
  const Status refused = Replay(*state, {TxId(1), op::AllowSnapshot{.path = "/"}});
  EXPECT_EQ(refused.code(), Code::kUnsupported);
  EXPECT_EQ(refused.message(),
            "edit log record OP_ALLOW_SNAPSHOT at transaction 1 cannot be applied by this version");
}

TEST_F(GoldenTest, RecordsThatDoNotFitAreCorruption) {
  std::unique_ptr<NamesystemState> state = NewState({});
  EXPECT_EQ(Replay(*state, {TxId(2), op::Delete{.path = "/x"}}).code(), Code::kCorrupt);
  EXPECT_EQ(Replay(*state, {TxId(1), op::Delete{.path = "/x"}}).code(), Code::kCorrupt);
  EXPECT_EQ(Replay(*state, {TxId(1), op::Close{.path = "/x"}}).code(), Code::kCorrupt);
  EXPECT_EQ(Replay(*state, {TxId(1), op::Mkdir{.inode_id = InodeId(17000), .path = "/x/y"}})
                .code(),
            Code::kCorrupt);
  EXPECT_EQ(Replay(*state, {TxId(1), op::Delete{.path = "/"}}).code(), Code::kCorrupt);
}

}  // namespace
}  // namespace cairn::namenode
