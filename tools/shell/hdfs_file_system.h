// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "tools/shell/file_system.h"

namespace cairn::shell {

// HDFS through the client library.
//
// Thread-safe.
class HdfsFileSystem final : public FileSystem {
 public:
  explicit HdfsFileSystem(std::unique_ptr<client::Client> client);

  const std::string& scheme() const override { return scheme_; }
  const std::string& uri() const override { return client_->uri(); }
  std::string Qualify(const std::string& path) const override { return uri() + path; }
  const std::string& working_directory() const override { return home_; }
  std::string home() const override { return home_; }
  client::Client* hdfs() override { return client_.get(); }

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
  // A usage error for what Apache's client refuses before it asks a namenode.
  Status CheckName(const std::string& path) const;

  const std::string scheme_ = "hdfs";
  const std::unique_ptr<client::Client> client_;
  const std::string home_;
};

}  // namespace cairn::shell
