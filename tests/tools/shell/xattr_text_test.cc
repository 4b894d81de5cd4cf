// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/xattr_text.h"

#include <gtest/gtest.h>

namespace cairn::shell {
namespace {

TEST(XattrText, NamesHaveANamespace) {
  EXPECT_EQ(ParseXattrName("TRUSTED.a.b")->name_space, XattrNamespace::kTrusted);
  EXPECT_EQ(XattrNameText(*ParseXattrName("user.a.b")), "user.a.b");
  for (const char* text : {"a", "other.a", "user.", ""}) {
    EXPECT_FALSE(ParseXattrName(text).ok()) << text;
  }
}

TEST(XattrText, Values) {
  EXPECT_EQ(*DecodeXattrValue("plain"), "plain");
  EXPECT_EQ(*DecodeXattrValue("\"quoted\""), "quoted");
  EXPECT_EQ(*DecodeXattrValue("0X6162"), "ab");
  EXPECT_EQ(*DecodeXattrValue("0sYWI="), "ab");
  EXPECT_FALSE(DecodeXattrValue("0x6").ok());
  EXPECT_FALSE(DecodeXattrValue("0xzz").ok());
  EXPECT_EQ(*DecodeXattrValue(""), "");
}

TEST(XattrText, Base64RoundTrips) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(*DecodeXattrValue(EncodeXattrValue(bytes, XattrCodec::kBase64)), bytes);
    EXPECT_EQ(*DecodeXattrValue(EncodeXattrValue(bytes, XattrCodec::kHex)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

}  // namespace
}  // namespace cairn::shell
