// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/requests.h"

// What mkdirs and create share: parents, limits, quota and permissions of what is new.
namespace cairn::namenode {

// Owner, group, mode and ACL of a new child of `parent`, as an edit record has them.
struct NewEntry {
  PermissionStatus permission;
  std::vector<AclEntry> acl;  // Whole, or empty.
};
NewEntry MakeNewEntry(const Operation& op, InodeHandle parent, const ClientMode& mode,
                      bool is_directory);

// kNotFound or kParentNotDirectory when the parent must be there and is not.
Status CheckParentExists(const NamesystemState& state, const ResolvedPath& where);

// Whether `name` can come into being in `parent`: limits of names, quota.
Status CheckNewName(const NamesystemState& state, InodeHandle parent, std::string_view name);

// Makes the directories above the last component, with `mode` and what their owner needs to pass.
// The result is `where` as it resolves then. As in Apache, those that could be made stay when
// something below them cannot.
Result<ResolvedPath> MakeParents(Mutation& m, ResolvedPath where, const ClientMode& mode);

// The mode of parents that a create makes: that of the deepest directory that exists.
ClientMode ModeOfDeepest(const NamesystemState& state, const ResolvedPath& where);

}  // namespace cairn::namenode
