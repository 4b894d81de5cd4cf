// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/storage_names.h"

#include <charconv>
#include <cstdio>

#include "namenode/journal/storage.h"

namespace cairn::namenode {

namespace {

constexpr std::string_view kImagePrefix = "fsimage_";
constexpr std::string_view kCheckpointPrefix = "fsimage.ckpt_";
constexpr std::string_view kSegmentPrefix = "edits_";
constexpr std::string_view kUnfinishedPrefix = "edits_inprogress_";

std::string Padded(TxId txid) {
  char text[32];
  std::snprintf(text, sizeof(text), "%019lld", static_cast<long long>(txid.value));
  return text;
}

std::optional<TxId> Number(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return TxId(value);
}

std::optional<TxId> AfterPrefix(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  return Number(name.substr(prefix.size()));
}

}  // namespace

std::string ImageName(TxId txid) { return std::string(kImagePrefix) + Padded(txid); }

std::string CheckpointName(TxId txid) { return std::string(kCheckpointPrefix) + Padded(txid); }

std::string SegmentName(TxId first, TxId last) {
  return std::string(kSegmentPrefix) + Padded(first) + "-" + Padded(last);
}

std::string UnfinishedSegmentName(TxId first) {
  return std::string(kUnfinishedPrefix) + Padded(first);
}

std::optional<TxId> ParseImageName(std::string_view name) {
  return AfterPrefix(name, kImagePrefix);
}

std::optional<TxId> ParseCheckpointName(std::string_view name) {
  return AfterPrefix(name, kCheckpointPrefix);
}

std::optional<TxId> ParseUnfinishedSegmentName(std::string_view name) {
  return AfterPrefix(name, kUnfinishedPrefix);
}

std::optional<std::pair<TxId, TxId>> ParseSegmentName(std::string_view name) {
  if (!name.starts_with(kSegmentPrefix)) return std::nullopt;
  name.remove_prefix(kSegmentPrefix.size());
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::optional<TxId> first = Number(name.substr(0, dash));
  const std::optional<TxId> last = Number(name.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return std::pair(*first, *last);
}

}  // namespace cairn::namenode
