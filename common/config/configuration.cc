// SPDX-License-Identifier: Apache-2.0
#include "common/config/configuration.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>

namespace cairn::config {
namespace {

// Apache's limit: deeper means a cycle.
constexpr int kSubstitutionsMax = 20;

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// The text of a key as written: the loop of Find expands it.
std::optional<std::string> RawText(const Configuration& configuration, const std::string& key) {
  const auto it = configuration.properties().find(key);
  return it != configuration.properties().end() ? it->second.value : FallbackOf(key);
}

// What `${name}` stands for: an environment variable, one of Java's properties, or another key.
std::optional<std::string> Variable(const Configuration& configuration, std::string_view name) {
  if (name.starts_with("env.")) {
    std::string variable(name.substr(4));
    std::string fallback;
    bool on_empty = false;
    if (const size_t dash = variable.find('-'); dash != std::string::npos) {
      fallback = variable.substr(dash + 1);
      on_empty = dash > 0 && variable[dash - 1] == ':';
      variable.resize(on_empty ? dash - 1 : dash);
    }
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || (on_empty && *value == '\0')) return fallback;
    return value;
  }
  if (name == "user.name") {
    for (const char* variable : {"HADOOP_USER_NAME", "USER", "LOGNAME"}) {
      if (const char* user = std::getenv(variable); user != nullptr && *user != '\0') return user;
    }
    return "root";
  }
  if (name == "user.home") {
    const char* home = std::getenv("HOME");
    return home != nullptr ? home : "/";
  }
  if (name == "java.io.tmpdir") return "/tmp";
  return RawText(configuration, std::string(name));
}

Status Wrong(const KeyInfo& key, const std::string& value, const std::string& origin,
             const std::string& why) {
  return Status(Code::kInvalidArgument,
                std::string(key.name) + " = \"" + value + "\" in " + origin + ": " + why);
}

std::string OriginOf(const Configuration& configuration, const std::string& key) {
  const auto it = configuration.properties().find(key);
  return it == configuration.properties().end() ? "the defaults" : it->second.origin;
}

// The text of a row that some file sets; nothing when the default applies.
std::optional<std::string> TextOf(const Configuration& configuration, const KeyInfo& key) {
  if (!configuration.properties().contains(key.name)) return std::nullopt;
  const std::optional<std::string> text = configuration.Find(key.name);
  if (!text) return std::nullopt;
  return std::string(Trim(*text));
}

// A whole number, decimal or 0x…, followed by whatever is left in `rest`.
std::optional<int64_t> ParseNumber(std::string_view text, std::string_view* rest) {
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hex ? 2 : 0);
  const char* end = text.data() + text.size();
  int64_t value = 0;
  const auto [stop, error] = std::from_chars(begin, end, value, hex ? 16 : 10);
  if (error != std::errc() || stop == begin) return std::nullopt;
  *rest = text.substr(static_cast<size_t>(stop - text.data()));
  return value;
}

struct Unit {
  const char* suffix;
  int64_t factor;
};

constexpr Unit kSizeUnits[] = {{"", 1},          {"k", 1LL << 10}, {"m", 1LL << 20},
                               {"g", 1LL << 30}, {"t", 1LL << 40}, {"p", 1LL << 50}};

// In nanoseconds.
constexpr Unit kTimeUnits[] = {{"ns", 1},           {"us", 1'000},
                               {"ms", 1'000'000},   {"s", 1'000'000'000},
                               {"m", 60'000'000'000}, {"h", 3'600'000'000'000},
                               {"d", 86'400'000'000'000}};

std::optional<int64_t> Scale(int64_t value, int64_t factor) {
  int64_t scaled = 0;
  if (__builtin_mul_overflow(value, factor, &scaled)) return std::nullopt;
  return scaled;
}

}  // namespace

std::string_view Trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
    text.remove_suffix(1);
  }
  return text;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> items;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view item = Trim(text.substr(begin, end - begin));
    if (!item.empty()) items.emplace_back(item);
    begin = end + 1;
  }
  return items;
}

void Configuration::Set(const std::string& key, const std::string& value,
                        const std::string& origin) {
  properties_[key] = Property{.value = value, .origin = origin, .is_final = true};
}

std::optional<std::string> Configuration::Find(const std::string& key) const {
  std::optional<std::string> text = RawText(*this, key);
  if (!text) return std::nullopt;
  for (int i = 0; i < kSubstitutionsMax; ++i) {
    const size_t begin = text->find("${");
    const size_t end = begin == std::string::npos ? begin : text->find('}', begin);
    if (end == std::string::npos) return text;
    const std::string name = text->substr(begin + 2, end - begin - 2);
    const std::optional<std::string> value =
        name == key ? std::nullopt : Variable(*this, name);
    if (!value) return text;  // Apache leaves what it cannot expand as it is.
    text->replace(begin, end - begin + 1, *value);
  }
  return text;
}

Result<std::string> Configuration::Get(const StringKey& key) const {
  return std::string(Trim(Find(key.name).value_or(key.fallback)));
}

Result<int64_t> Configuration::Get(const IntKey& key) const {
  const std::optional<std::string> text = TextOf(*this, key);
  if (!text || text->empty()) return key.fallback;
  std::string_view rest;
  const std::optional<int64_t> value = ParseNumber(*text, &rest);
  const std::string origin = OriginOf(*this, key.name);
  if (!value || !rest.empty()) return Wrong(key, *text, origin, "not a whole number");
  if (*value < key.min || *value > key.max) {
    return Wrong(key, *text, origin,
                 "must be from " + std::to_string(key.min) + " to " + std::to_string(key.max));
  }
  return *value;
}

Result<int64_t> Configuration::Get(const SizeKey& key) const {
  const std::optional<std::string> text = TextOf(*this, key);
  if (!text || text->empty()) return key.fallback;
  const std::string origin = OriginOf(*this, key.name);
  std::string_view rest;
  const std::optional<int64_t> number = ParseNumber(*text, &rest);
  const std::string suffix = Lower(rest);
  for (const Unit& unit : kSizeUnits) {
    if (!number || suffix != unit.suffix) continue;
    const std::optional<int64_t> value = Scale(*number, unit.factor);
    if (!value || *value < key.min || *value > key.max) {
      return Wrong(key, *text, origin,
                   "must be from " + std::to_string(key.min) + " to " + std::to_string(key.max) +
                       " bytes");
    }
    return *value;
  }
  return Wrong(key, *text, origin, "not a size such as 64m or 1g");
}

Result<int64_t> Configuration::Get(const DurationKey& key) const {
  const std::optional<std::string> text = TextOf(*this, key);
  if (!text || text->empty()) return key.fallback_ms;
  const std::string origin = OriginOf(*this, key.name);
  std::string_view rest;
  const std::optional<int64_t> number = ParseNumber(*text, &rest);
  if (!number) return Wrong(key, *text, origin, "not a time such as 30s or 10m");
  const std::string suffix = Lower(rest);
  std::optional<int64_t> value;
  if (suffix.empty()) {
    value = Scale(*number, key.unit_ms);
  } else {
    for (const Unit& unit : kTimeUnits) {
      if (suffix != unit.suffix) continue;
      value = unit.factor < 1'000'000 ? std::optional(*number / (1'000'000 / unit.factor))
                                      : Scale(*number, unit.factor / 1'000'000);
    }
  }
  if (!value) return Wrong(key, *text, origin, "not a time such as 30s or 10m");
  if (*value < key.min_ms || *value > key.max_ms) {
    return Wrong(key, *text, origin,
                 "must be from " + std::to_string(key.min_ms) + " to " +
                     std::to_string(key.max_ms) + " milliseconds");
  }
  return *value;
}

Result<bool> Configuration::Get(const BoolKey& key) const {
  const std::optional<std::string> text = TextOf(*this, key);
  if (!text || text->empty()) return key.fallback;
  const std::string value = Lower(*text);
  if (value == "true") return true;
  if (value == "false") return false;
  return Wrong(key, *text, OriginOf(*this, key.name), "neither true nor false");
}

Result<double> Configuration::Get(const FloatKey& key) const {
  const std::optional<std::string> text = TextOf(*this, key);
  if (!text || text->empty()) return key.fallback;
  const std::string origin = OriginOf(*this, key.name);
  std::string_view digits = *text;
  // Java's Float.parseFloat takes "0.999f".
  if (digits.ends_with('f') || digits.ends_with('F')) digits.remove_suffix(1);
  double value = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || stop != digits.data() + digits.size()) {
    return Wrong(key, *text, origin, "not a number");
  }
  if (value < key.min || value > key.max) {
    return Wrong(key, *text, origin,
                 "must be from " + std::to_string(key.min) + " to " + std::to_string(key.max));
  }
  return value;
}

Result<std::vector<std::string>> Configuration::Get(const ListKey& key) const {
  return SplitList(Find(key.name).value_or(key.fallback));
}

std::optional<std::string> Configuration::FindSuffixed(std::string_view key,
                                                       std::string_view suffix) const {
  std::string name(key);
  if (!suffix.empty()) {
    name.push_back('.');
    name.append(suffix);
  }
  return Find(name);
}

Result<Configuration> Configuration::LoadDirectory(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::is_directory(directory, error)) {
    return Status(Code::kNotFound, "configuration directory " + directory + " does not exist");
  }
  Configuration configuration;
  for (const char* name : {"core-site.xml", "hdfs-site.xml"}) {
    const std::string path = directory + "/" + name;
    if (std::filesystem::exists(path, error)) CAIRN_TRY(configuration.AddFile(path));
  }
  return configuration;
}

std::optional<std::string> DefaultDirectory() {
  const char* directory = std::getenv("HADOOP_CONF_DIR");
  if (directory == nullptr || *directory == '\0') return std::nullopt;
  return directory;
}

}  // namespace cairn::config
