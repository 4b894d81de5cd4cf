// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/io/disk.h"
#include "common/model/block.h"
#include "common/model/datanode_info.h"
#include "common/model/namespace_info.h"
#include "common/util/clock.h"
#include "common/util/result.h"
#include "datanode/store/meta_file.h"
#include "datanode/store/replica.h"
#include "datanode/store/replica_writer.h"
#include "datanode/store/volume.h"

namespace cairn::datanode {

class StoreCore;
struct Pool;
struct ReplicaEntry;
struct ReplicaFiles;

struct StoreOptions {
  std::vector<DataDirectory> directories;              // dfs.datanode.data.dir.
  Volume::Options volume;
  int failed_volumes_tolerated = 0;                    // -1: as long as one works.
  uint64_t spare_bytes = 1ull << 30;                   // VolumeChooser.
  // dfs.datanode.xceiver.stop.timeout.millis.
  Clock::Duration writer_stop_limit = std::chrono::seconds(60);
  // A volume on which I/O failed is not checked again so soon after a check that it passed.
  Clock::Duration volume_check_gap = std::chrono::seconds(10);
};

// What the store tells its owner. Called from any thread; must not block for long, and must not
// call operations on blocks (OnVolumeFailed may come in the middle of one).
class StoreEvents {
 public:
  virtual ~StoreEvents() = default;

  // The files of an invalidated replica are gone.
  virtual void OnDeleted(const ExtendedBlock& block, const DatanodeStorage& storage) = 0;
  // The directory scanner found a finalized replica that memory did not know.
  virtual void OnFound(const ExtendedBlock& block, const DatanodeStorage& storage) = 0;
  // Stored bytes do not match their checksum or length.
  virtual void OnCorrupt(const ExtendedBlock& block, const DatanodeStorage& storage) = 0;
  // A volume was dropped; with `fatal`, more have failed than are tolerated.
  virtual void OnVolumeFailed(const DatanodeStorage& storage, const std::string& root,
                              const Status& why, bool fatal) = 0;
};

// An opened replica: its bytes up to `readable_length` with their checksums. The files stay
// readable after the replica has been moved, appended to or deleted.
struct OpenReplica {
  ExtendedBlock block;            // With the generation stamp on disk; length as `readable_length`.
  ReplicaState state = ReplicaState::kFinalized;
  std::shared_ptr<io::File> data;
  std::shared_ptr<io::File> meta;
  ChecksumSpec checksum;
  uint64_t readable_length = 0;   // Bytes for which there are data and checksum.
  uint64_t visible_length = 0;    // Bytes that all of the pipeline has acknowledged; <= readable.
  // The checksum to send for the chunk that ends at `readable_length`, big-endian: the meta file
  // may already hold one for more bytes. Empty when that chunk is whole: then the meta file is
  // right.
  std::string last_checksum;
  DatanodeStorage storage;
};

// How a new writer is made.
struct WriterOptions {
  ChecksumSpec checksum;
  // See WriteProgress::Attach.
  std::function<void()> stop = [] {};
};

// Where a new replica should go.
struct PlacementOptions {
  StorageType type = StorageType::kDisk;
  std::string storage_uuid;  // Preferred; may be empty.
};

// A replica that has just become complete, for the report to the namenode.
struct FinalizedInfo {
  ExtendedBlock block;
  DatanodeStorage storage;
};

struct RecoveryInfo {
  Block block;
  ReplicaState original_state = ReplicaState::kFinalized;
};

// All replicas of one storage, for a full block report.
struct StorageBlocks {
  struct Entry {
    Block block;
    ReplicaState state;
  };
  DatanodeStorage storage;
  std::vector<Entry> blocks;
};

struct VolumeFailures {
  std::vector<std::string> roots;
  uint64_t last_failure_ms = 0;        // Unix time.
  uint64_t capacity_lost_bytes = 0;
};

// The replicas of a datanode: the facade of datanode/store.
//
// Operations follow the rules of Apache's FsDatasetImpl, in states, generation stamps, lengths, and
// in the classes and texts of errors: kReplicaNotFound, kReplicaAlreadyExists, kRecoveryInProgress,
// kDiskOutOfSpace, else kIoError.
//
// One operation on a block excludes the others on that block only; none holds a lock of all blocks
// during I/O, so that a sick disk stalls its own streams.
//
// Thread-safe. Writers and opened replicas must be destroyed before the store.
class ReplicaStore {
 public:
  // Opens and locks the directories, without loading replicas. Fails when more directories cannot
  // be used than are tolerated, or none can. `disk`, `clock` and `events` must outlive the store.
  static Result<std::unique_ptr<ReplicaStore>> Open(io::Disk& disk, const Clock& clock,
                                                    StoreOptions options, StoreEvents& events);
  ~ReplicaStore();

  // The uuid of the datanode: that of the directories, or a new one that they will be given.
  std::string datanode_uuid() const;

  // The handshake with a namenode: formats directories that are new, checks those that are not
  // (kIncorrectVersion on a mismatch of namespace, cluster or creation time), and loads the pool's
  // replicas, all volumes at once. No-op for a pool that is loaded.
  Status AddPool(const NamespaceInfo& ns);
  // Forgets a pool's replicas; the files stay.
  void RemovePool(const std::string& pool_id);
  // Deletes a forgotten pool's files (deleteBlockPool). Without `force` only when it has none.
  Status DeletePool(const std::string& pool_id, bool force);

  // --- Writing. Each returns the writer of the replica. ---

  // A replica of a new pipeline. kReplicaAlreadyExists when the block is here in any state, unless
  // `new_generation_stamp` is not 0 (a retried set-up): then the old replica is removed.
  Result<std::unique_ptr<ReplicaWriter>> CreateRbw(const ExtendedBlock& block,
                                                   const PlacementOptions& place,
                                                   WriterOptions options,
                                                   GenerationStamp new_generation_stamp = {});
  // A replica copied from another datanode. `is_transfer`: for a pipeline's recovery.
  Result<std::unique_ptr<ReplicaWriter>> CreateTemporary(const ExtendedBlock& block,
                                                         const PlacementOptions& place,
                                                         bool is_transfer, WriterOptions options);
  // Continues an rbw replica in a rebuilt pipeline; bytes beyond the acknowledged ones are cut off.
  Result<std::unique_ptr<ReplicaWriter>> RecoverRbw(const ExtendedBlock& block,
                                                    GenerationStamp new_generation_stamp,
                                                    uint64_t min_bytes_received,
                                                    uint64_t max_bytes_received,
                                                    WriterOptions options);
  // Reopens a finalized replica of exactly `expected_length` bytes.
  Result<std::unique_ptr<ReplicaWriter>> Append(const ExtendedBlock& block,
                                                GenerationStamp new_generation_stamp,
                                                uint64_t expected_length, WriterOptions options);
  Result<std::unique_ptr<ReplicaWriter>> RecoverAppend(const ExtendedBlock& block,
                                                       GenerationStamp new_generation_stamp,
                                                       uint64_t expected_length,
                                                       WriterOptions options);
  // The last packet's acknowledgement was lost: gives the replica the new stamp and finalizes it.
  Result<FinalizedInfo> RecoverClose(const ExtendedBlock& block,
                                     GenerationStamp new_generation_stamp,
                                     uint64_t expected_length);

  // Moves the writer's replica to its final place; later writes fail. No-op when it is there.
  // `sync`: data, meta file and directories are made durable first (dfs.datanode.synconclose).
  Result<FinalizedInfo> Finalize(ReplicaWriter& writer, bool sync);
  // Removes the writer's replica when it is temporary.
  Status AbortTemporary(ReplicaWriter& writer);
  // A temporary replica of at least `visible_length` bytes becomes one that a pipeline can recover.
  Status ConvertTemporaryToRbw(ReplicaWriter& writer, GenerationStamp expected,
                               uint64_t visible_length);

  // Leaves a marker, as Apache does when a datanode is restarted for an upgrade: a replica whose
  // writer may come back is loaded as rbw, not rwr, when the datanode starts before `until_ms`
  // (Unix time).
  Status MarkForRestart(ReplicaWriter& writer, int64_t until_ms);

  // --- Reading. ---

  // kReplicaNotFound when the block is not here or its stamp is older than the asked one. Of a
  // replica being written, waits up to 3 s for `min_length` bytes.
  Result<OpenReplica> OpenForRead(const ExtendedBlock& block, uint64_t min_length = 0);
  std::optional<ReplicaSnapshot> Find(const std::string& pool_id, BlockId id) const;
  // The length that a client may count on (getReplicaVisibleLength); -1 of a temporary or rwr
  // replica, as Apache answers.
  Result<int64_t> VisibleLength(const ExtendedBlock& block) const;
  // Whether a finalized replica with this stamp and at least this length is here.
  bool IsValid(const ExtendedBlock& block) const;
  // Both paths of a finalized or rbw replica, for the legacy short-circuit read and for logs.
  struct LocalPaths {
    std::string block_path;
    std::string meta_path;
  };
  Result<LocalPaths> Paths(const ExtendedBlock& block) const;

  // --- Block recovery. ---

  // Stops a writer and puts the replica under recovery; nothing when the block is not here.
  Result<std::optional<RecoveryInfo>> InitReplicaRecovery(const ExtendedBlock& block,
                                                          GenerationStamp recovery_id);
  // Gives the replica under recovery its agreed stamp and length and finalizes it. With a
  // `new_block_id` other than 0 or the block's own, the bytes go to a new block (truncate with
  // copy) and the old one stays. Returns the replica that is now final.
  Result<FinalizedInfo> UpdateReplicaUnderRecovery(const ExtendedBlock& block,
                                                   GenerationStamp recovery_id,
                                                   BlockId new_block_id, uint64_t new_length);

  // --- Removal and health. ---

  // Deletes replicas whose stamps match, in the background; OnDeleted follows for each. Blocks that
  // are not here are no error. kIoError lists those whose stamp does not match.
  Status Invalidate(const std::string& pool_id, const std::vector<Block>& blocks);
  // Waits until what was invalidated before is deleted.
  void DrainDeletions();
  // Deletions that wait (PendingAsyncDeletions).
  uint64_t pending_deletions() const;

  // An I/O error was seen on a replica's files: checks its volume and drops it when it is sick.
  void ReportIoError(const ExtendedBlock& block);

  // --- Reports. ---

  // Finalized, rbw and rwr replicas by storage; replicas under recovery with their original state.
  std::vector<StorageBlocks> BlockReports(const std::string& pool_id) const;
  std::vector<StorageReport> StorageReports(const std::string& pool_id) const;
  VolumeFailures Failures() const;
  // The working volumes.
  std::vector<Volume*> Volumes() const;
  uint64_t ReplicaCount(const std::string& pool_id) const;
  std::vector<std::string> Pools() const;

  // For the scanners of this folder.
  StoreCore& core() { return *core_; }

 private:
  explicit ReplicaStore(std::unique_ptr<StoreCore> core);

  Result<std::unique_ptr<ReplicaWriter>> CreateReplica(Pool& pool, const Block& block,
                                                       ReplicaState state,
                                                       const PlacementOptions& place,
                                                       WriterOptions options);
  std::unique_ptr<ReplicaWriter> MakeWriter(const Pool& pool, const ReplicaEntry& entry,
                                            ReplicaFiles files);
  Result<ReplicaEntry> EntryOf(const Pool& pool, const ReplicaWriter& writer) const;
  Result<std::unique_ptr<ReplicaWriter>> Reopen(Pool& pool, ReplicaEntry entry,
                                                GenerationStamp new_generation_stamp,
                                                WriterOptions options);
  Result<std::unique_ptr<ReplicaWriter>> AppendTo(Pool& pool, ReplicaEntry entry,
                                                  GenerationStamp new_generation_stamp,
                                                  uint64_t block_length_max,
                                                  WriterOptions options);
  Result<std::shared_ptr<WriteProgress>> RecoverCheck(const ReplicaEntry& entry,
                                                      const ExtendedBlock& block,
                                                      GenerationStamp new_generation_stamp,
                                                      uint64_t expected_length) const;
  Result<RecoveryInfo> StartRecovery(Pool& pool, ReplicaEntry entry, const ExtendedBlock& block,
                                     GenerationStamp recovery_id);
  Result<FinalizedInfo> FinishInPlace(Pool& pool, ReplicaEntry entry, GenerationStamp recovery_id,
                                      uint64_t length, uint64_t new_length);
  Result<FinalizedInfo> FinishToNewBlock(Pool& pool, const ReplicaEntry& entry,
                                         const Block& wanted);

  std::unique_ptr<StoreCore> core_;
};

}  // namespace cairn::datanode
