// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/io/disk.h"
#include "common/model/block.h"
#include "common/util/result.h"

namespace cairn::datanode {

// The open block and meta file of one replica.
struct ReplicaFiles {
  std::unique_ptr<io::File> data;
  std::unique_ptr<io::File> meta;
  ChecksumSpec checksum;
};

// Makes both files, the meta file with its header. Neither may exist; none is left on a failure.
Result<ReplicaFiles> CreateReplicaFiles(io::Disk& disk, const std::string& block_path,
                                        const std::string& meta_path,
                                        const ChecksumSpec& checksum);
Result<ReplicaFiles> OpenReplicaFiles(io::Disk& disk, const std::string& block_path,
                                      const std::string& meta_path, io::OpenMode mode);

// The stored checksum of the last chunk of `length` bytes, big-endian; empty when that chunk is
// whole or there are no checksums. kCorrupt when the meta file is too short.
Result<std::string> ReadLastChecksum(const ReplicaFiles& files, uint64_t length);

// Cuts a replica of `length` bytes to `new_length`, the meta file too. A last chunk that becomes
// partial gets a checksum of what is left of it, once the chunk as it was matches its own: bytes
// that have gone bad must not get a new, good checksum (kChecksum). Both files are synced.
Status TruncateReplica(const ReplicaFiles& files, uint64_t length, uint64_t new_length,
                       const std::string& what);

// How many bytes of a replica, which a crash may have left in any state, match their checksums, as
// far as its last chunk tells; cuts both files to that. Of a last chunk that does not match, the
// longest part that does is kept: data is written before its checksum, so the checksum on disk is
// that of an earlier, shorter chunk.
Result<uint64_t> RepairTail(const ReplicaFiles& files);

}  // namespace cairn::datanode
