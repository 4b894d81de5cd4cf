// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/util/random.h"
#include "namenode/image/checkpoint.h"
#include "namenode/journal/edit_log.h"
#include "namenode/journal/storage.h"
#include "namenode/namesystem/loader.h"
#include "namenode/namesystem/monitor.h"
#include "namenode/namesystem/namesystem.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fault_disk.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::namenode {

// Keeps the lines of the audit log.
class AuditRecorder final : public AuditSink {
 public:
  void Record(const AuditEvent& event) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    lines.push_back(std::string(event.allowed ? "ok " : "denied ") + event.command + " " +
                    event.source + (event.destination.empty() ? "" : " " + event.destination) +
                    (event.permission.empty() ? "" : " " + event.permission));
  }
  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

// A namesystem on a disk in memory, with datanodes that say what a test makes them say.
class NamesystemFixture : public ::testing::Test {
 protected:
  static constexpr uint64_t kBlockSize = 1 << 20;

  // With `real_disk` the files are on the machine's disk: a checkpoint's child writes them, and
  // memory is not shared with a child.
  explicit NamesystemFixture(bool real_disk = false);
  ~NamesystemFixture() override;

  // Starts from what is on disk; the first time the disk was formatted just now.
  void Start();
  // Ends without a word, as kill -9 does: what was not durable is gone.
  void Kill();
  void Restart() {
    Kill();
    Start();
  }
  // Waits until everything that was recorded is durable.
  void Sync() { ASSERT_TRUE(log_->WaitDurable(log_->LastAppended()).ok()); }

  // A state that was filled from the disk alone.
  std::unique_ptr<NamesystemState> LoadAnother();
  NamesystemState::Setup MakeSetup() const;

  // Callers.
  OpContext Super() const { return As("hdfs"); }
  OpContext As(const std::string& user, std::vector<std::string> groups = {}) const;
  // With an identity for the retry cache.
  OpContext Call(const std::string& user, int32_t call_id) const;

  // A datanode that is registered and has one empty volume, "DS-<name>".
  DatanodeRegistration AddDatanode(const std::string& name);
  HeartbeatResponse Beat(const DatanodeRegistration& node, bool want_lease = false);
  void Report(const DatanodeRegistration& node, const Block& block, ReceivedStatus status);
  void ReportReceived(const LocatedBlock& located, uint64_t length);
  // A full report of the node's volume.
  void ReportAll(const DatanodeRegistration& node, std::vector<ReportedBlock> blocks);
  DatanodeStorage VolumeOf(const DatanodeRegistration& node) const;

  // Operations that must succeed.
  FileStatus Create(const std::string& path, const std::string& client = "client-1");
  LocatedBlock AddBlock(const std::string& path, std::optional<ExtendedBlock> previous,
                        const std::string& client = "client-1");
  // A whole file of one block of that length, on every datanode.
  void WriteFile(const std::string& path, uint64_t length);
  void MustMkdirs(const std::string& path);
  std::optional<FileStatus> Stat(const std::string& path);
  std::vector<std::string> List(const std::string& path);

  FakeClock clock_;
  SeededRandom random_{7};
  TempDir temp_dir_;
  io::FaultDisk memory_disk_;
  io::PosixDisk posix_disk_;
  io::Disk& disk_;
  const std::vector<NameStorage::Directory> directories_;
  AuditRecorder audit_;
  NamespaceInfo info_;
  NamesystemOptions options_;  // Of the next start.
  uint16_t next_port_ = 9000;
  std::vector<DatanodeRegistration> nodes_;
  uint32_t replication_ = 3;

  std::unique_ptr<NameStorage> storage_;
  std::unique_ptr<NamesystemState> state_;
  std::unique_ptr<EditLog> log_;
  std::unique_ptr<Namesystem> ns_;
  std::unique_ptr<Monitor> monitor_;
};

// The code and the message of an outcome, for one EXPECT.
template <typename T>
std::string Why(const Outcome<T>& outcome) {
  return outcome.ok() ? "ok" : outcome.status().ToString();
}

}  // namespace cairn::namenode
