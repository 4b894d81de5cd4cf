// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/model/ids.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Goes through an inode and all that is below, parents first, children in Apache's order, in steps
// between which the namesystem lock may be dropped. Then what happened meanwhile is seen where the
// walk has not been yet; what it has passed is not visited again unless it was moved.
//
// Not thread-safe; Step is guarded by the namesystem lock (a shared section does).
class SubtreeWalk {
 public:
  // `tree` must outlive this object.
  SubtreeWalk(const Tree& tree, InodeId top);

  // The next inodes, at most `limit` (which must not be 0); empty at the end. The handles are valid
  // while the lock is held.
  std::vector<InodeHandle> Step(size_t limit);

 private:
  struct Level {
    InodeId dir;
    std::string after;  // Name of the last child that was visited.
  };

  const Tree& tree_;
  const InodeId top_;
  bool started_ = false;
  std::vector<Level> levels_;
};

}  // namespace cairn::namenode
