// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/lease_recovery.h"

#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "namenode/namesystem/file_view.h"

namespace cairn::namenode {
namespace {

// A recovery that was ordered has this long before another one may take its place: Apache's 30
// heartbeats. A new order makes the old one's result worthless, so impatient callers must not
// cause it.
constexpr std::chrono::seconds kRecoveryPatience{90};

const char* DemandName(LeaseDemand demand) {
  switch (demand) {
    case LeaseDemand::kCreate: return "CREATE_FILE";
    case LeaseDemand::kAppend: return "APPEND_FILE";
    case LeaseDemand::kTruncate: return "TRUNCATE_FILE";
    case LeaseDemand::kRecover: return "RECOVER_LEASE";
  }
  return "";
}

Status Refuse(Code code, const LeaseClaim& claim, const std::string& path,
              const std::string& reason) {
  return Status(code, std::string("Failed to ") + DemandName(claim.demand) + " " + path +
                          " for " + claim.holder + " on " + claim.client_machine + " because " +
                          reason);
}

std::vector<Block> WithoutLast(std::vector<Block> blocks) {
  blocks.pop_back();
  return blocks;
}

bool AnyPlaceIsAlive(const NamesystemState& s, BlockId block) {
  for (const StorageIndex place : s.blocks.ExpectedPlaces(block)) {
    if (s.blocks.datanodes().NodeOf(place).alive) return true;
  }
  return false;
}

// Whether a live datanode may hold replicas that it has not told of since this namenode started:
// then nobody knows that a block was never written.
bool ReportsAreMissing(const NamesystemState& s) {
  const DatanodeManager& datanodes = s.blocks.datanodes();
  for (const DatanodeIndex index : datanodes.All()) {
    const DatanodeEntry& node = datanodes.node(index);
    if (!node.alive) continue;
    for (const StorageIndex storage : node.storages) {
      if (datanodes.storage(storage).full_reports == 0) return true;
    }
  }
  return false;
}

// Orders the recovery of a file's last block, unless that was done a moment ago.
Status OrderRecovery(Mutation& m, const Block& last) {
  NamesystemState& s = m.state;
  const Clock::TimePoint now = s.clock.Now();
  auto attempt = s.recovery_attempts.find(last.id);
  const bool ordered = attempt != s.recovery_attempts.end() &&
                       now - attempt->second < kRecoveryPatience &&
                       s.blocks.RecoveryId(last.id).has_value();
  if (ordered) return Status();

  CAIRN_ASSIGN(GenerationStamp stamp, m.NextGenerationStamp());
  std::optional<Block> cut;
  if (auto it = s.truncations.find(last.id); it != s.truncations.end()) {
    it->second.generation_stamp = stamp;
    cut = it->second;
  }
  CAIRN_TRY(s.blocks.StartRecovery(last.id, stamp, cut));
  // Without anybody to lead it there is nothing to be patient about.
  if (AnyPlaceIsAlive(s, last.id)) s.recovery_attempts[last.id] = now;
  LOG(kInfo, "block recovery ordered", {"block", cairn::ToString(last)}, {"recovery_id", stamp});
  return Status();
}

Status PassLeaseOn(Mutation& m, const ResolvedPath& where,
                   const std::optional<std::string>& new_holder) {
  NamesystemState& s = m.state;
  const std::string old_holder = s.tree.features().Writer(where.last())->client_name;
  if (!new_holder) {
    // Whoever comes next waits for this recovery, not for the writer.
    s.leases.Renew(old_holder);
    return Status();
  }
  return m.Record(op::ReassignLease{.old_holder = old_holder,
                                    .path = where.path().text(),
                                    .new_holder = *new_holder},
                  {.path = &where});
}

// Index of the first block that is not complete.
size_t CompletePrefix(const NamesystemState& s, InodeHandle file) {
  const InodeTable& inodes = s.tree.inodes();
  size_t i = 0;
  for (; i < inodes.BlockCount(file); ++i) {
    const std::optional<BlockView> view = s.blocks.Find(inodes.BlockAt(file, i));
    if (!view || view->state != BlockState::kComplete) break;
  }
  return i;
}

}  // namespace

std::optional<BlockView> BlockFromEnd(const NamesystemState& s, InodeHandle file,
                                      size_t from_end) {
  const size_t count = s.tree.inodes().BlockCount(file);
  if (from_end >= count) return std::nullopt;
  return s.blocks.Find(s.tree.inodes().BlockAt(file, count - 1 - from_end));
}

bool SameIdAndStamp(const std::optional<Block>& a, const std::optional<Block>& b) {
  if (!a || !b) return !a && !b;
  return a->id == b->id && a->generation_stamp == b->generation_stamp;
}

Status CheckLengthFits(const NamesystemState& s, InodeHandle file, const Block& block) {
  const uint64_t block_size = s.tree.inodes().Layout(file).block_size;
  if (block.length <= block_size) return Status();
  return Status(Code::kIoError, "length " + std::to_string(block.length) + " of block " +
                                    cairn::ToString(block) + " exceeds its file's block size " +
                                    std::to_string(block_size));
}

Status CheckCommitLastBlock(const NamesystemState& s, InodeHandle file,
                            const std::optional<Block>& block) {
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  if (!block || !last || last->state == BlockState::kComplete) return Status();
  if (last->state == BlockState::kUnderRecovery) {
    return Status(Code::kIoError, "Commit or complete block " + cairn::ToString(*block) +
                                      ", whereas it is under recovery.");
  }
  if (last->state == BlockState::kCommitted) return Status();
  if (last->block.id != block->id) {
    return Status(Code::kIoError, "Trying to commit inconsistent block: id = " +
                                      cairn::ToString(block->id) + ", expected id = " +
                                      cairn::ToString(last->block.id));
  }
  CAIRN_TRY(CheckLengthFits(s, file, *block));
  return s.blocks.CheckCommit(*block);
}

Status CommitLastBlock(Mutation& m, InodeHandle file, const std::optional<Block>& block) {
  CAIRN_TRY(CheckCommitLastBlock(m.state, file, block));
  const std::optional<BlockView> last = BlockFromEnd(m.state, file, 0);
  if (block && last && last->state == BlockState::kUnderConstruction) {
    m.state.blocks.Commit(*block);
  }
  return Status();
}

bool PenultimateIsFinished(Mutation& m, InodeHandle file) {
  const std::optional<BlockView> view = BlockFromEnd(m.state, file, 1);
  return !view || m.state.blocks.TryComplete(view->block.id);
}

bool AllAreFinished(Mutation& m, InodeHandle file) {
  for (const BlockId block : m.state.tree.inodes().Blocks(file)) {
    if (!m.state.blocks.TryComplete(block)) return false;
  }
  return true;
}

Status RecordClose(Mutation& m, const ResolvedPath& where, std::vector<Block> blocks,
                   ApplyHint hint) {
  const InodeTable& inodes = m.state.tree.inodes();
  const InodeHandle file = where.last();
  const FileLayout& layout = inodes.Layout(file);
  hint.path = &where;
  return m.Record(op::Close{.path = where.path().text(),
                            .replication = layout.replication,
                            .mtime = m.NowMs(),
                            .atime = static_cast<int64_t>(inodes.AccessTimeMs(file)),
                            .block_size = static_cast<int64_t>(layout.block_size),
                            .blocks = std::move(blocks),
                            .permission = inodes.Permission(file)},
                  hint);
}

Result<bool> ReleaseLease(Mutation& m, const ResolvedPath& where,
                          const std::optional<std::string>& new_holder) {
  NamesystemState& s = m.state;
  const InodeHandle file = where.last();
  const std::string& path = where.path().text();
  const size_t count = s.tree.inodes().BlockCount(file);
  const size_t complete = CompletePrefix(s, file);
  if (complete == count) {
    CAIRN_TRY(RecordClose(m, where, BlocksOf(s, file)));
    return true;
  }
  const std::optional<BlockView> first_open =
      s.blocks.Find(s.tree.inodes().BlockAt(file, complete));
  const bool second_last_committed = first_open && first_open->state == BlockState::kCommitted;
  if (complete + 2 < count || (complete + 2 == count && !second_last_committed)) {
    return Status(Code::kIoError, "DIR* NameSystem.internalReleaseLease: attempt to release a " +
                                      std::string("create lock on ") + path +
                                      " but file is already closed.");
  }

  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  if (!last) return Status(Code::kInternal, "last block of " + path + " is not known");
  const bool penultimate_safe = PenultimateIsFinished(m, file);
  if (last->state == BlockState::kCommitted) {
    if (penultimate_safe && s.blocks.TryComplete(last->block.id)) {
      CAIRN_TRY(RecordClose(m, where, BlocksOf(s, file)));
      return true;
    }
    if (!penultimate_safe) {
      return Status(Code::kLeaseConflict,
                    "DIR* NameSystem.internalReleaseLease: Failed to release lease for file " +
                        path + ". Committed blocks are waiting to be minimally replicated.");
    }
  }
  if (s.blocks.ExpectedPlaces(last->block.id).empty() && last->block.length == 0 &&
      !ReportsAreMissing(s)) {
    // Nobody was ever told to write it.
    CAIRN_TRY(RecordClose(m, where, WithoutLast(BlocksOf(s, file))));
    return true;
  }
  CAIRN_TRY(OrderRecovery(m, last->block));
  CAIRN_TRY(PassLeaseOn(m, where, new_holder));
  return false;
}

Result<bool> ClaimLease(Mutation& m, const ResolvedPath& where, const LeaseClaim& claim) {
  NamesystemState& s = m.state;
  const InodeHandle file = where.last();
  const std::string& path = where.path().text();
  const UnderConstruction* writer = s.tree.features().Writer(file);
  if (writer == nullptr) return true;
  const std::string client = writer->client_name;
  const std::string machine = writer->client_machine;

  // The same client gets no free pass: a second create from one process is a bug there, and
  // clients rely on the refusal to notice it.
  const std::string* owner = s.leases.HolderOf(s.tree.inodes().Id(file));
  if (!claim.force && owner != nullptr && *owner == claim.holder) {
    return Refuse(Code::kLeaseConflict, claim, path,
                  claim.holder + " is already the current lease holder.");
  }
  if (!s.leases.HasLease(client)) {
    return Refuse(Code::kLeaseConflict, claim, path,
                  "the file is under construction but no leases found.");
  }
  if (claim.force) return ReleaseLease(m, where, claim.holder);
  if (s.leases.SoftExpired(client)) {
    CAIRN_ASSIGN(bool closed, ReleaseLease(m, where, std::nullopt));
    if (closed) return true;
    return Refuse(Code::kRecoveryInProgress, claim, path,
                  "lease recovery is in progress. Try again later.");
  }
  const std::optional<BlockView> last = BlockFromEnd(s, file, 0);
  if (last && last->state == BlockState::kUnderRecovery) {
    return Refuse(Code::kRecoveryInProgress, claim, path,
                  "another recovery is in progress by " + client + " on " + machine);
  }
  return Refuse(Code::kLeaseConflict, claim, path,
                "this file lease is currently owned by " + client + " on " + machine);
}

}  // namespace cairn::namenode
