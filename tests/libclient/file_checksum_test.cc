// SPDX-License-Identifier: Apache-2.0
#include "libclient/file_checksum.h"

#include <gtest/gtest.h>

#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "common/util/md5.h"

namespace cairn::client {
namespace {

BlockChecksum Md5Block(char fill, uint64_t crcs) {
  return {.bytes = crcs * 512,
          .answer = {.bytes_per_crc = 512, .crcs_per_block = crcs,
                     .checksum = std::string(16, fill)}};
}

TEST(FileChecksumTest, EmptyFileHasTheChecksumOfThirtyTwoZeros) {
  const auto sum = CombineChecksums({}, ChecksumMode::kMd5Md5Crc);
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum->algorithm, "MD5-of-0MD5-of-0CRC32");
  // What Apache's shell prints for an empty file.
  EXPECT_EQ(ToHex(sum->bytes), "00000000000000000000000070bc8f4b72a86921468bf8e8441dce51");
}

TEST(FileChecksumTest, OneBlockDoesNotTellHowManyChecksumsItHas) {
  const auto sum = CombineChecksums({Md5Block('a', 5)}, ChecksumMode::kMd5Md5Crc);
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum->algorithm, "MD5-of-0MD5-of-512CRC32C");
  EXPECT_EQ(sum->bytes.substr(12), Md5Of(std::string(16, 'a') + std::string(16, '\0')));
}

TEST(FileChecksumTest, ThreeBlocksAreHashedInABufferOfSixtyFour) {
  const auto sum = CombineChecksums({Md5Block('a', 5), Md5Block('b', 5), Md5Block('c', 1)},
                                    ChecksumMode::kMd5Md5Crc);
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum->algorithm, "MD5-of-5MD5-of-512CRC32C");
  EXPECT_EQ(sum->bytes.substr(12),
            Md5Of(std::string(16, 'a') + std::string(16, 'b') + std::string(16, 'c') +
                  std::string(16, '\0')));
}

TEST(FileChecksumTest, CompositeIsTheCrcOfTheWholeFile) {
  const std::string a = "the first block";
  const std::string b = "and the second";
  std::vector<BlockChecksum> blocks;
  for (const std::string& part : {a, b}) {
    BlockChecksum block{.bytes = part.size(), .answer = {.bytes_per_crc = 512}};
    PutU32(block.answer.checksum, Crc32c(0, part.data(), part.size()));
    blocks.push_back(block);
  }
  const auto sum = CombineChecksums(blocks, ChecksumMode::kCompositeCrc);
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(sum->algorithm, "COMPOSITE-CRC32C");
  const std::string all = a + b;
  EXPECT_EQ(LoadU32(sum->bytes.data()), Crc32c(0, all.data(), all.size()));
}

TEST(FileChecksumTest, BlocksThatDoNotFitTogetherAreRefused) {
  BlockChecksum other = Md5Block('b', 5);
  other.answer.bytes_per_crc = 4096;
  EXPECT_FALSE(CombineChecksums({Md5Block('a', 5), other}, ChecksumMode::kMd5Md5Crc).ok());
  other = Md5Block('b', 5);
  other.answer.checksum = "short";
  EXPECT_EQ(CombineChecksums({other}, ChecksumMode::kMd5Md5Crc).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace cairn::client
