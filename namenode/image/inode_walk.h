// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Calls visit(handle) for `top` and everything below, parents first, children in their order,
// until it answers false. Nothing may change meanwhile. Unlike SubtreeWalk this goes through
// detached subtrees too, and needs no search to go on. Memory depends on the depth only.
template <typename Visit>
void ForEachInode(const Tree& tree, InodeHandle top, Visit visit) {
  constexpr size_t kPage = 1024;
  struct Level {
    InodeHandle dir;
    std::vector<InodeHandle> page;
    size_t next = 0;
    bool last_page = false;
  };
  if (!visit(top)) return;
  const InodeTable& inodes = tree.inodes();
  std::vector<Level> levels;
  if (inodes.IsDirectory(top)) levels.push_back({top, {}, 0, false});
  while (!levels.empty()) {
    Level& level = levels.back();
    if (level.next == level.page.size()) {
      if (level.last_page) {
        levels.pop_back();
        continue;
      }
      const std::string after(level.page.empty() ? "" : inodes.Name(level.page.back()));
      Tree::Page page = tree.Children(level.dir, after, kPage);
      level.page = std::move(page.children);
      level.next = 0;
      level.last_page = page.remaining == 0;
      continue;
    }
    const InodeHandle child = level.page[level.next++];
    if (!visit(child)) return;
    if (inodes.IsDirectory(child)) levels.push_back({child, {}, 0, false});
  }
}

}  // namespace cairn::namenode
