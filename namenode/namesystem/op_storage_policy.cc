// SPDX-License-Identifier: Apache-2.0
#include <span>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

std::string TypesText(std::span<const StorageType> types) {
  std::string text;
  for (const StorageType type : types) {
    text += (text.empty() ? "" : ", ") + std::string(StorageTypeName(type));
  }
  return "[" + text + "]";
}

// As Java prints one.
std::string PolicyText(const BlockStoragePolicy& policy) {
  return "BlockStoragePolicy{" + std::string(policy.name) + ":" + std::to_string(policy.id) +
         ", storageTypes=" + TypesText(policy.types) +
         ", creationFallbacks=" + TypesText(policy.creation_fallbacks) +
         ", replicationFallbacks=" + TypesText(policy.replication_fallbacks) + "}";
}

// Policies that a file keeps from its creation on: they say how its bytes are written.
Status CheckFilePolicy(const NamesystemState& s, InodeHandle file, uint8_t policy) {
  if (policy != kPolicyUnspecified && StoragePolicyById(policy).copy_on_create_file) {
    return Status(Code::kInvalidArgument, "Policy " + PolicyText(StoragePolicyById(policy)) +
                                              " cannot be set after file creation.");
  }
  const uint8_t now = s.tree.inodes().Layout(file).storage_policy;
  if (now != kPolicyUnspecified && StoragePolicyById(now).copy_on_create_file) {
    return Status(Code::kInvalidArgument, "Existing policy " +
                                              std::string(StoragePolicyById(now).name) +
                                              " cannot be changed after file creation.");
  }
  return Status();
}

Result<Done> DoSetStoragePolicy(Mutation& m, const std::string& path, const char* verb,
                                uint8_t policy) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode(std::string("Cannot ") + verb + " storage policy for " + path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  if (!where.exists()) {
    return Status(Code::kNotFound, "File/Directory does not exist: " + where.path().text());
  }
  if (s.tree.inodes().IsFile(where.last())) {
    CAIRN_TRY(CheckFilePolicy(s, where.last(), policy));
  }
  CAIRN_TRY(m.Record(op::SetStoragePolicy{.path = where.path().text(), .policy = policy},
                     {.path = &where}));
  m.audit.permission = AuditPermission(s, where.last());
  return Done{};
}

}  // namespace

Outcome<Done> Namesystem::SetStoragePolicy(const OpContext& context, const std::string& path,
                                           const std::string& policy_name) {
  const BlockStoragePolicy* policy = FindStoragePolicy(policy_name);
  if (policy == nullptr) {
    return Status(Code::kInvalidArgument,
                  "Cannot find a block policy with the name " + policy_name);
  }
  return RunExclusive<Done>(
      state_, context, Category::kWrite, {.command = "setStoragePolicy", .source = path},
      [&](Mutation& m) { return DoSetStoragePolicy(m, path, "set", policy->id); });
}

Outcome<Done> Namesystem::UnsetStoragePolicy(const OpContext& context, const std::string& path) {
  return RunExclusive<Done>(
      state_, context, Category::kWrite, {.command = "unsetStoragePolicy", .source = path},
      [&](Mutation& m) { return DoSetStoragePolicy(m, path, "unset", kPolicyUnspecified); });
}

}  // namespace cairn::namenode
