// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/model/file_status.h"
#include "common/model/located_block.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "common/util/result.h"
#include "namenode/blocks/block_owners.h"
#include "namenode/blocks/commands.h"
#include "namenode/blocks/datanode_manager.h"
#include "namenode/blocks/full_report.h"
#include "namenode/blocks/options.h"
#include "namenode/blocks/placement.h"
#include "namenode/blocks/reported_blocks.h"
#include "namenode/blocks/safe_mode.h"
#include "namenode/blocks/storage_policy.h"
#include "namenode/blocks/types.h"

namespace cairn::namenode {

class BlockLifecycle;
class BlockMap;
class BlockRecovery;
class BlockReports;
class Redundancy;
class ReportLeases;

// Numbers for FSNamesystem's beans, `dfsadmin -report` and metrics.
struct BlockManagerCounters {
  uint64_t blocks = 0;
  uint64_t complete_blocks = 0;
  uint64_t under_construction_blocks = 0;
  uint64_t low_redundancy = 0;  // All that have too few replicas, without the corrupt ones.
  uint64_t highest_priority_low_redundancy = 0;
  uint64_t missing = 0;  // Blocks without a good replica.
  uint64_t missing_replication_one = 0;
  uint64_t corrupt_blocks = 0;  // Blocks with a corrupt replica.
  uint64_t pending_reconstruction = 0;
  uint64_t scheduled_reconstruction = 0;
  uint64_t pending_deletion = 0;
  uint64_t excess = 0;
  uint64_t postponed_misreplicated = 0;
  uint64_t queued_messages = 0;  // On a standby: reports ahead of the edits.
  uint64_t bytes_in_future = 0;
  uint64_t timed_out_reconstructions = 0;
};

// The blocks of the namespace, their replicas and the datanodes that hold them: the only door to
// namenode/blocks.
//
// Blocks are named by id. Mutations come in two kinds: those of files (Add, Commit, …), which the
// caller has checked and recorded in the edit log, or replays from it: they do the same on active
// and standby; and those of datanodes (reports, heartbeats, Tick), which are in no log.
//
// Not thread-safe: guarded by the namesystem lock. Const methods need a shared lock only.
class BlockManager {
 public:
  // Everything must outlive this object. `owners` may be null: then all files are HOT.
  BlockManager(const BlockManagerOptions& options, const Clock& clock, Random& random,
               const BlockOwners* owners);
  ~BlockManager();
  BlockManager(const BlockManager&) = delete;
  BlockManager& operator=(const BlockManager&) = delete;

  // --- Blocks of files.

  // kAlreadyExists when the id is taken; kInvalidArgument when a value is out of range.
  Status AddBlock(InodeId owner, const Block& block, uint16_t replication, BlockState state);
  // A new last block of a file being written, with the places that its writer was given.
  Status AddUnderConstruction(InodeId owner, const Block& block, uint16_t replication,
                              std::span<const StorageIndex> expected);
  // AddBlock for an image's ten millions: no counters, no queues. Then FinishLoading once.
  Status LoadBlock(InodeId owner, const Block& block, uint16_t replication, BlockState state);
  void ReserveBlocks(uint64_t count);
  // Counts what was loaded and enters safe mode with it.
  void FinishLoading();

  std::optional<BlockView> Find(BlockId id) const;
  void SetOwner(BlockId id, InodeId owner);
  // Raising orders copies, lowering deletes the excess. Applies to this block alone.
  void SetReplication(BlockId id, uint16_t replication);
  // The file is gone: forgets the blocks and orders their replicas to be deleted. Slice calls for
  // large deletes: about 1 µs a block.
  void RemoveBlocks(std::span<const BlockId> ids);

  // Whether a writer's "this block is finished with this length" can be accepted.
  Status CheckCommit(const Block& block) const;
  // Whether it would be complete then, having enough replicas.
  bool WouldComplete(const Block& block) const;
  // Takes it; the block becomes complete at once when enough replicas were reported. Requires
  // CheckCommit. A block that is complete already stays so.
  void Commit(const Block& block);
  // Whether the block may count as finished for its file to go on or to close: complete, or
  // committed with enough replicas (then it becomes complete).
  bool TryComplete(BlockId id);
  // Replay of a close: the active had seen enough replicas.
  void ForceComplete(BlockId id);
  // Replay, fsync, recovery: sets length and generation stamp, which must not go back.
  Status UpdateBlock(const Block& block);

  // Reopens a file's last block for append or truncate: the present replicas become the expected.
  Status ConvertToUnderConstruction(BlockId id);
  // The writer goes on with other datanodes and a new generation stamp.
  Status UpdatePipeline(const Block& block, std::span<const StorageIndex> expected);
  // Gives a block that is being written, and that nobody has yet, new places.
  void ExpectAt(BlockId id, std::span<const StorageIndex> places);
  // Places that a writer was given, or the present ones of a finished block.
  std::vector<StorageIndex> ExpectedPlaces(BlockId id) const;
  uint32_t LiveReplicas(BlockId id) const;
  // Apache's "expected replication": enough for `dfs.namenode.replication.min`.
  bool HasMinReplicas(BlockId id) const;

  // --- Recovery of a block whose writer is gone.

  // Picks the datanode that leads, and hands it the command with its next heartbeat.
  // `recovery_id` is the new generation stamp. `truncate` when the last block is to be cut.
  // kNotFound when the block is not under construction.
  Status StartRecovery(BlockId id, GenerationStamp recovery_id,
                       std::optional<Block> truncate = std::nullopt);
  std::optional<GenerationStamp> RecoveryId(BlockId id) const;
  std::optional<Block> TruncateBlock(BlockId id) const;
  // Whether commitBlockSynchronization's generation stamp is the one that was ordered last.
  Status CheckRecovery(BlockId id, GenerationStamp recovery_id) const;
  // The datanodes agreed: sets length, stamp and places. With `close` the places count as replicas
  // and the block is committed. Requires CheckRecovery (not on replay).
  Status FinishRecovery(const Block& block, std::span<const StorageIndex> places, bool close);

  // --- Reading.

  // A block as a client sees it; `reader_host` orders the places. No places for a block of length
  // 0 that nobody holds.
  LocatedBlock Locate(BlockId id, uint64_t offset, const std::string& pool_id,
                      const std::string& reader_host) const;
  // The same for places that were just chosen.
  LocatedBlock LocateAt(const Block& block, uint64_t offset, const std::string& pool_id,
                        std::span<const StorageIndex> places) const;

  struct ReplicaView {
    StorageIndex storage;
    bool corrupt = false;
    bool excess = false;
    bool stale = false;
  };
  // All replicas, for fsck.
  std::vector<ReplicaView> Replicas(BlockId id) const;
  bool IsCorrupt(BlockId id) const;
  // Blocks without a good replica, from `after` on in an order that stays, with their owners.
  struct CorruptBlock {
    BlockId id;
    InodeId owner;
  };
  std::vector<CorruptBlock> CorruptBlocks(uint64_t skip, uint32_t max) const;

  // --- Placement.

  struct ChooseArgs {
    std::string path;  // For the message only.
    uint32_t count = 0;
    std::string writer_host;  // Address or name.
    std::string writer_rack;  // When known: used when no datanode runs on that host.
    std::vector<StorageIndex> existing;
    std::vector<std::string> excluded_uuids;
    std::vector<std::string> favored_nodes;  // "host" or "host:port".
    uint64_t block_size = 0;
    uint8_t storage_policy = 0;
    bool no_local_write = false;
    bool ignore_client_locality = false;
    // Fewer places than this are an error with Apache's message; 0: dfs.namenode.replication.min.
    uint32_t at_least = 0;
  };
  // kIoError with Apache's "could only be written to …" when there are too few.
  Result<std::vector<StorageIndex>> ChooseTargets(const ChooseArgs& args) const;

  // --- Datanodes.

  Result<DatanodeIndex> RegisterDatanode(const DatanodeRegistrationArgs& args);

  struct HeartbeatReply {
    std::vector<DatanodeCommand> commands;
    uint64_t report_lease_id = 0;  // 0: no full report now.
  };
  // An unknown datanode gets a RegisterCommand.
  Result<HeartbeatReply> Heartbeat(const HeartbeatArgs& args);

  struct FullReportArgs {
    DatanodeId id;
    DatanodeStorage storage;
    uint64_t report_id = 0;
    uint64_t lease_id = 0;
    // Which of how many calls of this report this is; the lease ends with the last one.
    uint32_t call = 0;
    uint32_t calls_total = 1;
    bool last_storage_of_call = true;
  };
  // Null when the report is to be ignored: a repetition of the first one while in start-up safe
  // mode. kReportLease for a lease that is not valid: the datanode must hear of it, or it takes its
  // report for done. `blocks` must outlive the report.
  Result<std::unique_ptr<FullReport>> BeginFullReport(const FullReportArgs& args,
                                                      ReportedBlocks& blocks);
  Status IncrementalReport(const DatanodeId& id, const DatanodeStorage& storage,
                           std::span<const ReceivedDeletedBlock> blocks);
  // Somebody read bad bytes. `storage_uuid` may be empty. Unknown blocks and places are ignored.
  void MarkCorrupt(const Block& block, const std::string& datanode_uuid,
                   const std::string& storage_uuid, const std::string& reason);
  // The datanode says that it cannot go on.
  void MarkDatanodeDead(const DatanodeId& id);
  void SetBalancerBandwidth(uint64_t bytes_per_second);

  const DatanodeManager& datanodes() const { return datanodes_; }
  DatanodeManager& datanodes() { return datanodes_; }
  // "" and kNoStorage rules as DatanodeManager::FindStorage.
  std::vector<StorageIndex> FindStorages(std::span<const DatanodeId> nodes,
                                         std::span<const std::string> storage_uuids) const;

  // --- Safe mode, roles, time.

  const SafeMode& safe_mode() const { return safe_mode_; }
  void EnterSafeMode(bool resources_low);
  // False: refused (see SafeMode::Leave). Fills the repair queues when they are not filled yet.
  bool LeaveSafeMode(bool force);

  // A standby never orders deletions or copies, and keeps reports that are ahead of its edits.
  // A block manager starts as the active one.
  void BecomeStandby();
  // Nothing is deleted on account of a volume until it has reported in full.
  void BecomeActive();
  // The newest generation stamp that the namespace knows: what is above comes from the future.
  void SetLastGenerationStamp(GenerationStamp stamp);

  // Runs what is due: dead datanodes, timeouts, repair orders, safe mode. Call every second or so;
  // works for about 2 ms and returns whether it wants to be called again at once.
  bool Tick();

  BlockManagerCounters Counters() const;
  FsStats Stats() const;
  // The same on active and standby at the same transaction: over id, stamp, length and whether the
  // block is finished, whatever the order of blocks.
  uint64_t StateHash() const;
  // Bytes of the block map, its index and the replica lists.
  uint64_t MemoryBytes() const;

 private:
  void LoseDatanode(DatanodeIndex node);
  void ActivateWhenReady();
  void AddCommands(DatanodeIndex node, HeartbeatReply& reply);
  PlacementRequest RequestFor(const ChooseArgs& args) const;
  std::vector<StorageIndex> ReadablePlaces(BlockHandle block, bool* corrupt) const;

  const BlockManagerOptions options_;
  const Clock& clock_;
  Random& random_;
  DatanodeManager datanodes_;
  SafeMode safe_mode_;
  std::unique_ptr<PlacementPolicy> placement_;
  std::unique_ptr<BlockMap> map_;
  std::unique_ptr<Redundancy> redundancy_;
  std::unique_ptr<BlockLifecycle> lifecycle_;
  std::unique_ptr<BlockRecovery> recovery_;
  std::unique_ptr<ReportLeases> leases_;
  std::unique_ptr<BlockReports> reports_;
  bool standby_ = false;
  bool loaded_ = false;
  Clock::TimePoint repaired_at_{};
  Clock::TimePoint expired_at_{};
};

}  // namespace cairn::namenode
