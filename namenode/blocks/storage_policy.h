// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/model/block.h"

namespace cairn::namenode {

inline constexpr uint8_t kHotPolicyId = 7;

// Which kinds of volumes hold the replicas of a file. Apache's built-in suite; the ids are stored
// in inodes.
//
// Immutable.
struct BlockStoragePolicy {
  uint8_t id;
  std::string_view name;
  // One for each replica; the last one repeats.
  std::span<const StorageType> types;
  std::span<const StorageType> creation_fallbacks;
  std::span<const StorageType> replication_fallbacks;
  bool copy_on_create_file;

  // The kinds for `replication` replicas.
  std::vector<StorageType> ChooseTypes(uint16_t replication) const;
  // The kinds still wanted when replicas on `present` exist.
  std::vector<StorageType> MissingTypes(uint16_t replication,
                                        std::span<const StorageType> present) const;
};

// All policies, by descending id.
std::span<const BlockStoragePolicy> BlockStoragePolicies();

// The policy with this id; HOT for 0 and for an id that does not exist.
const BlockStoragePolicy& StoragePolicyById(uint8_t id);

// Null when there is none. Upper and lower case do not matter.
const BlockStoragePolicy* FindStoragePolicy(std::string_view name);

}  // namespace cairn::namenode
