// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/hdfs_file_system.h"

#include "common/util/path.h"
#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

class HdfsSource final : public Source {
 public:
  explicit HdfsSource(std::unique_ptr<client::InputStream> stream) : stream_(std::move(stream)) {}

  Result<size_t> Read(void* buffer, size_t n) override { return stream_->Read(buffer, n); }
  Status Seek(uint64_t position) override { return stream_->Seek(position); }

 private:
  const std::unique_ptr<client::InputStream> stream_;
};

class HdfsSink final : public Sink {
 public:
  explicit HdfsSink(std::unique_ptr<client::OutputStream> stream) : stream_(std::move(stream)) {}

  Status Write(const void* data, size_t n) override { return stream_->Write(data, n); }
  Status Close() override { return stream_->Close(); }

 private:
  const std::unique_ptr<client::OutputStream> stream_;
};

}  // namespace

HdfsFileSystem::HdfsFileSystem(std::unique_ptr<client::Client> client)
    : client_(std::move(client)), home_("/user/" + client_->user()) {}

Status HdfsFileSystem::CheckName(const std::string& path) const {
  if (path == "/" || IsValidPathName(path)) return Status();
  return UsageError("Pathname " + path + " from " + Qualify(path) +
                    " is not a valid DFS filename.");
}

Result<FileStatus> HdfsFileSystem::GetFileStatus(const std::string& path) {
  CAIRN_TRY(CheckName(path));
  return client_->GetFileInfo(path);
}

Result<std::unique_ptr<client::DirectoryIterator>> HdfsFileSystem::List(const std::string& path) {
  CAIRN_TRY(CheckName(path));
  return client_->ListDirectory(path);
}

Result<std::unique_ptr<Source>> HdfsFileSystem::Open(const std::string& path,
                                                     bool verify_checksums) {
  CAIRN_TRY(CheckName(path));
  CAIRN_ASSIGN(std::unique_ptr<client::InputStream> stream,
               client_->Open(path, {.verify_checksums = verify_checksums}));
  return std::unique_ptr<Source>(std::make_unique<HdfsSource>(std::move(stream)));
}

Result<std::unique_ptr<Sink>> HdfsFileSystem::Create(const std::string& path,
                                                     const SinkOptions& options) {
  CAIRN_TRY(CheckName(path));
  client::CreateOptions create;
  create.overwrite = options.overwrite;
  create.lazy_persist = options.lazy_persist;
  if (options.lazy_persist) create.replication = 1;
  CAIRN_ASSIGN(std::unique_ptr<client::OutputStream> stream, client_->Create(path, create));
  return std::unique_ptr<Sink>(std::make_unique<HdfsSink>(std::move(stream)));
}

Result<std::unique_ptr<Sink>> HdfsFileSystem::Append(const std::string& path, bool new_block) {
  CAIRN_ASSIGN(std::unique_ptr<client::OutputStream> stream,
               client_->Append(path, {.new_block = new_block}));
  return std::unique_ptr<Sink>(std::make_unique<HdfsSink>(std::move(stream)));
}

Result<bool> HdfsFileSystem::Mkdirs(const std::string& path, uint16_t mode) {
  CAIRN_TRY(CheckName(path));
  return client_->Mkdirs(path, mode);
}

Result<bool> HdfsFileSystem::Delete(const std::string& path, bool recursive) {
  return client_->Delete(path, recursive);
}

Result<bool> HdfsFileSystem::Rename(const std::string& from, const std::string& to) {
  CAIRN_TRY(CheckName(to));
  return client_->Rename(from, to);
}

Status HdfsFileSystem::RenameToTrash(const std::string& from, const std::string& to) {
  return client_->Rename2(from, to, false, true);
}

Status HdfsFileSystem::SetPermission(const std::string& path, uint16_t mode) {
  return client_->SetPermission(path, mode);
}

Status HdfsFileSystem::SetOwner(const std::string& path, const std::string& user,
                                const std::string& group) {
  return client_->SetOwner(path, user, group);
}

Status HdfsFileSystem::SetTimes(const std::string& path, int64_t modification_ms,
                                int64_t access_ms) {
  return client_->SetTimes(path, modification_ms, access_ms);
}

Result<bool> HdfsFileSystem::SetReplication(const std::string& path, uint32_t replication) {
  return client_->SetReplication(path, replication);
}

Result<bool> HdfsFileSystem::Truncate(const std::string& path, uint64_t length) {
  return client_->Truncate(path, length);
}

Status HdfsFileSystem::CheckAccess(const std::string& path, Access access) {
  return client_->CheckAccess(path, static_cast<uint8_t>(access));
}

Result<ContentSummary> HdfsFileSystem::GetContentSummary(const std::string& path) {
  return client_->GetContentSummary(path);
}

Result<Capacity> HdfsFileSystem::GetCapacity(const std::string&) {
  CAIRN_ASSIGN(const FsStats stats, client_->admin().GetFsStats());
  return Capacity{.capacity = static_cast<int64_t>(stats.capacity),
                  .used = static_cast<int64_t>(stats.used),
                  .remaining = static_cast<int64_t>(stats.remaining)};
}

Result<int64_t> HdfsFileSystem::TrashMinutes() {
  CAIRN_ASSIGN(const ServerDefaults defaults, client_->GetServerDefaults());
  return static_cast<int64_t>(defaults.trash_interval_min);
}

}  // namespace cairn::shell
