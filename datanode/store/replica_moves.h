// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/model/block.h"
#include "common/util/result.h"
#include "datanode/store/replica.h"

namespace cairn::datanode {

// The moves of a replica from state to state: the only functions that rename replica files.
//
// A move between directories links the meta file under its new name, renames the block file, and
// removes the meta file's old name. The rename is the move: a crash before it leaves the replica as
// it was and a meta file without a block in the other directory, a crash after it the same the
// other way round; loading removes such meta files. With `sync` both directories are made durable.
//
// The caller holds the block's lock.

Result<FinalizedReplica> Finalize(const RbwReplica& replica, bool sync);
Result<FinalizedReplica> Finalize(const RwrReplica& replica, bool sync);
Result<FinalizedReplica> Finalize(const TemporaryReplica& replica, bool sync);

// A replica with hard links elsewhere (a snapshot in `previous`) gets copies of its own first.
Result<RbwReplica> ReopenForAppend(const FinalizedReplica& replica,
                                   GenerationStamp new_generation_stamp);
Result<RbwReplica> ConvertToRbw(const TemporaryReplica& replica);

// Renames the meta file only. No-op when the replica has the stamp already; kInternal when it has a
// later one.
template <ReplicaState kState>
Result<ReplicaIn<kState>> BumpGenerationStamp(const ReplicaIn<kState>& replica,
                                              GenerationStamp new_generation_stamp);

// Removes both files; those that are not there are no error. Returns the bytes that became free.
Result<uint64_t> RemoveReplicaFiles(io::Disk& disk, const std::string& block_path,
                                    const std::string& meta_path);

// Replaces a file that has other hard links by a copy with the same bytes.
Status BreakHardLinks(io::Disk& disk, const std::string& path);

}  // namespace cairn::datanode
