// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/io/disk.h"
#include "common/model/datanode_info.h"
#include "common/util/result.h"
#include "datanode/store/layout.h"

namespace cairn::datanode {

// One data directory: its identity, its space and its health. It holds in_use.lock while alive.
//
// Thread-safe.
class Volume {
 public:
  struct Options {
    uint64_t reserved_bytes = 0;    // dfs.datanode.du.reserved.
    double reserved_fraction = 0;   // dfs.datanode.du.reserved.pct / 100; the larger one counts.
  };

  // Makes the directory when it is missing and locks it. `disk` must outlive the volume.
  // kAlreadyExists when another process uses the directory.
  static Result<std::unique_ptr<Volume>> Open(io::Disk& disk, const DataDirectory& directory,
                                              Options options);

  const std::string& root() const { return directory_.root; }
  StorageType type() const { return directory_.type; }
  io::Disk& disk() const { return disk_; }
  // "DS-…"; empty until the directory has been formatted.
  std::string storage_uuid() const;
  void set_storage_uuid(const std::string& uuid);
  DatanodeStorage storage() const;

  // Space, in bytes. `Available` is what new replicas may take.
  Result<uint64_t> Available() const;
  StorageReport Report(const std::string& pool_id) const;

  // Bytes on disk of a pool's files, meta files included.
  void AddUsed(const std::string& pool_id, int64_t bytes);
  uint64_t Used(const std::string& pool_id) const;
  uint64_t Used() const;
  // Space promised to replicas being written.
  void Reserve(int64_t bytes) { reserved_for_replicas_ += bytes; }

  // Reads, writes and lists in the directory; kDiskError when any of it fails.
  Status Check() const;
  // A failed volume takes no replicas and answers no reads; it never comes back by itself.
  void MarkFailed(const Status& why);
  bool failed() const { return failed_; }
  Status failure() const;

 private:
  Volume(io::Disk& disk, DataDirectory directory, Options options);
  uint64_t Reserved(uint64_t capacity) const;

  io::Disk& disk_;
  const DataDirectory directory_;
  const Options options_;
  std::unique_ptr<io::FileLock> lock_;
  mutable std::mutex check_mutex_;  // One check at a time: they share a file.
  std::atomic<int64_t> reserved_for_replicas_{0};
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  std::string storage_uuid_;
  Status failure_;
  std::map<std::string, int64_t> used_;  // By pool.
};

// Picks a volume for each new replica: in turn, among those of the type that have room.
//
// Thread-safe.
class VolumeChooser {
 public:
  // dfs.datanode.round-robin-volume-choosing-policy.additional-available-space.
  explicit VolumeChooser(uint64_t spare_bytes) : spare_bytes_(spare_bytes) {}

  // `storage_uuid`, when not empty and present, is preferred. kDiskOutOfSpace, with Apache's text,
  // when no volume has `bytes` and the spare.
  Result<Volume*> Choose(const std::vector<Volume*>& volumes, StorageType type,
                         const std::string& storage_uuid, uint64_t bytes);

 private:
  const uint64_t spare_bytes_;
  std::atomic<uint64_t> next_{0};
};

}  // namespace cairn::datanode
