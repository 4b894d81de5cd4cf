// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/io/disk.h"
#include "datanode/store/replica_store.h"
#include "datanode/transfer/server.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::datanode {

inline constexpr char kPool[] = "BP-1-127.0.0.1-1";

inline ExtendedBlock MakeBlock(int64_t id, uint64_t length = 0, uint64_t stamp = 1001) {
  return {kPool, Block{BlockId((1LL << 30) + id), length, GenerationStamp(stamp)}};
}

// Text in which no two places look alike, so that misplaced bytes are seen.
inline std::string Pattern(size_t n) {
  std::string text(n, '\0');
  uint32_t state = 12345;
  for (char& c : text) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return text;
}

// Remembers what it is told. Thread-safe.
class RecordingEvents final : public TransferEvents {
 public:
  void OnReceiving(const ExtendedBlock& block, const std::string&) override {
    Note([&] { receiving_.push_back(block); });
  }
  void OnReceived(const ExtendedBlock& block, const std::string&,
                  const std::string& hint) override {
    Note([&] {
      received_.push_back(block);
      hints_.push_back(hint);
    });
  }
  void OnCorruptLocal(const ExtendedBlock& block) override {
    Note([&] { corrupt_local_.push_back(block); });
  }
  void OnCorruptRemote(const ExtendedBlock& block, const DatanodeInfo&) override {
    Note([&] { corrupt_remote_.push_back(block); });
  }
  Status WaitForPool(const std::string& pool) override {
    return pool == kPool ? Status() : Status(Code::kIoError, "Not ready to serve " + pool);
  }
  DatanodeInfo Self() const override {
    std::lock_guard lock(mutex_);
    return self_;
  }

  void SetSelf(const DatanodeInfo& self) {
    std::lock_guard lock(mutex_);
    self_ = self;
  }
  // Waits until `n` replicas were reported as received; false after ten seconds.
  bool WaitForReceived(size_t n) {
    std::unique_lock lock(mutex_);
    return noted_.wait_for(lock, std::chrono::seconds(10), [&] { return received_.size() >= n; });
  }
  std::vector<ExtendedBlock> receiving() const { return Copy(receiving_); }
  std::vector<ExtendedBlock> received() const { return Copy(received_); }
  std::vector<std::string> hints() const { return Copy(hints_); }
  std::vector<ExtendedBlock> corrupt_local() const { return Copy(corrupt_local_); }
  std::vector<ExtendedBlock> corrupt_remote() const { return Copy(corrupt_remote_); }

 private:
  void Note(const std::function<void()>& note) {
    std::lock_guard lock(mutex_);
    note();
    noted_.notify_all();
  }
  template <typename T>
  T Copy(const T& list) const {
    std::lock_guard lock(mutex_);
    return list;
  }

  mutable std::mutex mutex_;
  std::condition_variable noted_;
  std::vector<ExtendedBlock> receiving_;
  std::vector<ExtendedBlock> received_;
  std::vector<std::string> hints_;
  std::vector<ExtendedBlock> corrupt_local_;
  std::vector<ExtendedBlock> corrupt_remote_;
  DatanodeInfo self_;
};

class IgnoredStoreEvents final : public StoreEvents {
 public:
  void OnDeleted(const ExtendedBlock&, const DatanodeStorage&) override {}
  void OnFound(const ExtendedBlock&, const DatanodeStorage&) override {}
  void OnCorrupt(const ExtendedBlock&, const DatanodeStorage&) override {}
  void OnVolumeFailed(const DatanodeStorage&, const std::string&, const Status&, bool) override {}
};

// A real store in a temporary directory behind a real server on loopback.
class TestDatanode {
 public:
  static TransferOptions Defaults() {
    TransferOptions options;
    options.listen_host = "127.0.0.1";
    options.listen_port = 0;
    options.read_timeout_ms = 10'000;
    options.write_timeout_ms = 10'000;
    options.block_size_estimate = 1 << 20;
    options.packet_bytes = 64 << 10;
    return options;
  }

  explicit TestDatanode(const TransferOptions& options = Defaults()) {
    StoreOptions store_options;
    store_options.directories = {DataDirectory{StorageType::kDisk, dir_.path() + "/data"}};
    store_options.spare_bytes = 0;
    store_options.writer_stop_limit = std::chrono::seconds(10);
    auto store = ReplicaStore::Open(disk_, clock_, store_options, store_events_);
    EXPECT_TRUE(store.ok()) << store.status().ToString();
    store_ = std::move(*store);
    NamespaceInfo ns;
    ns.namespace_id = 7;
    ns.cluster_id = "CID-test";
    ns.block_pool_id = kPool;
    const Status added = store_->AddPool(ns);
    EXPECT_TRUE(added.ok()) << added.ToString();
    server_ = std::make_unique<TransferServer>(
        TransferServer::Collaborators{*store_, events_, clock_, metrics_}, options);
    const Status started = server_->Start();
    EXPECT_TRUE(started.ok()) << started.ToString();
    events_.SetSelf(info());
  }
  ~TestDatanode() { server_->Stop(); }

  DatanodeInfo info() const {
    DatanodeInfo info;
    info.id.ip = "127.0.0.1";
    info.id.host_name = "localhost";
    info.id.uuid = store_->datanode_uuid();
    info.id.transfer_port = server_->port();
    return info;
  }
  uint16_t port() const { return server_->port(); }
  ReplicaStore& store() { return *store_; }
  RecordingEvents& events() { return events_; }
  TransferServer& server() { return *server_; }
  TransferMetrics& metrics() { return metrics_; }

  std::string BlockFile(const ExtendedBlock& block) { return FileOf(block, false); }
  std::string MetaFile(const ExtendedBlock& block) { return FileOf(block, true); }
  // Changes one byte of a file in place.
  void FlipByte(const std::string& path, uint64_t offset) {
    auto file = disk_.Open(path, io::OpenMode::kReadWrite);
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    std::string byte = *(*file)->ReadAt(offset, 1);
    byte[0] = static_cast<char>(byte[0] ^ 0x40);
    ASSERT_TRUE((*file)->WriteAt(offset, byte).ok());
  }
  // Whether every byte on disk agrees with its checksum on disk.
  Status VerifyOnDisk(const ExtendedBlock& block) {
    auto open = store_->OpenForRead(block);
    if (!open.ok()) return open.status();
    return VerifyFiles(*open->data, *open->meta, open->checksum, 0, open->readable_length,
                       open->last_checksum, "test");
  }
  std::string Content(const ExtendedBlock& block) {
    auto open = store_->OpenForRead(block);
    EXPECT_TRUE(open.ok()) << open.status().ToString();
    return open.ok() ? *open->data->ReadAt(0, open->readable_length) : "";
  }

 private:
  std::string FileOf(const ExtendedBlock& block, bool meta) {
    const auto paths = store_->Paths(block);
    EXPECT_TRUE(paths.ok()) << paths.status().ToString();
    if (!paths.ok()) return "";
    return meta ? paths->meta_path : paths->block_path;
  }

  TempDir dir_;
  io::PosixDisk disk_;
  SystemClock clock_;
  IgnoredStoreEvents store_events_;
  RecordingEvents events_;
  TransferMetrics metrics_;
  std::unique_ptr<ReplicaStore> store_;
  std::unique_ptr<TransferServer> server_;
};

}  // namespace cairn::datanode
