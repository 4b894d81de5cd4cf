// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/log_chain.h"

#include "common/util/crc.h"
#include "namenode/journal/codec.h"
#include "tests/namenode/journal/journal_fixture.h"

namespace cairn::namenode {
namespace {

constexpr size_t kChunk = 300;

class LogChainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FormatForTest(disk_, TwoDirectories()).ok());
    storage_ = NameStorage::Open(disk_, TwoDirectories()).value();
  }

  std::unique_ptr<EditLog> StartLog() {
    return EditLog::Start(*storage_, TxId(0), {.preallocate_bytes = 4096, .on_batch = Collect()})
        .value();
  }

  // Keeps what a peer would be sent.
  std::function<void(const EditLog::Batch&)> Collect() {
    return [this](const EditLog::Batch& batch) {
      EXPECT_EQ(batch.crc_before, ExtendChain(0, sent_));
      sent_.append(batch.bytes);
      EXPECT_EQ(batch.crc_after, ExtendChain(0, sent_));
      EXPECT_EQ(batch.first.value, sent_last_.value + 1);
      sent_last_ = batch.last;
    };
  }

  // All records after `after` up to `until`, read in small chunks.
  std::string Read(TxId after, TxId until) {
    RecordReader reader(*storage_, after);
    std::string bytes;
    while (reader.last() < until) {
      const TxId before = reader.last();
      Result<RecordBatch> batch = reader.Next(until, kChunk);
      EXPECT_TRUE(batch.ok()) << batch.status().ToString();
      if (!batch.ok()) break;
      EXPECT_EQ(batch->first.value, before.value + 1);
      EXPECT_EQ(batch->last, reader.last());
      EXPECT_LE(batch->bytes.size(), kChunk);
      bytes += batch->bytes;
    }
    EXPECT_TRUE(reader.Next(until, kChunk)->empty());
    return bytes;
  }

  io::FaultDisk disk_;
  std::unique_ptr<NameStorage> storage_;
  std::string sent_;
  TxId sent_last_;
};

TEST_F(LogChainTest, RecordsOfSeveralSegmentsAreReadWhileTheLastIsOpen) {
  std::unique_ptr<EditLog> log = StartLog();
  for (int i = 1; i <= 50; ++i) {
    ASSERT_TRUE(log->Append(TestOp(i)).ok());
    if (i % 20 == 0) {
      ASSERT_TRUE(log->Roll().ok());
    }
  }
  ASSERT_TRUE(log->WaitDurable(log->LastAppended()).ok());
  EXPECT_EQ(Read(TxId(0), log->Durable()), sent_);
  const std::string front = Read(TxId(0), TxId(33));
  EXPECT_EQ(front + Read(TxId(33), log->Durable()), sent_);
}

TEST_F(LogChainTest, ReaderFollowsALogThatGrowsAndRolls) {
  std::unique_ptr<EditLog> log = StartLog();
  RecordReader reader(*storage_, TxId(0));
  std::string read;
  for (int i = 1; i <= 60; ++i) {
    ASSERT_TRUE(log->Append(TestOp(i)).ok());
    if (i % 7 == 0) {
      ASSERT_TRUE(log->Roll().ok());
    }
    ASSERT_TRUE(log->WaitDurable(log->LastAppended()).ok());
    while (reader.last() < log->Durable()) {
      const Result<RecordBatch> batch = reader.Next(log->Durable(), kChunk);
      ASSERT_TRUE(batch.ok()) << batch.status().ToString();
      read += batch->bytes;
    }
  }
  EXPECT_EQ(read, sent_);
}

TEST_F(LogChainTest, ReaderTakesTheOtherCopyOfABrokenOne) {
  std::unique_ptr<EditLog> log = StartLog();
  for (int i = 1; i <= 10; ++i) ASSERT_TRUE(log->Append(TestOp(i)).ok());
  ASSERT_TRUE(log->Close().ok());
  disk_.Corrupt("/name1/current/" + SegmentName(TxId(1), TxId(12)), 30, "xxxx");
  EXPECT_EQ(Read(TxId(0), TxId(12)), sent_);
}

TEST_F(LogChainTest, PurgedRecordsAreNotFound) {
  std::unique_ptr<EditLog> log = StartLog();
  ASSERT_TRUE(log->Append(TestOp(1)).ok());
  ASSERT_TRUE(log->Roll().ok());
  ASSERT_TRUE(log->WaitDurable(log->LastAppended()).ok());
  for (const char* dir : {"/name1", "/name2"}) {
    ASSERT_TRUE(
        disk_.Remove(std::string(dir) + "/current/" + SegmentName(TxId(1), TxId(3))).ok());
  }
  RecordReader reader(*storage_, TxId(0));
  EXPECT_EQ(reader.Next(TxId(4), kChunk).status().code(), Code::kNotFound);
  EXPECT_EQ(reader.Next(TxId(0), kChunk)->bytes, "");
}

TEST_F(LogChainTest, ChainBeginsWithEachSegmentAndIsFoundAgainFromTheFiles) {
  std::unique_ptr<EditLog> log = StartLog();
  for (int i = 1; i <= 30; ++i) {
    ASSERT_TRUE(log->Append(TestOp(i)).ok());
    if (i == 12) {
      ASSERT_TRUE(log->Roll().ok());
    }
  }
  ASSERT_TRUE(log->WaitDurable(log->LastAppended()).ok());
  for (int64_t txid = 1; txid <= log->Durable().value; ++txid) {
    const TxId start(txid < 15 ? 1 : 15);
    const std::string segment = Read(TxId(start.value - 1), TxId(txid));
    EXPECT_EQ(*ChainAt(*storage_, TxId(txid)), Crc32c(0, segment.data(), segment.size())) << txid;
    EXPECT_EQ(*ChainAt(*storage_, TxId(txid)), ExtendChain(0, Read(TxId(0), TxId(txid))));
  }
  // In the middle of a segment whose front is not known nothing is known, up to the next.
  EXPECT_EQ(ExtendChain(0, Read(TxId(3), TxId(14))), 0u);
  EXPECT_EQ(ExtendChain(0, Read(TxId(3), TxId(20))), *ChainAt(*storage_, TxId(20)));
  EXPECT_EQ(*ChainAt(*storage_, TxId(0)), 0u);
}

TEST_F(LogChainTest, FollowerHasTheSameRecordsAndSegments) {
  std::unique_ptr<EditLog> log = StartLog();
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(log->Append(TestOp(i)).ok());
    if (i % 8 == 0) {
      ASSERT_TRUE(log->Roll().ok());
    }
  }
  ASSERT_TRUE(log->Close().ok());

  io::FaultDisk other;
  ASSERT_TRUE(FormatForTest(other, TwoDirectories()).ok());
  std::unique_ptr<NameStorage> storage = NameStorage::Open(other, TwoDirectories()).value();
  std::vector<int64_t> segments;
  std::unique_ptr<EditLog> follower =
      EditLog::Follow(*storage, TxId(0),
                      {.preallocate_bytes = 4096,
                       .before_segment =
                           [&](TxId first) {
                             segments.push_back(first.value);
                             return Status();
                           }})
          .value();
  EXPECT_EQ(follower->Append(TestOp(1)).status().code(), Code::kStandby);
  EXPECT_EQ(follower->Roll().status().code(), Code::kStandby);
  const std::string half = Read(TxId(0), TxId(9));
  ASSERT_TRUE(follower->AppendRecords(half).ok());
  EXPECT_EQ(follower->AppendRecords(half).code(), Code::kCorrupt);
  std::string damaged = sent_.substr(half.size());
  damaged[10] ^= 1;
  EXPECT_FALSE(follower->AppendRecords(damaged).ok());
  EXPECT_FALSE(follower->AppendRecords(sent_.substr(half.size(), 10)).ok());
  EXPECT_EQ(follower->LastAppended(), TxId(9));
  ASSERT_TRUE(follower->AppendRecords(sent_.substr(half.size())).ok());
  ASSERT_TRUE(follower->Close().ok());
  EXPECT_EQ(follower->Durable(), sent_last_);

  const auto names = [](const NameStorage& of) {
    std::vector<std::pair<int64_t, int64_t>> ranges;
    const auto segments = of.Segments();
    for (const Segment& s : *segments) ranges.emplace_back(s.first.value, s.last.value);
    return ranges;
  };
  EXPECT_EQ(names(*storage), names(*storage_));
  EXPECT_EQ(segments, (std::vector<int64_t>{1, 11, 21}));
}

TEST_F(LogChainTest, FollowerThatWasCutOffGoesOnInASegmentOfItsOwnAndThenLeads) {
  std::unique_ptr<EditLog> log = StartLog();
  for (int i = 1; i <= 9; ++i) ASSERT_TRUE(log->Append(TestOp(i)).ok());
  ASSERT_TRUE(log->WaitDurable(log->LastAppended()).ok());

  io::FaultDisk other;
  ASSERT_TRUE(FormatForTest(other, TwoDirectories()).ok());
  std::unique_ptr<NameStorage> storage = NameStorage::Open(other, TwoDirectories()).value();
  const std::string half = Read(TxId(0), TxId(5));
  for (const std::string& part : {half, sent_.substr(half.size())}) {
    const TxId last = RecoverAndReplay(*storage)->last;
    std::unique_ptr<EditLog> follower =
        EditLog::Follow(*storage, last, {.preallocate_bytes = 4096}).value();
    ASSERT_TRUE(follower->AppendRecords(part).ok());
    ASSERT_TRUE(follower->WaitDurable(follower->LastAppended()).ok());
  }
  const TxId last = RecoverAndReplay(*storage)->last;
  EXPECT_EQ(last, TxId(10));
  std::unique_ptr<EditLog> leader = EditLog::Follow(*storage, last, {}).value();
  EXPECT_EQ(*leader->BeginSegment(), TxId(11));
  EXPECT_EQ(leader->AppendRecords(half).code(), Code::kFenced);
  EXPECT_EQ(*leader->Append(TestOp(10)), TxId(12));
  ASSERT_TRUE(leader->Close().ok());
  EXPECT_EQ(RecoverAndReplay(*storage)->test_ops, 10);
  const std::vector<Segment> segments = *storage->Segments();
  ASSERT_EQ(segments.size(), 3u);
  EXPECT_EQ(segments[1].first, TxId(6));
  EXPECT_EQ(segments[2].first, TxId(11));
  // The chain of 6-10 began in the file before.
  EXPECT_EQ(*ChainAt(*storage, TxId(8)), ExtendChain(0, Read(TxId(0), TxId(8))));
  for (const char* dir : {"/name1", "/name2"}) {
    ASSERT_TRUE(
        other.Remove(std::string(dir) + "/current/" + SegmentName(TxId(1), TxId(5))).ok());
  }
  EXPECT_EQ(*ChainAt(*storage, TxId(8)), 0u);
  EXPECT_NE(*ChainAt(*storage, TxId(12)), 0u);
}

}  // namespace
}  // namespace cairn::namenode
