// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/replication_bounds.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

constexpr uint16_t kModeBits = 01777;

Result<Done> DoSetPermission(Mutation& m, const std::string& path, uint16_t mode) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot set permission for " + path));
  if (IsReservedName(path)) return InvalidPath(path);
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_TRY(m.checker.CheckOwner(where));
  const auto wanted = static_cast<uint16_t>(mode & kModeBits);
  if (s.tree.inodes().Permission(where.last()).mode != wanted) {
    CAIRN_TRY(m.Record(op::SetPermissions{.path = where.path().text(), .mode = wanted},
                       {.path = &where}));
  }
  m.audit.permission = AuditPermission(s, where.last());
  return Done{};
}

bool IsMember(const Caller& caller, const std::string& group) {
  return std::find(caller.groups.begin(), caller.groups.end(), group) != caller.groups.end();
}

Status CheckNewOwner(const Mutation& m, const std::string& owner, const std::string& group) {
  const Caller& caller = m.context.caller;
  if (caller.superuser) return Status();
  if (!owner.empty() && owner != caller.user) {
    return Status(Code::kAccessDenied, "User " + caller.user + " is not a super user (non-super " +
                                           "user cannot change owner).");
  }
  if (!group.empty() && !IsMember(caller, group)) {
    return Status(Code::kAccessDenied,
                  "User " + caller.user + " does not belong to " + group);
  }
  return Status();
}

Result<Done> DoSetOwner(Mutation& m, const std::string& path, const std::string& owner,
                        const std::string& group) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot set owner for " + path));
  if (IsReservedName(path)) return InvalidPath(path);
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_TRY(m.checker.CheckOwner(where));
  CAIRN_TRY(CheckNewOwner(m, owner, group));
  const PermissionStatus& now = s.tree.inodes().Permission(where.last());
  const bool changes = (!owner.empty() && owner != now.owner) ||
                       (!group.empty() && group != now.group);
  if (changes) {
    CAIRN_TRY(m.Record(
        op::SetOwner{.path = where.path().text(), .owner = owner, .group = group},
        {.path = &where}));
  }
  m.audit.permission = AuditPermission(s, where.last());
  return Done{};
}

Result<Done> DoSetTimes(Mutation& m, const std::string& path, int64_t mtime, int64_t atime) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot set times " + path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  if (!where.exists()) {
    return Status(Code::kNotFound,
                  "File/Directory " + where.path().text() + " does not exist.");
  }
  if (mtime >= 0 || atime >= 0) {
    CAIRN_TRY(m.Record(op::Times{.path = where.path().text(),
                                 .mtime = std::max<int64_t>(mtime, -1),
                                 .atime = std::max<int64_t>(atime, -1)},
                       {.path = &where}));
  }
  m.audit.permission = AuditPermission(s, where.last());
  return Done{};
}

Result<bool> DoSetReplication(Mutation& m, const std::string& path, uint32_t replication) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot set replication for " + path));
  CAIRN_TRY(CheckReplication(s.options, path, replication, nullptr));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  if (!where.exists() || !s.tree.inodes().IsFile(where.last())) return false;
  const InodeHandle file = where.last();
  const auto wanted = static_cast<uint16_t>(replication);
  const uint16_t now = s.tree.inodes().Layout(file).replication;
  if (wanted > now) {
    const uint64_t bytes = FileLength(s, file, true);
    CAIRN_TRY(VerifyQuota(
        s.tree, where.parent(),
        SpaceChange(EffectiveStoragePolicy(s.tree, file), bytes, now, wanted)));
  }
  CAIRN_TRY(m.Record(op::SetReplication{.path = where.path().text(), .replication = wanted},
                     {.path = &where}));
  return true;
}

}  // namespace

Status CheckReplication(const NamesystemOptions& options, const std::string& path,
                        uint32_t replication, const std::string* client) {
  std::string why;
  if (replication > options.replication_max) {
    why = " exceeds maximum of " + std::to_string(options.replication_max);
  } else if (replication < options.replication_min) {
    why = " is less than the required minimum of " + std::to_string(options.replication_min);
  } else {
    return Status();
  }
  return Status(Code::kIoError, "Requested replication factor of " + std::to_string(replication) +
                                    why + " for " + path +
                                    (client == nullptr ? "" : ", clientName=" + *client));
}

Outcome<Done> Namesystem::SetPermission(const OpContext& context, const std::string& path,
                                        uint16_t mode) {
  return RunExclusive<Done>(state_, context, Category::kWrite,
                            {.command = "setPermission", .source = path},
                            [&](Mutation& m) { return DoSetPermission(m, path, mode); });
}

Outcome<Done> Namesystem::SetOwner(const OpContext& context, const std::string& path,
                                   const std::string& owner, const std::string& group) {
  return RunExclusive<Done>(state_, context, Category::kWrite,
                            {.command = "setOwner", .source = path},
                            [&](Mutation& m) { return DoSetOwner(m, path, owner, group); });
}

Outcome<Done> Namesystem::SetTimes(const OpContext& context, const std::string& path,
                                   int64_t modification_time_ms, int64_t access_time_ms) {
  return RunExclusive<Done>(
      state_, context, Category::kWrite, {.command = "setTimes", .source = path},
      [&](Mutation& m) { return DoSetTimes(m, path, modification_time_ms, access_time_ms); });
}

Outcome<bool> Namesystem::SetReplication(const OpContext& context, const std::string& path,
                                         uint32_t replication) {
  return RunExclusive<bool>(state_, context, Category::kWrite,
                            {.command = "setReplication", .source = path},
                            [&](Mutation& m) { return DoSetReplication(m, path, replication); });
}

}  // namespace cairn::namenode
