// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

struct Wanted {
  uint64_t new_length;
  std::string client_name;
};

Result<InodeHandle> CheckFile(Mutation& m, const ResolvedPath& where) {
  const NamesystemState& s = m.state;
  const std::string& path = where.path().text();
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  CAIRN_ASSIGN(InodeHandle file, RequireFile(s, where, path));
  const uint8_t policy = EffectiveStoragePolicy(s.tree, file);
  if (policy != kPolicyUnspecified && policy == FindStoragePolicy("LAZY_PERSIST")->id) {
    return Status(Code::kUnsupported, "Cannot truncate lazy persist file " + path);
  }
  return file;
}

// The last block that stays, when it must be cut; nothing at a block's boundary.
std::optional<Block> BlockToCut(const std::vector<Block>& blocks, uint64_t new_length) {
  if (new_length == 0) return std::nullopt;  // All blocks go; the first is not cut.
  uint64_t end = 0;
  for (const Block& block : blocks) {
    end += block.length;
    if (end >= new_length) {
      return end == new_length ? std::nullopt : std::optional<Block>(block);
    }
  }
  return std::nullopt;
}

// A truncate of the same file that is still going on: the same one is repeated, another refused.
Status CheckNotBeingCut(const NamesystemState& s, const ResolvedPath& where, const Wanted& wanted,
                        const std::string& machine, bool* repeated) {
  const std::optional<BlockView> last = BlockFromEnd(s, where.last(), 0);
  if (!last || last->state != BlockState::kUnderRecovery) return Status();
  auto cut = s.truncations.find(last->block.id);
  if (cut == s.truncations.end()) return Status();
  const std::string& path = where.path().text();
  if (FileLength(s, where.last(), false) + cut->second.length == wanted.new_length) {
    *repeated = true;
    return Status();
  }
  return Status(Code::kLeaseConflict, "Failed to TRUNCATE_FILE " + path + " for " +
                                          wanted.client_name + " on " + machine + " because " +
                                          path + " is being truncated.");
}

Result<bool> DoTruncate(Mutation& m, const std::string& path, const Wanted& wanted) {
  NamesystemState& s = m.state;
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot truncate for " + path));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_ASSIGN(InodeHandle file, CheckFile(m, where));
  m.audit.permission = AuditPermission(s, file);
  bool repeated = false;
  CAIRN_TRY(CheckNotBeingCut(s, where, wanted, m.context.client_machine, &repeated));
  if (repeated) return false;
  CAIRN_TRY(ClaimLease(m, where, {.demand = LeaseDemand::kTruncate,
                                  .holder = wanted.client_name,
                                  .client_machine = m.context.client_machine})
                .status());
  const uint64_t length = FileLength(s, file, true);
  if (length == wanted.new_length) return true;
  if (length < wanted.new_length) {
    return Status(Code::kInvalidArgument,
                  "Cannot truncate to a larger file size. Current size: " +
                      std::to_string(length) + ", truncate size: " +
                      std::to_string(wanted.new_length) + ".");
  }
  std::optional<Block> cut = BlockToCut(BlocksOf(s, file), wanted.new_length);
  if (cut) {
    CAIRN_ASSIGN(cut->generation_stamp, m.NextGenerationStamp());
  }
  CAIRN_TRY(m.Record(op::Truncate{.path = where.path().text(),
                                  .client_name = wanted.client_name,
                                  .client_machine = m.context.client_machine,
                                  .new_length = static_cast<int64_t>(wanted.new_length),
                                  .timestamp = m.NowMs(),
                                  .block = cut},
                     {.path = &where}));
  return !cut.has_value();
}

}  // namespace

Outcome<bool> Namesystem::Truncate(const OpContext& context, const std::string& path,
                                   uint64_t new_length, const std::string& client_name) {
  if (new_length > INT64_MAX) {
    return Status(Code::kInvalidArgument,
                  "Cannot truncate to a negative file size: " +
                      std::to_string(static_cast<int64_t>(new_length)) + ".");
  }
  return RunExclusive<bool>(state_, context, Category::kWrite,
                            {.command = "truncate", .source = path}, [&](Mutation& m) {
                              return DoTruncate(m, path, {new_length, client_name});
                            });
}

}  // namespace cairn::namenode
