// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Whether a change of `inode` (or of the children of a directory) would also change what a
// snapshot shows: it, or a directory above it, has a mark that carried.h tells of. Costs a walk to
// the root, one bit test for each step; ask only when the loaded image had snapshots.
bool ProtectedBySnapshot(const Tree& tree, InodeHandle inode);

// Whether anything at or below `inode` is protected, for a delete or a rename of a whole subtree.
// Walks the subtree; ask only when the loaded image had snapshots.
bool ContainsSnapshots(const Tree& tree, InodeHandle inode);

}  // namespace cairn::namenode
