// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/command_format.h"

#include <algorithm>

#include "tools/shell/errors.h"

namespace cairn::shell {

CommandFormat::CommandFormat(Bounds bounds, std::initializer_list<const char*> options)
    : bounds_(bounds) {
  for (const char* option : options) options_[option] = false;
}

CommandFormat& CommandFormat::WithValue(const std::string& option) {
  values_[option] = std::nullopt;
  return *this;
}

CommandFormat& CommandFormat::IgnoreUnknown() {
  ignore_unknown_ = true;
  return *this;
}

Status CommandFormat::TakeValue(const std::string& option, size_t position,
                                Arguments& arguments) {
  std::string value;
  if (position < arguments.size() && arguments.size() > bounds_.least &&
      !arguments[position].starts_with('-')) {
    value = arguments[position];
    arguments.erase(arguments.begin() + position);
  }
  values_[option] = value;
  return Status();
}

Status CommandFormat::Parse(Arguments& arguments) {
  size_t position = 0;
  while (position < arguments.size()) {
    const std::string word = arguments[position];
    if (!word.starts_with('-') || word == "-") break;
    const std::string option = word.substr(1);
    const bool known = option == "-" || options_.contains(option) || values_.contains(option);
    if (known) {
      arguments.erase(arguments.begin() + position);
    } else if (ignore_unknown_) {
      ++position;
      continue;
    } else {
      return UsageError("Illegal option " + word);
    }
    if (option == "-") break;
    if (options_.contains(option)) {
      options_[option] = true;
    } else {
      CAIRN_TRY(TakeValue(option, position, arguments));
    }
  }
  const std::string got = " but got " + std::to_string(arguments.size());
  if (arguments.size() < bounds_.least) {
    return UsageError("Not enough arguments: expected " + std::to_string(bounds_.least) + got);
  }
  if (arguments.size() > bounds_.most) {
    return UsageError("Too many arguments: expected " + std::to_string(bounds_.most) + got);
  }
  return Status();
}

bool CommandFormat::Has(const std::string& option) const {
  const auto it = options_.find(option);
  return it != options_.end() && it->second;
}

std::optional<std::string> CommandFormat::Value(const std::string& option) const {
  const auto it = values_.find(option);
  return it == values_.end() ? std::nullopt : it->second;
}

std::vector<std::string> CommandFormat::Given() const {
  std::vector<std::string> given;
  for (const auto& [option, is_given] : options_) {
    if (is_given) given.push_back(option);
  }
  return given;
}

Status PopOptionWithArgument(const std::string& option, Arguments& arguments,
                             std::optional<std::string>* value) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const auto it = std::find(arguments.begin(), end, option);
  if (it == end) return Status();
  if (it + 1 == arguments.end()) {
    return UsageError("option " + option + " requires 1 argument.");
  }
  *value = *(it + 1);
  arguments.erase(it, it + 2);
  return Status();
}

bool PopOption(const std::string& option, Arguments& arguments) {
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  const auto it = std::find(arguments.begin(), end, option);
  if (it == end) return false;
  arguments.erase(it);
  return true;
}

std::optional<std::string> PopFirstNonOption(Arguments& arguments) {
  for (auto it = arguments.begin(); it != arguments.end(); ++it) {
    if (*it == "--" && it + 1 == arguments.end()) return std::nullopt;
    if (*it == "--") ++it;
    else if (it->starts_with('-')) continue;
    std::string word = *it;
    arguments.erase(it);
    return word;
  }
  return std::nullopt;
}

}  // namespace cairn::shell
