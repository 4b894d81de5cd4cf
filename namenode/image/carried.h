// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "common/model/ids.h"
#include "namenode/tree/inode.h"

namespace cairn::namenode {

// What an image holds that this namenode does not act on, kept as it was read so that the next
// image has it again.
//
// Sections for tokens, cache pools and erasure coding policies are kept as bytes.
//
// Snapshots: the snapshots, their differences and references are kept as bytes too; they name
// inodes by id and strings by number, so the string table is kept with its numbers, and inodes
// that only a snapshot still shows stay in the tree, detached (`snapshot_only`). What must not
// change under them is marked by an opaque feature on the inode:
//
//   kSnapshottable   a directory that may have snapshots; has none, or has kHasSnapshots as well
//   kHasSnapshots    a directory with at least one snapshot
//   kHasDiffs        a file or directory with recorded differences
//   kReference       an inode that was renamed out of a snapshot; value: the reference's number
//   kReferences      a directory's further references, one varint each
//
// A namesystem that knows nothing of snapshots must refuse to change an inode that has
// kHasSnapshots, kHasDiffs or kReference, or that is below one (ProtectedBySnapshot in
// snapshot_guard.h). kSnapshottable alone hinders nothing; the mark goes when the directory goes.
//
// A value.
struct CarriedSections {
  // The tables of the strings of users, groups and attributes, in this order, by number.
  struct StringTable {
    uint32_t mask_bits = 0;
    std::map<uint32_t, std::string> strings;  // With the mask in the number, as stored.
  };

  std::string erasure_coding;
  std::string secret_manager;
  std::string cache_manager;
  uint64_t rolling_upgrade_start_ms = 0;  // 0: none.

  uint32_t snapshot_counter = 0;
  uint32_t snapshot_count = 0;
  std::string snapshots;       // The messages behind the section's first one.
  std::string snapshot_diffs;  // The whole section.
  std::string references;      // The whole section.
  StringTable strings;         // Empty unless there are snapshots.
  std::vector<InodeHandle> snapshot_only;  // Roots of detached subtrees.
};

inline constexpr char kSnapshottable[] = "snapshottable";
inline constexpr char kHasSnapshots[] = "snapshots";
inline constexpr char kHasDiffs[] = "diffs";
inline constexpr char kReference[] = "reference";
inline constexpr char kReferences[] = "references";

}  // namespace cairn::namenode
