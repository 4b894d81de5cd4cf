// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/acl_storage.h"

#include <algorithm>
#include <iterator>

#include "common/model/permission.h"

namespace cairn::namenode {
namespace {

uint8_t UserBits(uint16_t mode) { return (mode >> 6) & 7; }
uint8_t GroupBits(uint16_t mode) { return (mode >> 3) & 7; }
uint8_t OtherBits(uint16_t mode) { return mode & 7; }

uint16_t WithBits(uint16_t mode, uint8_t user, uint8_t group, uint8_t other) {
  return static_cast<uint16_t>((mode & ~0777) | (user << 6) | (group << 3) | other);
}

std::vector<AclEntry> OfScope(const std::vector<AclEntry>& entries, AclScope scope) {
  std::vector<AclEntry> out;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(out),
               [scope](const AclEntry& entry) { return entry.scope == scope; });
  return out;
}

SplitAcl Split(uint16_t mode, const std::vector<AclEntry>& access,
               const std::vector<AclEntry>& defaults) {
  const size_t n = access.size();
  // Three entries are owner, group and others; more have a mask before the others, which stands
  // where the group's bits stand in a mode.
  SplitAcl split;
  split.mode = WithBits(mode, access.front().permission, access[n - 2].permission,
                        access.back().permission);
  if (n > 3) split.entries.assign(access.begin() + 1, access.end() - 2);
  split.entries.insert(split.entries.end(), defaults.begin(), defaults.end());
  return split;
}

}  // namespace

std::vector<AclEntry> LogicalAcl(uint16_t mode, const std::vector<AclEntry>* entries) {
  std::vector<AclEntry> access;
  std::vector<AclEntry> defaults;
  if (entries != nullptr) {
    access = OfScope(*entries, AclScope::kAccess);
    defaults = OfScope(*entries, AclScope::kDefault);
  }
  std::vector<AclEntry> logical;
  logical.push_back({.type = AclType::kUser, .permission = UserBits(mode)});
  if (access.empty()) {
    logical.push_back({.type = AclType::kGroup, .permission = GroupBits(mode)});
  } else {
    logical.insert(logical.end(), access.begin(), access.end());
    logical.push_back({.type = AclType::kMask, .permission = GroupBits(mode)});
  }
  logical.push_back({.type = AclType::kOther, .permission = OtherBits(mode)});
  logical.insert(logical.end(), defaults.begin(), defaults.end());
  return logical;
}

SplitAcl SplitLogicalAcl(uint16_t mode, const std::vector<AclEntry>& logical) {
  const std::vector<AclEntry> access = OfScope(logical, AclScope::kAccess);
  if (access.size() < 3) return {.mode = mode, .entries = logical};
  return Split(mode, access, OfScope(logical, AclScope::kDefault));
}

bool InheritAcl(const std::vector<AclEntry>* parent_entries, bool is_directory, uint16_t mode,
                SplitAcl* child) {
  if (parent_entries == nullptr) return false;
  const std::vector<AclEntry> defaults = OfScope(*parent_entries, AclScope::kDefault);
  if (defaults.size() < 3) return false;

  const bool minimal = defaults.size() == 3;
  std::vector<AclEntry> access;
  for (AclEntry entry : defaults) {
    entry.scope = AclScope::kAccess;
    if (entry.type == AclType::kUser && entry.name.empty()) {
      entry.permission &= UserBits(mode);
    } else if (entry.type == AclType::kMask || (entry.type == AclType::kGroup && minimal)) {
      entry.permission &= GroupBits(mode);
    } else if (entry.type == AclType::kOther) {
      entry.permission &= OtherBits(mode);
    }
    access.push_back(std::move(entry));
  }
  *child = Split(mode, access, is_directory ? defaults : std::vector<AclEntry>());
  return true;
}

}  // namespace cairn::namenode
