// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/util/result.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {

// Formats or checks the volumes for the pool's namespace, and fills `pool` with the replicas that
// are there: finalized ones as they are; those that were being written as rwr, cut to what matches
// its checksum, or as rbw when a restart was announced; temporary ones are deleted. Moves that a
// crash left half done are finished or undone, and of a block that is there twice the better
// replica stays. One thread for each volume; a volume that fails is dropped.
Status LoadPool(StoreCore& core, Pool& pool);

// Whether any block file is in the pool's directories.
bool HasReplicaFiles(io::Disk& disk, const PoolDirectories& dirs);

}  // namespace cairn::datanode
