// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/uri_path.h"

#include <gtest/gtest.h>

#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

TEST(UriPath, PartsOfAPath) {
  const UriPath path = *ParsePath("hdfs://host:1/a//b/");
  EXPECT_EQ(path.scheme, "hdfs");
  EXPECT_EQ(path.authority, "host:1");
  EXPECT_EQ(path.path, "/a/b");
  EXPECT_EQ(path.Text(), "hdfs://host:1/a/b");
}

TEST(UriPath, AnEmptyAuthorityIsKept) {
  EXPECT_EQ(ParsePath("file:///a")->Text(), "file:///a");
  EXPECT_EQ(ParsePath("file:/a")->Text(), "file:/a");
  EXPECT_EQ(SplitPath("file:///a").Text(), "file:///a");
}

TEST(UriPath, AColonBehindASeparatorIsNoScheme) {
  EXPECT_EQ(ParsePath("/a:b")->path, "/a:b");
  EXPECT_TRUE(IsUsageError(ParsePath("a:b").status()));
  EXPECT_TRUE(IsUsageError(ParsePath("").status()));
  EXPECT_EQ(SplitPath("a:b").path, "a:b");
}

TEST(UriPath, Normalization) {
  EXPECT_EQ(NormalizePath("/"), "/");
  EXPECT_EQ(NormalizePath("//a///b//"), "/a/b");
  EXPECT_EQ(NormalizePath("/a/./b/../c"), "/a/c");
  EXPECT_EQ(NormalizePath("a/.."), "");
  EXPECT_EQ(NormalizePath("../a"), "../a");
}

TEST(UriPath, NamesAndParents) {
  EXPECT_EQ(BaseName("/a/b"), "b");
  EXPECT_EQ(ParentOf("/a/b"), "/a");
  EXPECT_EQ(ParentOf("/a"), "/");
  EXPECT_FALSE(ParentOf("/"));
  EXPECT_EQ(JoinPath("/", "a"), "/a");
}

TEST(UriPath, RelativePaths) {
  EXPECT_EQ(RelativePath("/user/me", "/user/me", true), ".");
  EXPECT_EQ(RelativePath("/user/me", "/user/me/a", false), "a");
  EXPECT_EQ(RelativePath("/user/me", "/user/you", true), "../you");
  EXPECT_EQ(RelativePath("/user/me", "/user", true), "..");
  EXPECT_EQ(RelativePath("/user/me", "/", true), "../..");
}

TEST(UriPath, OrderIsThatOfEscapedUtf16) {
  EXPECT_LT(ComparePaths("/a", "/b"), 0);
  EXPECT_EQ(ComparePaths("/a", "/a"), 0);
  EXPECT_LT(ComparePaths("/a", "/a/b"), 0);
  // A blank is "%20", which is behind "!" and "$".
  EXPECT_GT(ComparePaths("/ ", "/$"), 0);
  // U+FF5E is behind U+1F600 in UTF-16, and before it in UTF-8.
  EXPECT_GT(ComparePaths("/～", "/😀"), 0);
}

TEST(UriPath, PercentDecoding) {
  EXPECT_EQ(PercentDecode("a%20b%C3%A9"), "a bé");
  EXPECT_EQ(PercentDecode("100%"), "100%");
  EXPECT_EQ(PercentDecode("%zz"), "%zz");
}

}  // namespace
}  // namespace cairn::shell
