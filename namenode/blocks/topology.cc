// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/topology.h"

#include <algorithm>
#include <string_view>

namespace cairn::namenode {

RackIndex Topology::Intern(const std::string& name) {
  auto [it, is_new] = by_name_.emplace(name, RackIndex(static_cast<uint32_t>(racks_.size())));
  if (is_new) racks_.push_back({name, {}});
  return it->second;
}

bool Topology::Find(const std::string& name, RackIndex* rack) const {
  auto it = by_name_.find(name);
  if (it == by_name_.end()) return false;
  *rack = it->second;
  return true;
}

void Topology::Add(DatanodeIndex node, RackIndex rack) {
  std::vector<DatanodeIndex>& nodes = racks_[rack.value].nodes;
  if (nodes.empty() && ++used_racks_ >= 2) ever_two_ = true;
  nodes.push_back(node);
  nodes_.push_back(node);
}

void Topology::Remove(DatanodeIndex node, RackIndex rack) {
  std::vector<DatanodeIndex>& nodes = racks_[rack.value].nodes;
  auto it = std::find(nodes.begin(), nodes.end(), node);
  if (it == nodes.end()) return;
  nodes.erase(it);
  std::erase(nodes_, node);
  if (nodes.empty()) --used_racks_;
}

int Topology::RackDistance(RackIndex a, RackIndex b) const {
  if (a == b) return 0;
  const std::string_view first = Name(a);
  const std::string_view second = Name(b);
  const std::string_view parent = first.substr(0, first.rfind('/'));
  return parent == second.substr(0, second.rfind('/')) && !parent.empty() ? 1 : 2;
}

}  // namespace cairn::namenode
