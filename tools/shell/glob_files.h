// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/shell/file_system.h"

namespace cairn::shell {

struct GlobMatch {
  std::string path;  // Absolute.
  FileStatus status;
};

// The files that match a pattern (see GlobPattern; a separator only matches itself), which may be
// relative. Nothing at all, rather than no match, when the pattern names one file only.
Result<std::optional<std::vector<GlobMatch>>> FindMatches(FileSystem& fs,
                                                          const std::string& pattern);

}  // namespace cairn::shell
