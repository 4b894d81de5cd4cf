// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace cairn::config {

// One row for each option that some part of Cairn reads. docs/configuration.md is generated from
// these rows (`cairn getconf -docs`) and a test holds the two together. Add a row here, never a
// literal key elsewhere.

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

// One row of the table of all keys, for documents and checks.
struct KeyRow {
  const char* name;
  const char* type;  // "string", "int", "size", "duration", "bool", "float", "list".
  std::string (*fallback_text)();
  const char* description;
};

}  // namespace cairn::config
