// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/placement.h"

#include <algorithm>
#include <utility>

namespace cairn::namenode {
namespace {

// Random draws before all nodes are looked at in turn.
constexpr int kDrawsMax = 32;
// A datanode that missed this many heartbeats is the first to lose an excess replica.
constexpr int kMissedHeartbeats = 4;

bool Contains(const std::vector<DatanodeIndex>& nodes, DatanodeIndex node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

// The state of one choice.
struct DefaultPlacement::Search {
  const PlacementRequest& request;
  std::vector<DatanodeIndex> used;    // Excluded, holding a replica, or chosen.
  std::vector<StorageIndex> results;  // Existing replicas, then new ones.
  size_t wanted = 0;                  // Size that results should reach.
  std::vector<StorageType> types;     // Still to be found, one for each new replica.
  size_t per_rack_max = 0;
  double load_max = 0;  // Xceivers; 0: load does not matter.
  bool avoid_stale = false;

  bool Done() const { return results.size() >= wanted; }
};

std::vector<StorageIndex> DefaultPlacement::Choose(const PlacementRequest& request) const {
  const Topology& topology = datanodes_.topology();
  const size_t existing = request.existing.size();
  const size_t total = std::min<size_t>(existing + request.count, topology.NodeCount());
  if (total <= existing) return {};

  Search search{request, request.excluded, request.existing, total, request.types, total, 0, false};
  for (StorageIndex s : request.existing) search.used.push_back(datanodes_.storage(s).node);
  search.types.resize(request.count, StorageType::kDisk);
  if (const uint32_t racks = topology.RackCount(); racks > 1 && total > 1) {
    search.per_rack_max = (total - 1) / racks + 2;
    // All replicas in one rack would be no spread at all.
    if (search.per_rack_max == total) --search.per_rack_max;
  }
  if (options_.consider_load) {
    search.load_max = options_.consider_load_factor * datanodes_.InServiceXceiverAverage();
  }
  search.avoid_stale = datanodes_.AvoidStaleForWrite();

  const bool skip_writer = request.no_local_write && request.writer != kNoDatanode;
  if (skip_writer) search.used.push_back(request.writer);
  Fill(search);
  if (!search.Done() && skip_writer && !Contains(request.excluded, request.writer)) {
    std::erase(search.used, request.writer);
    Fill(search);
  }
  std::vector<StorageIndex> chosen(search.results.begin() + static_cast<ptrdiff_t>(existing),
                                   search.results.end());
  OrderPipeline(search, chosen);
  return chosen;
}

// Loosens one wish after the other until there are enough places.
void DefaultPlacement::Fill(Search& search) const {
  ChooseFavored(search);
  ChooseInOrder(search);
  if (search.Done()) return;
  if (search.avoid_stale) {
    search.avoid_stale = false;
    ChooseInOrder(search);
  }
  for (StorageType fallback : search.request.fallbacks) {
    if (search.Done()) return;
    std::fill(search.types.begin(), search.types.end(), fallback);
    ChooseInOrder(search);
  }
}

void DefaultPlacement::ChooseFavored(Search& search) const {
  for (DatanodeIndex node : search.request.favored) {
    if (search.Done()) return;
    TryNode(search, node);
  }
}

void DefaultPlacement::ChooseInOrder(Search& search) const {
  const auto& results = search.results;
  const bool is_new = search.request.existing.empty();
  if (!search.Done() && results.empty() && !ChooseLocal(search)) return;
  if (!search.Done() && results.size() == 1) {
    const RackIndex first = RackOf(results[0]);
    if (!ChooseOutsideRack(search, first) && !ChooseInRack(search, first)) return;
  }
  if (!search.Done() && results.size() == 2) {
    const RackIndex first = RackOf(results[0]);
    const RackIndex second = RackOf(results[1]);
    bool found = false;
    if (first == second) {
      found = ChooseOutsideRack(search, first);
    } else if (is_new || search.request.writer == kNoDatanode) {
      found = ChooseInRack(search, second);
    } else {
      found = ChooseInRack(search, datanodes_.node(search.request.writer).rack);
    }
    if (!found && !ChooseAnywhere(search)) return;
  }
  while (!search.Done() && ChooseAnywhere(search)) {
  }
}

bool DefaultPlacement::ChooseLocal(Search& search) const {
  const PlacementRequest& request = search.request;
  RackIndex rack{0};
  bool has_rack = false;
  if (request.writer != kNoDatanode && !request.ignore_client_locality) {
    if (options_.prefer_local_node && TryNode(search, request.writer)) return true;
    rack = datanodes_.node(request.writer).rack;
    has_rack = true;
  } else if (!request.ignore_client_locality && !request.writer_rack.empty()) {
    has_rack = datanodes_.topology().Find(request.writer_rack, &rack);
  }
  if (has_rack && ChooseInRack(search, rack)) return true;
  return ChooseAnywhere(search);
}

bool DefaultPlacement::ChooseInRack(Search& search, RackIndex rack) const {
  return ChooseFrom(search, datanodes_.topology().NodesOf(rack),
                    [](DatanodeIndex) { return true; });
}

bool DefaultPlacement::ChooseOutsideRack(Search& search, RackIndex rack) const {
  if (datanodes_.topology().RackCount() < 2) return false;
  return ChooseFrom(search, datanodes_.topology().AllNodes(),
                    [&](DatanodeIndex node) { return datanodes_.node(node).rack != rack; });
}

bool DefaultPlacement::ChooseAnywhere(Search& search) const {
  return ChooseFrom(search, datanodes_.topology().AllNodes(), [](DatanodeIndex) { return true; });
}

template <typename Wanted>
bool DefaultPlacement::ChooseFrom(Search& search, const std::vector<DatanodeIndex>& nodes,
                                  Wanted wanted) const {
  if (nodes.empty()) return false;
  for (int draw = 0; draw < kDrawsMax; ++draw) {
    const DatanodeIndex node = nodes[random_.Below(nodes.size())];
    if (wanted(node) && TryNode(search, node)) return true;
  }
  const size_t start = random_.Below(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const DatanodeIndex node = nodes[(start + i) % nodes.size()];
    if (wanted(node) && TryNode(search, node)) return true;
  }
  return false;
}

bool DefaultPlacement::TryNode(Search& search, DatanodeIndex node) const {
  if (Contains(search.used, node) || !IsGood(search, node)) return false;
  for (size_t i = 0; i < search.types.size(); ++i) {
    const StorageIndex volume = PickVolume(search, node, search.types[i]);
    if (volume == kNoStorage) continue;
    search.types.erase(search.types.begin() + static_cast<ptrdiff_t>(i));
    search.results.push_back(volume);
    search.used.push_back(node);
    return true;
  }
  return false;
}

bool DefaultPlacement::IsGood(const Search& search, DatanodeIndex node) const {
  const DatanodeEntry& entry = datanodes_.node(node);
  if (!entry.alive || !entry.InService()) return false;
  if (search.avoid_stale && datanodes_.IsStale(node)) return false;
  if (search.load_max > 0 && entry.info.xceiver_count > search.load_max) return false;
  const auto in_rack = std::count_if(search.results.begin(), search.results.end(),
                                     [&](StorageIndex s) { return RackOf(s) == entry.rack; });
  return static_cast<size_t>(in_rack) < search.per_rack_max;
}

StorageIndex DefaultPlacement::PickVolume(const Search& search, DatanodeIndex node,
                                          StorageType type) const {
  const DatanodeEntry& entry = datanodes_.node(node);
  const uint64_t needed = search.request.block_size;
  std::vector<StorageIndex> fitting;
  uint64_t remaining = 0;
  for (StorageIndex s : entry.storages) {
    const StorageEntry& volume = datanodes_.storage(s);
    if (volume.failed || volume.storage.type != type ||
        volume.storage.state != StorageState::kNormal || volume.remaining < needed) {
      continue;
    }
    fitting.push_back(s);
    remaining += volume.remaining;
  }
  if (fitting.empty()) return kNoStorage;
  // What is on its way already takes room that no heartbeat shows yet.
  if (remaining < needed + needed * entry.Scheduled()) return kNoStorage;
  return fitting[random_.Below(fitting.size())];
}

// Each datanode is followed by the nearest of those that are left.
void DefaultPlacement::OrderPipeline(const Search& search,
                                     std::vector<StorageIndex>& places) const {
  DatanodeIndex from = search.request.writer;
  for (size_t i = 0; i < places.size(); ++i) {
    if (from != kNoDatanode) {
      const auto distance = [&](StorageIndex s) {
        if (datanodes_.storage(s).node == from) return -1;
        return datanodes_.topology().RackDistance(datanodes_.node(from).rack, RackOf(s));
      };
      auto nearest = std::min_element(
          places.begin() + static_cast<ptrdiff_t>(i), places.end(),
          [&](StorageIndex a, StorageIndex b) { return distance(a) < distance(b); });
      std::swap(places[i], *nearest);
    }
    from = datanodes_.storage(places[i]).node;
  }
}

bool DefaultPlacement::IsSpread(std::span<const StorageIndex> replicas,
                                uint16_t replication) const {
  const Topology& topology = datanodes_.topology();
  if (!topology.EverHadTwoRacks()) return true;
  const uint32_t wanted = std::min<uint32_t>(std::min<uint32_t>(2, replication),
                                             std::max<uint32_t>(1, topology.RackCount()));
  std::vector<RackIndex> racks;
  for (StorageIndex s : replicas) {
    if (std::find(racks.begin(), racks.end(), RackOf(s)) == racks.end()) racks.push_back(RackOf(s));
  }
  return racks.size() >= wanted;
}

// A hint from a balancer is followed when the block stands in as many racks after it as before.
bool DefaultPlacement::IsHintGood(const ExcessRequest& request, StorageIndex hint) const {
  if (request.added == kNoDatanode) return false;
  const RackIndex rack = RackOf(hint);
  if (datanodes_.node(request.added).rack == rack) return true;
  const auto in_rack = std::count_if(request.all.begin(), request.all.end(),
                                     [&](StorageIndex s) { return RackOf(s) == rack; });
  return in_rack > 1;
}

StorageIndex DefaultPlacement::ChooseExcess(const ExcessRequest& request) const {
  std::vector<StorageIndex> candidates = request.candidates;
  if (!request.excess_types.empty()) {
    std::erase_if(candidates, [&](StorageIndex s) {
      const StorageType type = datanodes_.storage(s).storage.type;
      return std::find(request.excess_types.begin(), request.excess_types.end(), type) ==
             request.excess_types.end();
    });
    if (candidates.empty()) candidates = request.candidates;
  }
  for (StorageIndex s : candidates) {
    if (datanodes_.storage(s).node == request.delete_hint && IsHintGood(request, s)) return s;
  }
  // Racks with more than one replica give first.
  std::vector<StorageIndex> crowded;
  for (StorageIndex s : candidates) {
    const auto in_rack = std::count_if(request.all.begin(), request.all.end(),
                                       [&](StorageIndex o) { return RackOf(o) == RackOf(s); });
    if (in_rack > 1) crowded.push_back(s);
  }
  if (!crowded.empty()) candidates = crowded;

  auto oldest = clock_.Now() - options_.heartbeat_interval * kMissedHeartbeats;
  StorageIndex silent = kNoStorage;
  StorageIndex fullest = kNoStorage;
  for (StorageIndex s : candidates) {
    const DatanodeEntry& node = datanodes_.NodeOf(s);
    if (node.last_heartbeat < oldest) {
      oldest = node.last_heartbeat;
      silent = s;
    }
    if (fullest == kNoStorage || node.info.remaining < datanodes_.NodeOf(fullest).info.remaining) {
      fullest = s;
    }
  }
  return silent != kNoStorage ? silent : fullest;
}

void SortForReader(const DatanodeManager& datanodes, const BlockManagerOptions& options,
                   const std::string& reader_host, Random& random,
                   std::vector<StorageIndex>& places) {
  if (places.size() < 2) return;
  const DatanodeIndex reader = datanodes.FindByHost(reader_host);
  std::vector<std::pair<int, StorageIndex>> ranked;
  for (size_t i = places.size(); i > 1; --i) {
    std::swap(places[i - 1], places[random.Below(i)]);
  }
  for (StorageIndex s : places) {
    const DatanodeEntry& node = datanodes.NodeOf(s);
    int rank = 3;
    if (reader != kNoDatanode) {
      rank = datanodes.topology().RackDistance(datanodes.node(reader).rack, node.rack) + 1;
      // Several datanodes of one host are equally near.
      if (node.info.id.ip == datanodes.node(reader).info.id.ip) rank = 0;
    }
    if (options.avoid_stale_read && datanodes.IsStale(datanodes.storage(s).node)) rank += 10;
    if (!node.InService()) rank += 100;
    if (!node.alive) rank += 1000;
    ranked.emplace_back(rank, s);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < places.size(); ++i) places[i] = ranked[i].second;
}

}  // namespace cairn::namenode
