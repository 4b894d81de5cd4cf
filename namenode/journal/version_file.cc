// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/version_file.h"

#include <charconv>
#include <map>
#include <string>

namespace cairn::namenode {

namespace {

// Keys and values of Java properties, as far as Hadoop writes them: a backslash escapes the
// character behind it.
std::map<std::string, std::string> ParseProperties(std::string_view text) {
  std::map<std::string, std::string> properties;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line[0] == '#' || line[0] == '!') continue;
    std::string key, value;
    bool in_value = false;
    for (size_t i = 0; i < line.size(); ++i) {
      if (!in_value && line[i] == '=') {
        in_value = true;
        continue;
      }
      if (line[i] == '\\' && i + 1 < line.size()) ++i;
      (in_value ? value : key).push_back(line[i]);
    }
    properties[key] = value;
  }
  return properties;
}

template <typename Number>
Result<Number> NumberOf(const std::map<std::string, std::string>& properties,
                        const std::string& key) {
  const auto it = properties.find(key);
  if (it == properties.end()) return Status(Code::kCorrupt, key + " is missing");
  Number number{};
  const char* end = it->second.data() + it->second.size();
  const auto [at, error] = std::from_chars(it->second.data(), end, number);
  if (error != std::errc() || at != end) {
    return Status(Code::kCorrupt, key + " is no number: " + it->second);
  }
  return number;
}

Result<std::string> TextOf(const std::map<std::string, std::string>& properties,
                           const std::string& key) {
  const auto it = properties.find(key);
  if (it == properties.end() || it->second.empty()) {
    return Status(Code::kCorrupt, key + " is missing");
  }
  return it->second;
}

}  // namespace

std::string FormatVersion(const NamespaceInfo& info) {
  // Java reads a leading comment as we do; the one that Apache writes has the date.
  return "#Cairn\n"
         "namespaceID=" + std::to_string(info.namespace_id) + "\n"
         "blockpoolID=" + info.block_pool_id + "\n"
         "storageType=NAME_NODE\n"
         "cTime=" + std::to_string(info.ctime_ms) + "\n"
         "clusterID=" + info.cluster_id + "\n"
         "layoutVersion=" + std::to_string(info.layout_version) + "\n";
}

Result<NamespaceInfo> ParseVersion(std::string_view text) {
  const std::map<std::string, std::string> properties = ParseProperties(text);
  CAIRN_ASSIGN(const std::string type, TextOf(properties, "storageType"));
  if (type != "NAME_NODE") {
    return Status(Code::kCorrupt, "storageType is " + type + ", not NAME_NODE");
  }
  NamespaceInfo info;
  CAIRN_ASSIGN(info.layout_version, NumberOf<int32_t>(properties, "layoutVersion"));
  CAIRN_ASSIGN(const int64_t namespace_id, NumberOf<int64_t>(properties, "namespaceID"));
  info.namespace_id = static_cast<uint32_t>(namespace_id);
  CAIRN_ASSIGN(info.ctime_ms, NumberOf<int64_t>(properties, "cTime"));
  CAIRN_ASSIGN(info.cluster_id, TextOf(properties, "clusterID"));
  CAIRN_ASSIGN(info.block_pool_id, TextOf(properties, "blockpoolID"));
  return info;
}

}  // namespace cairn::namenode
