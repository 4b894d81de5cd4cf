// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

StoragePolicy ToModel(const BlockStoragePolicy& policy) {
  return {.id = policy.id,
          .name = std::string(policy.name),
          .types = {policy.types.begin(), policy.types.end()},
          .creation_fallbacks = {policy.creation_fallbacks.begin(),
                                 policy.creation_fallbacks.end()},
          .replication_fallbacks = {policy.replication_fallbacks.begin(),
                                    policy.replication_fallbacks.end()},
          .copy_on_create_file = policy.copy_on_create_file};
}

Result<StoragePolicy> DoGetStoragePolicy(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadLink));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  if (!where.exists()) {
    return Status(Code::kNotFound, "File/Directory does not exist: " + where.path().text());
  }
  return ToModel(StoragePolicyById(EffectiveStoragePolicy(op.state.tree, where.last())));
}

Result<Done> DoGetEzForPath(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  return Done{};
}

}  // namespace

Outcome<StoragePolicy> Namesystem::GetStoragePolicy(const OpContext& context,
                                                    const std::string& path) {
  return RunShared<StoragePolicy>(state_, context, Category::kRead, {},
                                  [&](Operation& op) { return DoGetStoragePolicy(op, path); });
}

Outcome<std::vector<StoragePolicy>> Namesystem::GetStoragePolicies(const OpContext&) {
  if (Status s = CheckServing(state_, Category::kRead); !s.ok()) return s;
  std::vector<StoragePolicy> policies;
  for (const BlockStoragePolicy& policy : BlockStoragePolicies()) {
    policies.push_back(ToModel(policy));
  }
  return policies;
}

Outcome<Done> Namesystem::GetEzForPath(const OpContext& context, const std::string& path) {
  return RunShared<Done>(state_, context, Category::kRead,
                         {.command = "getEZForPath", .source = path},
                         [&](Operation& op) { return DoGetEzForPath(op, path); });
}

}  // namespace cairn::namenode
