// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/model/ids.h"
#include "common/model/located_block.h"

namespace cairn {

enum class FileType : uint8_t { kDirectory = 1, kFile = 2, kSymlink = 3 };

// What a client sees of a file or directory.
struct FileStatus {
  FileType type = FileType::kFile;
  std::string name;     // Local name in a listing; empty for the path that was asked for itself.
  uint64_t length = 0;  // Bytes.
  uint16_t mode = 0;    // The low twelve bits of a Unix mode; sticky is 01000.
  std::string owner;
  std::string group;
  uint64_t modification_time_ms = 0;  // Unix time.
  uint64_t access_time_ms = 0;
  uint32_t replication = 0;  // 0 for a directory.
  uint64_t block_size = 0;   // 0 for a directory.
  InodeId inode_id;
  int32_t children = -1;  // Entries of a directory; -1 when not known.
  uint8_t storage_policy = 0;  // 0: not specified here, nor by a parent.
  std::string symlink_target;
  bool has_acl = false;
  bool snapshot_enabled = false;
  std::optional<LocatedBlocks> locations;  // Only when asked for.
};

// One page of a directory's listing.
struct DirectoryListing {
  std::vector<FileStatus> entries;
  uint32_t remaining = 0;  // Entries after this page.
};

struct ContentSummary {
  uint64_t length = 0;
  uint64_t file_count = 0;
  uint64_t directory_count = 0;
  int64_t quota = -1;           // Names; -1 when there is none.
  int64_t space_quota = -1;     // Bytes; -1 when there is none.
  uint64_t space_consumed = 0;  // Bytes times replication.
  std::string erasure_coding_policy = "Replicated";
  // What of it only snapshots hold.
  uint64_t snapshot_length = 0;
  uint64_t snapshot_file_count = 0;
  uint64_t snapshot_directory_count = 0;
  uint64_t snapshot_space_consumed = 0;
};

// dfs.blocksize and friends, as the namenode tells them to clients.
struct ServerDefaults {
  uint64_t block_size = 128 << 20;
  uint32_t bytes_per_checksum = 512;
  uint32_t write_packet_size = 64 << 10;
  uint32_t replication = 3;
  uint32_t file_buffer_size = 4096;
  bool encrypt_data_transfer = false;
  uint64_t trash_interval_min = 0;
  ChecksumType checksum_type = ChecksumType::kCrc32c;
  std::string key_provider_uri;
  uint8_t default_storage_policy = 7;
};

// Capacity of the whole cluster. Sizes in bytes.
struct FsStats {
  uint64_t capacity = 0;
  uint64_t used = 0;
  uint64_t remaining = 0;
  uint64_t under_replicated = 0;
  uint64_t corrupt_blocks = 0;
  uint64_t missing_blocks = 0;
  uint64_t missing_replication_one_blocks = 0;
  uint64_t blocks_in_future_bytes = 0;
  uint64_t pending_deletion_blocks = 0;
};

}  // namespace cairn
