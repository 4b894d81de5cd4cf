// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/util/result.h"

namespace cairn::io {

// An open file. Closed by the destructor; what must be durable has been synced before.
//
// Positioned calls may run at once; Append and Truncate may not.
class File {
 public:
  virtual ~File() = default;

  // Writes all of `bytes` at the end as this object knows it.
  virtual Status Append(std::string_view bytes) = 0;
  // Writes all of `bytes` at `offset`.
  virtual Status WriteAt(uint64_t offset, std::string_view bytes) = 0;
  // Writes all of `parts`, one behind the other, from `offset` on: in one call of the system where
  // that can be.
  virtual Status WritePartsAt(uint64_t offset, std::span<const std::string_view> parts);
  // Reads up to `n` bytes at `offset`; fewer only at the end of the file.
  virtual Result<std::string> ReadAt(uint64_t offset, size_t n) = 0;
  // Makes the file's bytes and length durable (fdatasync). After a failure the state of the bytes
  // is not known: never retry, give the file up.
  virtual Status Sync() = 0;
  virtual Status Truncate(uint64_t size) = 0;
  // Reserves blocks up to `size` bytes without changing the length.
  virtual Status Preallocate(uint64_t size) = 0;
  virtual Result<uint64_t> Size() = 0;
  // The descriptor, for sendfile and for passing on; -1 where there is none (tests).
  virtual int fd() const = 0;
};

enum class OpenMode {
  kRead,         // Must exist.
  kReadWrite,    // Must exist.
  kCreate,       // Created, or emptied when it exists.
  kCreateNew,    // Must not exist.
  kAppend,       // Created when missing; Append starts at its end.
};

// Held while alive: another process (or object) cannot lock the same file.
class FileLock {
 public:
  explicit FileLock(std::string previous_text) : previous_text_(std::move(previous_text)) {}
  virtual ~FileLock() = default;

  // What the last holder wrote into the file; at most 256 bytes of it.
  const std::string& previous_text() const { return previous_text_; }

 private:
  const std::string previous_text_;
};

// What a directory's volume has, in bytes.
struct Space {
  uint64_t capacity = 0;
  uint64_t available = 0;  // To an unprivileged process.
};

// The only way to files. Messages name the path and the system's reason.
//
// Thread-safe.
class Disk {
 public:
  virtual ~Disk() = default;

  virtual Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) = 0;
  // The whole file; kCorrupt when it is larger than `size_max`.
  virtual Result<std::string> ReadFile(const std::string& path, uint64_t size_max) = 0;
  // Replaces `to` by `from` atomically. Durable only after SyncDirectory on the parent.
  virtual Status Rename(const std::string& from, const std::string& to) = 0;
  virtual Status Link(const std::string& from, const std::string& to) = 0;
  // kNotFound when there is none.
  virtual Status Remove(const std::string& path) = 0;
  // Removes a directory and all below it; no-op when there is none.
  virtual Status RemoveTree(const std::string& path) = 0;
  // Makes `path` and its missing parents, mode 0700 for those that it makes.
  virtual Status MakeDirectories(const std::string& path) = 0;
  // Names, without "." and "..", sorted.
  virtual Result<std::vector<std::string>> List(const std::string& path) = 0;
  virtual bool Exists(const std::string& path) = 0;
  virtual bool IsDirectory(const std::string& path) = 0;
  virtual Result<uint64_t> FileSize(const std::string& path) = 0;
  // Makes creations, renames and removals inside `path` durable.
  virtual Status SyncDirectory(const std::string& path) = 0;
  // Writes `text` into the file and takes an exclusive lock on it; kAlreadyExists when held.
  virtual Result<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                                 const std::string& text) = 0;
  virtual Result<Space> SpaceOf(const std::string& path) = 0;
};

// The machine's file system.
class PosixDisk final : public Disk {
 public:
  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::string> ReadFile(const std::string& path, uint64_t size_max) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Link(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& path) override;
  bool Exists(const std::string& path) override;
  bool IsDirectory(const std::string& path) override;
  Result<uint64_t> FileSize(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                         const std::string& text) override;
  Result<Space> SpaceOf(const std::string& path) override;
};

// The one way to replace a small file durably: write beside it, sync, rename, sync the directory.
Status WriteFileAtomically(Disk& disk, const std::string& path, std::string_view bytes);

// "/a/b" of "/a/b/c"; "/" of "/a"; "." of "a".
std::string ParentOf(const std::string& path);

}  // namespace cairn::io
