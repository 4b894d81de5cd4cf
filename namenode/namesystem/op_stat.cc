// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

using MaybeStatus = std::optional<FileStatus>;

// What is at the path; kNoInode when nothing is.
Result<InodeHandle> Look(Operation& op, const std::string& path, PathUse use) {
  Result<ResolvedPath> where = ResolvePath(op, path, use);
  if (where.ok()) return where->last();
  // A superuser is refused only where a file is in the way: to clients nothing is there then.
  const bool in_the_way = where.status().code() == Code::kAccessDenied;
  if (in_the_way && op.context.caller.superuser) return kNoInode;
  return where.status();
}

Result<MaybeStatus> DoStat(Operation& op, const std::string& path, PathUse use,
                           bool need_location) {
  const NamesystemState& s = op.state;
  // "/.reserved" is no directory of the tree, but clients look whether it is there.
  if (IsReservedName(path)) return MaybeStatus(ReservedStatus("", 01770));
  CAIRN_ASSIGN(const InodeHandle inode, Look(op, path, use));
  if (inode == kNoInode) return MaybeStatus();
  FileStatus status = MakeFileStatus(s, inode, "");
  if (need_location && status.type == FileType::kFile) {
    status.locations = MakeLocatedBlocks(s, inode, 0, status.length,
                                         op.context.client_machine);
  }
  return MaybeStatus(std::move(status));
}

Result<uint64_t> DoPreferredBlockSize(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadLink));
  CAIRN_ASSIGN(InodeHandle file, RequireFile(op.state, where, where.path().text()));
  return op.state.tree.inodes().Layout(file).block_size;
}

Result<bool> DoIsFileClosed(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  CAIRN_ASSIGN(InodeHandle file, RequireFile(op.state, where, path));
  return op.state.tree.features().Writer(file) == nullptr;
}

Result<Done> DoCheckAccess(Operation& op, const std::string& path, Access access) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  if (!where.exists()) return Status(Code::kNotFound, "Path not found: " + where.path().text());
  CAIRN_TRY(op.checker.CheckTarget(where, access));
  return Done{};
}

Result<std::string> DoGetLinkTarget(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(const InodeHandle inode, Look(op, path, PathUse::kReadLink));
  if (inode == kNoInode) return Status(Code::kNotFound, "File does not exist: " + path);
  if (op.state.tree.inodes().Type(inode) != FileType::kSymlink) {
    return Status(Code::kIoError, "Path " + path + " is not a symbolic link");
  }
  return op.state.tree.features().SymlinkTarget(inode);
}

Outcome<MaybeStatus> Stat(NamesystemState& state, const OpContext& context,
                          const std::string& path, PathUse use, bool need_location) {
  return RunShared<MaybeStatus>(
      state, context, Category::kRead, {.command = "getfileinfo", .source = path},
      [&](Operation& op) { return DoStat(op, path, use, need_location); });
}

}  // namespace

Outcome<MaybeStatus> Namesystem::GetFileInfo(const OpContext& context, const std::string& path) {
  return Stat(state_, context, path, PathUse::kRead, false);
}

Outcome<MaybeStatus> Namesystem::GetFileLinkInfo(const OpContext& context,
                                                 const std::string& path) {
  return Stat(state_, context, path, PathUse::kReadLink, false);
}

Outcome<MaybeStatus> Namesystem::GetLocatedFileInfo(const OpContext& context,
                                                    const std::string& path) {
  return Stat(state_, context, path, PathUse::kRead, true);
}

Outcome<uint64_t> Namesystem::GetPreferredBlockSize(const OpContext& context,
                                                    const std::string& path) {
  return RunShared<uint64_t>(state_, context, Category::kRead, {},
                             [&](Operation& op) { return DoPreferredBlockSize(op, path); });
}

Outcome<bool> Namesystem::IsFileClosed(const OpContext& context, const std::string& path) {
  return RunShared<bool>(state_, context, Category::kRead,
                         {.command = "isFileClosed", .source = path},
                         [&](Operation& op) { return DoIsFileClosed(op, path); });
}

Outcome<Done> Namesystem::CheckAccess(const OpContext& context, const std::string& path,
                                      Access access) {
  return RunShared<Done>(state_, context, Category::kRead,
                         {.command = "checkAccess", .source = path},
                         [&](Operation& op) { return DoCheckAccess(op, path, access); });
}

Outcome<std::string> Namesystem::GetLinkTarget(const OpContext& context,
                                               const std::string& path) {
  return RunShared<std::string>(state_, context, Category::kRead,
                                {.command = "getfileinfo", .source = path},
                                [&](Operation& op) { return DoGetLinkTarget(op, path); });
}

}  // namespace cairn::namenode
