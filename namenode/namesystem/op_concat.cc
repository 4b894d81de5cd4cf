// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/lease_recovery.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

constexpr size_t kFreedAtOnce = 1000;

std::string Listed(const std::vector<std::string>& paths) {
  std::string text = "[";
  for (const std::string& path : paths) text += (text.size() > 1 ? ", " : "") + path;
  return text + "]";
}

Status CheckPaths(const std::string& target, const std::vector<std::string>& sources) {
  if (target.empty()) return Status(Code::kInvalidArgument, "Target file name is empty");
  if (sources.empty()) return Status(Code::kInvalidArgument, "No sources given");
  std::vector<std::string> all = sources;
  all.insert(all.begin(), target);
  for (const std::string& path : all) {
    if (IsReservedRaw(path) || IsReservedInodes(path)) {
      return Status(Code::kIoError,
                    "Concat operation doesn't support .reserved relative path : " + path);
    }
  }
  return Status();
}

Status CheckSource(const NamesystemState& s, const std::string& src, InodeHandle source,
                   const ResolvedPath& target) {
  const InodeTable& inodes = s.tree.inodes();
  const std::string& trg = target.path().text();
  if (inodes.Parent(source) != target.parent()) {
    return Status(Code::kInvalidArgument, "Source file " + src +
                                              " is not in the same directory with the target " +
                                              trg);
  }
  if (source == target.last()) {
    return Status(Code::kInvalidArgument,
                  "concat: the src file " + src + " is the same with the target file " + trg);
  }
  if (s.tree.features().Writer(source) != nullptr || inodes.BlockCount(source) == 0) {
    return Status(Code::kInvalidArgument,
                  "concat: source file " + src + " is invalid or empty or underConstruction");
  }
  const uint64_t block_size = inodes.Layout(source).block_size;
  const uint64_t target_block_size = inodes.Layout(target.last()).block_size;
  if (block_size > target_block_size) {
    return Status(Code::kInvalidArgument,
                  "concat: source file " + src + " has preferred block size " +
                      std::to_string(block_size) +
                      " which is greater than the target file's preferred block size " +
                      std::to_string(target_block_size));
  }
  return Status();
}

Result<std::vector<std::string>> CheckSources(Mutation& m,
                                              const std::vector<std::string>& sources,
                                              const ResolvedPath& target, QuotaCounts* change) {
  const NamesystemState& s = m.state;
  const uint16_t replication = s.tree.inodes().Layout(target.last()).replication;
  std::vector<std::string> canonical;
  for (const std::string& src : sources) {
    CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, src, PathUse::kWrite));
    CAIRN_TRY(m.checker.CheckTarget(where, Access::kRead));
    CAIRN_TRY(m.checker.CheckParent(where, Access::kWrite));
    CAIRN_ASSIGN(InodeHandle file, RequireFile(s, where, src));
    CAIRN_TRY(CheckSource(s, src, file, target));
    *change += SpaceChange(EffectiveStoragePolicy(s.tree, file), FileLength(s, file, true),
                           s.tree.inodes().Layout(file).replication, replication);
    canonical.push_back(where.path().text());
  }
  std::vector<std::string> sorted = canonical;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return Status(Code::kInvalidArgument,
                  "concat: at least two of the source files are the same");
  }
  change->names = -static_cast<int64_t>(canonical.size());
  return canonical;
}

Result<Done> DoConcat(Mutation& m, const std::string& target,
                      const std::vector<std::string>& sources) {
  NamesystemState& s = m.state;
  if (m.EarlierCopy() != nullptr) {
    m.audit.skip = true;
    return Done{};
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot concat " + target));
  CAIRN_TRY(CheckPaths(target, sources));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, target, PathUse::kWrite));
  CAIRN_TRY(m.checker.CheckTarget(where, Access::kWrite));
  CAIRN_ASSIGN(InodeHandle file, RequireFile(s, where, target));
  if (s.tree.features().Writer(file) != nullptr) {
    return Status(Code::kInvalidArgument,
                  "concat: target file " + target + " is under construction");
  }
  QuotaCounts change;
  CAIRN_ASSIGN(std::vector<std::string> canonical, CheckSources(m, sources, where, &change));
  CAIRN_TRY(VerifyQuota(s.tree, where.parent(), change));
  CAIRN_TRY(m.Record(op::Concat{.target = where.path().text(),
                                .sources = std::move(canonical),
                                .timestamp = m.NowMs(),
                                .retry = m.retry()},
                     {.path = &where}));
  m.audit.permission = AuditPermission(s, file);
  CollectDeleted(s, kFreedAtOnce);
  return Done{};
}

}  // namespace

Outcome<Done> Namesystem::Concat(const OpContext& context, const std::string& target,
                                 const std::vector<std::string>& sources) {
  return RunExclusive<Done>(
      state_, context, Category::kWrite,
      {.command = "concat", .source = Listed(sources), .destination = target},
      [&](Mutation& m) { return DoConcat(m, target, sources); });
}

}  // namespace cairn::namenode
