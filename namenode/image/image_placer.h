// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/util/status.h"
#include "namenode/image/checkpoint.h"
#include "namenode/image/image_writer.h"
#include "namenode/journal/storage.h"

namespace cairn::namenode {

// Where the image of that transaction is written in each image directory.
std::vector<std::string> CheckpointPaths(const NameStorage& storage, TxId txid);

// Gives written images their .md5 files and final names. Directories that failed, now or while
// the image was written, are dropped from the storage; fails when none is left.
Status PlaceImages(NameStorage& storage, TxId txid, const WrittenImage& image);

}  // namespace cairn::namenode
