// SPDX-License-Identifier: Apache-2.0
#include "common/metrics/bean.h"

#include <algorithm>
#include <optional>

namespace cairn::metrics {
namespace {

// '*' for any bytes, '?' for one. Without recursion: patterns come from the network.
bool MatchesWildcard(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t]) && pattern[p] != '*') {
      ++p;
      ++t;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

struct Parts {
  std::string domain;
  std::vector<std::pair<std::string, std::string>> properties;
  bool more_allowed = false;
};

std::optional<Parts> Split(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
  Parts parts;
  parts.domain = text.substr(0, colon);
  for (size_t begin = colon + 1; begin <= text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view property = text.substr(begin, end - begin);
    begin = end + 1;
    if (property == "*") {
      parts.more_allowed = true;
      continue;
    }
    const size_t equals = property.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    parts.properties.emplace_back(property.substr(0, equals), property.substr(equals + 1));
  }
  std::sort(parts.properties.begin(), parts.properties.end());
  return parts;
}

}  // namespace

const std::string* Bean::Find(std::string_view attribute) const {
  for (const auto& [name, value] : attributes_) {
    if (name == attribute) return &value;
  }
  return nullptr;
}

Result<BeanPattern> BeanPattern::Parse(std::string_view text) {
  std::optional<Parts> parts = Split(text.empty() ? std::string_view("*:*") : text);
  if (!parts) {
    return Status(
        Code::kInvalidArgument,
        "\"" + std::string(text) + "\" is no object name: use domain:key=value,key=value");
  }
  BeanPattern pattern;
  pattern.domain_ = std::move(parts->domain);
  pattern.properties_ = std::move(parts->properties);
  pattern.more_allowed_ = parts->more_allowed;
  return pattern;
}

bool BeanPattern::Matches(std::string_view name) const {
  const std::optional<Parts> parts = Split(name);
  if (!parts || !MatchesWildcard(domain_, parts->domain)) return false;
  if (!more_allowed_ && parts->properties.size() != properties_.size()) return false;
  return std::all_of(properties_.begin(), properties_.end(), [&](const auto& wanted) {
    return std::any_of(parts->properties.begin(), parts->properties.end(), [&](const auto& had) {
      return had.first == wanted.first && MatchesWildcard(wanted.second, had.second);
    });
  });
}

void BeanRegistry::Add(std::string name, std::string type, Fill fill) {
  Add([name = std::move(name)] { return name; }, std::move(type), std::move(fill));
}

void BeanRegistry::Add(Name name, std::string type, Fill fill) {
  entries_.push_back({std::move(name), std::move(type), std::move(fill)});
}

std::vector<BeanRegistry::Found> BeanRegistry::Find(const BeanPattern& pattern) const {
  std::vector<Found> found;
  for (const Entry& entry : entries_) {
    std::string name = entry.name();
    if (name.empty() || !pattern.Matches(name)) continue;
    // A type that is not given is the bean's own name, as for Apache's metrics.
    std::string type = entry.type;
    if (const size_t at = name.find(",name="); type.empty() && at != std::string::npos) {
      type = name.substr(at + 6);
    }
    found.push_back({std::move(name), std::move(type), {}});
    entry.fill(found.back().bean);
  }
  return found;
}

}  // namespace cairn::metrics
