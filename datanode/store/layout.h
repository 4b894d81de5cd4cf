// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/io/disk.h"
#include "common/model/block.h"
#include "common/model/namespace_info.h"
#include "common/util/result.h"

namespace cairn::datanode {

// A data directory of layout -57:
//
//   in_use.lock
//   current/VERSION
//   current/<pool>/scanner.cursor
//   current/<pool>/tmp/                           temporary replicas; emptied at start
//   current/<pool>/current/VERSION
//   current/<pool>/current/rbw/                   replicas being written
//   current/<pool>/current/finalized/subdirI/subdirJ/
//
// A replica is "blk_<id>" and "blk_<id>_<generation stamp>.meta" in one directory; I and J are bits
// 16-20 and 8-12 of the id.

// current/VERSION of a data directory.
struct StorageVersion {
  std::string storage_id;     // "DS-<uuid>"
  std::string cluster_id;
  int64_t ctime_ms = 0;       // Always 0 at this level.
  std::string datanode_uuid;
  int32_t layout_version = kDatanodeLayoutVersion;

  bool operator==(const StorageVersion&) const = default;
};

// current/<pool>/current/VERSION.
struct PoolVersion {
  uint32_t namespace_id = 0;
  std::string pool_id;
  int64_t ctime_ms = 0;
  int32_t layout_version = kDatanodeLayoutVersion;

  bool operator==(const PoolVersion&) const = default;
};

// kNotFound when there is no file; kIncorrectVersion for another layout.
Result<StorageVersion> ReadStorageVersion(io::Disk& disk, const std::string& root);
Status WriteStorageVersion(io::Disk& disk, const std::string& root, const StorageVersion& version,
                           int64_t wall_ms);
Result<PoolVersion> ReadPoolVersion(io::Disk& disk, const std::string& root,
                                    const std::string& pool_id);
Status WritePoolVersion(io::Disk& disk, const std::string& root, const PoolVersion& version,
                        int64_t wall_ms);

// kInvalidArgument unless `pool_id` is safe as a directory's name.
Status CheckPoolId(const std::string& pool_id);
// The pools that a data directory has, by its directories "BP-…".
Result<std::vector<std::string>> ListPools(io::Disk& disk, const std::string& root);

// Fails with kIncorrectVersion, naming both sides, when a directory does not belong to the
// namenode's cluster or namespace, or is of another creation time.
Status CheckStorage(const StorageVersion& version, const NamespaceInfo& ns,
                    const std::string& root);
Status CheckPool(const PoolVersion& version, const NamespaceInfo& ns, const std::string& root);

// The directories of one pool on one volume.
struct PoolDirectories {
  std::string pool;       // current/<pool>
  std::string tmp;
  std::string rbw;
  std::string finalized;

  static PoolDirectories Of(const std::string& root, const std::string& pool_id);
  // Where the files of a finalized replica are.
  std::string FinalizedDirectory(BlockId id) const;
};

// Where Apache looks for the restart marker of an rbw replica: the colon between the directory's
// and the file's name puts it beside the directory.
std::string RestartMarkerPath(const PoolDirectories& dirs, BlockId id);

std::string BlockFileName(BlockId id);
std::string MetaFileName(BlockId id, GenerationStamp generation_stamp);

// A name in a replica directory, taken apart.
struct ReplicaFileName {
  BlockId id;
  std::optional<GenerationStamp> generation_stamp;  // Of a meta file only.
};
std::optional<ReplicaFileName> ParseReplicaFileName(std::string_view name);

// "DS-<uuid>" and "<uuid>", random.
std::string NewStorageId();
std::string NewUuid();

// A value of dfs.datanode.data.dir: "[SSD]file:///data/1", "/data/2".
struct DataDirectory {
  StorageType type = StorageType::kDisk;
  std::string root;

  bool operator==(const DataDirectory&) const = default;
};
// kInvalidArgument for an unknown type or a scheme other than "file".
Result<DataDirectory> ParseDataDirectory(std::string_view text);

}  // namespace cairn::datanode
