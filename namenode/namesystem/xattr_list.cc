// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/xattr_list.h"

#include <algorithm>
#include <iterator>

namespace cairn::namenode {

bool SameXattr(const Xattr& a, const Xattr& b) {
  return a.name_space == b.name_space && a.name == b.name;
}

const Xattr* FindXattr(const std::vector<Xattr>& xattrs, const Xattr& name) {
  const auto it = std::find_if(xattrs.begin(), xattrs.end(),
                               [&](const Xattr& xattr) { return SameXattr(xattr, name); });
  return it == xattrs.end() ? nullptr : &*it;
}

std::vector<Xattr> WithXattrs(const std::vector<Xattr>& existing, const std::vector<Xattr>& set) {
  std::vector<Xattr> all = set;
  const std::vector<Xattr> others = WithoutXattrs(existing, set);
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

std::vector<Xattr> WithoutXattrs(const std::vector<Xattr>& existing,
                                 const std::vector<Xattr>& removed) {
  std::vector<Xattr> kept;
  std::copy_if(existing.begin(), existing.end(), std::back_inserter(kept),
               [&](const Xattr& xattr) { return FindXattr(removed, xattr) == nullptr; });
  return kept;
}

}  // namespace cairn::namenode
