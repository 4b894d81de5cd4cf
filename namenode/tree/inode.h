// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/block.h"
#include "common/model/ids.h"
#include "common/model/permission.h"
#include "common/util/strong_id.h"

// Plain structs of the namespace. All of them are values.
namespace cairn::namenode {

// Where an inode is in memory: valid from its creation until it is freed, then used again. Never
// stored, sent or kept between two sections of the namesystem lock; that is what InodeId is for.
using InodeHandle = StrongId<struct InodeHandleTag, uint32_t>;
inline constexpr InodeHandle kNoInode{UINT32_MAX};

// The storage policy and erasure coding policy that mean "none here".
inline constexpr uint8_t kPolicyUnspecified = 0;

// What every new inode has.
struct NewInode {
  InodeId id;
  std::string_view name;  // Empty for the root only.
  PermissionStatus permission;
  uint64_t modification_time_ms = 0;  // Unix time.
  uint64_t access_time_ms = 0;        // Always 0 for a directory, as in Apache's.
};

// How a file is stored.
struct FileLayout {
  uint16_t replication = 0;  // 0 when striped.
  uint64_t block_size = 0;   // Bytes.
  uint8_t storage_policy = kPolicyUnspecified;
  bool striped = false;
  uint8_t erasure_coding_policy = 0;  // Meaningful when striped.

  bool operator==(const FileLayout&) const = default;
};

// The writer of an open file.
struct UnderConstruction {
  std::string client_name;     // The lease's holder.
  std::string client_machine;

  bool operator==(const UnderConstruction&) const = default;
};

// Names and bytes (times replication), in all and for each storage type: of usage, or a change.
struct QuotaCounts {
  static constexpr size_t kTypes = static_cast<size_t>(StorageType::kNvdimm) + 1;

  int64_t names = 0;
  int64_t space = 0;
  std::array<int64_t, kTypes> by_type{};  // By the number of the StorageType.

  QuotaCounts& operator+=(const QuotaCounts& other);
  QuotaCounts operator-() const;
  bool operator==(const QuotaCounts&) const = default;
};

inline constexpr int64_t kNoQuota = -1;
// The root's quota of names as Apache stores it while none is set.
inline constexpr int64_t kRootNameQuota = INT64_MAX;

// Limits of a directory; kNoQuota where there is none.
struct QuotaLimits {
  int64_t names = kNoQuota;
  int64_t space = kNoQuota;
  std::array<int64_t, QuotaCounts::kTypes> by_type{kNoQuota, kNoQuota, kNoQuota, kNoQuota,
                                                   kNoQuota, kNoQuota, kNoQuota};

  bool any() const;
  bool any_type() const;
  bool operator==(const QuotaLimits&) const = default;
};

// Limits of a directory and what is used of them, itself included in the names.
struct DirectoryQuota {
  QuotaLimits limits;
  QuotaCounts usage;
};

// What an image says of an inode that we carry but do not act on: (kind, bytes), in order.
using OpaqueFeatures = std::vector<std::pair<std::string, std::string>>;

}  // namespace cairn::namenode
