// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"
#include "namenode/namesystem/xattr_list.h"

namespace cairn::namenode {
namespace {

struct Located {
  LocatedBlocks blocks;
  InodeId inode_id;
  bool touch_access_time = false;
};

bool AccessTimeIsOld(const NamesystemState& s, InodeHandle file) {
  const int64_t precision_ms = s.options.access_time_precision.count();
  if (precision_ms == 0) return false;
  return s.clock.WallMs() >
         static_cast<int64_t>(s.tree.inodes().AccessTimeMs(file)) + precision_ms;
}

// An attribute can keep a file's content from superusers, who may all else.
Status CheckReadableBySuperuser(const Operation& op, const ResolvedPath& where) {
  const NamesystemState& s = op.state;
  if (!s.options.permissions_enabled || !op.context.caller.superuser) return Status();
  if (s.tree.features().FindXattr(where.last(), XattrNamespace::kSecurity,
                                  kUnreadableBySuperuserXattr) == nullptr) {
    return Status();
  }
  return Status(Code::kAccessDenied,
                "Access is denied for " + op.context.caller.user +
                    " since the superuser is not allowed to perform this operation.");
}

Result<Located> DoLocate(Operation& op, const std::string& path, uint64_t offset,
                         uint64_t length) {
  const NamesystemState& s = op.state;
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadUnchecked));
  CAIRN_ASSIGN(InodeHandle file, RequireFile(s, where, where.path().text()));
  CAIRN_TRY(CheckReadableBySuperuser(op, where));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  Located located;
  located.inode_id = s.tree.inodes().Id(file);
  located.blocks = MakeLocatedBlocks(s, file, offset, length, op.context.client_machine);
  if (s.blocks.safe_mode().IsOn()) {
    for (const LocatedBlock& block : located.blocks.blocks) {
      if (block.locations.empty()) {
        return op.CheckNotInSafeMode("Zero blocklocations for " + path);
      }
    }
  } else {
    located.touch_access_time = AccessTimeIsOld(s, file);
  }
  return located;
}

// A read that moves the access time on is a change like others, but no reason for the read to
// fail or to wait: nobody can tell from its answer.
void TouchAccessTime(NamesystemState& state, const OpContext& context, InodeId id) {
  (void)RunExclusive<Done>(
      state, context, Category::kWrite, {}, [id](Mutation& m) -> Result<Done> {
        const NamesystemState& s = m.state;
        const InodeHandle file = s.tree.Find(id);
        if (file == kNoInode || s.blocks.safe_mode().IsOn() || !AccessTimeIsOld(s, file)) {
          return Done{};
        }
        const ResolvedPath where = s.tree.ResolveInode(file);
        CAIRN_TRY(m.Record(
            op::Times{.path = where.path().text(), .mtime = -1, .atime = m.NowMs()},
            {.path = &where}));
        return Done{};
      });
}

}  // namespace

Outcome<LocatedBlocks> Namesystem::GetBlockLocations(const OpContext& context,
                                                     const std::string& path, uint64_t offset,
                                                     uint64_t length) {
  Outcome<Located> located = RunShared<Located>(
      state_, context, Category::kRead, {.command = "open", .source = path},
      [&](Operation& op) { return DoLocate(op, path, offset, length); });
  if (!located.ok()) return Outcome<LocatedBlocks>(located.status(), located.wait_for);
  if (located->touch_access_time) TouchAccessTime(state_, context, located->inode_id);
  return Outcome<LocatedBlocks>(std::move(located->blocks), located.wait_for);
}

}  // namespace cairn::namenode
