// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/snapshot_guard.h"

#include "namenode/image/carried.h"
#include "namenode/image/inode_walk.h"

namespace cairn::namenode {

namespace {

bool IsMarked(const Tree& tree, InodeHandle inode) {
  const OpaqueFeatures* features = tree.features().Opaque(inode);
  if (features == nullptr) return false;
  for (const auto& [kind, value] : *features) {
    if (kind == kHasSnapshots || kind == kHasDiffs || kind == kReference) return true;
  }
  return false;
}

}  // namespace

bool ProtectedBySnapshot(const Tree& tree, InodeHandle inode) {
  for (InodeHandle h = inode; h != kNoInode; h = tree.inodes().Parent(h)) {
    if (IsMarked(tree, h)) return true;
  }
  return false;
}

bool ContainsSnapshots(const Tree& tree, InodeHandle inode) {
  if (ProtectedBySnapshot(tree, inode)) return true;
  bool found = false;
  ForEachInode(tree, inode, [&](InodeHandle h) {
    found = IsMarked(tree, h);
    return !found;
  });
  return found;
}

}  // namespace cairn::namenode
