// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/util/result.h"

// Text as Apache's shell prints it: the rules of Java's Formatter and of Hadoop's StringUtils.
namespace cairn::shell {

// Characters as Java counts them: UTF-16 units of UTF-8 text.
size_t Utf16Length(std::string_view utf8);
// "%<width>s" and "%-<width>s".
std::string PadLeft(std::string_view text, size_t width);
std::string PadRight(std::string_view text, size_t width);

// "%.<decimals>f": the shortest decimal form of `value`, its half rounded up.
std::string FormatFixed(double value, int decimals);
// "12.34%" for 0.1234.
std::string FormatPercent(double fraction, int decimals);

// "1.5 K": with one decimal unless it is exact.
std::string HumanSize(int64_t n);
// "1.50 KB".
std::string DescribeBytes(int64_t n);
// "10g" as a number of bytes. The message of a failure is Java's.
Result<int64_t> ParseBinaryPrefix(std::string_view text);
// A Java long or short; a failure is a usage error with NumberFormatException's message.
Result<int64_t> ParseLong(std::string_view text);
Result<int64_t> ParseShort(std::string_view text);

// Local time by a pattern of strftime.
std::string FormatTime(int64_t unix_ms, const char* pattern);
// java.util.Date's text: "Sat Aug 01 10:00:00 UTC 2026".
std::string FormatDate(int64_t unix_ms);
// "yyyyMMdd:HHmmss" in local time, as milliseconds.
Result<int64_t> ParseTimestamp(const std::string& text);

// Each character that a terminal may not show is replaced by "?".
std::string Printable(std::string_view utf8);

// Names in the order in which a java.util.HashMap of them gives its entries.
std::vector<std::string> HashMapOrder(const std::vector<std::string>& names);

}  // namespace cairn::shell
