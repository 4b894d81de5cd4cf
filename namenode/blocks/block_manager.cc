// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/block_manager.h"

#include <algorithm>

#include "namenode/blocks/block_map.h"
#include "namenode/blocks/lifecycle.h"
#include "namenode/blocks/recovery.h"
#include "namenode/blocks/redundancy.h"
#include "namenode/blocks/report_leases.h"
#include "namenode/blocks/reports.h"

namespace cairn::namenode {
namespace {

Status NoSuchBlock(BlockId id) {
  return Status(Code::kNotFound, "block " + ToString(id) + " does not exist");
}

uint64_t Mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

BlockManager::BlockManager(const BlockManagerOptions& options, const Clock& clock, Random& random,
                           const BlockOwners* owners)
    : options_(options),
      clock_(clock),
      random_(random),
      datanodes_(clock, options_),
      safe_mode_(clock, options_, [this] { return datanodes_.LiveCount(); }),
      placement_(std::make_unique<DefaultPlacement>(datanodes_, clock, random, options_)),
      map_(std::make_unique<BlockMap>()),
      redundancy_(std::make_unique<Redundancy>(Redundancy::Parts{
          *map_, datanodes_, *placement_, safe_mode_, options_, clock, random, owners})),
      lifecycle_(std::make_unique<BlockLifecycle>(*map_, datanodes_, *redundancy_)),
      recovery_(std::make_unique<BlockRecovery>(*map_, datanodes_, *lifecycle_)),
      leases_(std::make_unique<ReportLeases>(clock, random, options_)),
      reports_(std::make_unique<BlockReports>(*map_, datanodes_, *redundancy_, *lifecycle_,
                                              safe_mode_)),
      repaired_at_(clock.Now()),
      expired_at_(clock.Now()) {}

BlockManager::~BlockManager() = default;

Status BlockManager::AddBlock(InodeId owner, const Block& block, uint16_t replication,
                              BlockState state) {
  CAIRN_TRY(LoadBlock(owner, block, replication, state));
  if (state == BlockState::kComplete) safe_mode_.AddTotal(1);
  reports_->Retry(block.id);
  return Status();
}

Status BlockManager::AddUnderConstruction(InodeId owner, const Block& block, uint16_t replication,
                                          std::span<const StorageIndex> expected) {
  CAIRN_ASSIGN(const BlockHandle handle,
               map_->Add(owner, block, replication, BlockState::kUnderConstruction));
  lifecycle_->Expect(handle, expected);
  for (StorageIndex s : expected) datanodes_.NoteScheduled(s);
  reports_->Retry(block.id);
  return Status();
}

Status BlockManager::LoadBlock(InodeId owner, const Block& block, uint16_t replication,
                               BlockState state) {
  return map_->Add(owner, block, replication, state).status();
}

void BlockManager::ReserveBlocks(uint64_t count) { map_->Reserve(count); }

void BlockManager::FinishLoading() {
  loaded_ = true;
  safe_mode_.Activate(map_->complete_count());
  ActivateWhenReady();
}

void BlockManager::ExpectAt(BlockId id, std::span<const StorageIndex> places) {
  if (const BlockHandle block = map_->Find(id); block != kNoBlock) {
    lifecycle_->Expect(block, places);
  }
}

std::optional<BlockView> BlockManager::Find(BlockId id) const {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return std::nullopt;
  return map_->View(block);
}

void BlockManager::SetOwner(BlockId id, InodeId owner) {
  if (const BlockHandle block = map_->Find(id); block != kNoBlock) map_->SetOwner(block, owner);
}

void BlockManager::SetReplication(BlockId id, uint16_t replication) {
  if (const BlockHandle block = map_->Find(id); block != kNoBlock) {
    redundancy_->SetReplication(block, replication);
  }
}

void BlockManager::RemoveBlocks(std::span<const BlockId> ids) {
  for (BlockId id : ids) {
    if (const BlockHandle block = map_->Find(id); block != kNoBlock) redundancy_->Forget(block);
  }
}

Status BlockManager::CheckCommit(const Block& block) const {
  const BlockHandle handle = map_->Find(block.id);
  if (handle == kNoBlock) return NoSuchBlock(block.id);
  return lifecycle_->CheckCommit(handle, block);
}

bool BlockManager::WouldComplete(const Block& block) const {
  const BlockHandle handle = map_->Find(block.id);
  return handle != kNoBlock && lifecycle_->Agreeing(handle, block) >= options_.replication_min;
}

void BlockManager::Commit(const Block& block) {
  const BlockHandle handle = map_->Find(block.id);
  if (handle == kNoBlock) return;
  lifecycle_->Commit(handle, block);
  reports_->Retry(block.id);
}

bool BlockManager::TryComplete(BlockId id) {
  const BlockHandle block = map_->Find(id);
  return block != kNoBlock && lifecycle_->TryComplete(block);
}

void BlockManager::ForceComplete(BlockId id) {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return;
  lifecycle_->ForceComplete(block);
  reports_->Retry(id);
}

Status BlockManager::UpdateBlock(const Block& block) {
  const BlockHandle handle = map_->Find(block.id);
  if (handle == kNoBlock) return NoSuchBlock(block.id);
  CAIRN_TRY(lifecycle_->Update(handle, block));
  reports_->Retry(block.id);
  return Status();
}

Status BlockManager::ConvertToUnderConstruction(BlockId id) {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return NoSuchBlock(id);
  lifecycle_->Reopen(block);
  return Status();
}

Status BlockManager::UpdatePipeline(const Block& block, std::span<const StorageIndex> expected) {
  const BlockHandle handle = map_->Find(block.id);
  if (handle == kNoBlock) return NoSuchBlock(block.id);
  CAIRN_TRY(lifecycle_->UpdatePipeline(handle, block, expected));
  reports_->Retry(block.id);
  return Status();
}

std::vector<StorageIndex> BlockManager::ExpectedPlaces(BlockId id) const {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return {};
  return lifecycle_->Places(block);
}

uint32_t BlockManager::LiveReplicas(BlockId id) const {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return 0;
  const Redundancy::Counts counts = redundancy_->Count(block);
  return counts.live + counts.leaving;
}

bool BlockManager::HasMinReplicas(BlockId id) const {
  return LiveReplicas(id) >= options_.replication_min;
}

Status BlockManager::StartRecovery(BlockId id, GenerationStamp recovery_id,
                                   std::optional<Block> truncate) {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return NoSuchBlock(id);
  return recovery_->Start(block, recovery_id, truncate);
}

std::optional<GenerationStamp> BlockManager::RecoveryId(BlockId id) const {
  const BlockHandle block = map_->Find(id);
  const WrittenBlock* written = block == kNoBlock ? nullptr : map_->Construction(block);
  if (written == nullptr || written->recovery_id.value == 0) return std::nullopt;
  return written->recovery_id;
}

std::optional<Block> BlockManager::TruncateBlock(BlockId id) const {
  const BlockHandle block = map_->Find(id);
  const WrittenBlock* written = block == kNoBlock ? nullptr : map_->Construction(block);
  return written == nullptr ? std::nullopt : written->truncate;
}

Status BlockManager::CheckRecovery(BlockId id, GenerationStamp recovery_id) const {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return NoSuchBlock(id);
  return recovery_->Check(block, recovery_id);
}

Status BlockManager::FinishRecovery(const Block& block, std::span<const StorageIndex> places,
                                    bool close) {
  const BlockHandle handle = map_->Find(block.id);
  if (handle == kNoBlock) return NoSuchBlock(block.id);
  CAIRN_TRY(recovery_->Finish(handle, block, places, close));
  reports_->Retry(block.id);
  return Status();
}

BlockManagerCounters BlockManager::Counters() const {
  const LowRedundancyQueues& low = redundancy_->low();
  BlockManagerCounters c;
  c.blocks = map_->size();
  c.complete_blocks = map_->complete_count();
  c.under_construction_blocks = c.blocks - c.complete_blocks;
  c.missing = low.Size(Urgency::kCorrupt);
  c.missing_replication_one = redundancy_->MissingWithReplicationOne();
  c.low_redundancy = low.size() - c.missing;
  c.highest_priority_low_redundancy = low.Size(Urgency::kHighest);
  c.corrupt_blocks = redundancy_->corrupt().size();
  c.pending_reconstruction = redundancy_->pending().size();
  c.scheduled_reconstruction = redundancy_->queued_transfers();
  c.pending_deletion = redundancy_->invalidations().size();
  c.excess = redundancy_->excess().size();
  c.postponed_misreplicated = redundancy_->postponed_size();
  c.queued_messages = reports_->queued().size();
  c.bytes_in_future = safe_mode_.future_bytes();
  c.timed_out_reconstructions = redundancy_->timed_out();
  return c;
}

FsStats BlockManager::Stats() const {
  const ClusterTotals totals = datanodes_.Totals();
  const BlockManagerCounters counters = Counters();
  FsStats stats;
  stats.capacity = totals.capacity;
  stats.used = totals.dfs_used;
  stats.remaining = totals.remaining;
  // Apache's "low redundancy" counts the missing ones too.
  stats.under_replicated = counters.low_redundancy + counters.missing;
  stats.corrupt_blocks = counters.corrupt_blocks;
  stats.missing_blocks = counters.missing;
  stats.missing_replication_one_blocks = counters.missing_replication_one;
  stats.blocks_in_future_bytes = counters.bytes_in_future;
  stats.pending_deletion_blocks = counters.pending_deletion;
  return stats;
}

uint64_t BlockManager::StateHash() const {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < map_->HandleEnd(); ++i) {
    const BlockHandle block(i);
    if (!map_->IsUsed(block)) continue;
    const Block b = map_->Get(block);
    // When enough reports make a committed block complete is not in the log.
    uint64_t hash = Mix(static_cast<uint64_t>(b.id.value) + 0x9e3779b97f4a7c15ULL);
    hash = Mix(hash ^ b.generation_stamp.value);
    hash = Mix(hash + b.length);
    sum += Mix(hash ^ (map_->IsFinished(block) ? 1 : 0));
  }
  return sum;
}

uint64_t BlockManager::MemoryBytes() const { return map_->MemoryBytes(); }

}  // namespace cairn::namenode
