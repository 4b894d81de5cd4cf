// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/chmod_mode.h"

#include <algorithm>

#include "common/config/common_keys.h"
#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

constexpr uint8_t kConditionalExecute = 8;

// The characters of `text` from `position` that are in `set`.
std::string TakeWhile(const std::string& text, const char* set, size_t& position) {
  const size_t start = position;
  position = std::min(text.find_first_not_of(set, start), text.size());
  return text.substr(start, position - start);
}

std::string Trim(const std::string& text) {
  const char* kSpace = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

uint8_t Combine(char type, uint8_t bits, uint8_t existing, bool may_execute) {
  const bool conditional = (bits & kConditionalExecute) != 0;
  uint8_t mode = conditional ? (bits & 7) | 1 : bits;
  if (type == '+') mode |= existing;
  if (type == '-') mode = static_cast<uint8_t>(~mode & existing);
  if (conditional && !may_execute && (mode & 1) != 0 && (existing & 1) == 0) mode &= ~1;
  return mode;
}

uint8_t BitsOf(const std::string& letters) {
  uint8_t bits = 0;
  for (const char c : letters) {
    if (c == 'r') bits |= 4;
    if (c == 'w') bits |= 2;
    if (c == 'x') bits |= 1;
    if (c == 'X') bits |= kConditionalExecute;
  }
  return bits;
}

}  // namespace

Result<ChmodMode> ChmodMode::Parse(const std::string& text) {
  ChmodMode mode;
  if (mode.ParseSymbolic(text).ok()) return mode;
  mode = ChmodMode();
  CAIRN_TRY(mode.ParseOctal(text));
  return mode;
}

Status ChmodMode::ParseOctal(const std::string& text) {
  std::string digits = Trim(text);
  if (digits.starts_with('+')) digits.erase(0, 1);
  const bool octal = digits.find_first_not_of("01234567") == std::string::npos;
  const bool with_sticky = digits.size() == 4 && (digits[0] == '0' || digits[0] == '1');
  if (!octal || (digits.size() != 3 && !with_sticky)) return UsageError(text);
  sticky_ = {'=', static_cast<uint8_t>(with_sticky ? digits[0] - '0' : 0)};
  if (with_sticky) digits.erase(0, 1);
  user_ = {'=', static_cast<uint8_t>(digits[0] - '0')};
  group_ = {'=', static_cast<uint8_t>(digits[1] - '0')};
  others_ = {'=', static_cast<uint8_t>(digits[2] - '0')};
  return Status();
}

Status ChmodMode::ParseSymbolic(const std::string& text) {
  constexpr const char* kSpace = " \t\n\v\f\r";
  size_t position = 0;
  for (bool first = true; first || position < text.size(); first = false) {
    TakeWhile(text, kSpace, position);
    const std::string who = TakeWhile(text, "ugoa", position);
    const std::string types = TakeWhile(text, "+=-", position);
    const std::string letters = TakeWhile(text, "rwxXt", position);
    const std::string separator = TakeWhile(text, ", \t\n\v\f\r", position);
    if (types.empty() || letters.empty()) return UsageError(text);
    const bool all = who.find_first_of("ugo") == std::string::npos;
    const auto names = [&](char c) { return all || who.find(c) != std::string::npos; };
    const Part part{types.back(), BitsOf(letters)};
    if (names('u')) user_ = part;
    if (names('g')) group_ = part;
    if (names('o')) {
      others_ = part;
      sticky_ = {part.type, static_cast<uint8_t>(letters.find('t') != std::string::npos)};
    }
    if (position < text.size() && separator.find(',') == std::string::npos) {
      return UsageError(text);
    }
  }
  return Status();
}

uint16_t ChmodMode::Apply(uint16_t mode, bool is_directory) const {
  const bool may_execute = is_directory || (mode & 0111) != 0;
  return static_cast<uint16_t>(
      Combine(sticky_.type, sticky_.bits, mode >> 9 & 1, false) << 9 |
      Combine(user_.type, user_.bits, mode >> 6 & 7, may_execute) << 6 |
      Combine(group_.type, group_.bits, mode >> 3 & 7, may_execute) << 3 |
      Combine(others_.type, others_.bits, mode & 7, may_execute));
}

Result<uint16_t> ConfiguredUmask(const config::Configuration& configuration) {
  CAIRN_ASSIGN(const std::string text, configuration.Get(config::kUmask));
  const std::string digits = Trim(text);
  if (digits.size() >= 3 && digits.find_first_not_of("01234567") == std::string::npos) {
    return static_cast<uint16_t>(std::stoul(digits.substr(digits.size() - 3), nullptr, 8));
  }
  CAIRN_ASSIGN(const ChmodMode mode, ChmodMode::Parse(digits));
  return static_cast<uint16_t>(~mode.Apply(0, false) & 0777);
}

}  // namespace cairn::shell
