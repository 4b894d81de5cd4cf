// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "common/model/namespace_info.h"
#include "common/util/result.h"

// current/VERSION of a name directory: lines of key=value, in the manner of Java's properties.
namespace cairn::namenode {

std::string FormatVersion(const NamespaceInfo& info);

// kCorrupt for a missing or wrong value, or a directory that is not a namenode's.
Result<NamespaceInfo> ParseVersion(std::string_view text);

}  // namespace cairn::namenode
