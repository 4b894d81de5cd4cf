// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/util/random.h"
#include "namenode/blocks/datanode_manager.h"
#include "namenode/blocks/options.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

// What is wanted of a placement.
struct PlacementRequest {
  uint32_t count = 0;                   // New replicas.
  DatanodeIndex writer = kNoDatanode;   // The writer's own datanode, or the source of a copy.
  std::string writer_rack;              // Used when `writer` is none; may be empty.
  std::vector<StorageIndex> existing;   // Replicas that are there already.
  std::vector<DatanodeIndex> excluded;
  std::vector<DatanodeIndex> favored;
  uint64_t block_size = 0;
  bool no_local_write = false;
  bool ignore_client_locality = false;
  std::vector<StorageType> types;      // One for each new replica.
  std::vector<StorageType> fallbacks;  // Used instead when a type has no room.
};

// Which of the replicas of a block is one too many.
struct ExcessRequest {
  std::vector<StorageIndex> candidates;  // Good replicas that may go.
  std::vector<StorageIndex> all;         // Good replicas, candidates among them.
  uint16_t replication = 0;              // How many are to stay.
  DatanodeIndex added = kNoDatanode;     // The datanode of the replica that came last.
  DatanodeIndex delete_hint = kNoDatanode;
  std::vector<StorageType> excess_types;  // Prefer to remove from one of these; empty: any.
};

// Decides where replicas go, and which one of too many leaves.
//
// Not thread-safe: guarded by the namesystem lock; Choose and Sort need a shared lock only.
class PlacementPolicy {
 public:
  virtual ~PlacementPolicy() = default;

  // At most `count` places, in pipeline order; fewer when there are no more good ones.
  virtual std::vector<StorageIndex> Choose(const PlacementRequest& request) const = 0;

  // Whether the replicas stand in enough racks for `replication`.
  virtual bool IsSpread(std::span<const StorageIndex> replicas, uint16_t replication) const = 0;

  // One of the candidates; kNoStorage when none may go.
  virtual StorageIndex ChooseExcess(const ExcessRequest& request) const = 0;
};

// Apache's default: the writer's node, a node of another rack, another node of that rack, then
// anywhere; at most (total - 1) / racks + 2 replicas in a rack.
class DefaultPlacement final : public PlacementPolicy {
 public:
  // All must outlive this object.
  DefaultPlacement(const DatanodeManager& datanodes, const Clock& clock, Random& random,
                   const BlockManagerOptions& options)
      : datanodes_(datanodes), clock_(clock), random_(random), options_(options) {}

  std::vector<StorageIndex> Choose(const PlacementRequest& request) const override;
  bool IsSpread(std::span<const StorageIndex> replicas, uint16_t replication) const override;
  StorageIndex ChooseExcess(const ExcessRequest& request) const override;

 private:
  struct Search;

  void ChooseFavored(Search& search) const;
  void ChooseInOrder(Search& search) const;
  bool ChooseLocal(Search& search) const;
  bool ChooseInRack(Search& search, RackIndex rack) const;
  bool ChooseOutsideRack(Search& search, RackIndex rack) const;
  bool ChooseAnywhere(Search& search) const;
  template <typename Wanted>
  bool ChooseFrom(Search& search, const std::vector<DatanodeIndex>& nodes, Wanted wanted) const;
  void Fill(Search& search) const;
  bool TryNode(Search& search, DatanodeIndex node) const;
  bool IsGood(const Search& search, DatanodeIndex node) const;
  StorageIndex PickVolume(const Search& search, DatanodeIndex node, StorageType type) const;
  void OrderPipeline(const Search& search, std::vector<StorageIndex>& places) const;
  RackIndex RackOf(StorageIndex storage) const { return datanodes_.NodeOf(storage).rack; }
  bool IsHintGood(const ExcessRequest& request, StorageIndex hint) const;

  const DatanodeManager& datanodes_;
  const Clock& clock_;
  Random& random_;
  const BlockManagerOptions& options_;
};

// Orders the places of a block for a reader: its own host, its rack, elsewhere; shuffled among
// equals; stale datanodes (when so configured), then those out of service, last.
void SortForReader(const DatanodeManager& datanodes, const BlockManagerOptions& options,
                   const std::string& reader_host, Random& random,
                   std::vector<StorageIndex>& places);

}  // namespace cairn::namenode
