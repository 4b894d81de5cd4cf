// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "common/util/crc.h"
#include "common/util/md5.h"
#include "tests/datanode/transfer/test_client.h"

namespace cairn::datanode {
namespace {

class BlockChecksumTest : public ::testing::Test {
 protected:
  BlockChecksumTest() { WriteWhole(block_, {&node_}, data_); }

  wire::BlockChecksumAnswer Ask(uint64_t length, wire::BlockChecksumKind kind,
                                uint64_t stripe = 0) {
    TestClient client(node_.port());
    wire::BlockChecksumOp op;
    op.block = block_;
    op.block.block.length = length;
    op.kind = kind;
    op.stripe_length = stripe;
    EXPECT_TRUE(client.Send(wire::Encode(op)).ok());
    const auto answer = client.ReadAnswer();
    EXPECT_TRUE(answer.ok() && answer->block_checksum) << answer.status().ToString();
    return answer.ok() && answer->block_checksum ? *answer->block_checksum
                                                 : wire::BlockChecksumAnswer();
  }

  TestDatanode node_;
  const std::string data_ = Pattern(100'300);
  const ExtendedBlock block_ = MakeBlock(1);
};

TEST_F(BlockChecksumTest, Md5IsOfTheStoredChecksums) {
  for (const size_t length : {100'300, 99'999, 512, 513, 511, 1}) {
    const auto answer = Ask(length, wire::BlockChecksumKind::kMd5OfCrcs);
    EXPECT_EQ(Md5Of(ComputeChecksums(kCrc32c512, data_.substr(0, length))), answer.checksum)
        << length;
    EXPECT_EQ(512u, answer.bytes_per_crc);
    EXPECT_EQ(196u, answer.crcs_per_block);
    EXPECT_EQ(ChecksumType::kCrc32c, answer.crc_type);
  }
}

TEST_F(BlockChecksumTest, LongerThanTheReplicaMeansAllOfIt) {
  EXPECT_EQ(Ask(100'300, wire::BlockChecksumKind::kMd5OfCrcs).checksum,
            Ask(1 << 20, wire::BlockChecksumKind::kMd5OfCrcs).checksum);
}

TEST_F(BlockChecksumTest, CompositeCrcIsTheCrcOfTheBytes) {
  for (const size_t length : {100'300, 99'999, 512, 513, 1}) {
    std::string expected;
    PutU32(expected, Crc32c(0, data_.data(), length));
    EXPECT_EQ(expected, Ask(length, wire::BlockChecksumKind::kCompositeCrc).checksum) << length;
  }
}

TEST_F(BlockChecksumTest, StripesGetACrcEach) {
  std::string expected;
  for (size_t at = 0; at < 10'000; at += 4096) {
    PutU32(expected, Crc32c(0, data_.data() + at, std::min<size_t>(4096, 10'000 - at)));
  }
  EXPECT_EQ(expected, Ask(10'000, wire::BlockChecksumKind::kCompositeCrc, 4096).checksum);
}

TEST_F(BlockChecksumTest, UnknownBlockIsRefused) {
  TestClient client(node_.port());
  wire::BlockChecksumOp op;
  op.block = MakeBlock(99, 10);
  ASSERT_TRUE(client.Send(wire::Encode(op)).ok());
  const auto answer = client.ReadAnswer();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(wire::OpStatus::kError, answer->status);
}

TEST(CrcCombinerTest, JoinsCrcsOfBothKinds) {
  const std::string a = Pattern(1000);
  const std::string b = Pattern(77);
  const std::string both = a + b;
  EXPECT_EQ(Crc32(0, both.data(), both.size()),
            CrcCombiner(CrcCombiner::Kind::kCrc32, b.size())
                .Combine(Crc32(0, a.data(), a.size()), Crc32(0, b.data(), b.size())));
  EXPECT_EQ(Crc32c(0, both.data(), both.size()),
            CrcCombiner(CrcCombiner::Kind::kCrc32c, b.size())
                .Combine(Crc32c(0, a.data(), a.size()), Crc32c(0, b.data(), b.size())));
}

}  // namespace
}  // namespace cairn::datanode
