// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "namenode/tree/tree.h"

namespace cairn::namenode {

struct StateHash {
  uint64_t high = 0;
  uint64_t low = 0;

  bool operator==(const StateHash&) const = default;
};

// A hash of the whole namespace: every inode that can be reached, with its place, attributes, block
// ids and features, whatever the order in which they came. Equal trees have equal hashes, before
// and after an image, on the active and on the standby. What quotas count is derived, and left out.
StateHash HashTree(const Tree& tree);

}  // namespace cairn::namenode
