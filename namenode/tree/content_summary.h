// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/model/file_status.h"
#include "common/util/status.h"
#include "namenode/tree/permission_checker.h"
#include "namenode/tree/quota.h"
#include "namenode/tree/subtree_walk.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Adds up what an inode and all that is below use, in steps between which the namesystem lock may
// be dropped.
//
//   ContentSummaryWalk walk(tree, lengths, inode);
//   while (!walk.done()) { take the shared section; CAIRN_TRY(walk.Step(1000, &checker)); }
//
// Not thread-safe; constructor and Step are guarded by the namesystem lock (a shared section does).
class ContentSummaryWalk {
 public:
  // Both must outlive this object.
  ContentSummaryWalk(const Tree& tree, const BlockLengths& lengths, InodeHandle top);

  bool done() const { return done_; }
  // Visits up to `limit` inodes. With a checker, fails on a directory that its caller may not read
  // and enter, as Apache does.
  Status Step(size_t limit, const PermissionChecker* checker);
  // Complete when done.
  const ContentSummary& summary() const { return summary_; }

 private:
  void AddFile(InodeHandle file);

  const Tree& tree_;
  const BlockLengths& lengths_;
  SubtreeWalk walk_;
  ContentSummary summary_;
  bool done_ = false;
};

}  // namespace cairn::namenode
