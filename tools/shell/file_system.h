// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/permission.h"
#include "libclient/dfs.h"

namespace cairn::shell {

// Bytes of a file, read from front to back.
//
// Not thread-safe.
class Source {
 public:
  virtual ~Source() = default;
  // At least one byte and at most `n`; 0 at the end.
  virtual Result<size_t> Read(void* buffer, size_t n) = 0;
  virtual Status Seek(uint64_t position) = 0;
};

// A file being written. Without Close it is not complete.
//
// Not thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Status Write(const void* data, size_t n) = 0;
  virtual Status Close() = 0;
};

struct SinkOptions {
  bool overwrite = true;
  bool lazy_persist = false;    // One replica, in memory first.
  bool write_checksums = true;  // Local files only: keep checksums beside the file.
};

struct Capacity {
  int64_t capacity = 0;
  int64_t used = 0;
  int64_t remaining = 0;
};

// What the shell needs of a file system; paths are absolute and normalized. A missing file is
// kNotFound.
//
// Thread-safe.
class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // "hdfs" and "hdfs://host:port"; "file" and "file:///".
  virtual const std::string& scheme() const = 0;
  virtual const std::string& uri() const = 0;
  // `path` with the file system in front: "hdfs://host:port/a", "file:/a".
  virtual std::string Qualify(const std::string& path) const = 0;
  // What relative paths start from, and where the user's trash is.
  virtual const std::string& working_directory() const = 0;
  virtual std::string home() const = 0;
  // The client behind it; none for local files.
  virtual client::Client* hdfs() = 0;

  virtual Result<FileStatus> GetFileStatus(const std::string& path) = 0;
  // The entries of a directory in the file system's own order; a file lists itself.
  virtual Result<std::unique_ptr<client::DirectoryIterator>> List(const std::string& path) = 0;
  virtual Result<std::unique_ptr<Source>> Open(const std::string& path, bool verify_checksums) = 0;
  virtual Result<std::unique_ptr<Sink>> Create(const std::string& path,
                                               const SinkOptions& options) = 0;
  virtual Result<std::unique_ptr<Sink>> Append(const std::string& path, bool new_block) = 0;

  // With all parents. `mode` is before the umask.
  virtual Result<bool> Mkdirs(const std::string& path, uint16_t mode) = 0;
  virtual Result<bool> Delete(const std::string& path, bool recursive) = 0;
  virtual Result<bool> Rename(const std::string& from, const std::string& to) = 0;
  // Rename of a thing that is thrown away; `to` must not exist.
  virtual Status RenameToTrash(const std::string& from, const std::string& to) = 0;
  virtual Status SetPermission(const std::string& path, uint16_t mode) = 0;
  virtual Status SetOwner(const std::string& path, const std::string& user,
                          const std::string& group) = 0;
  virtual Status SetTimes(const std::string& path, int64_t modification_ms, int64_t access_ms) = 0;
  virtual Result<bool> SetReplication(const std::string& path, uint32_t replication) = 0;
  virtual Result<bool> Truncate(const std::string& path, uint64_t length) = 0;
  virtual Status CheckAccess(const std::string& path, Access access) = 0;

  virtual Result<ContentSummary> GetContentSummary(const std::string& path) = 0;
  // Of the disk below `path`, or of the whole cluster.
  virtual Result<Capacity> GetCapacity(const std::string& path) = 0;
  // Minutes that deleted files stay in the trash by the server's word; 0: the server has none.
  virtual Result<int64_t> TrashMinutes() = 0;
};

// Whether there is something at `path`.
Result<bool> Exists(FileSystem& fs, const std::string& path);

// All entries of a directory.
Result<std::vector<FileStatus>> ListAll(FileSystem& fs, const std::string& path);

}  // namespace cairn::shell
