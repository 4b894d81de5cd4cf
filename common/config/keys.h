// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cairn::config {

// One row for each option that some part of Cairn reads. docs/configuration.md is generated from
// these rows (`cairn getconf -docs`) and a test holds the two together. A new key is a row in
// common_keys.h, namenode_keys.h, datanode_keys.h or client_keys.h and an entry in keys.cc; never a
// literal elsewhere. Names and defaults are Apache's.

struct KeyInfo {
  const char* name;
  const char* description;  // One sentence.
};

struct StringKey : KeyInfo {
  const char* fallback;
};
struct IntKey : KeyInfo {
  int64_t fallback;
  int64_t min = std::numeric_limits<int64_t>::min();
  int64_t max = std::numeric_limits<int64_t>::max();
};
struct SizeKey : KeyInfo {  // Bytes.
  int64_t fallback;
  int64_t min = 0;
  int64_t max = std::numeric_limits<int64_t>::max();
};
struct DurationKey : KeyInfo {
  int64_t fallback_ms;
  // What a number without a suffix means, in milliseconds: 1 for "…-ms", 1000 for seconds.
  int64_t unit_ms = 1;
  int64_t min_ms = 0;
  int64_t max_ms = std::numeric_limits<int64_t>::max();
};
struct BoolKey : KeyInfo {
  bool fallback;
};
struct FloatKey : KeyInfo {
  double fallback;
  double min = 0;
  double max = std::numeric_limits<double>::max();
};
struct ListKey : KeyInfo {
  const char* fallback;
};

// Any row, for documents and checks.
using KeyRef = std::variant<const StringKey*, const IntKey*, const SizeKey*, const DurationKey*,
                            const BoolKey*, const FloatKey*, const ListKey*>;

// One row of the table of all keys as text. `type` is "string", "int", "size", "duration", "bool",
// "float" or "list".
struct KeyRow {
  const char* name;
  const char* type;
  std::string fallback;
  std::string bounds;  // Empty when there are none.
  const char* description;
  const char* section;
};

// Every key that Cairn reads, grouped by section.
std::vector<KeyRow> AllKeys();

// The default of a row as text, when `name` is one of ours.
std::optional<std::string> FallbackOf(std::string_view name);

}  // namespace cairn::config
