// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/meta_file.h"

#include "tests/datanode/store/store_fixture.h"

namespace cairn::datanode {
namespace {

TEST(MetaFileTest, HeaderHasApachesBytes) {
  EXPECT_EQ(EncodeMetaHeader({ChecksumType::kCrc32c, 512}),
            std::string("\x00\x01\x02\x00\x00\x02\x00", 7));
  EXPECT_EQ(EncodeMetaHeader({ChecksumType::kCrc32, 4096}),
            std::string("\x00\x01\x01\x00\x00\x10\x00", 7));
}

TEST(MetaFileTest, HeaderRoundTripsForEveryType) {
  for (int type = 0; type <= 2; ++type) {
    const ChecksumSpec spec{static_cast<ChecksumType>(type), 65536};
    const Result<ChecksumSpec> decoded = DecodeMetaHeader(EncodeMetaHeader(spec));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, spec);
  }
}

TEST(MetaFileTest, BadHeadersAreCorrupt) {
  const std::string good = EncodeMetaHeader({});
  for (size_t n = 0; n < good.size(); ++n) {
    EXPECT_EQ(DecodeMetaHeader(good.substr(0, n)).status().code(), Code::kCorrupt);
  }
  const auto with = [&](size_t at, char c) {
    std::string bad = good;
    bad[at] = c;
    return DecodeMetaHeader(bad).status().code();
  };
  EXPECT_EQ(with(1, 2), Code::kCorrupt);                               // Version.
  EXPECT_EQ(with(2, 3), Code::kCorrupt);                               // Type.
  EXPECT_EQ(with(5, 0), Code::kCorrupt);                               // Chunks of 0 bytes.
  EXPECT_EQ(with(3, static_cast<char>(0x7f)), Code::kCorrupt);         // Chunks of 2 GiB.
}

TEST(MetaFileTest, SizesFollowFromTheBlocksLength) {
  const ChecksumSpec spec{ChecksumType::kCrc32c, 512};
  EXPECT_EQ(MetaFileSize(spec, 0), 7u);
  EXPECT_EQ(MetaFileSize(spec, 1), 11u);
  EXPECT_EQ(MetaFileSize(spec, 512), 11u);
  EXPECT_EQ(MetaFileSize(spec, 513), 15u);
  EXPECT_EQ(MetaFileSize(spec, 3000000), 23447u);
  EXPECT_EQ(MetaFileSize({ChecksumType::kNull, 512}, 3000000), 7u);
  EXPECT_EQ(ChecksumOffset(spec, 1024), 15u);
}

TEST(MetaFileTest, VerifyNamesTheFirstBadChunk) {
  const ChecksumSpec spec{ChecksumType::kCrc32, 16};
  std::string data(40, 'x');
  const std::string sums = ComputeChecksums(spec, data);
  EXPECT_TRUE(VerifyChecksums(spec, 0, data, sums, "blk_1").ok());
  data[20] = 'y';
  const Status s = VerifyChecksums(spec, 160, data, sums, "blk_1");
  EXPECT_EQ(s.code(), Code::kChecksum);
  EXPECT_EQ(s.message(), "checksum mismatch: blk_1 at 176");
}

TEST(MetaFileTest, FirstChecksumOfAnUnalignedPacketIsOfTheRestOfItsChunk) {
  const ChecksumSpec spec{ChecksumType::kCrc32c, 16};
  const std::string data(20, 'x');
  const std::string sums = ComputeChecksums(spec, data.substr(0, 6)) +
                           ComputeChecksums(spec, data.substr(6));
  EXPECT_TRUE(VerifyChecksums(spec, 10, data, sums, "packet").ok());
}

TEST(MetaFileTest, WrongNumberOfChecksumsIsRefused) {
  const ChecksumSpec spec{ChecksumType::kCrc32c, 16};
  EXPECT_EQ(VerifyChecksums(spec, 0, std::string(17, 'x'), "1234", "packet").code(),
            Code::kInvalidArgument);
}

}  // namespace
}  // namespace cairn::datanode
