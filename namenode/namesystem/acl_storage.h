// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "common/model/acl.h"

namespace cairn::namenode {

// Apache's two forms of an access control list. In edit records it is whole ("logical"): owner,
// named entries, group, mask and others, then the default entries. In an inode it is split: the
// mode holds what it can (the mask in place of the group), a list holds the rest.
struct SplitAcl {
  uint16_t mode = 0;
  std::vector<AclEntry> entries;  // Empty: the mode says all.
};

// The whole list of an inode with that mode and those entries; `entries` may be null.
std::vector<AclEntry> LogicalAcl(uint16_t mode, const std::vector<AclEntry>* entries);

// Splits a whole list; bits of `mode` beyond rwx (sticky) are kept. A list without the three base
// entries is taken as entries alone.
SplitAcl SplitLogicalAcl(uint16_t mode, const std::vector<AclEntry>& logical);

// What a new child of a directory with default entries gets. `mode` is what the creator asked for,
// not masked. No value in `entries` when `parent_entries` has no default entries: then the masked
// mode counts.
bool InheritAcl(const std::vector<AclEntry>* parent_entries, bool is_directory, uint16_t mode,
                SplitAcl* child);

}  // namespace cairn::namenode
