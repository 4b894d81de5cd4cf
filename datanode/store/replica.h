// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "common/util/clock.h"
#include "datanode/store/layout.h"
#include "datanode/store/volume.h"

namespace cairn::datanode {

// A replica in one state: where its files are follows from the type. The functions that turn one
// type into another, in replica_moves.h, are the only ones that rename replica files.
//
// A value; the volume outlives it.
template <ReplicaState kState>
struct ReplicaIn {
  static constexpr ReplicaState kStateValue = kState;

  Volume* volume = nullptr;
  std::string pool_id;
  Block block;

  std::string Directory() const {
    const PoolDirectories dirs = PoolDirectories::Of(volume->root(), pool_id);
    if constexpr (kState == ReplicaState::kFinalized) return dirs.FinalizedDirectory(block.id);
    if constexpr (kState == ReplicaState::kTemporary) return dirs.tmp;
    return dirs.rbw;
  }
  std::string BlockPath() const { return Directory() + "/" + BlockFileName(block.id); }
  std::string MetaPath() const {
    return Directory() + "/" + MetaFileName(block.id, block.generation_stamp);
  }
};

using FinalizedReplica = ReplicaIn<ReplicaState::kFinalized>;
using RbwReplica = ReplicaIn<ReplicaState::kRbw>;
using RwrReplica = ReplicaIn<ReplicaState::kRwr>;
using TemporaryReplica = ReplicaIn<ReplicaState::kTemporary>;

// What is known of a replica at one moment.
struct ReplicaSnapshot {
  Block block;  // Length: bytes received.
  ReplicaState state = ReplicaState::kFinalized;
  uint64_t bytes_on_disk = 0;    // Data and checksum are in their files.
  uint64_t visible_length = 0;   // What a reader may be promised; 0 for a temporary replica.
  std::string storage_uuid;
  StorageType storage_type = StorageType::kDisk;
  // Only under recovery (kRur):
  GenerationStamp recovery_id;
  ReplicaState original_state = ReplicaState::kFinalized;
};

// "FinalizedReplica, blk_1_2, FINALIZED …": a replica in the messages of exceptions.
std::string ToString(const ReplicaSnapshot& replica);

// "FINALIZED", "RBW", "RWR", "RUR", "TEMPORARY".
const char* ReplicaStateName(ReplicaState state);

// The moving parts of a replica that is being written: how far it is, and who writes it. Shared by
// the map, the writer and the readers that wait for bytes; it outlives the replica's removal.
//
// Thread-safe.
class WriteProgress {
 public:
  // How far the bytes are, consistently.
  struct Lengths {
    uint64_t received = 0;
    uint64_t on_disk = 0;
    uint64_t acked = 0;
    // Checksum of the last chunk at `on_disk`, big-endian, when that chunk is partial and the meta
    // file may already hold a later one.
    std::string last_checksum;
  };

  WriteProgress(Volume& volume, uint64_t length, uint64_t bytes_to_reserve);
  ~WriteProgress();
  WriteProgress(const WriteProgress&) = delete;
  WriteProgress& operator=(const WriteProgress&) = delete;

  Lengths lengths() const;
  void SetReceived(uint64_t length);
  // Wakes the readers that wait.
  void SetOnDisk(uint64_t length, std::string last_checksum);
  void SetAcked(uint64_t length);
  // After a truncation, or when the replica is taken over: all three lengths.
  void Reset(uint64_t length);
  void ReleaseReserved();

  // Waits until `length` bytes are on disk. kTimeout after `limit`.
  Status WaitForOnDisk(uint64_t length, Clock::Duration limit) const;

  // Registers a writer, unless there is one: then false. `stop` must make the writer's thread leave
  // soon; it is called at most once, from another thread, and must not block.
  bool Attach(std::function<void()> stop);
  // The writer has gone.
  void Detach();
  bool has_writer() const;
  // A recovery wants the replica: the writer must not write on.
  bool stop_requested() const;
  // Calls the writer's `stop` and waits until it has detached. kIoError after `limit`.
  Status StopWriter(Clock::Duration limit, const std::string& what);

 private:
  Volume& volume_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Lengths lengths_;
  uint64_t reserved_ = 0;
  bool has_writer_ = false;
  bool stop_requested_ = false;
  std::function<void()> stop_;
};

}  // namespace cairn::datanode
