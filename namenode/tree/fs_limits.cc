// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/fs_limits.h"

#include <string>

namespace cairn::namenode {

Status CheckNewChild(const Tree& tree, const FsLimits& limits, InodeHandle dir,
                     std::string_view name) {
  if (dir == tree.root() && name == ".reserved") {
    return Status(Code::kInvalidArgument,
                  "File name \"" + std::string(name) +
                      "\" is reserved and cannot be created. If this is during upgrade change the "
                      "name of the existing file or directory to another name before upgrading to "
                      "the new release.");
  }
  if (limits.component_bytes_max != 0 && name.size() > limits.component_bytes_max) {
    return Status(Code::kPathTooLong,
                  "The maximum path component name limit of " + std::string(name) +
                      " in directory " + tree.PathOf(dir) +
                      " is exceeded: limit=" + std::to_string(limits.component_bytes_max) +
                      " length=" + std::to_string(name.size()));
  }
  if (const size_t items = tree.ChildCount(dir); items >= limits.directory_items_max) {
    return Status(Code::kTooManyItems,
                  "The directory item limit of " + tree.PathOf(dir) +
                      " is exceeded: limit=" + std::to_string(limits.directory_items_max) +
                      " items=" + std::to_string(items));
  }
  if (name == ".snapshot") {
    return Status(Code::kInvalidArgument, "\".snapshot\" is a reserved name.");
  }
  return Status();
}

}  // namespace cairn::namenode
