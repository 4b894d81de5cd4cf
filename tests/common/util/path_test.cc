// SPDX-License-Identifier: Apache-2.0
#include "common/util/path.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace cairn {
namespace {

std::string Parsed(std::string_view text) {
  const Result<Path> path = Path::Parse(text);
  return path.ok() ? path->text() : "(" + path.status().ToString() + ")";
}

TEST(PathTest, RepeatedAndTrailingSeparatorsAreDropped) {
  EXPECT_EQ(Parsed("/"), "/");
  EXPECT_EQ(Parsed("///"), "/");
  EXPECT_EQ(Parsed("/a//b/"), "/a/b");
  EXPECT_EQ(Parsed("//a"), "/a");
}

TEST(PathTest, DotsAreNamesWhenReading) {
  EXPECT_EQ(Parsed("/a/./../b"), "/a/./../b");
}

TEST(PathTest, RelativeAndEmptyPathsAreRefusedInApachesWords) {
  EXPECT_EQ(Path::Parse("a/b").status().message(), "Absolute path required, but got 'a/b'");
  EXPECT_EQ(Path::Parse("").status().code(), Code::kNotAbsolute);
}

TEST(PathTest, BytesThatAreNotUtf8AreRefused) {
  EXPECT_EQ(Path::Parse("/a\x80").status().code(), Code::kInvalidPath);
  EXPECT_EQ(Path::Parse("/\xC0\xAF").status().code(), Code::kInvalidPath);
  EXPECT_EQ(Path::Parse("/\xED\xA0\x80").status().code(), Code::kInvalidPath);
  EXPECT_EQ(Path::Parse("/\xF4\x90\x80\x80").status().code(), Code::kInvalidPath);
  EXPECT_EQ(Path::Parse("/\xE6\x97").status().code(), Code::kInvalidPath);
  EXPECT_TRUE(Path::Parse("/é/日/\xF0\x9F\x98\x80").ok());
}

TEST(PathTest, BytesThatAreNotUtf8AreFoundAtEveryPlace) {
  const std::string name = "/abcdefghijklmnopqrstuvwxyz";
  for (size_t i = 1; i < name.size(); ++i) {
    std::string broken = name;
    broken[i] = '\xFF';
    EXPECT_FALSE(IsUtf8(broken)) << i;
    std::string accented = name;
    EXPECT_TRUE(IsUtf8(accented.insert(i, "\xC3\xA9"))) << i;
  }
}

TEST(PathTest, TooManyBytesAreRefused) {
  EXPECT_EQ(Path::Parse("/" + std::string(70'000, 'x')).status().code(), Code::kInvalidPath);
}

TEST(PathTest, ComponentsPrefixesAndTails) {
  const Path path = *Path::Parse("/usr/é/file");
  ASSERT_EQ(path.size(), 3u);
  EXPECT_EQ(path[0], "usr");
  EXPECT_EQ(path[1], "é");
  EXPECT_EQ(path.name(), "file");
  EXPECT_EQ(path.Prefix(0), "/");
  EXPECT_EQ(path.Prefix(2), "/usr/é");
  EXPECT_EQ(path.Tail(0), "usr/é/file");
  EXPECT_EQ(path.Tail(1), "é/file");
  EXPECT_EQ(path.Tail(3), "");
  EXPECT_TRUE(Path().is_root());
  EXPECT_EQ(Path().name(), "");
}

TEST(PathTest, ComponentsSurviveMovesOfShortPaths) {
  Path a = *Path::Parse("/x/y");
  const Path b = std::move(a);
  EXPECT_EQ(b[0], "x");
  EXPECT_EQ(b[1], "y");
}

TEST(PathTest, FromComponentsIsTheInverse) {
  EXPECT_EQ(Path::FromComponents({"a", "b"}), *Path::Parse("/a/b"));
  EXPECT_EQ(Path::FromComponents({}), Path());
}

TEST(PathTest, NamesThatMayBeCreatedAreApaches) {
  for (const char* good : {"/", "/a", "/a/", "/a//", "/a b/c", "/.a/..b/...",
                           "/.reserved/.inodes/1/../x"}) {
    EXPECT_TRUE(IsValidPathName(good)) << good;
  }
  for (const char* bad : {"", "a", "//a", "/a//b", "/.", "/..", "/a/./b", "/a/../b", "/a:b",
                          "/.reserved/.inodes/..", "hdfs://x/a"}) {
    EXPECT_FALSE(IsValidPathName(bad)) << bad;
  }
  EXPECT_FALSE(IsValidPathName(std::string_view("/a\0b", 4)));
}

TEST(PathTest, LengthIsCountedInCharactersAndLevels) {
  EXPECT_TRUE(CheckPathLength("create", "/" + std::string(7999, 'x')).ok());
  const Status status = CheckPathLength("create", "/" + std::string(8000, 'x'));
  EXPECT_EQ(status.code(), Code::kIoError);
  EXPECT_EQ(status.message(),
            "create: Pathname too long.  Limit 8000 characters, 1000 levels.");
  std::string wide = "/";
  for (int i = 0; i < 7999; ++i) wide += "日";
  EXPECT_TRUE(CheckPathLength("create", wide).ok());
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "/d";
  EXPECT_TRUE(CheckPathLength("mkdirs", deep).ok());
  EXPECT_FALSE(CheckPathLength("mkdirs", deep + "/d").ok());
}

TEST(PathTest, NamesBeyondAsciiSortFirst) {
  std::vector<std::string> names = {"z", "a", "é", "日", "ab", "A", ""};
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return CompareNames(a, b) < 0; });
  EXPECT_EQ(names, (std::vector<std::string>{"", "é", "日", "A", "a", "ab", "z"}));
  EXPECT_EQ(CompareNames("same", "same"), 0);
}

}  // namespace
}  // namespace cairn
