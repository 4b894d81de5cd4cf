// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/local_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/shell/local_streams.h"
#include "tools/shell/uri_path.h"

namespace cairn::shell {
namespace {

// fs.local.block.size.
constexpr uint64_t kBlockSize = 32 << 20;

// Of a listing that was read at once.
class LocalListing final : public client::DirectoryIterator {
 public:
  explicit LocalListing(std::vector<FileStatus> entries) : entries_(std::move(entries)) {}

  Result<std::optional<std::vector<FileStatus>>> NextPage() override {
    if (done_) return std::optional<std::vector<FileStatus>>();
    done_ = true;
    return std::optional<std::vector<FileStatus>>(std::move(entries_));
  }

 private:
  std::vector<FileStatus> entries_;
  bool done_ = false;
};

uint64_t Milliseconds(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000 + time.tv_nsec / 1000000;
}

timespec TimeSpec(int64_t ms) {
  if (ms < 0) return {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
}

Status Missing(const std::string& path) {
  return Status(Code::kNotFound, "File file:" + path + " does not exist");
}

// The name of an id by getpwuid_r or getgrgid_r; nothing when it has none.
template <typename Entry, typename Lookup>
std::optional<Entry> LookUp(Lookup lookup, std::vector<char>& buffer) {
  constexpr size_t kBufferBytesMax = 16 << 20;
  for (buffer.resize(4096); buffer.size() <= kBufferBytesMax; buffer.resize(buffer.size() * 2)) {
    Entry entry{};
    Entry* found = nullptr;
    const int error = lookup(&entry, buffer.data(), buffer.size(), &found);
    if (error == ERANGE) continue;
    return found == nullptr ? std::nullopt : std::optional<Entry>(entry);
  }
  return std::nullopt;
}

}  // namespace

LocalFileSystem::LocalFileSystem(uint16_t umask, std::string working_directory)
    : umask_(umask), working_directory_(std::move(working_directory)) {}

std::string LocalFileSystem::home() const {
  std::vector<char> buffer;
  const std::optional<passwd> entry = LookUp<passwd>(
      [](passwd* out, char* data, size_t size, passwd** found) {
        return getpwuid_r(getuid(), out, data, size, found);
      },
      buffer);
  return entry ? NormalizePath(entry->pw_dir) : "/";
}

std::string LocalFileSystem::UserName(uint32_t uid) {
  const std::lock_guard lock(names_mutex_);
  if (const auto it = users_.find(uid); it != users_.end()) return it->second;
  std::vector<char> buffer;
  const std::optional<passwd> entry = LookUp<passwd>(
      [uid](passwd* out, char* data, size_t size, passwd** found) {
        return getpwuid_r(uid, out, data, size, found);
      },
      buffer);
  return users_[uid] = entry ? entry->pw_name : std::to_string(uid);
}

std::string LocalFileSystem::GroupName(uint32_t gid) {
  const std::lock_guard lock(names_mutex_);
  if (const auto it = groups_.find(gid); it != groups_.end()) return it->second;
  std::vector<char> buffer;
  const std::optional<group> entry = LookUp<group>(
      [gid](group* out, char* data, size_t size, group** found) {
        return getgrgid_r(gid, out, data, size, found);
      },
      buffer);
  return groups_[gid] = entry ? entry->gr_name : std::to_string(gid);
}

Result<FileStatus> LocalFileSystem::GetFileStatus(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG) return Missing(path);
    return ErrnoStatus(path, errno);
  }
  FileStatus status;
  status.type = S_ISDIR(info.st_mode) ? FileType::kDirectory : FileType::kFile;
  status.length = static_cast<uint64_t>(info.st_size);
  status.mode = info.st_mode & 01777;
  status.owner = UserName(info.st_uid);
  status.group = GroupName(info.st_gid);
  status.modification_time_ms = Milliseconds(info.st_mtim);
  status.access_time_ms = Milliseconds(info.st_atim);
  status.replication = 1;
  status.block_size = kBlockSize;
  return status;
}

Result<std::unique_ptr<client::DirectoryIterator>> LocalFileSystem::List(const std::string& path) {
  CAIRN_ASSIGN(const FileStatus self, GetFileStatus(path));
  std::vector<FileStatus> entries;
  if (self.type != FileType::kDirectory) {
    entries.push_back(self);
    return std::unique_ptr<client::DirectoryIterator>(
        std::make_unique<LocalListing>(std::move(entries)));
  }
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (directory == nullptr) return ErrnoStatus(path, errno);
  while (const dirent* entry = readdir(directory.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == ".." || IsChecksumFile(name)) continue;
    Result<FileStatus> status = GetFileStatus(JoinPath(path, name));
    // It may be gone by now, or be a link to nothing.
    if (!status.ok()) continue;
    status->name = name;
    entries.push_back(std::move(status).value());
  }
  return std::unique_ptr<client::DirectoryIterator>(
      std::make_unique<LocalListing>(std::move(entries)));
}

Result<std::unique_ptr<Source>> LocalFileSystem::Open(const std::string& path,
                                                      bool verify_checksums) {
  return OpenLocalSource(path, verify_checksums);
}

Result<std::unique_ptr<Sink>> LocalFileSystem::Create(const std::string& path,
                                                      const SinkOptions& options) {
  CAIRN_ASSIGN(const bool exists, Exists(*this, path));
  if (exists && !options.overwrite) {
    return Status(Code::kAlreadyExists, "File already exists: file:" + path);
  }
  CAIRN_ASSIGN([[maybe_unused]] const bool made, Mkdirs(ParentOf(path).value_or("/"), 0777));
  return CreateLocalSink(path, 0666 & ~umask_, options.write_checksums);
}

Result<std::unique_ptr<Sink>> LocalFileSystem::Append(const std::string&, bool) {
  return Status(Code::kUnsupported, "Append is not supported by LocalFileSystem");
}

Result<bool> LocalFileSystem::Mkdirs(const std::string& path, uint16_t mode) {
  if (mkdir(path.c_str(), mode) == 0) return true;
  if (errno == ENOENT) {
    CAIRN_ASSIGN(const bool parent, Mkdirs(ParentOf(path).value_or("/"), 0777));
    return parent && mkdir(path.c_str(), mode) == 0;
  }
  if (errno != EEXIST) return false;
  CAIRN_ASSIGN(const FileStatus status, GetFileStatus(path));
  if (status.type == FileType::kDirectory) return true;
  return Status(Code::kAlreadyExists, "Destination exists and is not a directory: " + path);
}

Result<bool> LocalFileSystem::Delete(const std::string& path, bool recursive) {
  std::error_code error;
  if (recursive) {
    std::filesystem::remove_all(path, error);
  } else {
    std::filesystem::remove(path, error);
  }
  if (error == std::errc::directory_not_empty) {
    return Status(Code::kNotEmpty, "Directory file:" + path + " is not empty");
  }
  if (error) return false;
  unlink(ChecksumFileOf(path).c_str());
  return true;
}

Result<bool> LocalFileSystem::Rename(const std::string& from, const std::string& to) {
  std::error_code error;
  std::string target = to;
  const Result<FileStatus> into = GetFileStatus(to);
  if (into.ok() && into->type == FileType::kDirectory) target = JoinPath(to, BaseName(from));
  std::filesystem::rename(from, target, error);
  if (error) return false;
  if (rename(ChecksumFileOf(from).c_str(), ChecksumFileOf(target).c_str()) != 0) {
    unlink(ChecksumFileOf(target).c_str());
  }
  return true;
}

Status LocalFileSystem::RenameToTrash(const std::string& from, const std::string& to) {
  CAIRN_ASSIGN(const bool renamed, Rename(from, to));
  if (renamed) return Status();
  return Status(Code::kIoError, "rename from " + Qualify(from) + " to " + Qualify(to) + " failed.");
}

Status LocalFileSystem::SetPermission(const std::string& path, uint16_t mode) {
  return chmod(path.c_str(), mode) == 0 ? Status() : ErrnoStatus(path, errno);
}

Status LocalFileSystem::SetOwner(const std::string& path, const std::string& user,
                                 const std::string& group_name) {
  // Apache has the programs of these names do it, and passes their words on.
  const std::string names = user + (group_name.empty() ? "" : ":" + group_name);
  std::vector<char> buffer;
  uid_t uid = static_cast<uid_t>(-1);
  gid_t gid = static_cast<gid_t>(-1);
  if (!user.empty()) {
    const std::optional<passwd> entry = LookUp<passwd>(
        [&user](passwd* out, char* data, size_t size, passwd** found) {
          return getpwnam_r(user.c_str(), out, data, size, found);
        },
        buffer);
    if (!entry) return Status(Code::kIoError, "chown: invalid user: '" + names + "'");
    uid = entry->pw_uid;
  }
  if (!group_name.empty()) {
    const std::optional<group> entry = LookUp<group>(
        [&group_name](group* out, char* data, size_t size, group** found) {
          return getgrnam_r(group_name.c_str(), out, data, size, found);
        },
        buffer);
    if (!entry) {
      return Status(Code::kIoError, user.empty() ? "chgrp: invalid group: '" + group_name + "'"
                                                 : "chown: invalid group: '" + names + "'");
    }
    gid = entry->gr_gid;
  }
  return chown(path.c_str(), uid, gid) == 0 ? Status() : ErrnoStatus(path, errno);
}

Status LocalFileSystem::SetTimes(const std::string& path, int64_t modification_ms,
                                 int64_t access_ms) {
  const std::array times = {TimeSpec(access_ms), TimeSpec(modification_ms)};
  if (utimensat(AT_FDCWD, path.c_str(), times.data(), 0) == 0) return Status();
  return ErrnoStatus(path, errno);
}

Result<bool> LocalFileSystem::SetReplication(const std::string&, uint32_t) { return true; }

Result<bool> LocalFileSystem::Truncate(const std::string&, uint64_t) {
  return Status(Code::kUnsupported, "Truncate is not supported by LocalFileSystem");
}

Status LocalFileSystem::CheckAccess(const std::string& path, Access access) {
  const int mode = access == Access::kWrite ? W_OK : R_OK;
  return ::access(path.c_str(), mode) == 0 ? Status() : ErrnoStatus(path, errno);
}

Result<ContentSummary> LocalFileSystem::GetContentSummary(const std::string& path) {
  CAIRN_ASSIGN(const FileStatus status, GetFileStatus(path));
  ContentSummary summary;
  if (status.type != FileType::kDirectory) {
    summary.length = summary.space_consumed = status.length;
    summary.file_count = 1;
    return summary;
  }
  summary.directory_count = 1;
  CAIRN_ASSIGN(const std::vector<FileStatus> entries, ListAll(*this, path));
  for (const FileStatus& entry : entries) {
    CAIRN_ASSIGN(const ContentSummary part, GetContentSummary(JoinPath(path, entry.name)));
    summary.length += part.length;
    summary.space_consumed += part.space_consumed;
    summary.file_count += part.file_count;
    summary.directory_count += part.directory_count;
  }
  return summary;
}

Result<Capacity> LocalFileSystem::GetCapacity(const std::string& path) {
  struct statvfs info {};
  if (statvfs(path.c_str(), &info) != 0) return ErrnoStatus(path, errno);
  const auto unit = static_cast<int64_t>(info.f_frsize);
  const int64_t total = static_cast<int64_t>(info.f_blocks) * unit;
  const int64_t free = static_cast<int64_t>(info.f_bfree) * unit;
  return Capacity{.capacity = total, .used = total - free, .remaining = free};
}

Result<int64_t> LocalFileSystem::TrashMinutes() { return 0; }

}  // namespace cairn::shell
