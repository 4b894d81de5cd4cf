// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "common/util/bytes.h"
#include "common/util/crypto.h"

namespace cairn::namenode::ha {
namespace {

class SecretTest : public ::testing::Test {
 protected:
  ~SecretTest() override { std::filesystem::remove(path_); }

  Result<std::string> Read(const std::string& content, mode_t mode) {
    std::ofstream(path_, std::ios::trunc) << content;
    EXPECT_EQ(::chmod(path_.c_str(), mode), 0);
    return ReadSecretFile(path_);
  }

  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("secret-" + std::to_string(::getpid()))).string();
};

TEST_F(SecretTest, OwnersFileIsReadWithoutItsLastLineEnd) {
  EXPECT_EQ(*Read("0123456789abcdef\n", 0600), "0123456789abcdef");
  EXPECT_EQ(*Read("0123456789 abcdef", 0400), "0123456789 abcdef");
}

TEST_F(SecretTest, FileThatOthersMayReadIsRefusedWithAWayOut) {
  for (const mode_t mode : {0640, 0604, 0620, 0602, 0610, 0666}) {
    const Status status = Read("0123456789abcdef\n", mode).status();
    EXPECT_EQ(status.code(), Code::kAccessDenied) << mode;
    EXPECT_NE(status.message().find("chmod 600"), std::string::npos) << status.message();
    EXPECT_EQ(status.message().find("0123456789"), std::string::npos);
  }
}

TEST_F(SecretTest, ShortLongMissingAndOddFilesAreRefused) {
  EXPECT_EQ(Read("", 0600).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(Read("short\n\n\n\n\n\n\n\n\n\n\n\n\n\n", 0600).status().code(),
            Code::kInvalidArgument);
  EXPECT_EQ(Read(std::string(5000, 'x'), 0600).status().code(), Code::kInvalidArgument);
  EXPECT_EQ(ReadSecretFile(path_ + ".none").status().code(), Code::kNotFound);
  EXPECT_FALSE(ReadSecretFile("/dev/null").ok());
}

// RFC 4231, test case 2.
TEST(CryptoTest, HmacIsThatOfTheStandard) {
  EXPECT_EQ(ToHex(HmacSha256("Jefe", {"what do ya want ", "for nothing?"})),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(CryptoTest, ComparisonAndRandomBytes) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abcd"));
  EXPECT_EQ(SecretRandomBytes(32).size(), 32u);
  EXPECT_NE(SecretRandomBytes(32), SecretRandomBytes(32));
}

}  // namespace
}  // namespace cairn::namenode::ha
