// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "common/io/disk.h"

namespace cairn::io {
namespace {

Status ErrnoStatus(const std::string& action, const std::string& path, int error) {
  Code code = Code::kIoError;
  if (error == ENOENT) code = Code::kNotFound;
  if (error == EEXIST) code = Code::kAlreadyExists;
  if (error == ENOSPC || error == EDQUOT) code = Code::kDiskOutOfSpace;
  if (error == EACCES || error == EPERM) code = Code::kAccessDenied;
  return Status(code, action + " " + path + ": " + std::generic_category().message(error));
}

// Closes a descriptor at the end of a scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

int OpenRetrying(const std::string& path, int flags) {
  int fd;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  } while (fd < 0 && errno == EINTR);
  return fd;
}

class PosixFile final : public File {
 public:
  PosixFile(std::string path, int fd, uint64_t end)
      : path_(std::move(path)), fd_(fd), end_(end) {}

  Status Append(std::string_view bytes) override {
    CAIRN_TRY(WriteAt(end_, bytes));
    end_ += bytes.size();
    return Status();
  }

  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus("write", path_, errno);
      bytes.remove_prefix(static_cast<size_t>(n));
      offset += static_cast<uint64_t>(n);
    }
    return Status();
  }

  Status WritePartsAt(uint64_t offset, std::span<const std::string_view> parts) override {
    constexpr size_t kBatch = 64;
    while (!parts.empty()) {
      std::array<iovec, kBatch> vectors;
      const size_t count = std::min(parts.size(), kBatch);
      size_t wanted = 0;
      for (size_t i = 0; i < count; ++i) {
        vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
        wanted += parts[i].size();
      }
      const ssize_t n = ::pwritev(fd_.get(), vectors.data(), static_cast<int>(count),
                                  static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoStatus("write", path_, errno);
      // Less than all is rare: a disk that gets full, or a signal.
      if (static_cast<size_t>(n) < wanted) return File::WritePartsAt(offset, parts);
      offset += wanted;
      parts = parts.subspan(count);
    }
    return Status();
  }

  Result<std::string> ReadAt(uint64_t offset, size_t n) override {
    std::string out(n, '\0');
    size_t done = 0;
    while (done < n) {
      const ssize_t got =
          ::pread(fd_.get(), out.data() + done, n - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return ErrnoStatus("read", path_, errno);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    out.resize(done);
    return out;
  }

  Status Sync() override {
    if (::fdatasync(fd_.get()) != 0) return ErrnoStatus("sync", path_, errno);
    return Status();
  }

  Status Truncate(uint64_t size) override {
    if (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
      return ErrnoStatus("truncate", path_, errno);
    }
    end_ = std::min(end_, size);
    return Status();
  }

  Status Preallocate(uint64_t size) override {
    if (::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) == 0) {
      return Status();
    }
    // Some file systems cannot; the reservation is an optimisation.
    if (errno == EOPNOTSUPP || errno == ENOSYS) return Status();
    return ErrnoStatus("preallocate", path_, errno);
  }

  Result<uint64_t> Size() override {
    struct stat st{};
    if (::fstat(fd_.get(), &st) != 0) return ErrnoStatus("stat", path_, errno);
    return static_cast<uint64_t>(st.st_size);
  }

  int fd() const override { return fd_.get(); }

 private:
  const std::string path_;
  const Descriptor fd_;
  uint64_t end_;
};

class PosixLock final : public FileLock {
 public:
  PosixLock(int fd, std::string previous_text)
      : FileLock(std::move(previous_text)), fd_(fd) {}

 private:
  const Descriptor fd_;  // The lock ends with the descriptor.
};

int OpenFlags(OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return O_RDONLY;
    case OpenMode::kReadWrite:
      return O_RDWR;
    case OpenMode::kCreate:
      return O_RDWR | O_CREAT | O_TRUNC;
    case OpenMode::kCreateNew:
      return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::kAppend:
      return O_RDWR | O_CREAT;
  }
  return O_RDONLY;
}

}  // namespace

Status File::WritePartsAt(uint64_t offset, std::span<const std::string_view> parts) {
  for (const std::string_view part : parts) {
    CAIRN_TRY(WriteAt(offset, part));
    offset += part.size();
  }
  return Status();
}

Result<std::unique_ptr<File>> PosixDisk::Open(const std::string& path, OpenMode mode) {
  Descriptor fd(OpenRetrying(path, OpenFlags(mode)));
  if (fd.get() < 0) return ErrnoStatus("open", path, errno);
  struct stat st{};
  if (::fstat(fd.get(), &st) != 0) return ErrnoStatus("stat", path, errno);
  if (S_ISDIR(st.st_mode)) return Status(Code::kIsDirectory, "open " + path + ": is a directory");
  return std::unique_ptr<File>(
      std::make_unique<PosixFile>(path, fd.Release(), static_cast<uint64_t>(st.st_size)));
}

Result<std::string> PosixDisk::ReadFile(const std::string& path, uint64_t size_max) {
  CAIRN_ASSIGN(std::unique_ptr<File> file, Open(path, OpenMode::kRead));
  CAIRN_ASSIGN(const uint64_t size, file->Size());
  if (size > size_max) {
    return Status(Code::kCorrupt, "read " + path + ": " + std::to_string(size) +
                                      " bytes, more than the limit of " +
                                      std::to_string(size_max));
  }
  return file->ReadAt(0, size);
}

Status PosixDisk::Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return ErrnoStatus("rename " + from + " to", to, errno);
  }
  return Status();
}

Status PosixDisk::Link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0) return ErrnoStatus("link " + from + " to", to, errno);
  return Status();
}

Status PosixDisk::Remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) return ErrnoStatus("remove", path, errno);
  return Status();
}

Status PosixDisk::RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) return ErrnoStatus("remove", path, error.value());
  return Status();
}

Status PosixDisk::MakeDirectories(const std::string& path) {
  if (IsDirectory(path)) return Status();
  const std::string parent = ParentOf(path);
  if (parent != path && parent != ".") CAIRN_TRY(MakeDirectories(parent));
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return ErrnoStatus("make directory", path, errno);
  }
  if (!IsDirectory(path)) return ErrnoStatus("make directory", path, ENOTDIR);
  return Status();
}

Result<std::vector<std::string>> PosixDisk::List(const std::string& path) {
  DIR* dir = ::opendir(path.c_str());
  if (dir == nullptr) return ErrnoStatus("list", path, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(dir)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  const int error = errno;
  ::closedir(dir);
  if (error != 0) return ErrnoStatus("list", path, error);
  std::sort(names.begin(), names.end());
  return names;
}

bool PosixDisk::Exists(const std::string& path) {
  struct stat st{};
  return ::stat(path.c_str(), &st) == 0;
}

bool PosixDisk::IsDirectory(const std::string& path) {
  struct stat st{};
  return ::stat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

Result<uint64_t> PosixDisk::FileSize(const std::string& path) {
  struct stat st{};
  if (::stat(path.c_str(), &st) != 0) return ErrnoStatus("stat", path, errno);
  return static_cast<uint64_t>(st.st_size);
}

Status PosixDisk::SyncDirectory(const std::string& path) {
  const Descriptor fd(OpenRetrying(path, O_RDONLY | O_DIRECTORY));
  if (fd.get() < 0) return ErrnoStatus("open directory", path, errno);
  if (::fsync(fd.get()) != 0) return ErrnoStatus("sync directory", path, errno);
  return Status();
}

Result<std::unique_ptr<FileLock>> PosixDisk::Lock(const std::string& path,
                                                  const std::string& text) {
  Descriptor fd(OpenRetrying(path, O_RDWR | O_CREAT));
  if (fd.get() < 0) return ErrnoStatus("open", path, errno);
  // Java's FileChannel.tryLock takes a POSIX lock, so a running Apache daemon is seen by fcntl
  // only; flock also refuses a second holder within this process.
  struct flock whole{};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || ::fcntl(fd.get(), F_SETLK, &whole) != 0) {
    return Status(Code::kAlreadyExists,
                  "lock " + path + ": held by another process; is a daemon running on it?");
  }
  std::string previous(256, '\0');
  const ssize_t n = ::pread(fd.get(), previous.data(), previous.size(), 0);
  previous.resize(std::max<ssize_t>(n, 0));
  // Written over and then cut: on a full disk what was there stays, and still tells whose it is.
  if (::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()) ||
      ::ftruncate(fd.get(), static_cast<off_t>(text.size())) != 0) {
    return ErrnoStatus("write", path, errno);
  }
  return std::unique_ptr<FileLock>(
      std::make_unique<PosixLock>(fd.Release(), std::move(previous)));
}

Result<Space> PosixDisk::SpaceOf(const std::string& path) {
  struct statvfs st{};
  if (::statvfs(path.c_str(), &st) != 0) return ErrnoStatus("stat volume of", path, errno);
  return Space{.capacity = static_cast<uint64_t>(st.f_blocks) * st.f_frsize,
               .available = static_cast<uint64_t>(st.f_bavail) * st.f_frsize};
}

Status WriteFileAtomically(Disk& disk, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  {
    CAIRN_ASSIGN(std::unique_ptr<File> file, disk.Open(temporary, OpenMode::kCreate));
    CAIRN_TRY(file->Append(bytes));
    CAIRN_TRY(file->Sync());
  }
  CAIRN_TRY(disk.Rename(temporary, path));
  return disk.SyncDirectory(ParentOf(path));
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace cairn::io
