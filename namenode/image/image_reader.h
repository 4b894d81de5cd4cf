// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/io/disk.h"
#include "common/util/result.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/image/carried.h"
#include "namenode/image/namespace_ids.h"
#include "namenode/journal/storage.h"
#include "namenode/tree/lease_manager.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// What an image is loaded into: all of them as constructed. The reader calls neither
// BlockManager::FinishLoading nor RecountQuotas: edits come first.
struct ImageTarget {
  Tree& tree;
  BlockManager& blocks;
  LeaseManager& leases;  // Gets the writers of open files.
};

struct LoadedImage {
  TxId txid;
  int32_t layout_version = 0;
  uint32_t namespace_id = 0;
  NamespaceIds ids;
  CarriedSections carried;
  uint64_t inodes = 0;
};

// Fills `target` from an image in Apache's format. A failure says which section and inode, but not
// which file; then the target is in an undefined state, to be thrown away. kUnsupported for a
// compressed image whose codec is neither DefaultCodec nor GzipCodec; kIncorrectVersion for a
// layout that is not ours.
Result<LoadedImage> LoadImage(io::Disk& disk, const std::string& path, const ImageTarget& target);

// Compares a file with the `.md5` file beside it. kNotFound when that is missing, kChecksum when
// they differ.
Status VerifyImageMd5(io::Disk& disk, const std::string& image_path);

// The newest image of the plan of which a copy matches its checksum, with the segments to replay
// on it. Broken copies are logged. kCorrupt when none is left, or its segments are gone.
struct ChosenImage {
  std::string path;
  TxId txid;
  std::vector<Segment> segments;
};
Result<ChosenImage> ChooseImage(io::Disk& disk, const LoadPlan& plan);

}  // namespace cairn::namenode
