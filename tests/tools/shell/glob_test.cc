// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/glob.h"

#include <gtest/gtest.h>

namespace cairn::shell {
namespace {

bool Matches(const std::string& pattern, const std::string& name) {
  const Result<GlobPattern> glob = GlobPattern::Parse(pattern);
  EXPECT_TRUE(glob.ok()) << pattern;
  return glob.ok() && glob->Matches(name);
}

TEST(GlobPattern, PlainNameMatchesItselfOnly) {
  EXPECT_TRUE(Matches("a.b", "a.b"));
  EXPECT_FALSE(Matches("a.b", "axb"));
  EXPECT_FALSE(Matches("a.b", "a.bc"));
  EXPECT_FALSE(GlobPattern::Parse("a.b")->has_wildcard());
}

TEST(GlobPattern, StarAndQuestionMark) {
  EXPECT_TRUE(Matches("*", ""));
  EXPECT_TRUE(Matches("*", "anything"));
  EXPECT_TRUE(Matches("a*c*", "abcd"));
  EXPECT_FALSE(Matches("a*c", "abcd"));
  EXPECT_TRUE(Matches("a?c", "abc"));
  EXPECT_FALSE(Matches("a?c", "ac"));
}

TEST(GlobPattern, QuestionMarkIsOneCharacterOfUtf8) {
  EXPECT_TRUE(Matches("?", "é"));
  EXPECT_TRUE(Matches("[日本]?", "日a"));
  EXPECT_FALSE(Matches("?", "日本"));
}

TEST(GlobPattern, Sets) {
  EXPECT_TRUE(Matches("[a-c]x", "bx"));
  EXPECT_FALSE(Matches("[a-c]x", "dx"));
  EXPECT_TRUE(Matches("[^a-c]", "d"));
  EXPECT_TRUE(Matches("[!a-c]", "d"));
  EXPECT_FALSE(Matches("[!a-c]", "b"));
  EXPECT_TRUE(Matches("[a\\]]", "]"));
  EXPECT_TRUE(Matches("[a-]", "-"));
}

TEST(GlobPattern, GroupsMayHoldPatternsAndGroups) {
  EXPECT_TRUE(Matches("{a,b}c", "bc"));
  EXPECT_TRUE(Matches("{a*,{x,y}z}", "yz"));
  EXPECT_TRUE(Matches("{a*,{x,y}z}", "abc"));
  EXPECT_TRUE(Matches("{,a}b", "b"));
  EXPECT_FALSE(Matches("{a,b}c", "c"));
}

TEST(GlobPattern, BackslashQuotes) {
  EXPECT_TRUE(Matches("a\\*", "a*"));
  EXPECT_FALSE(Matches("a\\*", "ab"));
  EXPECT_FALSE(GlobPattern::Parse("a\\*")->has_wildcard());
}

TEST(GlobPattern, CommaAndClosingBraceAreOrdinaryOutsideOfGroups) {
  EXPECT_TRUE(Matches("a,b}", "a,b}"));
}

TEST(GlobPattern, UnfinishedPatternsAreRefused) {
  for (const char* pattern : {"[a", "{a", "{a,b", "a\\", "[a\\", "{a,{b}", "[[a]"}) {
    EXPECT_EQ(GlobPattern::Parse(pattern).status().code(), Code::kIoError) << pattern;
  }
}

TEST(GlobPattern, DeepGroupsAreRefused) {
  EXPECT_FALSE(GlobPattern::Parse(std::string(100000, '{')).ok());
}

TEST(GlobPattern, ManyStarsStayCheap) {
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(Matches(pattern + "b", std::string(2000, 'a')));
}

TEST(ExpandGroups, OnlyGroupsWithSeparatorsAreExpanded) {
  EXPECT_EQ(*ExpandGroups("/{a,b}"), (std::vector<std::string>{"/{a,b}"}));
  EXPECT_EQ(*ExpandGroups("/{a,b/c}/d"), (std::vector<std::string>{"/a/d", "/b/c/d"}));
  EXPECT_EQ(*ExpandGroups("{/a,/b}"), (std::vector<std::string>{"/a", "/b"}));
}

TEST(ExpandGroups, NestedGroups) {
  EXPECT_EQ(*ExpandGroups("{a{b,c/d},e}"),
            (std::vector<std::string>{"ab", "ac/d", "e"}));
}

TEST(ExpandGroups, EscapeAtTheEndIsRefused) { EXPECT_FALSE(ExpandGroups("/a\\").ok()); }

TEST(ExpandGroups, ExplosionsAreRefused) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "{a/,b/}";
  EXPECT_FALSE(ExpandGroups(pattern).ok());
}

TEST(Unescape, RemovesQuotes) { EXPECT_EQ(Unescape("a\\*b\\\\"), "a*b\\"); }

}  // namespace
}  // namespace cairn::shell
