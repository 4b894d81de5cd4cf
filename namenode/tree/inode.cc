// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/inode.h"

#include <algorithm>

namespace cairn::namenode {

QuotaCounts& QuotaCounts::operator+=(const QuotaCounts& other) {
  names += other.names;
  space += other.space;
  for (size_t i = 0; i < kTypes; ++i) by_type[i] += other.by_type[i];
  return *this;
}

QuotaCounts QuotaCounts::operator-() const {
  QuotaCounts negated;
  negated.names = -names;
  negated.space = -space;
  for (size_t i = 0; i < kTypes; ++i) negated.by_type[i] = -by_type[i];
  return negated;
}

bool QuotaLimits::any() const { return names >= 0 || space >= 0 || any_type(); }

bool QuotaLimits::any_type() const {
  return std::any_of(by_type.begin(), by_type.end(), [](int64_t limit) { return limit >= 0; });
}

}  // namespace cairn::namenode
