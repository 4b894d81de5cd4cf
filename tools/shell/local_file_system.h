// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "tools/shell/file_system.h"

namespace cairn::shell {

// The machine's own files, as Apache's LocalFileSystem shows them: checksum files are hidden, and
// go with their files.
//
// Thread-safe.
class LocalFileSystem final : public FileSystem {
 public:
  // `umask`: of files that are created. `working_directory`: of the process.
  LocalFileSystem(uint16_t umask, std::string working_directory);

  const std::string& scheme() const override { return scheme_; }
  const std::string& uri() const override { return uri_; }
  std::string Qualify(const std::string& path) const override { return "file:" + path; }
  const std::string& working_directory() const override { return working_directory_; }
  std::string home() const override;
  client::Client* hdfs() override { return nullptr; }

  Result<FileStatus> GetFileStatus(const std::string& path) override;
  Result<std::unique_ptr<client::DirectoryIterator>> List(const std::string& path) override;
  Result<std::unique_ptr<Source>> Open(const std::string& path, bool verify_checksums) override;
  Result<std::unique_ptr<Sink>> Create(const std::string& path,
                                       const SinkOptions& options) override;
  Result<std::unique_ptr<Sink>> Append(const std::string& path, bool new_block) override;
  Result<bool> Mkdirs(const std::string& path, uint16_t mode) override;
  Result<bool> Delete(const std::string& path, bool recursive) override;
  Result<bool> Rename(const std::string& from, const std::string& to) override;
  Status RenameToTrash(const std::string& from, const std::string& to) override;
  Status SetPermission(const std::string& path, uint16_t mode) override;
  Status SetOwner(const std::string& path, const std::string& user,
                  const std::string& group) override;
  Status SetTimes(const std::string& path, int64_t modification_ms, int64_t access_ms) override;
  Result<bool> SetReplication(const std::string& path, uint32_t replication) override;
  Result<bool> Truncate(const std::string& path, uint64_t length) override;
  Status CheckAccess(const std::string& path, Access access) override;
  Result<ContentSummary> GetContentSummary(const std::string& path) override;
  Result<Capacity> GetCapacity(const std::string& path) override;
  Result<int64_t> TrashMinutes() override;

 private:
  std::string UserName(uint32_t uid);
  std::string GroupName(uint32_t gid);

  const std::string scheme_ = "file";
  const std::string uri_ = "file:///";
  const uint16_t umask_;
  const std::string working_directory_;
  std::mutex names_mutex_;  // Guards both maps.
  std::unordered_map<uint32_t, std::string> users_;
  std::unordered_map<uint32_t, std::string> groups_;
};

}  // namespace cairn::shell
