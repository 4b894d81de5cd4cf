// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/java_format.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

TEST(JavaFormat, WidthsCountUtf16Units) {
  EXPECT_EQ(PadLeft("é", 3), "  é");
  EXPECT_EQ(PadRight("😀", 3), "😀 ");
  EXPECT_EQ(PadLeft("long", 2), "long");
}

TEST(JavaFormat, HalvesAreRoundedUp) {
  EXPECT_EQ(FormatFixed(1.25, 1), "1.3");
  EXPECT_EQ(FormatFixed(0.125, 2), "0.13");
  EXPECT_EQ(FormatFixed(2.5, 0), "3");
  EXPECT_EQ(FormatFixed(9.999, 2), "10.00");
  EXPECT_EQ(FormatFixed(-1.25, 1), "-1.3");
  EXPECT_EQ(FormatFixed(0, 2), "0.00");
  EXPECT_EQ(FormatFixed(std::nan(""), 0), "NaN");
}

TEST(JavaFormat, SizesForPeople) {
  EXPECT_EQ(HumanSize(0), "0");
  EXPECT_EQ(HumanSize(1023), "1023");
  EXPECT_EQ(HumanSize(1024), "1 K");
  EXPECT_EQ(HumanSize(1536), "1.5 K");
  EXPECT_EQ(HumanSize(1280), "1.3 K");
  EXPECT_EQ(HumanSize((1 << 20) - 1), "1.0 M");
  EXPECT_EQ(HumanSize(-2048), "-2 K");
  EXPECT_EQ(HumanSize(INT64_MAX), "8.0 E");
  EXPECT_EQ(HumanSize(INT64_MIN), "-8 E");
}

TEST(JavaFormat, DescribedBytes) {
  EXPECT_EQ(DescribeBytes(5), "5 B");
  EXPECT_EQ(DescribeBytes(1536), "1.50 KB");
  EXPECT_EQ(DescribeBytes(1 << 30), "1 GB");
}

TEST(JavaFormat, BinaryPrefixes) {
  EXPECT_EQ(*ParseBinaryPrefix("10"), 10);
  EXPECT_EQ(*ParseBinaryPrefix(" 3k "), 3072);
  EXPECT_EQ(*ParseBinaryPrefix("-1M"), -(1 << 20));
  EXPECT_EQ(*ParseBinaryPrefix("7e"), int64_t{7} << 60);
  EXPECT_TRUE(IsUsageError(ParseBinaryPrefix("8e").status()));
  EXPECT_TRUE(IsUsageError(ParseBinaryPrefix("1x").status()));
  EXPECT_TRUE(IsUsageError(ParseBinaryPrefix("").status()));
  EXPECT_EQ(ParseBinaryPrefix("k").status().message(), "For input string: \"\"");
}

TEST(JavaFormat, Integers) {
  EXPECT_EQ(*ParseLong("+5"), 5);
  EXPECT_EQ(*ParseShort("-32768"), -32768);
  EXPECT_EQ(ParseShort("32768").status().message(),
            "Value out of range. Value:\"32768\" Radix:10");
  EXPECT_EQ(ParseLong("1x").status().message(), "For input string: \"1x\"");
  EXPECT_FALSE(ParseLong("9223372036854775808").ok());
  EXPECT_FALSE(ParseLong("+-1").ok());
}

TEST(JavaFormat, Timestamps) {
  const Result<int64_t> time = ParseTimestamp("20200102:030405");
  ASSERT_TRUE(time.ok());
  EXPECT_EQ(FormatTime(*time, "%Y-%m-%d %H:%M:%S"), "2020-01-02 03:04:05");
  EXPECT_FALSE(ParseTimestamp("2020").ok());
  EXPECT_FALSE(ParseTimestamp("").ok());
}

TEST(JavaFormat, WhatATerminalMayNotShowIsReplaced) {
  EXPECT_EQ(Printable("a\tb\033[1m"), "a?b?[1m");
  EXPECT_EQ(Printable("é日😀"), "é日😀");
  EXPECT_EQ(Printable("\u200b\uE000"), "??");
  EXPECT_EQ(Printable("\xff"), "\xff");
}

}  // namespace
}  // namespace cairn::shell
