// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/host_lists.h"

#include <sstream>

namespace cairn::namenode {
namespace {

std::set<std::string> Words(std::string_view text) {
  std::set<std::string> words;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream rest(line.substr(0, line.find('#')));
    for (std::string word; rest >> word;) words.insert(word);
  }
  return words;
}

bool Names(const std::set<std::string>& hosts, const DatanodeId& node) {
  const std::string port = ":" + std::to_string(node.transfer_port);
  for (const std::string& name : {node.ip, node.host_name}) {
    if (hosts.contains(name) || hosts.contains(name + port)) return true;
  }
  return false;
}

}  // namespace

HostLists::HostLists(std::string_view included, std::string_view excluded)
    : included_(Words(included)), excluded_(Words(excluded)) {}

bool HostLists::IsIncluded(const DatanodeId& node) const {
  return included_.empty() || Names(included_, node);
}

bool HostLists::IsExcluded(const DatanodeId& node) const { return Names(excluded_, node); }

}  // namespace cairn::namenode
