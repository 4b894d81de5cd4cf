// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "common/model/block.h"
#include "common/model/ids.h"
#include "common/util/result.h"
#include "namenode/image/carried.h"
#include "namenode/image/section_reader.h"

namespace cairn::namenode {

// What the sections of snapshots say that matters to somebody who only carries them.
struct SnapshotFacts {
  // A reference from a directory's children, or from a difference, to an inode.
  struct Reference {
    InodeId referred;
    bool with_name = false;  // Of a snapshot's view, under another name than the inode's.
  };
  // A block that only a snapshot's version of a file has.
  struct KeptBlock {
    InodeId owner;
    Block block;
    uint16_t replication = 0;
  };

  std::vector<Reference> references;        // By number.
  std::unordered_set<InodeId> snapshottable;
  std::unordered_set<InodeId> snapshotted;  // Have a snapshot.
  std::unordered_set<InodeId> with_diffs;
  std::vector<KeptBlock> kept_blocks;
  // The highest replication of a file in any snapshot: its blocks keep that many replicas.
  std::unordered_map<InodeId, uint16_t> replication;
};

// Reads the sections SNAPSHOT, SNAPSHOT_DIFF and INODE_REFERENCE into `carried`, as bytes, and
// learns the facts. Each may be missing (null).
Status ReadSnapshotSections(SectionReader* snapshots, SectionReader* diffs,
                            SectionReader* references, CarriedSections& carried,
                            SnapshotFacts& facts);

}  // namespace cairn::namenode
