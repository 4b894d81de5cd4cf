// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/model/xattr.h"

// How a list of extended attributes changes; its order is what clients and images show, so it is
// Apache's. All functions are thread-safe.
namespace cairn::namenode {

// In the namespace "security": even superusers must not read a file that has it.
inline constexpr char kUnreadableBySuperuserXattr[] = "hdfs.unreadable.by.superuser";

bool SameXattr(const Xattr& a, const Xattr& b);  // Values do not matter.
// The attribute of that name; null when there is none.
const Xattr* FindXattr(const std::vector<Xattr>& xattrs, const Xattr& name);

// What was set comes first, then what else was there.
std::vector<Xattr> WithXattrs(const std::vector<Xattr>& existing, const std::vector<Xattr>& set);
std::vector<Xattr> WithoutXattrs(const std::vector<Xattr>& existing,
                                 const std::vector<Xattr>& removed);

}  // namespace cairn::namenode
