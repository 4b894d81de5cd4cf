// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/storage_policy.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace cairn::namenode {
namespace {

using enum StorageType;

constexpr StorageType kRamThenDisk[] = {kRamDisk, kDisk};
constexpr StorageType kOnlyDisk[] = {kDisk};
constexpr StorageType kOnlyNvdimm[] = {kNvdimm};
constexpr StorageType kOnlySsd[] = {kSsd};
constexpr StorageType kOnlyArchive[] = {kArchive};
constexpr StorageType kSsdThenDisk[] = {kSsd, kDisk};
constexpr StorageType kDiskThenArchive[] = {kDisk, kArchive};
constexpr StorageType kProvidedThenDisk[] = {kProvided, kDisk};

constexpr BlockStoragePolicy kPolicies[] = {
    {15, "LAZY_PERSIST", kRamThenDisk, kOnlyDisk, kOnlyDisk, true},
    {14, "ALL_NVDIMM", kOnlyNvdimm, kOnlyDisk, kOnlyDisk, false},
    {12, "ALL_SSD", kOnlySsd, kOnlyDisk, kOnlyDisk, false},
    {10, "ONE_SSD", kSsdThenDisk, kSsdThenDisk, kSsdThenDisk, false},
    {7, "HOT", kOnlyDisk, {}, kOnlyArchive, false},
    {5, "WARM", kDiskThenArchive, kDiskThenArchive, kDiskThenArchive, false},
    {2, "COLD", kOnlyArchive, {}, {}, false},
    {1, "PROVIDED", kProvidedThenDisk, kProvidedThenDisk, kProvidedThenDisk, false},
};
constexpr size_t kHotPlace = 4;
static_assert(kPolicies[kHotPlace].id == kHotPolicyId);

bool EqualIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::toupper(x) == std::toupper(y);
  });
}

}  // namespace

std::vector<StorageType> BlockStoragePolicy::ChooseTypes(uint16_t replication) const {
  std::vector<StorageType> result;
  for (size_t i = 0; i < replication; ++i) result.push_back(types[std::min(i, types.size() - 1)]);
  return result;
}

std::vector<StorageType> BlockStoragePolicy::MissingTypes(
    uint16_t replication, std::span<const StorageType> present) const {
  std::vector<StorageType> wanted = ChooseTypes(replication);
  size_t unmatched = 0;
  for (StorageType type : present) {
    if (auto it = std::find(wanted.begin(), wanted.end(), type); it != wanted.end()) {
      wanted.erase(it);
    } else {
      ++unmatched;
    }
  }
  // A replica of a kind that is not wanted stands in for one that is.
  wanted.resize(wanted.size() - std::min(unmatched, wanted.size()));
  return wanted;
}

std::span<const BlockStoragePolicy> BlockStoragePolicies() { return kPolicies; }

const BlockStoragePolicy& StoragePolicyById(uint8_t id) {
  for (const BlockStoragePolicy& policy : kPolicies) {
    if (policy.id == id) return policy;
  }
  return kPolicies[kHotPlace];
}

const BlockStoragePolicy* FindStoragePolicy(std::string_view name) {
  for (const BlockStoragePolicy& policy : kPolicies) {
    if (EqualIgnoringCase(policy.name, name)) return &policy;
  }
  return nullptr;
}

}  // namespace cairn::namenode
