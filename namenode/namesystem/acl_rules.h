// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/model/acl.h"
#include "common/util/result.h"

// How a client's list of entries changes an access control list, by Apache's rules. `existing` is
// whole ("logical", see acl_storage.h) and sorted, and so are the results: by scope, type and name,
// with owner, group and others in each scope that has entries, and a mask where the scope has named
// entries. Failures are kAcl in Apache's words. All functions are thread-safe.
namespace cairn::namenode {

// Entries of one scope that a list may have.
inline constexpr size_t kAclEntriesMax = 32;
// Bytes of a user's or group's name. Apache has no limit of its own; here what a client says must
// fit into the records of the files that inherit it.
inline constexpr size_t kAclNameBytesMax = 16 << 10;

// modifyAclEntries: what `spec` names is put in the place of what is there, or added.
Result<std::vector<AclEntry>> MergeAcl(const std::vector<AclEntry>& existing,
                                       std::vector<AclEntry> spec);
// removeAclEntries: permissions in `spec` do not matter.
Result<std::vector<AclEntry>> RemoveFromAcl(const std::vector<AclEntry>& existing,
                                            std::vector<AclEntry> spec);
// removeDefaultAcl.
Result<std::vector<AclEntry>> RemoveDefaults(const std::vector<AclEntry>& existing);
// setAcl: scopes that `spec` does not name stay as they are.
Result<std::vector<AclEntry>> ReplaceAcl(const std::vector<AclEntry>& existing,
                                         std::vector<AclEntry> spec);

}  // namespace cairn::namenode
