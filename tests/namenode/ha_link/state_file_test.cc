// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/state_file.h"

#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode::ha {
namespace {

constexpr char kPath1[] = "/name1/current/cairn-ha";
constexpr char kPath2[] = "/name2/current/cairn-ha";

DurableState SomeState() {
  DurableState state{.promised = Epoch(9), .log = LogId("log-a")};
  state.terms = *EpochTable::From({{Epoch(5), TxId(1)}, {Epoch(7), TxId(1201)}});
  state.config = Config{.epoch = Epoch(7),
                        .primary = NodeId("nn1"),
                        .incarnation = Incarnation(4),
                        .in_sync = {{NodeId("nn1"), LogId("log-a")}},
                        .start = TxId(3)};
  return state;
}

class StateFileTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(FormatForTest(disk_, TwoDirectories()).ok()); }

  void OpenStorage() {
    file_.reset();
    storage_.reset();
    storage_ = NameStorage::Open(disk_, TwoDirectories()).value();
  }
  Status Open() {
    OpenStorage();
    Result<std::unique_ptr<StateFile>> file = StateFile::Open(*storage_, random_);
    CAIRN_TRY(file.status());
    file_ = std::move(*file);
    CAIRN_TRY(storage_->RecoverSegments());
    return file_->Account(random_);
  }
  // Some records by a log that reports its segments, or by one that does not know the file.
  void WriteRecords(bool reports) {
    const TxId last = storage_->Plan()->last;
    EditLog::Options options;
    if (reports) {
      options.before_segment = [this](TxId first) { return file_->NoteSegment(first); };
    }
    std::unique_ptr<EditLog> log = EditLog::Start(*storage_, last, options).value();
    ASSERT_TRUE(log->Append(TestOp(1)).ok());
    ASSERT_TRUE(log->Roll().ok());
    ASSERT_TRUE(log->Close().ok());
  }

  io::FaultDisk disk_;
  SeededRandom random_{7};
  std::unique_ptr<NameStorage> storage_;
  std::unique_ptr<StateFile> file_;
};

TEST(StateTextTest, StateComesBackAndEveryDamageIsSeen) {
  const StoredState stored{
      .sequence = 17, .cuts = 2, .newest_segment = TxId(1201), .state = SomeState()};
  const std::string text = FormatState(stored);
  const Result<StoredState> again = ParseState(text);
  ASSERT_TRUE(again.ok()) << again.status().ToString();
  EXPECT_EQ(*again, stored);
  for (size_t n = 0; n < text.size(); ++n) EXPECT_FALSE(ParseState(text.substr(0, n)).ok()) << n;
  for (size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] ^= 1;
    EXPECT_FALSE(ParseState(damaged).ok()) << at;
  }
  EXPECT_FALSE(ParseState(text + " ").ok());
  EXPECT_FALSE(ParseState(std::string(kStateBytesMax + 1, 'x')).ok());
}

TEST(StateTextTest, OnlyTheNewestTermsAreKept) {
  StoredState stored{.state = SomeState()};
  std::vector<EpochTable::Entry> entries;
  for (size_t i = 1; i <= kStateTermsMax + 10; ++i) {
    entries.push_back({Epoch(i), TxId(static_cast<int64_t>(i))});
  }
  stored.state.terms = *EpochTable::From(entries);
  const StoredState again = *ParseState(FormatState(stored));
  ASSERT_EQ(again.state.terms.entries().size(), kStateTermsMax);
  EXPECT_EQ(again.state.terms.entries().front(), entries[10]);
}

TEST(StateTextTest, LogsGetDifferentUuids) {
  SeededRandom random(1);
  const LogId a = NewLogId(random);
  EXPECT_NE(a, NewLogId(random));
  ASSERT_EQ(a.value.size(), 36u);
  EXPECT_EQ(a.value[14], '4');
}

TEST_F(StateFileTest, FirstOpenGivesTheLogAnIdentityThatStays) {
  ASSERT_TRUE(Open().ok());
  const DurableState first = file_->state();
  EXPECT_EQ(first.log.value.size(), 36u);
  EXPECT_EQ(first.promised, Epoch(0));
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(file_->state(), first);
  EXPECT_TRUE(disk_.Exists(kPath1));
  EXPECT_TRUE(disk_.Exists(kPath2));
}

TEST_F(StateFileTest, NewestCopyCountsAndBrokenOnesAreWrittenAnew) {
  ASSERT_TRUE(Open().ok());
  const std::string old = *disk_.ReadFile(kPath1, 1 << 20);
  ASSERT_TRUE(file_->Save(SomeState()).ok());
  ASSERT_TRUE(io::WriteFileAtomically(disk_, kPath1, old).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(file_->state(), SomeState());
  disk_.Corrupt(kPath2, 20, "xx");
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(file_->state(), SomeState());
  EXPECT_EQ(*disk_.ReadFile(kPath1, 1 << 20), *disk_.ReadFile(kPath2, 1 << 20));
  disk_.Corrupt(kPath1, 20, "xx");
  disk_.Corrupt(kPath2, 20, "xx");
  EXPECT_EQ(Open().code(), Code::kChecksum);
}

TEST_F(StateFileTest, PromiseThatWasSavedSurvivesACrashAnywhere) {
  for (uint64_t crash_at = 0;; ++crash_at) {
    io::FaultDisk disk;
    ASSERT_TRUE(FormatForTest(disk, TwoDirectories()).ok());
    uint64_t saved = 0;
    {
      auto storage = NameStorage::Open(disk, TwoDirectories()).value();
      auto file = StateFile::Open(*storage, random_).value();
      disk.CrashAfter(crash_at);
      for (uint64_t promised = 1; promised <= 4; ++promised) {
        DurableState state = file->state();
        state.promised = Epoch(promised);
        if (!file->Save(state).ok()) break;
        if (!disk.crashed()) saved = promised;
      }
    }
    const bool crashed = disk.crashed();
    disk.Reboot(io::FaultDisk::Survival::kTorn, static_cast<uint32_t>(crash_at));
    auto storage = NameStorage::Open(disk, TwoDirectories()).value();
    auto file = StateFile::Open(*storage, random_);
    ASSERT_TRUE(file.ok()) << crash_at << ": " << file.status().ToString();
    EXPECT_GE((*file)->state().promised, Epoch(saved)) << crash_at;
    if (!crashed) break;
    ASSERT_LT(crash_at, 500u);
  }
}

TEST_F(StateFileTest, OwnSegmentsAreAccountedForAndOthersGiveTheLogANewIdentity) {
  ASSERT_TRUE(Open().ok());
  WriteRecords(true);
  DurableState state = SomeState();
  state.log = file_->state().log;
  ASSERT_TRUE(file_->Save(state).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(file_->state(), state);
  WriteRecords(false);  // As an Apache namenode does.
  ASSERT_TRUE(Open().ok());
  EXPECT_NE(file_->state().log, state.log);
  EXPECT_TRUE(file_->state().terms.entries().empty());
  EXPECT_EQ(file_->state().promised, state.promised);
  const LogId after = file_->state().log;
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(file_->state().log, after);
}

TEST_F(StateFileTest, DirectoryThatMissedACutIsNotBelieved) {
  ASSERT_TRUE(Open().ok());
  WriteRecords(true);  // 1-3 and 4-5.
  disk_.Break("/name2");
  ASSERT_TRUE(file_->CutLog(TxId(2)).ok());
  disk_.Mend();
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(storage_->Plan()->last, TxId(2));
  EXPECT_FALSE(disk_.Exists("/name2/current/" + SegmentName(TxId(1), TxId(3))));
  EXPECT_TRUE(disk_.Exists("/name2/current/" + SegmentName(TxId(1), TxId(3)) + ".stale"));
  const LogId log = file_->state().log;
  WriteRecords(true);
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(storage_->Plan()->last, TxId(7));
  EXPECT_EQ(file_->state().log, log);
}

TEST_F(StateFileTest, LogThatWasReplacedByAnImageBeginsBehindIt) {
  ASSERT_TRUE(Open().ok());
  WriteRecords(true);
  const LogId log = file_->state().log;
  for (const std::string& current : storage_->ImageDirectories()) {
    ASSERT_TRUE(
        io::WriteFileAtomically(disk_, current + "/" + ImageName(TxId(100)), "image").ok());
  }
  ASSERT_TRUE(file_->ReplaceLog(TxId(100)).ok());
  ASSERT_TRUE(Open().ok());
  EXPECT_EQ(storage_->Plan()->last, TxId(100));
  EXPECT_TRUE(storage_->Segments()->empty());
  EXPECT_EQ(file_->state().log, log);
  WriteRecords(true);
  EXPECT_EQ(storage_->Plan()->last, TxId(105));
}

TEST_F(StateFileTest, RemovedStateIsGone) {
  ASSERT_TRUE(Open().ok());
  ASSERT_TRUE(StateFile::Remove(*storage_).ok());
  EXPECT_FALSE(disk_.Exists(kPath1));
  EXPECT_FALSE(disk_.Exists(kPath2));
  ASSERT_TRUE(StateFile::Remove(*storage_).ok());
}

}  // namespace
}  // namespace cairn::namenode::ha
