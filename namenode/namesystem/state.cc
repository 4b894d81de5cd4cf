// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/state.h"

#include <chrono>
#include <ctime>
#include <utility>

namespace cairn::namenode {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr size_t kRetryEntriesMax = 1 << 20;

NewInode Root(const NamesystemOptions& options) {
  return {.id = kRootInodeId,
          .name = {},
          .permission = {options.superuser, options.supergroup, options.root_mode}};
}

uint64_t Mix(uint64_t hash, uint64_t value) {
  hash ^= value + 0x9e3779b97f4a7c15ULL + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccdULL;
}

std::string HolderName(int64_t wall_ms) {
  const time_t now = wall_ms / 1000;
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[40];
  std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts);
  return std::string("HDFS_NameNode-") + text;
}

}  // namespace

NamesystemState::NamesystemState(Setup setup, const Clock& clock, Random& random,
                                 RackResolver* racks, AuditSink* audit)
    : options(std::move(setup.options)),
      limits(setup.limits),
      info(std::move(setup.info)),
      clock(clock),
      random(random),
      racks(racks),
      audit(audit),
      tree(Root(options)),
      blocks(setup.blocks, clock, random, this),
      leases(clock, {.soft = duration_cast<seconds>(options.lease_soft_limit),
                     .hard = duration_cast<seconds>(options.lease_hard_limit)}),
      retry_cache(clock, options.retry_cache_ttl, kRetryEntriesMax) {}

const std::string& NamesystemState::InternalLeaseHolder() {
  // A new name now and then: recovery that got stuck under the old one starts again with it.
  const Clock::TimePoint now = clock.Now();
  if (internal_holder_.empty() || now - internal_holder_since_ > options.lease_hard_limit) {
    internal_holder_ = HolderName(clock.WallMs());
    internal_holder_since_ = now;
  }
  return internal_holder_;
}

uint8_t NamesystemState::StoragePolicyOf(InodeId owner) const {
  const InodeHandle inode = tree.Find(owner);
  return inode == kNoInode ? kPolicyUnspecified : EffectiveStoragePolicy(tree, inode);
}

BlockLengths::Info NamesystemState::LengthOf(BlockId block) const {
  const std::optional<BlockView> view = blocks.Find(block);
  if (!view) return {};
  const InodeHandle owner = tree.Find(view->owner);
  // The last block of an open file may grow to a full one, whatever was reported of it so far.
  const bool open = owner != kNoInode && tree.features().Writer(owner) != nullptr;
  bool last = false;
  if (open) {
    const size_t count = tree.inodes().BlockCount(owner);
    last = count > 0 && tree.inodes().BlockAt(owner, count - 1) == block;
  }
  return {.length = view->block.length, .complete = !last};
}

void NamesystemState::SetServiceState(ServiceState state) {
  const ServiceState before = service_state.exchange(state, std::memory_order_acq_rel);
  // A start is no transition.
  if (before != ServiceState::kInitializing) last_transition_ms.store(clock.WallMs());
}

TxId NamesystemState::Durable() const {
  if (authority != nullptr) return authority->Committed();
  return log == nullptr ? last_applied : log->Durable();
}

Status NamesystemState::WaitDurable(TxId txid) const {
  if (authority != nullptr) return authority->WaitCommitted(txid);
  return log == nullptr ? Status() : log->WaitDurable(txid);
}

bool NamesystemState::MayServe() const {
  return service_state.load(std::memory_order_acquire) == ServiceState::kActive &&
         (authority == nullptr || authority->MayServe());
}

StateHash NamesystemState::Hash() const {
  StateHash hash = HashTree(tree);
  hash.low = Mix(hash.low, blocks.StateHash());
  for (const uint64_t counter :
       {ids.last_inode_id.value, static_cast<uint64_t>(ids.last_block_id.value),
        ids.generation_stamp.value, ids.generation_stamp_v1.value}) {
    hash.high = Mix(hash.high, counter);
  }
  return hash;
}

bool CollectDeleted(NamesystemState& state, size_t inodes_max) {
  Tree::Collected collected;
  const bool more = state.tree.CollectSlice(inodes_max, collected);
  for (const InodeId file : collected.files) state.leases.Release(file);
  if (state.count_quotas && collected.inodes > 0) {
    // Directories in between were charged when the subtree left them; the root counts what is
    // freed, as it is freed.
    QuotaCounts freed;
    freed.names = -static_cast<int64_t>(collected.inodes);
    for (const BlockId block : collected.blocks) {
      const std::optional<BlockView> view = state.blocks.Find(block);
      if (!view) continue;
      freed += -SpaceChange(kPolicyUnspecified, view->block.length, 0, view->replication);
    }
    ChargeQuota(state.tree, state.tree.root(), freed);
  }
  state.blocks.RemoveBlocks(collected.blocks);
  return more;
}

}  // namespace cairn::namenode
