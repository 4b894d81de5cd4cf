// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/java_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <limits>

#include "tools/shell/errors.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {
namespace {

constexpr std::string_view kSymbols = "KMGTPE";

// Adds one to the last digit of a number such as "9.99".
std::string Increment(std::string digits) {
  for (size_t i = digits.size(); i-- > 0;) {
    if (digits[i] == '.') continue;
    if (digits[i] != '9') {
      ++digits[i];
      return digits;
    }
    digits[i] = '0';
  }
  return "1" + digits;
}

std::string BinaryPrefix(int64_t n, const std::string& unit, int decimals) {
  if (n == std::numeric_limits<int64_t>::min()) return "-8 E" + unit;
  const std::string sign = n < 0 ? "-" : "";
  const uint64_t size = n < 0 ? -static_cast<uint64_t>(n) : n;
  if (size < 1024) return sign + std::to_string(size) + (unit.empty() ? "" : " " + unit);
  size_t power = 1;
  while (power < kSymbols.size() && size >= uint64_t{1} << (10 * (power + 1))) ++power;
  std::string number;
  if ((size & ((uint64_t{1} << (10 * power)) - 1)) == 0) {
    number = std::to_string(size >> (10 * power));
  } else {
    number = FormatFixed(static_cast<double>(size) / std::pow(1024.0, power), decimals);
    if (number.starts_with("1024")) {
      ++power;
      number = FormatFixed(static_cast<double>(size) / std::pow(1024.0, power), decimals);
    }
  }
  return sign + number + " " + kSymbols[power - 1] + unit;
}

Result<int64_t> ParseInteger(std::string_view text, int64_t low, int64_t high, const char* range) {
  const std::string quoted = "For input string: \"" + std::string(text) + "\"";
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.empty() || (text.starts_with('+') && digits.starts_with('-'))) {
    return UsageError(quoted);
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return UsageError(quoted);
  if (value < low || value > high) {
    return UsageError("Value out of range. Value:\"" + std::string(text) + "\" Radix:" + range);
  }
  return value;
}

bool IsHidden(char32_t c) {
  struct Range {
    char32_t first, last;
  };
  // Control, format, private and unassigned characters.
  constexpr std::array kRanges = {
      Range{0x00, 0x1f},       Range{0x7f, 0x9f},       Range{0xad, 0xad},
      Range{0x600, 0x605},     Range{0x61c, 0x61c},     Range{0x6dd, 0x6dd},
      Range{0x70f, 0x70f},     Range{0x8e2, 0x8e2},     Range{0x180e, 0x180e},
      Range{0x200b, 0x200f},   Range{0x202a, 0x202e},   Range{0x2060, 0x206f},
      Range{0xd800, 0xf8ff},   Range{0xfdd0, 0xfdef},   Range{0xfeff, 0xfeff},
      Range{0xfff0, 0xfffb},   Range{0xfffe, 0xffff},   Range{0x110bd, 0x110bd},
      Range{0x1bca0, 0x1bca3}, Range{0x1d173, 0x1d17a}, Range{0x323b0, 0xe00ff},
      Range{0xe01f0, 0x10ffff}};
  return std::any_of(kRanges.begin(), kRanges.end(),
                     [c](const Range& r) { return c >= r.first && c <= r.last; });
}

uint32_t JavaHash(const std::string& text) {
  uint32_t hash = 0;
  for (const unsigned char c : text) hash = hash * 31 + c;
  return hash ^ hash >> 16;
}

}  // namespace

size_t Utf16Length(std::string_view utf8) {
  size_t length = 0;
  for (const unsigned char c : utf8) {
    if ((c & 0xc0) != 0x80) length += c >= 0xf0 ? 2 : 1;
  }
  return length;
}

std::string PadLeft(std::string_view text, size_t width) {
  const size_t length = Utf16Length(text);
  return std::string(width > length ? width - length : 0, ' ').append(text);
}

std::string PadRight(std::string_view text, size_t width) {
  const size_t length = Utf16Length(text);
  return std::string(text).append(width > length ? width - length : 0, ' ');
}

std::string FormatFixed(double value, int decimals) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  std::array<char, 512> buffer;
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                          std::fabs(value), std::chars_format::fixed);
  std::string digits(buffer.data(), error == std::errc() ? end : buffer.data());
  if (digits.find('.') == std::string::npos) digits += '.';
  const size_t wanted = digits.find('.') + 1 + decimals;
  digits.append(wanted + 1 > digits.size() ? wanted + 1 - digits.size() : 0, '0');
  const bool up = digits[wanted] >= '5';
  digits.resize(wanted);
  if (up) digits = Increment(std::move(digits));
  if (digits.ends_with('.')) digits.pop_back();
  return (std::signbit(value) ? "-" : "") + digits;
}

std::string FormatPercent(double fraction, int decimals) {
  return FormatFixed(fraction * 100, decimals) + "%";
}

std::string HumanSize(int64_t n) { return BinaryPrefix(n, "", 1); }

std::string DescribeBytes(int64_t n) { return BinaryPrefix(n, "B", 2); }

Result<int64_t> ParseBinaryPrefix(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text.empty()) return UsageError("Index -1 out of bounds for length 0");
  const char last = text.back();
  if (last >= '0' && last <= '9') return ParseLong(text);
  const size_t power = kSymbols.find(static_cast<char>(std::toupper(last)));
  if (power == std::string_view::npos) {
    return UsageError("Invalid size prefix '" + std::string(1, last) + "' in '" +
                      std::string(text) +
                      "'. Allowed prefixes are k, m, g, t, p, e(case insensitive)");
  }
  CAIRN_ASSIGN(const int64_t number, ParseLong(text.substr(0, text.size() - 1)));
  const int64_t unit = int64_t{1} << (10 * (power + 1));
  if (number > std::numeric_limits<int64_t>::max() / unit ||
      number < std::numeric_limits<int64_t>::min() / unit) {
    return UsageError(std::string(text) + " does not fit in a Long");
  }
  return number * unit;
}

Result<int64_t> ParseLong(std::string_view text) {
  return ParseInteger(text, std::numeric_limits<int64_t>::min(),
                      std::numeric_limits<int64_t>::max(), "10");
}

Result<int64_t> ParseShort(std::string_view text) {
  return ParseInteger(text, -32768, 32767, "10");
}

std::string FormatTime(int64_t unix_ms, const char* pattern) {
  const int64_t seconds = unix_ms >= 0 ? unix_ms / 1000 : -((-unix_ms + 999) / 1000);
  const time_t time = static_cast<time_t>(seconds);
  tm fields{};
  localtime_r(&time, &fields);
  std::array<char, 128> text;
  return std::string(text.data(), strftime(text.data(), text.size(), pattern, &fields));
}

std::string FormatDate(int64_t unix_ms) { return FormatTime(unix_ms, "%a %b %d %H:%M:%S %Z %Y"); }

Result<int64_t> ParseTimestamp(const std::string& text) {
  tm fields{};
  fields.tm_isdst = -1;
  // Java's parser takes what stands behind a complete date as no error.
  const bool complete =
      text.size() >= 15 && text[8] == ':' &&
      std::all_of(text.begin(), text.begin() + 15,
                  [](char c) { return (c >= '0' && c <= '9') || c == ':'; });
  if (!complete || strptime(text.substr(0, 15).c_str(), "%Y%m%d:%H%M%S", &fields) == nullptr) {
    return UsageError("Unable to parse the specified timestamp " + text +
                      ". The expected format is yyyyMMdd:HHmmss");
  }
  return static_cast<int64_t>(mktime(&fields)) * 1000;
}

std::string Printable(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    const std::string_view rest = utf8;
    const char32_t c = TakeCodePoint(utf8);
    if (IsHidden(c)) {
      out += '?';
    } else {
      out.append(rest.substr(0, rest.size() - utf8.size()));
    }
  }
  return out;
}

std::vector<std::string> HashMapOrder(const std::vector<std::string>& names) {
  uint32_t buckets = 16;
  while (names.size() * 4 > static_cast<size_t>(buckets) * 3) buckets *= 2;
  std::vector<std::string> ordered = names;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [buckets](const std::string& a, const std::string& b) {
                     return (JavaHash(a) & (buckets - 1)) < (JavaHash(b) & (buckets - 1));
                   });
  return ordered;
}

}  // namespace cairn::shell
