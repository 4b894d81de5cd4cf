// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/record_feed.h"

#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode::ha {
namespace {

constexpr size_t kBytesMax = 200;

class RecordFeedTest : public ::testing::Test {
 protected:
  // 1-41, in two segments.
  void Write(size_t memory_bytes_max) {
    ASSERT_TRUE(FormatForTest(disk_, TwoDirectories()).ok());
    storage_ = NameStorage::Open(disk_, TwoDirectories()).value();
    feed_ = std::make_unique<RecordFeed>(*storage_, memory_bytes_max);
    log_ = EditLog::Start(*storage_, TxId(0), {.on_batch = [this](const EditLog::Batch& batch) {
                            feed_->Add(batch);
                            sent_.append(batch.bytes);
                          }}).value();
    for (int i = 1; i <= 38; ++i) {
      ASSERT_TRUE(log_->Append(TestOp(i)).ok());
      if (i == 20) {
        ASSERT_TRUE(log_->Roll().ok());
      }
    }
    ASSERT_TRUE(log_->WaitDurable(TxId(41)).ok());
  }

  // The bytes of the records up to `last`, which is in the log.
  std::string Front(int64_t last) const {
    std::string_view rest = sent_;
    for (int64_t id = 1; id <= last; ++id) rest.remove_prefix(FirstRecord(rest).size());
    return sent_.substr(0, sent_.size() - rest.size());
  }

  void Check(const RecordFeed::Records& records, int64_t previous, int64_t until) const {
    const RecordBatch& batch = records.batch;
    ASSERT_FALSE(batch.empty());
    EXPECT_EQ(batch.first.value, previous + 1);
    EXPECT_LE(batch.last.value, until);
    EXPECT_LE(batch.bytes.size(), kBytesMax);
    EXPECT_EQ(Front(previous) + batch.bytes, Front(batch.last.value));
    EXPECT_EQ(records.chain_before, ExtendChain(0, Front(previous)));
    EXPECT_EQ(records.chain_after, ExtendChain(0, Front(batch.last.value)));
  }

  io::FaultDisk disk_;
  std::unique_ptr<NameStorage> storage_;
  std::unique_ptr<RecordFeed> feed_;
  std::unique_ptr<EditLog> log_;
  std::string sent_;
};

TEST_F(RecordFeedTest, EveryRecordIsGivenOutOfMemory) {
  Write(1 << 20);
  for (int64_t previous = 0; previous < 41; ++previous) {
    for (const int64_t until : {previous + 1, int64_t{41}}) {
      const auto records = feed_->FromMemory(TxId(previous), TxId(until), kBytesMax);
      ASSERT_TRUE(records) << previous;
      Check(*records, previous, until);
    }
  }
  EXPECT_FALSE(feed_->FromMemory(TxId(41), TxId(50), kBytesMax));
  // One that is longer than the limit goes alone.
  EXPECT_EQ(feed_->FromMemory(TxId(5), TxId(41), 1)->batch.last, TxId(6));
}

TEST_F(RecordFeedTest, EveryRecordIsGivenOutOfTheSegmentsInAnyOrder) {
  Write(1 << 20);
  for (const int64_t previous : {0, 1, 30, 12, 20, 21, 22, 23, 40}) {
    const auto records = feed_->FromDisk(TxId(previous), TxId(41), kBytesMax);
    ASSERT_TRUE(records.ok()) << records.status().ToString();
    Check(*records, previous, 41);
  }
  int64_t at = 0;
  while (at < 41) {
    const auto records = feed_->FromDisk(TxId(at), TxId(41), kBytesMax);
    ASSERT_TRUE(records.ok()) << records.status().ToString();
    Check(*records, at, 41);
    at = records->batch.last.value;
  }
}

TEST_F(RecordFeedTest, OldRecordsLeaveMemory) {
  Write(100);
  EXPECT_FALSE(feed_->FromMemory(TxId(0), TxId(41), kBytesMax));
  const auto newest = feed_->FromMemory(TxId(40), TxId(41), kBytesMax);
  ASSERT_TRUE(newest);
  Check(*newest, 40, 41);
}

TEST_F(RecordFeedTest, RecordsThatWereCutOffAreForgotten) {
  Write(1 << 20);
  const std::string other = Front(40).substr(Front(39).size());
  feed_->Add({.first = TxId(40), .last = TxId(40), .bytes = other, .crc_before = 7});
  EXPECT_FALSE(feed_->FromMemory(TxId(40), TxId(41), kBytesMax));
  EXPECT_EQ(feed_->FromMemory(TxId(39), TxId(41), kBytesMax)->batch.last, TxId(40));
}

}  // namespace
}  // namespace cairn::namenode::ha
