// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

// Lines of words with single spaces between, taken apart. Strict: what was not written by us is
// nobody's to guess.
namespace cairn::namenode::ha {

// Takes the next line off the front of `text`, without its end; nothing when no whole line is left.
inline std::optional<std::string_view> TakeLine(std::string_view& text) {
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// Takes the next word off the front of `line`; empty when there is none.
inline std::string_view TakeWord(std::string_view& line) {
  const size_t end = line.find(' ');
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

// A number in its only form: decimal digits (or lower-case hexadecimal ones) and nothing else.
template <typename Number>
std::optional<Number> ParseNumber(std::string_view word, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, base);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

}  // namespace cairn::namenode::ha
