// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "namenode/blocks/types.h"

namespace cairn::namenode {

// A rack, numbered in the order in which racks were first seen.
using RackIndex = StrongId<struct RackIndexTag, uint32_t>;

// Which datanodes that are in service stand in which rack.
//
// Not thread-safe: guarded by the namesystem lock.
class Topology {
 public:
  // The number of the rack with this name; a new one when it was never seen.
  RackIndex Intern(const std::string& name);
  // Never seen: false.
  bool Find(const std::string& name, RackIndex* rack) const;
  const std::string& Name(RackIndex rack) const { return racks_[rack.value].name; }

  void Add(DatanodeIndex node, RackIndex rack);
  void Remove(DatanodeIndex node, RackIndex rack);

  // Racks with at least one node.
  uint32_t RackCount() const { return used_racks_; }
  uint32_t NodeCount() const { return static_cast<uint32_t>(nodes_.size()); }
  // Whether there ever was more than one rack: only then does spreading over racks matter.
  bool EverHadTwoRacks() const { return ever_two_; }

  const std::vector<DatanodeIndex>& NodesOf(RackIndex rack) const {
    return racks_[rack.value].nodes;
  }
  const std::vector<DatanodeIndex>& AllNodes() const { return nodes_; }

  // 0: same rack; 1: same parent ("/dc" of "/dc/rack"); 2: else.
  int RackDistance(RackIndex a, RackIndex b) const;

 private:
  struct Rack {
    std::string name;
    std::vector<DatanodeIndex> nodes;
  };

  std::vector<Rack> racks_;
  std::vector<DatanodeIndex> nodes_;  // Of all racks.
  std::unordered_map<std::string, RackIndex> by_name_;
  uint32_t used_racks_ = 0;
  bool ever_two_ = false;
};

}  // namespace cairn::namenode
