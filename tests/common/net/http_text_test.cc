// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "common/net/http.h"

namespace cairn::net {
namespace {

TEST(HttpTextTest, PercentEscapesGoBothWays) {
  EXPECT_EQ(*PercentDecode("/a%20b%2Fc+d", false), "/a b/c+d");
  EXPECT_EQ(*PercentDecode("a+b%e6%97%a5", true), "a b\xe6\x97\xa5");
  EXPECT_EQ(PercentEncode("/a b/\xe6\x97\xa5~", true), "/a%20b/%E6%97%A5~");
  EXPECT_EQ(PercentEncode("a/b", false), "a%2Fb");
}

TEST(HttpTextTest, BrokenEscapesAndNulAreRefused) {
  for (const char* text : {"%", "%4", "%zz", "a%0", "%00"}) {
    EXPECT_EQ(PercentDecode(text, false).status().code(), Code::kBadRequest) << text;
  }
}

TEST(HttpTextTest, QueryKeepsOrderRepeatsAndEmptyValues) {
  EXPECT_EQ(*ParseQuery("op=OPEN&a=&b&&c=1%262&c=x=y"),
            (NameValues{{"op", "OPEN"}, {"a", ""}, {"b", ""}, {"c", "1&2"}, {"c", "x=y"}}));
  EXPECT_TRUE(ParseQuery("")->empty());
}

TEST(HttpTextTest, NamesAreComparedWithoutCase) {
  HttpRequest request;
  request.query = {{"op", "OPEN"}};
  request.headers = {{"Content-type", "text/plain"}};
  EXPECT_EQ(request.Query("OP"), "OPEN");
  EXPECT_EQ(request.Header("content-TYPE"), "text/plain");
  EXPECT_FALSE(request.Header("content"));
}

}  // namespace
}  // namespace cairn::net
