// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/subtree_walk.h"

#include <algorithm>

namespace cairn::namenode {
namespace {

// How many children are asked for at once: a search in the directory for each.
constexpr size_t kPage = 64;

}  // namespace

SubtreeWalk::SubtreeWalk(const Tree& tree, InodeId top) : tree_(tree), top_(top) {}

std::vector<InodeHandle> SubtreeWalk::Step(size_t limit) {
  std::vector<InodeHandle> visited;
  const auto visit = [&](InodeHandle inode) {
    visited.push_back(inode);
    if (!tree_.inodes().IsDirectory(inode)) return false;
    levels_.push_back({tree_.inodes().Id(inode), {}});
    return true;
  };
  if (!started_) {
    started_ = true;
    const InodeHandle top = tree_.Find(top_);
    if (top == kNoInode) return visited;
    visit(top);
  }
  while (!levels_.empty() && visited.size() < limit) {
    const size_t level = levels_.size() - 1;
    const InodeHandle dir = tree_.Find(levels_[level].dir);
    if (dir == kNoInode) {  // Deleted meanwhile.
      levels_.pop_back();
      continue;
    }
    const size_t wanted = std::min(kPage, limit - visited.size());
    const Tree::Page page = tree_.Children(dir, levels_[level].after, wanted);
    if (page.children.empty()) levels_.pop_back();
    for (size_t i = 0; i < page.children.size(); ++i) {
      const InodeHandle child = page.children[i];
      // Down first: this directory goes on behind the child.
      const bool down = visit(child);
      if (down || i + 1 == page.children.size()) {
        levels_[level].after = tree_.inodes().Name(child);
      }
      if (down) break;
    }
  }
  return visited;
}

}  // namespace cairn::namenode
