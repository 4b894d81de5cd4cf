// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "namenode/blocks/datanode_manager.h"

namespace cairn::namenode {

// The hosts of dfs.hosts and dfs.hosts.exclude, as words between white space; `#` starts a comment.
// A word is an address or a host name as datanodes register it, with ":port" for one of several
// datanodes on it. No included host: everybody may register.
//
// Immutable.
class HostLists final : public HostFilter {
 public:
  HostLists(std::string_view included, std::string_view excluded);

  bool IsIncluded(const DatanodeId& node) const override;
  bool IsExcluded(const DatanodeId& node) const override;

 private:
  const std::set<std::string> included_;
  const std::set<std::string> excluded_;
};

}  // namespace cairn::namenode
