// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>

#include "common/model/namespace_info.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/blocks/rack_resolver.h"
#include "namenode/image/carried.h"
#include "namenode/image/namespace_ids.h"
#include "namenode/journal/edit_log.h"
#include "namenode/journal/storage.h"
#include "namenode/namesystem/authority.h"
#include "namenode/namesystem/context.h"
#include "namenode/namesystem/datanode_messages.h"
#include "namenode/namesystem/durability_window.h"
#include "namenode/namesystem/options.h"
#include "namenode/namesystem/retry_cache.h"
#include "namenode/namesystem/section.h"
#include "namenode/tree/fs_limits.h"
#include "namenode/tree/lease_manager.h"
#include "namenode/tree/quota.h"
#include "namenode/tree/state_hash.h"
#include "namenode/tree/tree.h"

namespace cairn::namenode {

// Everything that a namenode knows, and the section that guards it. The operations
// (namesystem.h) and the application of edit records (apply.h) work on it; nobody else does.
//
// Members are guarded by `section` unless they say otherwise: changed exclusively, read shared.
class NamesystemState final : public BlockOwners, public BlockLengths {
 public:
  struct Setup {
    NamesystemOptions options;
    BlockManagerOptions blocks;
    FsLimits limits;
    NamespaceInfo info;
  };

  // All references, and the pointers when not null, must outlive this object.
  NamesystemState(Setup setup, const Clock& clock, Random& random, RackResolver* racks,
                  AuditSink* audit);
  NamesystemState(const NamesystemState&) = delete;
  NamesystemState& operator=(const NamesystemState&) = delete;

  // Immutable.
  const NamesystemOptions options;
  const FsLimits limits;
  const NamespaceInfo info;
  const Clock& clock;
  Random& random;
  RackResolver* const racks;  // Thread-safe; null: everybody is in the default rack.
  AuditSink* const audit;     // Thread-safe; null: no audit log.

  Section section;  // Thread-safe.
  std::atomic<ServiceState> service_state{ServiceState::kInitializing};
  // Set before the state becomes active; thread-safe themselves. Null where there is no disk.
  EditLog* log = nullptr;
  NameStorage* storage = nullptr;
  // Of a namenode in a pair; thread-safe itself.
  Authority* authority = nullptr;
  // Unix time of the last change of the service state since the start; 0: none. Thread-safe.
  std::atomic<int64_t> last_transition_ms{0};
  // Off: a pair that wants a copy of everything has no standby. Then only reads are served.
  std::atomic<bool> admits_mutations{true};

  Tree tree;
  BlockManager blocks;
  LeaseManager leases;
  RetryCache retry_cache;
  DurabilityWindow window;
  NamespaceIds ids;
  // What an image holds and this namenode does not act on.
  CarriedSections carried;
  TxId last_applied{0};
  // Last blocks that are being cut, as they will be.
  std::unordered_map<BlockId, Block> truncations;
  // When the recovery of a block was ordered last: not again before it had its chance.
  std::unordered_map<BlockId, Clock::TimePoint> recovery_attempts;
  TxId last_checkpoint{0};
  Clock::TimePoint last_checkpoint_at{};
  std::atomic<bool> checkpoint_running{false};  // Thread-safe.
  // Off while an image and its edits are loaded; then usage is counted once.
  bool count_quotas = false;
  // Directories with snapshots in the image that was loaded: what is below is carried, not changed.
  bool has_snapshots = false;

  // Exclusive.
  void SetServiceState(ServiceState state);

  // The holder of leases that the namenode recovers itself, "HDFS_NameNode-<time>".
  const std::string& InternalLeaseHolder();

  // Owners and lengths of blocks, for blocks/ and tree/.
  uint8_t StoragePolicyOf(InodeId owner) const override;
  Info LengthOf(BlockId block) const override;

  // The whole durable state as one number pair: equal after a replay of the same records.
  StateHash Hash() const;

  // What a crash of whatever may crash cannot undo any more, and so may be told. Thread-safe.
  TxId Durable() const;
  // Waits for it; the reason when it never will be. Thread-safe, outside of the section.
  Status WaitDurable(TxId txid) const;
  // Whether this namenode is the active one, and sure of it now. Thread-safe.
  bool MayServe() const;

 private:
  std::string internal_holder_;
  Clock::TimePoint internal_holder_since_{};
};

// What has been deleted and not freed yet is freed, up to `inodes_max`. True: there is more.
// Exclusive.
bool CollectDeleted(NamesystemState& state, size_t inodes_max);

}  // namespace cairn::namenode
