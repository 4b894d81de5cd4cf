// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "common/util/random.h"
#include "namenode/image/checkpoint.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/edit_log.h"
#include "namenode/journal/storage.h"
#include "namenode/namesystem/loader.h"
#include "namenode/namesystem/monitor.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/role.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fault_disk.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::namenode {

// One namenode of a pair, on a disk in memory. What its log writes is kept for the other.
class PairMember {
 public:
  // With `real_disk` on the machine's: a checkpoint's child writes there.
  PairMember(const FakeClock& clock, const NamespaceInfo& info, bool real_disk);
  ~PairMember() { Kill(); }

  // From the disk, as the standby.
  void Start();
  // Without a word: what was not durable is gone.
  void Kill();

  void Sync() { ASSERT_TRUE(log->WaitDurable(log->LastAppended()).ok()); }
  // Frees what deletes left, so that the block map shows no more than the tree.
  void Drain();
  StateHash Hash();
  // The records that were written since the last call, one by one.
  std::vector<std::string> TakeRecords();
  void Apply(const std::string& records) {
    const Status applied = role->Apply(records);
    ASSERT_TRUE(applied.ok()) << applied.ToString();
  }

  const FakeClock& clock;
  const NamespaceInfo info;
  SeededRandom random{7};
  TempDir temp_dir;
  io::FaultDisk memory_disk;
  io::PosixDisk posix_disk;
  io::Disk& disk;
  const std::vector<NameStorage::Directory> directories;
  std::unique_ptr<NameStorage> storage;
  std::unique_ptr<NamesystemState> state;
  std::unique_ptr<EditLog> log;
  std::unique_ptr<Namesystem> ns;
  std::unique_ptr<Role> role;
  std::unique_ptr<Monitor> monitor;
  std::vector<Status> fatal;

 private:
  std::mutex mutex_;
  std::deque<std::string> written_;  // Guarded by mutex_.
};

// Two namenodes and datanodes that report to both. The first begins as the active.
class PairFixture : public ::testing::Test {
 protected:
  static constexpr uint64_t kBlockSize = 1 << 20;

  explicit PairFixture(bool real_disk = false);

  PairMember& active() { return *members_[active_]; }
  PairMember& standby() { return *members_[1 - active_]; }

  OpContext Super() const;
  OpContext Call(int32_t call_id) const;
  // Everything that the active has written reaches the standby.
  void Feed();
  // The active dies after everything reached the standby, which takes over; the dead one comes back
  // as the standby.
  void Failover();
  void ExpectSame();

  // Datanodes.
  void Register(PairMember& member);
  HeartbeatResponse Beat(PairMember& member, size_t node, bool want_lease = false);
  void Report(PairMember& member, size_t node, const Block& block, ReceivedStatus status);
  void ReportAll(PairMember& member, size_t node, std::vector<ReportedBlock> blocks);
  // All nodes received the block, and tell both.
  void ReportReceived(const LocatedBlock& located, uint64_t length);
  DatanodeStorage VolumeOf(size_t node) const { return {.uuid = "DS-" + nodes_[node].id.uuid}; }

  // Operations on the active that must succeed.
  void Create(const std::string& path, const std::string& client = "client-1");
  LocatedBlock AddBlock(const std::string& path, std::optional<ExtendedBlock> previous = {},
                        const std::string& client = "client-1");
  bool Complete(const std::string& path, const LocatedBlock& block, uint64_t length);
  // A whole file of one block on every datanode; its block.
  Block WriteFile(const std::string& path, uint64_t length);

  FakeClock clock_;
  NamespaceInfo info_;
  std::vector<DatanodeRegistration> nodes_;
  std::unique_ptr<PairMember> members_[2];
  size_t active_ = 0;
  uint32_t replication_ = 3;
};

}  // namespace cairn::namenode
