// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "common/util/status.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

struct FsLimits {
  size_t component_bytes_max = 255;        // dfs.namenode.fs-limits.max-component-length; 0: none.
  size_t directory_items_max = 1024 * 1024;  // dfs.namenode.fs-limits.max-directory-items
};

// Whether `dir` may get a child of that name: kInvalidArgument for a reserved name, kPathTooLong,
// kTooManyItems; in Apache's words. Not whether it is there already.
Status CheckNewChild(const Tree& tree, const FsLimits& limits, InodeHandle dir,
                     std::string_view name);

}  // namespace cairn::namenode
