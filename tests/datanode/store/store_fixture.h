// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "common/io/disk.h"
#include "datanode/store/replica_store.h"
#include "datanode/store/store_core.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::datanode {

// Remembers what a store tells its owner. Thread-safe.
class RecordedEvents final : public StoreEvents {
 public:
  void OnDeleted(const ExtendedBlock& block, const DatanodeStorage&) override {
    const std::lock_guard lock(mutex_);
    deleted_.push_back(block.block);
  }
  void OnFound(const ExtendedBlock& block, const DatanodeStorage&) override {
    const std::lock_guard lock(mutex_);
    found_.push_back(block.block);
  }
  void OnCorrupt(const ExtendedBlock& block, const DatanodeStorage&) override {
    const std::lock_guard lock(mutex_);
    corrupt_.push_back(block.block);
  }
  void OnVolumeFailed(const DatanodeStorage&, const std::string& root, const Status&,
                      bool fatal) override {
    const std::lock_guard lock(mutex_);
    failed_.emplace_back(root, fatal);
  }

  std::vector<Block> deleted() const { return Copy(deleted_); }
  std::vector<Block> found() const { return Copy(found_); }
  std::vector<Block> corrupt() const { return Copy(corrupt_); }
  std::vector<std::pair<std::string, bool>> failed() const { return Copy(failed_); }

 private:
  template <typename T>
  T Copy(const T& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  mutable std::mutex mutex_;
  std::vector<Block> deleted_;
  std::vector<Block> found_;
  std::vector<Block> corrupt_;
  std::vector<std::pair<std::string, bool>> failed_;
};

// The real disk, on which chosen files can be made to fail. Thread-safe.
class MoodyDisk final : public io::Disk {
 public:
  // Writes to files whose path contains `part` fail with `code`, after `bytes` more bytes.
  void FailWrites(const std::string& part, Code code, uint64_t bytes = 0) {
    const std::lock_guard lock(mutex_);
    part_ = part;
    code_ = code;
    bytes_ = bytes;
  }
  // Every operation below `prefix` fails.
  void Break(const std::string& prefix) {
    const std::lock_guard lock(mutex_);
    broken_ = prefix;
  }
  void Mend() {
    const std::lock_guard lock(mutex_);
    part_.clear();
    broken_.clear();
  }

  Result<std::unique_ptr<io::File>> Open(const std::string& path, io::OpenMode mode) override {
    CAIRN_TRY(Enter(path));
    CAIRN_ASSIGN(std::unique_ptr<io::File> file, disk_.Open(path, mode));
    return std::unique_ptr<io::File>(new MoodyFile(*this, path, std::move(file)));
  }
  Result<std::string> ReadFile(const std::string& path, uint64_t size_max) override {
    CAIRN_TRY(Enter(path));
    return disk_.ReadFile(path, size_max);
  }
  Status Rename(const std::string& from, const std::string& to) override {
    CAIRN_TRY(Enter(from));
    return disk_.Rename(from, to);
  }
  Status Link(const std::string& from, const std::string& to) override {
    CAIRN_TRY(Enter(from));
    return disk_.Link(from, to);
  }
  Status Remove(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return disk_.Remove(path);
  }
  Status RemoveTree(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return disk_.RemoveTree(path);
  }
  Status MakeDirectories(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return disk_.MakeDirectories(path);
  }
  Result<std::vector<std::string>> List(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return disk_.List(path);
  }
  bool Exists(const std::string& path) override { return Enter(path).ok() && disk_.Exists(path); }
  bool IsDirectory(const std::string& path) override {
    return Enter(path).ok() && disk_.IsDirectory(path);
  }
  Result<uint64_t> FileSize(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return disk_.FileSize(path);
  }
  Status SyncDirectory(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return disk_.SyncDirectory(path);
  }
  Result<std::unique_ptr<io::FileLock>> Lock(const std::string& path,
                                             const std::string& text) override {
    CAIRN_TRY(Enter(path));
    return disk_.Lock(path, text);
  }
  Result<io::Space> SpaceOf(const std::string& path) override {
    CAIRN_TRY(Enter(path));
    return io::Space{uint64_t{1} << 40, uint64_t{1} << 39};
  }

 private:
  class MoodyFile final : public io::File {
   public:
    MoodyFile(MoodyDisk& disk, std::string path, std::unique_ptr<io::File> file)
        : disk_(disk), path_(std::move(path)), file_(std::move(file)) {}

    Status Append(std::string_view bytes) override {
      CAIRN_TRY(disk_.EnterWrite(path_, bytes.size()));
      return file_->Append(bytes);
    }
    Status WriteAt(uint64_t offset, std::string_view bytes) override {
      const Status s = disk_.EnterWrite(path_, bytes.size());
      // A full disk takes what still fits.
      if (!s.ok()) CAIRN_TRY(file_->WriteAt(offset, bytes.substr(0, bytes.size() / 2)));
      return s.ok() ? file_->WriteAt(offset, bytes) : s;
    }
    Result<std::string> ReadAt(uint64_t offset, size_t n) override {
      CAIRN_TRY(disk_.Enter(path_));
      return file_->ReadAt(offset, n);
    }
    Status Sync() override {
      CAIRN_TRY(disk_.Enter(path_));
      return file_->Sync();
    }
    Status Truncate(uint64_t size) override {
      CAIRN_TRY(disk_.Enter(path_));
      return file_->Truncate(size);
    }
    Status Preallocate(uint64_t size) override { return file_->Preallocate(size); }
    Result<uint64_t> Size() override { return file_->Size(); }
    int fd() const override { return file_->fd(); }

   private:
    MoodyDisk& disk_;
    const std::string path_;
    const std::unique_ptr<io::File> file_;
  };

  Status Enter(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (broken_.empty() || !path.starts_with(broken_)) return Status();
    return Status(Code::kIoError, "input/output error: " + path);
  }
  Status EnterWrite(const std::string& path, uint64_t n) {
    CAIRN_TRY(Enter(path));
    const std::lock_guard lock(mutex_);
    if (part_.empty() || path.find(part_) == std::string::npos) return Status();
    if (n <= bytes_) {
      bytes_ -= n;
      return Status();
    }
    return Status(code_, "write " + path + " fails");
  }

  io::PosixDisk disk_;
  std::mutex mutex_;
  std::string part_;
  Code code_ = Code::kIoError;
  uint64_t bytes_ = 0;
  std::string broken_;
};

// A store of some volumes in a directory of its own.
class StoreTest : public ::testing::Test {
 protected:
  static constexpr char kPool[] = "BP-1-127.0.0.1-2";
  static constexpr BlockId kId{1073741825};

  void SetUp() override { OpenStore(); }

  static NamespaceInfo Namespace() {
    NamespaceInfo ns;
    ns.namespace_id = 77;
    ns.cluster_id = "CID-1";
    ns.ctime_ms = 5;
    ns.block_pool_id = kPool;
    return ns;
  }

  std::string Root(int i = 0) const { return dir_.path() + "/data" + std::to_string(i); }

  StoreOptions Options() const {
    StoreOptions options;
    for (int i = 0; i < volumes_; ++i) {
      options.directories.push_back(DataDirectory{StorageType::kDisk, Root(i)});
    }
    options.spare_bytes = 0;
    options.failed_volumes_tolerated = tolerated_;
    options.writer_stop_limit = stop_limit_;
    options.volume_check_gap = Clock::Duration::zero();
    return options;
  }

  void OpenStore() {
    store_.reset();
    Result<std::unique_ptr<ReplicaStore>> store =
        ReplicaStore::Open(disk_, clock_, Options(), events_);
    ASSERT_TRUE(store.ok()) << store.status().ToString();
    store_ = std::move(store).value();
    const Status added = store_->AddPool(Namespace());
    ASSERT_TRUE(added.ok()) << added.ToString();
  }

  static ExtendedBlock Name(uint64_t stamp, uint64_t length = 0, BlockId id = kId) {
    return ExtendedBlock{kPool, Block{id, length, GenerationStamp(stamp)}};
  }

  static std::string Bytes(size_t n, uint32_t seed = 1) {
    std::mt19937 random(seed);
    std::string bytes(n, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    return bytes;
  }

  // One checksum for each chunk, the first up to a chunk's end when `offset` is within one.
  static std::string Sums(uint64_t offset, std::string_view data, const ChecksumSpec& spec = {}) {
    const size_t lead = std::min<size_t>(
        data.size(), (spec.bytes_per_checksum - offset % spec.bytes_per_checksum) %
                         spec.bytes_per_checksum);
    std::string sums;
    if (lead > 0) sums = ComputeChecksums(spec, data.substr(0, lead));
    return sums + ComputeChecksums(spec, data.substr(lead));
  }

  static Status Write(ReplicaWriter& writer, const std::string& all, uint64_t from, uint64_t to) {
    const std::string_view data = std::string_view(all).substr(from, to - from);
    return writer.WritePacket(from, data, Sums(from, data, writer.checksum()));
  }

  std::unique_ptr<ReplicaWriter> Rbw(uint64_t stamp, const ChecksumSpec& spec = {},
                                     BlockId id = kId) {
    Result<std::unique_ptr<ReplicaWriter>> writer =
        store_->CreateRbw(Name(stamp, 1 << 20, id), {}, WriterOptions{spec});
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    return writer.ok() ? std::move(writer).value() : nullptr;
  }

  // A finalized replica of `bytes`.
  void Put(uint64_t stamp, const std::string& bytes, BlockId id = kId) {
    const std::unique_ptr<ReplicaWriter> writer = Rbw(stamp, {}, id);
    ASSERT_TRUE(Write(*writer, bytes, 0, bytes.size()).ok());
    writer->SetAcked(bytes.size());
    const Result<FinalizedInfo> info = store_->Finalize(*writer, false);
    ASSERT_TRUE(info.ok()) << info.status().ToString();
  }

  // Reads all, and compares every chunk with its checksum.
  Result<std::string> Read(const ExtendedBlock& block) {
    CAIRN_ASSIGN(const OpenReplica open, store_->OpenForRead(block));
    CAIRN_TRY(VerifyFiles(*open.data, *open.meta, open.checksum, 0, open.readable_length,
                          open.last_checksum, "read"));
    return open.data->ReadAt(0, open.readable_length);
  }

  // The replica's files hold exactly `bytes` and their checksums.
  void ExpectOnDisk(const std::string& bytes, uint64_t stamp, BlockId id = kId) {
    const Result<ReplicaStore::LocalPaths> paths = store_->Paths(Name(stamp, 0, id));
    ASSERT_TRUE(paths.ok()) << paths.status().ToString();
    const Result<std::string> data = disk_.ReadFile(paths->block_path, 64 << 20);
    const Result<std::string> meta = disk_.ReadFile(paths->meta_path, 64 << 20);
    ASSERT_TRUE(data.ok() && meta.ok());
    EXPECT_EQ(data->size(), bytes.size());
    EXPECT_TRUE(*data == bytes);
    const Result<ChecksumSpec> spec = DecodeMetaHeader(*meta);
    ASSERT_TRUE(spec.ok());
    EXPECT_TRUE(*meta == EncodeMetaHeader(*spec) + ComputeChecksums(*spec, bytes));
  }

  void Store(const std::string& path, std::string_view bytes) {
    ASSERT_TRUE(disk_.MakeDirectories(io::ParentOf(path)).ok());
    Result<std::unique_ptr<io::File>> file = disk_.Open(path, io::OpenMode::kCreate);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE((*file)->WriteAt(0, bytes).ok());
  }

  void Flip(const std::string& path, uint64_t offset) {
    Result<std::unique_ptr<io::File>> file = disk_.Open(path, io::OpenMode::kReadWrite);
    ASSERT_TRUE(file.ok());
    std::string byte = (*file)->ReadAt(offset, 1).value();
    byte[0] = static_cast<char>(byte[0] ^ 1);
    ASSERT_TRUE((*file)->WriteAt(offset, byte).ok());
  }

  TempDir dir_;
  MoodyDisk disk_;
  FakeClock clock_;
  RecordedEvents events_;
  int volumes_ = 1;
  int tolerated_ = 0;
  Clock::Duration stop_limit_ = std::chrono::seconds(10);
  std::unique_ptr<ReplicaStore> store_;
};

}  // namespace cairn::datanode
