// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/util/result.h"

namespace cairn::datanode {

// Java's properties, as java.util.Properties stores and loads them.
using Properties = std::map<std::string, std::string>;

// A comment line with the date, as "#Tue Nov 24 05:54:28 UTC 2026", and a line for each property.
std::string EncodeProperties(const Properties& properties, int64_t wall_ms);
// kCorrupt for a bad escape or more than 1000 properties.
Result<Properties> DecodeProperties(std::string_view text);

}  // namespace cairn::datanode
