// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/acl_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace cairn::namenode {
namespace {

using Entries = std::vector<AclEntry>;
constexpr std::array kScopes = {AclScope::kAccess, AclScope::kDefault};
// The entries that a scope must have.
constexpr std::array kBaseTypes = {AclType::kUser, AclType::kGroup, AclType::kOther};

Status Invalid(const std::string& why) { return Status(Code::kAcl, "Invalid " + why); }

bool Before(const AclEntry& a, const AclEntry& b) {
  return std::tie(a.scope, a.type, a.name) < std::tie(b.scope, b.type, b.name);
}

void Sort(Entries* entries) { std::stable_sort(entries->begin(), entries->end(), Before); }

// The entry of a sorted list with the key's scope, type and name. Where a client sent several, it
// is the one that Java's binary search comes to.
const AclEntry* Find(const Entries& sorted, const AclEntry& key) {
  for (size_t begin = 0, end = sorted.size(); begin < end;) {
    const size_t middle = (begin + end - 1) / 2;
    if (Before(sorted[middle], key)) {
      begin = middle + 1;
    } else if (Before(key, sorted[middle])) {
      end = middle;
    } else {
      return &sorted[middle];
    }
  }
  return nullptr;
}

const AclEntry* FindBase(const Entries& sorted, AclScope scope, AclType type) {
  return Find(sorted, {.scope = scope, .type = type, .permission = 0, .name = {}});
}

bool Has(const Entries& entries, AclScope scope) {
  return std::any_of(entries.begin(), entries.end(),
                     [scope](const AclEntry& entry) { return entry.scope == scope; });
}

Status CheckCounts(const Entries& entries) {
  for (const AclScope scope : kScopes) {
    const auto count = static_cast<size_t>(
        std::count_if(entries.begin(), entries.end(),
                      [scope](const AclEntry& entry) { return entry.scope == scope; }));
    if (count <= kAclEntriesMax) continue;
    return Invalid("ACL: ACL has " + std::to_string(count) +
                   (scope == AclScope::kAccess ? " access" : " default") +
                   " entries, which exceeds maximum of " + std::to_string(kAclEntriesMax) + ".");
  }
  return Status();
}

Status SortAndCheckSpec(Entries* spec) {
  for (const AclEntry& entry : *spec) {
    if (entry.name.size() <= kAclNameBytesMax) continue;
    return Invalid("ACL: a name of " + std::to_string(entry.name.size()) +
                   " bytes exceeds maximum of " + std::to_string(kAclNameBytesMax) + ".");
  }
  Sort(spec);
  return CheckCounts(*spec);
}

// Sorts a new list and checks that it is whole and has nothing twice.
Result<Entries> Validate(Entries entries) {
  Sort(&entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    const AclEntry& entry = entries[i];
    if (i > 0 && !Before(entries[i - 1], entry)) {
      return Invalid("ACL: multiple entries with same scope, type and name.");
    }
    if (!entry.name.empty() && (entry.type == AclType::kMask || entry.type == AclType::kOther)) {
      return Invalid("ACL: this entry type must not have a name: " + ToString(entry) + ".");
    }
  }
  CAIRN_TRY(CheckCounts(entries));
  const bool has_defaults = Has(entries, AclScope::kDefault);
  for (const AclType type : kBaseTypes) {
    if (FindBase(entries, AclScope::kAccess, type) == nullptr) {
      return Invalid("ACL: the user, group and other entries are required.");
    }
    if (has_defaults && FindBase(entries, AclScope::kDefault, type) == nullptr) {
      return Invalid("default ACL: the user, group and other entries are required.");
    }
  }
  return entries;
}

// A list in the making. Masks are held apart: whether one is kept or computed anew depends on what
// else changed in its scope.
class AclBuilder {
 public:
  // An entry that stays as it was.
  void Keep(const AclEntry& entry) {
    if (entry.type == AclType::kMask) {
      Of(entry).mask = entry;
    } else {
      entries_.push_back(entry);
    }
  }

  // An entry of the client's.
  void Put(const AclEntry& entry) {
    Drop(entry);
    Keep(entry);
  }

  // An entry that goes.
  void Drop(const AclEntry& entry) {
    Of(entry).changed = true;
    if (entry.type == AclType::kMask) Of(entry).mask_changed = true;
  }

  bool Changes(AclScope scope) const { return scopes_[static_cast<size_t>(scope)].changed; }

  Result<Entries> Finish() {
    Sort(&entries_);
    CopyMissingDefaults();
    for (const AclScope scope : kScopes) CAIRN_TRY(AddMask(scope));
    return Validate(std::move(entries_));
  }

 private:
  struct Scope {
    std::optional<AclEntry> mask;
    bool changed = false;
    bool mask_changed = false;
  };

  Scope& Of(const AclEntry& entry) { return scopes_[static_cast<size_t>(entry.scope)]; }

  // Default entries come with an owner, a group and others: those of the access list, if need be.
  void CopyMissingDefaults() {
    if (!Has(entries_, AclScope::kDefault)) return;
    Entries copied;
    for (const AclType type : kBaseTypes) {
      if (FindBase(entries_, AclScope::kDefault, type) != nullptr) continue;
      const AclEntry* access = FindBase(entries_, AclScope::kAccess, type);
      if (access == nullptr) continue;
      copied.push_back({AclScope::kDefault, type, access->permission, {}});
    }
    entries_.insert(entries_.end(), copied.begin(), copied.end());
  }

  Status AddMask(AclScope which) {
    if (!Has(entries_, which)) return Status();
    const Scope& scope = scopes_[static_cast<size_t>(which)];
    bool needed = false;
    uint8_t all = 0;
    for (const AclEntry& entry : entries_) {
      if (entry.scope != which) continue;
      if (!entry.name.empty()) needed = true;
      if (!entry.name.empty() || entry.type == AclType::kGroup) all |= entry.permission;
    }
    if (!scope.mask && needed && scope.mask_changed) {
      return Invalid("ACL: mask is required and cannot be deleted.");
    }
    if (scope.mask && (!scope.changed || scope.mask_changed)) {
      entries_.push_back(*scope.mask);
    } else if (needed || scope.mask) {
      entries_.push_back({which, AclType::kMask, all, {}});
    }
    return Status();
  }

  Entries entries_;
  std::array<Scope, kScopes.size()> scopes_;
};

}  // namespace

Result<Entries> MergeAcl(const Entries& existing, Entries spec) {
  CAIRN_TRY(SortAndCheckSpec(&spec));
  AclBuilder builder;
  Entries found;
  for (const AclEntry& entry : existing) {
    if (const AclEntry* change = Find(spec, entry)) {
      found.push_back(*change);
      builder.Put(*change);
    } else {
      builder.Keep(entry);
    }
  }
  for (const AclEntry& entry : spec) {
    if (Find(found, entry) == nullptr) builder.Put(entry);
  }
  return builder.Finish();
}

Result<Entries> RemoveFromAcl(const Entries& existing, Entries spec) {
  CAIRN_TRY(SortAndCheckSpec(&spec));
  AclBuilder builder;
  for (const AclEntry& entry : existing) {
    if (Find(spec, entry) != nullptr) {
      builder.Drop(entry);
    } else {
      builder.Keep(entry);
    }
  }
  return builder.Finish();
}

Result<Entries> RemoveDefaults(const Entries& existing) {
  Entries kept = existing;
  std::erase_if(kept, [](const AclEntry& entry) { return entry.scope == AclScope::kDefault; });
  return Validate(std::move(kept));
}

Result<Entries> ReplaceAcl(const Entries& existing, Entries spec) {
  CAIRN_TRY(SortAndCheckSpec(&spec));
  AclBuilder builder;
  for (const AclEntry& entry : spec) builder.Put(entry);
  for (const AclEntry& entry : existing) {
    if (!builder.Changes(entry.scope)) builder.Keep(entry);
  }
  return builder.Finish();
}

}  // namespace cairn::namenode
