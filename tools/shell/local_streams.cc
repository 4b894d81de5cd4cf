// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/local_streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "tools/shell/uri_path.h"

namespace cairn::shell {
namespace {

constexpr size_t kChunkBytes = 512;
constexpr std::string_view kMagic{"crc\0", 4};
constexpr size_t kHeaderBytes = 8;

// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return fd_; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<size_t> ReadSome(int fd, void* buffer, size_t n, const std::string& path) {
  for (;;) {
    const ssize_t got = read(fd, buffer, n);
    if (got >= 0) return static_cast<size_t>(got);
    if (errno != EINTR) return ErrnoStatus(path, errno);
  }
}

// Fills `buffer`, less only at the end of the file.
Result<size_t> ReadFull(int fd, char* buffer, size_t n, const std::string& path) {
  size_t filled = 0;
  while (filled < n) {
    CAIRN_ASSIGN(const size_t got, ReadSome(fd, buffer + filled, n - filled, path));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(written);
    } else if (errno != EINTR) {
      return Status(Code::kIoError, strerror(errno)).WithContext(path);
    }
  }
  return Status();
}

class PlainSource final : public Source {
 public:
  PlainSource(Descriptor fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}

  Result<size_t> Read(void* buffer, size_t n) override {
    return ReadSome(fd_.get(), buffer, n, path_);
  }
  Status Seek(uint64_t position) override {
    if (lseek(fd_.get(), static_cast<off_t>(position), SEEK_SET) < 0) {
      return ErrnoStatus(path_, errno);
    }
    return Status();
  }

 private:
  const Descriptor fd_;
  const std::string path_;
};

// Reads whole chunks and compares each with its checksum.
class CheckedSource final : public Source {
 public:
  CheckedSource(Descriptor fd, Descriptor checksums, std::string path, size_t chunk_bytes)
      : fd_(std::move(fd)),
        checksums_(std::move(checksums)),
        path_(std::move(path)),
        chunk_(chunk_bytes) {}

  Result<size_t> Read(void* buffer, size_t n) override {
    if (next_ == filled_) {
      CAIRN_TRY(Fill());
      next_ = std::min(skip_, filled_);
      skip_ = 0;
    }
    const size_t taken = std::min(n, filled_ - next_);
    std::memcpy(buffer, chunk_.data() + next_, taken);
    next_ += taken;
    return taken;
  }

  Status Seek(uint64_t position) override {
    number_ = position / chunk_.size();
    skip_ = position % chunk_.size();
    next_ = filled_ = 0;
    const auto data = static_cast<off_t>(number_ * chunk_.size());
    const auto sums = static_cast<off_t>(kHeaderBytes + number_ * kChecksumBytes);
    if (lseek(fd_.get(), data, SEEK_SET) < 0 || lseek(checksums_.get(), sums, SEEK_SET) < 0) {
      return ErrnoStatus(path_, errno);
    }
    return Status();
  }

 private:
  Status Fill() {
    next_ = 0;
    CAIRN_ASSIGN(filled_, ReadFull(fd_.get(), chunk_.data(), chunk_.size(), path_));
    if (filled_ == 0) return Status();
    std::array<char, kChecksumBytes> expected;
    CAIRN_ASSIGN(const size_t got,
                 ReadFull(checksums_.get(), expected.data(), expected.size(), path_));
    const uint32_t actual = Crc32(0, chunk_.data(), filled_);
    if (got < expected.size() || LoadU32(expected.data()) != actual) {
      return Status(Code::kChecksum,
                    "Checksum error: file:" + path_ + " at " +
                        std::to_string(number_ * chunk_.size()) + " exp: " +
                        std::to_string(static_cast<int32_t>(LoadU32(expected.data()))) +
                        " got: " + std::to_string(static_cast<int32_t>(actual)));
    }
    ++number_;
    return Status();
  }

  const Descriptor fd_;
  const Descriptor checksums_;
  const std::string path_;
  std::vector<char> chunk_;
  size_t filled_ = 0;    // Bytes in chunk_.
  size_t next_ = 0;      // Of those, handed out.
  size_t skip_ = 0;      // Bytes of the next chunk to leave out, after a seek.
  uint64_t number_ = 0;  // Of the next chunk.
};

class LocalSink final : public Sink {
 public:
  LocalSink(Descriptor fd, Descriptor checksums, std::string path)
      : fd_(std::move(fd)), checksums_(std::move(checksums)), path_(std::move(path)) {
    if (checksums_.get() >= 0) {
      sums_ = kMagic;
      PutU32(sums_, kChunkBytes);
    }
  }

  Status Write(const void* data, size_t n) override {
    const std::string_view bytes(static_cast<const char*>(data), n);
    CAIRN_TRY(WriteAll(fd_.get(), bytes, path_));
    if (checksums_.get() >= 0) CAIRN_TRY(AddChecksums(bytes));
    return Status();
  }

  Status Close() override {
    if (checksums_.get() >= 0) {
      if (in_chunk_ > 0) PutU32(sums_, crc_);
      CAIRN_TRY(WriteAll(checksums_.get(), sums_, path_));
      sums_.clear();
      if (close(checksums_.Release()) != 0) return ErrnoStatus(path_, errno);
    }
    if (close(fd_.Release()) != 0) return ErrnoStatus(path_, errno);
    return Status();
  }

 private:
  Status AddChecksums(std::string_view bytes) {
    while (!bytes.empty()) {
      const size_t taken = std::min(bytes.size(), kChunkBytes - in_chunk_);
      crc_ = Crc32(crc_, bytes.data(), taken);
      in_chunk_ += taken;
      bytes.remove_prefix(taken);
      if (in_chunk_ < kChunkBytes) continue;
      PutU32(sums_, crc_);
      crc_ = 0;
      in_chunk_ = 0;
    }
    if (sums_.size() < kFlushBytes) return Status();
    CAIRN_TRY(WriteAll(checksums_.get(), sums_, path_));
    sums_.clear();
    return Status();
  }

  static constexpr size_t kFlushBytes = 64 << 10;

  Descriptor fd_;
  Descriptor checksums_;
  const std::string path_;
  std::string sums_;     // Not written yet.
  uint32_t crc_ = 0;     // Of the chunk so far.
  size_t in_chunk_ = 0;  // Bytes of it.
};

// The length of a chunk by the header of a checksum file; 0 when it is none.
Result<size_t> ReadHeader(int fd, const std::string& path) {
  std::array<char, kHeaderBytes> header;
  CAIRN_ASSIGN(const size_t got, ReadFull(fd, header.data(), header.size(), path));
  constexpr size_t kChunkBytesMax = 16 << 20;
  if (got < header.size() || std::string_view(header.data(), 4) != kMagic) return size_t{0};
  const size_t chunk = LoadU32(header.data() + 4);
  return chunk > kChunkBytesMax ? 0 : chunk;
}

}  // namespace

std::string ChecksumFileOf(const std::string& path) {
  return JoinPath(ParentOf(path).value_or("/"), "." + BaseName(path) + ".crc");
}

bool IsChecksumFile(const std::string& name) {
  return name.size() > 4 && name.starts_with('.') && name.ends_with(".crc");
}

Result<std::unique_ptr<Source>> OpenLocalSource(const std::string& path, bool verify) {
  Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return ErrnoStatus(path, errno);
  if (verify && !IsChecksumFile(BaseName(path))) {
    Descriptor sums(open(ChecksumFileOf(path).c_str(), O_RDONLY | O_CLOEXEC));
    if (sums.get() >= 0) {
      CAIRN_ASSIGN(const size_t chunk, ReadHeader(sums.get(), path));
      if (chunk > 0) {
        return std::unique_ptr<Source>(
            std::make_unique<CheckedSource>(std::move(fd), std::move(sums), path, chunk));
      }
    }
  }
  return std::unique_ptr<Source>(std::make_unique<PlainSource>(std::move(fd), path));
}

Result<std::unique_ptr<Sink>> CreateLocalSink(const std::string& path, uint16_t mode,
                                              bool checksums) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const std::string sums_path = ChecksumFileOf(path);
  Descriptor fd(open(path.c_str(), kFlags, 0666));
  if (fd.get() < 0) return ErrnoStatus(path, errno);
  if (fchmod(fd.get(), mode) != 0 && errno != EPERM) return ErrnoStatus(path, errno);
  Descriptor sums(checksums ? open(sums_path.c_str(), kFlags, 0666) : -1);
  if (checksums && sums.get() < 0) return ErrnoStatus(sums_path, errno);
  if (!checksums) unlink(sums_path.c_str());
  return std::unique_ptr<Sink>(
      std::make_unique<LocalSink>(std::move(fd), std::move(sums), path));
}

Status ErrnoStatus(const std::string& path, int error) {
  const Code code = error == ENOENT || error == ENOTDIR ? Code::kNotFound
                    : error == EACCES || error == EPERM ? Code::kAccessDenied
                                                        : Code::kIoError;
  return Status(code, path + " (" + strerror(error) + ")");
}

}  // namespace cairn::shell
