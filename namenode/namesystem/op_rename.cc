// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <utility>

#include "namenode/image/snapshot_guard.h"
#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

constexpr size_t kFreedAtOnce = 1000;

// Apache's first rename answers "false" where the second one says why.
struct Refusal {
  Status why;
  bool silent = true;  // In the first rename.
};

Refusal Ok() { return {}; }
Refusal Silent(Code code, std::string message) { return {Status(code, std::move(message))}; }
Refusal Loud(Status why) { return {std::move(why), false}; }

Refusal CheckSource(const NamesystemState& s, const ResolvedPath& source) {
  const std::string& src = source.path().text();
  if (!source.exists()) {
    return Silent(Code::kNotFound, "rename source " + src + " is not found.");
  }
  if (source.depth() == 0) return Silent(Code::kIoError, "rename source cannot be the root");
  if (s.has_snapshots && ContainsSnapshots(s.tree, source.last())) {
    return Loud(Status(Code::kSnapshot, "The directory " + src +
                                            " cannot be renamed since it holds snapshots"));
  }
  return Ok();
}

Refusal CheckDestination(const NamesystemState& s, const ResolvedPath& source,
                         const ResolvedPath& target) {
  const std::string& src = source.path().text();
  const std::string& dst = target.path().text();
  if (s.tree.inodes().Type(source.last()) == FileType::kSymlink &&
      s.tree.features().SymlinkTarget(source.last()) == dst) {
    return Silent(Code::kAlreadyExists, "Cannot rename symlink " + src + " to its target " + dst);
  }
  if (dst.starts_with(src + "/")) {
    return Silent(Code::kIoError, "Rename destination " + dst +
                                      " is a directory or file under source " + src);
  }
  if (IsReservedName(src) || IsReservedName(dst)) {
    return Loud(InvalidPath("Cannot rename to or from /.reserved"));
  }
  return Ok();
}

Status CheckLimitsAndQuota(const NamesystemState& s, const ResolvedPath& source,
                           const ResolvedPath& target) {
  const InodeHandle from = source.parent();
  const InodeHandle to = target.parent();
  FsLimits limits = s.limits;
  // Within one directory the number of entries does not grow.
  if (from == to || target.exists()) limits.directory_items_max = SIZE_MAX;
  CAIRN_TRY(CheckNewChild(s.tree, limits, to, target.name()));

  const InodeHandle common = CommonAncestor(s.tree, from, to);
  bool limited = false;
  for (InodeHandle at = to; at != common && at != kNoInode; at = s.tree.inodes().Parent(at)) {
    limited = limited || s.tree.features().Quota(at) != nullptr;
  }
  if (!limited) return Status();
  QuotaCounts change = CountSubtree(s.tree, s, source.last());
  if (target.exists()) change += -CountSubtree(s.tree, s, target.last());
  return VerifyQuota(s.tree, to, change, common);
}

Status CheckAccessForRename(const Mutation& m, const ResolvedPath& source,
                            const ResolvedPath& target, bool to_trash) {
  AccessRequest of_source{.parent = Access::kWrite};
  if (to_trash) {
    // Going to the trash is a delete: whoever may not delete all of it may not move it there.
    of_source.subtree = Access::kAll;
    of_source.ignore_empty_directories = true;
  }
  CAIRN_TRY(m.checker.Check(source, of_source));
  return m.checker.Check(target, {.ancestor = Access::kWrite});
}

// rename(2) into an existing directory means "under its own name in there".
Result<ResolvedPath> IntoDirectory(const NamesystemState& s, const ResolvedPath& source,
                                   ResolvedPath target) {
  if (!target.exists() || !s.tree.inodes().IsDirectory(target.last()) || source.depth() == 0) {
    return target;
  }
  CAIRN_ASSIGN(Path path,
               Path::Parse(target.path().text() + "/" + std::string(source.name())));
  return s.tree.Resolve(path);
}

Result<bool> DoRename(Mutation& m, const std::string& src, const std::string& dst) {
  NamesystemState& s = m.state;
  if (m.EarlierCopy() != nullptr) {
    m.audit.skip = true;
    return true;
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot rename " + src));
  CAIRN_ASSIGN(ResolvedPath source, ResolvePath(m, src, PathUse::kWriteLink));
  CAIRN_ASSIGN(ResolvedPath named, ResolvePath(m, dst, PathUse::kCreateLink));
  CAIRN_ASSIGN(ResolvedPath target, IntoDirectory(s, source, std::move(named)));
  CAIRN_TRY(CheckAccessForRename(m, source, target, false));

  m.audit.skip = true;
  Refusal refusal = CheckSource(s, source);
  if (refusal.why.ok() && source.path() == target.path()) return true;
  if (refusal.why.ok()) refusal = CheckDestination(s, source, target);
  if (!refusal.why.ok()) {
    if (refusal.silent) return false;
    return refusal.why;
  }
  if (target.exists() || target.parent() == kNoInode) return false;
  m.audit.skip = false;
  CAIRN_TRY(CheckLimitsAndQuota(s, source, target));
  CAIRN_TRY(m.Record(op::RenameOld{.src = source.path().text(),
                                   .dst = target.path().text(),
                                   .timestamp = m.NowMs(),
                                   .retry = m.retry()},
                     {.path = &source, .destination = &target}));
  m.audit.permission = AuditPermission(s, source.last());
  return true;
}

Status CheckOverwrite(const NamesystemState& s, const ResolvedPath& source,
                      const ResolvedPath& target, bool overwrite) {
  const std::string& src = source.path().text();
  const std::string& dst = target.path().text();
  const bool into_directory = s.tree.inodes().IsDirectory(target.last());
  if (into_directory != s.tree.inodes().IsDirectory(source.last())) {
    return Status(Code::kIoError,
                  "Source " + src + " and destination " + dst + " must both be directories");
  }
  if (!overwrite) {
    return Status(Code::kAlreadyExists, "rename destination " + dst + " already exists");
  }
  if (into_directory && s.tree.ChildCount(target.last()) > 0) {
    return Status(Code::kIoError, "rename destination directory is not empty: " + dst);
  }
  if (s.has_snapshots && ContainsSnapshots(s.tree, target.last())) {
    return Status(Code::kSnapshot, "The directory " + dst +
                                       " cannot be replaced since it holds snapshots");
  }
  return Status();
}

Status ValidateRename2(const NamesystemState& s, const ResolvedPath& source,
                       const ResolvedPath& target, bool overwrite) {
  CAIRN_TRY(CheckSource(s, source).why);
  const std::string& src = source.path().text();
  const std::string& dst = target.path().text();
  if (src == dst) {
    return Status(Code::kAlreadyExists,
                  "The source " + src + " and destination " + dst + " are the same");
  }
  CAIRN_TRY(CheckDestination(s, source, target).why);
  if (target.depth() == 0) {
    return Status(Code::kIoError, "rename destination cannot be the root");
  }
  if (target.exists()) CAIRN_TRY(CheckOverwrite(s, source, target, overwrite));
  if (target.parent() == kNoInode) {
    return Status(Code::kNotFound, "rename destination parent " + dst + " not found.");
  }
  if (!s.tree.inodes().IsDirectory(target.parent())) {
    return Status(Code::kParentNotDirectory, "rename destination parent " + dst + " is a file.");
  }
  return CheckLimitsAndQuota(s, source, target);
}

std::vector<op::RenameOption> OptionsOf(const RenameRequest& request) {
  std::vector<op::RenameOption> options;
  if (request.overwrite) options.push_back(op::RenameOption::kOverwrite);
  if (request.to_trash) options.push_back(op::RenameOption::kToTrash);
  if (options.empty()) options.push_back(op::RenameOption::kNone);
  return options;
}

const char* AuditCommand(const RenameRequest& request) {
  if (request.overwrite) {
    return request.to_trash ? "rename (options=[OVERWRITE, TO_TRASH])"
                            : "rename (options=[OVERWRITE])";
  }
  return request.to_trash ? "rename (options=[TO_TRASH])" : "rename (options=[NONE])";
}

Result<Done> DoRename2(Mutation& m, const RenameRequest& request) {
  NamesystemState& s = m.state;
  if (m.EarlierCopy() != nullptr) {
    m.audit.skip = true;
    return Done{};
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot rename " + request.source));
  CAIRN_ASSIGN(ResolvedPath source, ResolvePath(m, request.source, PathUse::kWriteLink));
  CAIRN_ASSIGN(ResolvedPath target, ResolvePath(m, request.destination, PathUse::kCreateLink));
  CAIRN_TRY(CheckAccessForRename(m, source, target, request.to_trash));
  CAIRN_TRY(ValidateRename2(s, source, target, request.overwrite));
  CAIRN_TRY(m.Record(op::Rename{.src = source.path().text(),
                                .dst = target.path().text(),
                                .timestamp = m.NowMs(),
                                .options = OptionsOf(request),
                                .retry = m.retry()},
                     {.path = &source, .destination = &target}));
  m.audit.permission = AuditPermission(s, source.last());
  CollectDeleted(s, kFreedAtOnce);
  return Done{};
}

}  // namespace

Outcome<bool> Namesystem::Rename(const OpContext& context, const std::string& source,
                                 const std::string& destination) {
  if (Status s = CheckPathLength("rename", destination); !s.ok()) return s;
  return RunExclusive<bool>(
      state_, context, Category::kWrite,
      {.command = "rename", .source = source, .destination = destination},
      [&](Mutation& m) { return DoRename(m, source, destination); });
}

Outcome<Done> Namesystem::Rename2(const OpContext& context, const RenameRequest& request) {
  if (Status s = CheckPathLength("rename", request.destination); !s.ok()) return s;
  return RunExclusive<Done>(
      state_, context, Category::kWrite,
      {.command = AuditCommand(request), .source = request.source,
       .destination = request.destination},
      [&](Mutation& m) { return DoRename2(m, request); });
}

}  // namespace cairn::namenode
