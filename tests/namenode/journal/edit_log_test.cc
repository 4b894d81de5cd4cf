// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/edit_log.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode {
namespace {

class EditLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FormatForTest(disk_, TwoDirectories()).ok());
    OpenStorage();
  }

  void OpenStorage() {
    storage_.reset();
    Result<std::unique_ptr<NameStorage>> storage = NameStorage::Open(disk_, TwoDirectories());
    ASSERT_TRUE(storage.ok()) << storage.status().ToString();
    storage_ = std::move(*storage);
  }

  std::unique_ptr<EditLog> StartLog(TxId last, EditLog::Options options = {}) {
    options.preallocate_bytes = 4096;
    Result<std::unique_ptr<EditLog>> log = EditLog::Start(*storage_, last, options);
    EXPECT_TRUE(log.ok()) << log.status().ToString();
    return std::move(*log);
  }

  io::FaultDisk disk_;
  std::unique_ptr<NameStorage> storage_;
};

TEST_F(EditLogTest, AppendedRecordsComeBackAfterClose) {
  std::unique_ptr<EditLog> log = StartLog(TxId(0));
  EXPECT_EQ(log->Durable(), TxId(1));
  for (int i = 1; i <= 100; ++i) EXPECT_EQ(*log->Append(TestOp(i)), TxId(1 + i));
  ASSERT_TRUE(log->Close().ok());
  EXPECT_EQ(log->Durable(), TxId(102));
  EXPECT_EQ(log->Append(TestOp(1)).status().code(), Code::kCancelled);
  for (const char* dir : {"/name1", "/name2"}) {
    EXPECT_TRUE(disk_.Exists(std::string(dir) + "/current/" + SegmentName(TxId(1), TxId(102))));
    EXPECT_FALSE(disk_.Exists(std::string(dir) + "/current/" + UnfinishedSegmentName(TxId(1))));
    EXPECT_EQ(*disk_.ReadFile(std::string(dir) + "/current/seen_txid", 100), "1\n");
  }
  OpenStorage();
  const Result<Replayed> replayed = RecoverAndReplay(*storage_);
  ASSERT_TRUE(replayed.ok()) << replayed.status().ToString();
  EXPECT_EQ(replayed->test_ops, 100);
  EXPECT_EQ(replayed->last, TxId(102));
}

TEST_F(EditLogTest, RollEndsOneSegmentAndBeginsTheNext) {
  std::unique_ptr<EditLog> log = StartLog(TxId(0));
  ASSERT_TRUE(log->Append(TestOp(1)).ok());
  const Result<EditLog::Rolled> rolled = log->Roll();
  ASSERT_TRUE(rolled.ok());
  EXPECT_EQ(rolled->end, TxId(3));
  EXPECT_EQ(rolled->start, TxId(4));
  EXPECT_EQ(log->SegmentStart(), TxId(4));
  ASSERT_TRUE(log->Append(TestOp(2)).ok());
  ASSERT_TRUE(log->WaitDurable(TxId(5)).ok());
  EXPECT_TRUE(disk_.Exists("/name1/current/" + SegmentName(TxId(1), TxId(3))));
  EXPECT_TRUE(disk_.Exists("/name2/current/" + UnfinishedSegmentName(TxId(4))));
  // The finalized segment has lost its filler.
  const std::string bytes =
      *disk_.ReadFile("/name1/current/" + SegmentName(TxId(1), TxId(3)), 1 << 20);
  EXPECT_LT(bytes.size(), 200u);
  EXPECT_EQ(disk_.ReadFile("/name1/current/" + UnfinishedSegmentName(TxId(4)), 1 << 20)->size(),
            4096u);
}

TEST_F(EditLogTest, SubscribersHearOfWhatIsDurable) {
  std::unique_ptr<EditLog> log = StartLog(TxId(0));
  std::atomic<int64_t> heard = 0;
  log->Subscribe([&heard](TxId txid) { heard = txid.value; });
  ASSERT_TRUE(log->Append(TestOp(1)).ok());
  ASSERT_TRUE(log->Close().ok());
  EXPECT_EQ(heard, 3);
}

TEST_F(EditLogTest, ManyWritersShareGroupsAndNothingIsLost) {
  std::unique_ptr<EditLog> log = StartLog(TxId(0), {.buffer_bytes_max = 20000});
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&log] {
      for (int i = 0; i < 500; ++i) {
        const Result<TxId> txid = log->Append(op::Times{"/x", i, i});
        ASSERT_TRUE(txid.ok());
        if (i % 50 == 0) {
          ASSERT_TRUE(log->WaitDurable(*txid).ok());
        }
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(log->Close().ok());
  EXPECT_EQ(log->Durable(), TxId(2002));
  EXPECT_LE(log->counters().groups, log->counters().transactions);
  OpenStorage();
  EXPECT_EQ(RecoverAndReplay(*storage_)->last, TxId(2002));
}

// HDFS-13977: a namenode ended itself when more was waiting than one message to the journals takes.
TEST_F(EditLogTest, ABurstIsWrittenAndSentInBoundedGroups) {
  std::mutex mutex;
  size_t largest = 0;
  size_t sent = 0;
  std::unique_ptr<EditLog> log =
      StartLog(TxId(0), {.on_batch = [&](const EditLog::Batch& batch) {
                 const std::lock_guard lock(mutex);
                 largest = std::max(largest, batch.bytes.size());
                 sent += batch.bytes.size();
               }});
  const std::string path = "/" + std::string(4000, 'x');
  Result<TxId> last(TxId(0));
  for (int i = 0; i < 6000; ++i) last = log->Append(op::Times{path, i, i});
  ASSERT_TRUE(last.ok());
  ASSERT_TRUE(log->WaitDurable(*last).ok());
  EXPECT_GT(sent, size_t{24'000'000});  // More than the buffer takes.
  EXPECT_LE(largest, EditLog::kGroupBytesMax);
}

TEST_F(EditLogTest, BrokenDirectoryIsDroppedAndTheLogGoesOn) {
  std::unique_ptr<EditLog> log = StartLog(TxId(0));
  disk_.Break("/name1");
  ASSERT_TRUE(log->WaitDurable(*log->Append(TestOp(1))).ok());
  EXPECT_EQ(storage_->FailedCount(), 1u);
  EXPECT_EQ(storage_->EditDirectories(), std::vector<std::string>{"/name2/current"});
  ASSERT_TRUE(log->Roll().ok());
  ASSERT_TRUE(log->Append(TestOp(2)).ok());
  ASSERT_TRUE(log->Close().ok());
  // The disk comes back with the state of long ago: what the other has counts.
  disk_.Mend();
  OpenStorage();
  const Result<Replayed> replayed = RecoverAndReplay(*storage_);
  ASSERT_TRUE(replayed.ok()) << replayed.status().ToString();
  EXPECT_EQ(replayed->test_ops, 2);
}

TEST_F(EditLogTest, FailureOfTheLastDirectoryIsFatal) {
  std::atomic<int> fatal = 0;
  EditLog::Options options;
  options.on_fatal = [&fatal](const Status&) { ++fatal; };
  std::unique_ptr<EditLog> log = StartLog(TxId(0), options);
  disk_.Break("/");
  const Result<TxId> txid = log->Append(TestOp(1));
  ASSERT_TRUE(txid.ok());
  EXPECT_EQ(log->WaitDurable(*txid).code(), Code::kIoError);
  EXPECT_EQ(log->Durable(), TxId(1));
  EXPECT_FALSE(log->Append(TestOp(2)).ok());
  log.reset();
  EXPECT_EQ(fatal, 1);
}

TEST_F(EditLogTest, RecordThatCannotBeEncodedTakesNoId) {
  std::unique_ptr<EditLog> log = StartLog(TxId(0));
  EXPECT_EQ(log->Append(op::Delete{std::string(70000, 'x'), 0, {}}).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(*log->Append(TestOp(1)), TxId(2));
}

}  // namespace
}  // namespace cairn::namenode
