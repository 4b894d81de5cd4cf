// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

const char* CommandOf(const SetQuotaRequest& request) {
  const bool names_kept = request.namespace_quota == kQuotaDontSet;
  const bool space_kept = request.space_quota == kQuotaDontSet;
  if (request.namespace_quota == kQuotaReset && space_kept) return "clearQuota";
  if (names_kept && request.space_quota == kQuotaReset) return "clearSpaceQuota";
  return space_kept ? "setQuota" : "setSpaceQuota";
}

bool IsLegal(int64_t quota) {
  return quota >= 0 || quota == kQuotaDontSet || quota == kQuotaReset;
}

Status CheckValues(const SetQuotaRequest& request) {
  if (!IsLegal(request.namespace_quota) || !IsLegal(request.space_quota)) {
    return Status(Code::kIllegalValue,
                  "Illegal value for nsQuota or ssQuota : " +
                      std::to_string(request.namespace_quota) + " and " +
                      std::to_string(request.space_quota));
  }
  if (request.storage_type && request.namespace_quota != kQuotaDontSet) {
    return Status(Code::kUnsupportedAction,
                  "Failed to set quota by storage type because either"
                  "dfs.quota.by.storage.type.enabled is set to true or nsQuota value is illegal " +
                      std::to_string(request.namespace_quota));
  }
  return Status();
}

Result<InodeHandle> RequireDirectory(const NamesystemState& s, const ResolvedPath& where) {
  const std::string& path = where.path().text();
  if (!where.exists()) {
    return Status(Code::kNotFound, "Directory does not exist: " + path);
  }
  if (!s.tree.inodes().IsDirectory(where.last())) {
    return Status(Code::kNotDirectory, "`" + path + "': Is not a directory");
  }
  return where.last();
}

QuotaLimits LimitsOf(const NamesystemState& s, InodeHandle dir) {
  const DirectoryQuota* quota = s.tree.features().Quota(dir);
  return quota == nullptr ? QuotaLimits() : quota->limits;
}

Result<Done> SetByType(Mutation& m, const ResolvedPath& where, const SetQuotaRequest& request) {
  const QuotaLimits limits = LimitsOf(m.state, where.last());
  // As in Apache, where nothing is said of the type's quota it becomes that of all space.
  const int64_t quota = request.space_quota == kQuotaDontSet ? limits.space : request.space_quota;
  if (limits.by_type[static_cast<size_t>(*request.storage_type)] == quota) return Done{};
  CAIRN_TRY(m.Record(op::SetQuotaByStorageType{.path = where.path().text(),
                                               .type = *request.storage_type,
                                               .quota = quota},
                     {.path = &where}));
  return Done{};
}

Result<Done> DoSetQuota(Mutation& m, const SetQuotaRequest& request, const char* command) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.checker.CheckSuperuser(command));
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot set quota on " + request.path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, request.path, PathUse::kWrite));
  CAIRN_TRY(CheckValues(request));
  CAIRN_ASSIGN(InodeHandle dir, RequireDirectory(s, where));
  if (request.storage_type) return SetByType(m, where, request);

  const QuotaLimits limits = LimitsOf(s, dir);
  int64_t names = request.namespace_quota;
  if (dir == s.tree.root() && names == kQuotaReset) {
    names = kRootNameQuota;
  } else if (names == kQuotaDontSet) {
    names = limits.names;
  }
  const int64_t space =
      request.space_quota == kQuotaDontSet ? limits.space : request.space_quota;
  if (names == limits.names && space == limits.space) return Done{};
  CAIRN_TRY(m.Record(op::SetQuota{.path = where.path().text(),
                                  .namespace_quota = names,
                                  .space_quota = space},
                     {.path = &where}));
  return Done{};
}

}  // namespace

Outcome<Done> Namesystem::SetQuota(const OpContext& context, const SetQuotaRequest& request) {
  const char* command = CommandOf(request);
  return RunExclusive<Done>(state_, context, Category::kWrite,
                            {.command = command, .source = request.path},
                            [&](Mutation& m) { return DoSetQuota(m, request, command); });
}

}  // namespace cairn::namenode
