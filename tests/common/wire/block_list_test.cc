// SPDX-License-Identifier: Apache-2.0
#include "common/wire/block_list.h"

#include <gtest/gtest.h>

namespace cairn::wire {
namespace {

ReportedReplica Replica(int64_t id, uint64_t length, uint64_t stamp, ReplicaState state) {
  return {.block = {BlockId(id), length, GenerationStamp(stamp)}, .state = state};
}

std::vector<std::string_view> Views(const std::vector<std::string>& buffers) {
  return {buffers.begin(), buffers.end()};
}

Result<std::vector<ReportedReplica>> ReadAll(BlockListReader reader) {
  std::vector<ReportedReplica> all;
  for (;;) {
    CAIRN_ASSIGN(const std::optional<ReportedReplica> next, reader.Next());
    if (!next) return all;
    all.push_back(*next);
  }
}

Result<std::vector<ReportedReplica>> ReadBuffers(uint64_t count,
                                                 std::vector<std::string_view> buffers) {
  CAIRN_ASSIGN(BlockListReader reader, BlockListReader::OfBuffers(count, std::move(buffers)));
  return ReadAll(std::move(reader));
}

Result<std::vector<ReportedReplica>> ReadLongs(const std::vector<uint64_t>& longs) {
  CAIRN_ASSIGN(BlockListReader reader, BlockListReader::OfLongs(longs));
  return ReadAll(std::move(reader));
}

TEST(BlockList, WritesZigZagIdLengthStampAndState) {
  BlockListWriter writer;
  writer.Add(Replica(-1, 300, 1001, ReplicaState::kRbw));
  const auto buffers = writer.Take();
  ASSERT_EQ(buffers.size(), 1u);
  EXPECT_EQ(buffers[0], std::string("\x01\xac\x02\xe9\x07\x01", 6));
}

TEST(BlockList, ReadsBackWhatWasWrittenAcrossManyBuffers) {
  BlockListWriter writer;
  std::vector<ReportedReplica> replicas;
  for (int64_t i = 0; i < 40'000; ++i) {
    replicas.push_back(Replica((1LL << 30) + i, static_cast<uint64_t>(i) << 12, 1000 + i,
                               static_cast<ReplicaState>(i % 5)));
    writer.Add(replicas.back());
  }
  EXPECT_EQ(writer.count(), replicas.size());
  const auto buffers = writer.Take();
  EXPECT_GT(buffers.size(), 3u);
  for (size_t i = 0; i + 1 < buffers.size(); ++i) EXPECT_EQ(buffers[i].size(), 65536u);
  auto read = ReadBuffers(replicas.size(), Views(buffers));
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(*read, replicas);
  EXPECT_EQ(writer.count(), 0u);
}

TEST(BlockList, NumberMayBeCutBetweenBuffers) {
  const std::string bytes("\x02\xac\x02\xe9\x07\x00", 6);
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    const std::string_view view = bytes;
    auto read = ReadBuffers(1, {view.substr(0, cut), {}, view.substr(cut)});
    ASSERT_TRUE(read.ok()) << cut;
    EXPECT_EQ(read->front(), Replica(1, 300, 1001, ReplicaState::kFinalized));
  }
}

TEST(BlockList, IgnoresReservedBitsOfLengthAndState) {
  // The length has bit 48 set; the state has bit 4 set.
  const std::string bytes("\x02\x85\x80\x80\x80\x80\x80\x40\x01\x12", 10);
  auto read = ReadBuffers(1, {bytes});
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->front(), Replica(1, 5, 1, ReplicaState::kRwr));
}

TEST(BlockList, RefusesMoreReplicasThanBytesCanHold) {
  EXPECT_EQ(BlockListReader::OfBuffers(2, {"1234567"}).status().code(), Code::kCorrupt);
  EXPECT_EQ(BlockListReader::OfBuffers(~0ULL, {"12345678"}).status().code(), Code::kCorrupt);
}

TEST(BlockList, EveryTruncationIsAnError) {
  BlockListWriter writer;
  for (int i = 0; i < 3; ++i) writer.Add(Replica(1LL << 31, 1 << 20, 2000, ReplicaState::kRwr));
  const auto buffers = writer.Take();
  const std::string_view bytes = buffers[0];
  for (size_t n = 0; n < bytes.size(); ++n) {
    EXPECT_EQ(ReadBuffers(3, {bytes.substr(0, n)}).status().code(), Code::kCorrupt) << n;
  }
}

TEST(BlockList, BytesBehindTheLastReplicaAreAnError) {
  BlockListWriter writer;
  writer.Add(Replica(1, 1, 1, ReplicaState::kFinalized));
  writer.Add(Replica(2, 1, 1, ReplicaState::kFinalized));
  const auto buffers = writer.Take();
  EXPECT_EQ(ReadBuffers(1, Views(buffers)).status().code(), Code::kCorrupt);
}

TEST(BlockList, UnknownStateIsAnError) {
  EXPECT_EQ(ReadBuffers(1, {std::string_view("\x02\x01\x01\x05", 4)}).status().code(),
            Code::kCorrupt);
}

TEST(BlockList, OverlongNumberIsAnError) {
  const std::string bytes(11, '\x80');
  EXPECT_EQ(ReadBuffers(1, {bytes}).status().code(), Code::kCorrupt);
}

TEST(BlockList, EmptyListIsOneEmptyBuffer) {
  const auto buffers = BlockListWriter().Take();
  ASSERT_EQ(buffers.size(), 1u);
  auto read = ReadBuffers(0, Views(buffers));
  ASSERT_TRUE(read.ok());
  EXPECT_TRUE(read->empty());
}

TEST(BlockList, ReadsTheOldForm) {
  constexpr uint64_t kMinusOne = ~0ULL;
  auto read = ReadLongs({2, 1, 11, 100, 1001, 12, 200, 1002, kMinusOne, kMinusOne, kMinusOne, 13,
                         300, 1003, 1});
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  const std::vector expected = {Replica(11, 100, 1001, ReplicaState::kFinalized),
                                Replica(12, 200, 1002, ReplicaState::kFinalized),
                                Replica(13, 300, 1003, ReplicaState::kRbw)};
  EXPECT_EQ(*read, expected);
}

TEST(BlockList, OldFormMayBeEmpty) {
  EXPECT_TRUE(ReadLongs({}).ok());
  EXPECT_TRUE(ReadLongs({0, 0}).ok());
  EXPECT_TRUE(ReadLongs({0, 0, ~0ULL, ~0ULL, ~0ULL}).ok());
}

TEST(BlockList, OldFormThatLiesIsAnError) {
  EXPECT_EQ(ReadLongs({5}).status().code(), Code::kCorrupt);
  EXPECT_EQ(ReadLongs({~0ULL, ~0ULL, 1}).status().code(), Code::kCorrupt);
  EXPECT_EQ(ReadLongs({1, 0, 11, 100}).status().code(), Code::kCorrupt);
  EXPECT_EQ(ReadLongs({0, 1, 0, 0, 0, 13, 300, 1003, 1}).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace cairn::wire
