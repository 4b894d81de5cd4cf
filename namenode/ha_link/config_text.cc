// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/config_text.h"

#include <algorithm>
#include <optional>

#include "namenode/ha_link/text_fields.h"

namespace cairn::namenode::ha {

namespace {

constexpr std::string_view kTitle = "cairn-ha-config ";
constexpr std::string_view kVersion = "1";

Status Corrupt(std::string_view what) {
  return Status(Code::kCorrupt, "configuration of the pair: " + std::string(what));
}

// The rest of the next line, which must begin with `key`.
std::optional<std::string_view> TakeField(std::string_view& text, std::string_view key) {
  std::optional<std::string_view> line = TakeLine(text);
  if (!line || TakeWord(*line) != key) return std::nullopt;
  return line;
}

template <typename Number>
std::optional<Number> TakeNumber(std::string_view& text, std::string_view key) {
  const std::optional<std::string_view> field = TakeField(text, key);
  return field ? ParseNumber<Number>(*field) : std::nullopt;
}

}  // namespace

bool IsPlainName(std::string_view name) {
  constexpr size_t kNameBytesMax = 64;
  return !name.empty() && name.size() <= kNameBytesMax &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

std::string FormatConfig(const Config& config) {
  std::string text(kTitle);
  text.append(kVersion);
  text += "\nepoch " + std::to_string(config.epoch.value);
  text += "\nprimary " + config.primary.value;
  text += "\nincarnation " + std::to_string(config.incarnation.value);
  text += "\nstart " + std::to_string(config.start.value);
  for (const Member& member : config.in_sync) {
    text += "\nin-sync " + member.node.value + " " + member.log.value;
  }
  return text + "\n";
}

Result<Config> ParseConfig(std::string_view text) {
  if (text.size() > kConfigBytesMax) return Corrupt("longer than its limit");
  std::optional<std::string_view> title = TakeLine(text);
  if (!title || !title->starts_with(kTitle)) return Corrupt("no title");
  title->remove_prefix(kTitle.size());
  if (*title != kVersion) {
    return Status(Code::kIncorrectVersion,
                  "configuration of the pair has version " + std::string(*title).substr(0, 16) +
                      "; this namenode knows version " + std::string(kVersion));
  }
  Config config;
  const auto epoch = TakeNumber<uint64_t>(text, "epoch");
  const auto primary = TakeField(text, "primary");
  const auto incarnation = TakeNumber<uint64_t>(text, "incarnation");
  const auto start = TakeNumber<int64_t>(text, "start");
  if (!epoch || !primary || !incarnation || !start) return Corrupt("a field is missing");
  if (!IsPlainName(*primary) || *start < 1) return Corrupt("a field is not of its form");
  config.epoch = Epoch(*epoch);
  config.primary = NodeId(std::string(*primary));
  config.incarnation = Incarnation(*incarnation);
  config.start = TxId(*start);
  while (!text.empty()) {
    std::optional<std::string_view> member = TakeField(text, "in-sync");
    if (!member || config.in_sync.size() == kConfigMembersMax) return Corrupt("bad members");
    const std::string_view node = TakeWord(*member);
    if (!IsPlainName(node) || !IsPlainName(*member)) return Corrupt("bad member");
    const NodeId id{std::string(node)};
    if (config.Find(id) != nullptr) return Corrupt("a member is there twice");
    config.in_sync.push_back({id, LogId(std::string(*member))});
  }
  if (config.Find(config.primary) == nullptr) return Corrupt("the primary is no member");
  return config;
}

}  // namespace cairn::namenode::ha
