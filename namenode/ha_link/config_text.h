// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "common/util/result.h"
#include "namenode/ha/config.h"

// The pair's configuration as text: what the znode holds, and the state file a copy of.
//
//   cairn-ha-config 1
//   epoch 7
//   primary nn1
//   incarnation 1311768467294899695
//   start 1201
//   in-sync nn1 6f1c9a3e-…
//   in-sync nn2 c02b7d51-…
namespace cairn::namenode::ha {

inline constexpr size_t kConfigBytesMax = 4096;
inline constexpr size_t kConfigMembersMax = 8;

std::string FormatConfig(const Config& config);

// kIncorrectVersion for a version that this software does not know; kCorrupt for anything else
// that FormatConfig does not write.
Result<Config> ParseConfig(std::string_view text);

// A name or log identity as it may stand in the text: 1 to 64 letters, digits, '.', '_', '-'.
bool IsPlainName(std::string_view name);

}  // namespace cairn::namenode::ha
