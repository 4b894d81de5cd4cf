// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"
#include "namenode/tree/content_summary.h"

namespace cairn::namenode {
namespace {

constexpr uint32_t kDefaultSlice = 1000;

Result<Done> StartWalk(Operation& op, const std::string& path,
                       std::optional<ContentSummaryWalk>* walk) {
  const NamesystemState& s = op.state;
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadLink));
  if (!where.exists()) {
    return Status(Code::kNotFound, "File does not exist: " + where.path().text());
  }
  walk->emplace(s.tree, s, where.last());
  op.SawAll();
  return Done{};
}

// Goes through the tree in slices, and lets others in between.
Status Finish(NamesystemState& state, const OpContext& context, ContentSummaryWalk* walk) {
  const uint32_t configured = state.options.content_summary_slice;
  const uint32_t slice = configured == 0 ? kDefaultSlice : configured;
  while (!walk->done()) {
    Section::Shared inside(state.section);
    CAIRN_TRY(CheckServing(state, Category::kRead));
    const Operation op(state, context);
    CAIRN_TRY(walk->Step(slice, &op.checker));
  }
  return Status();
}

Outcome<ContentSummary> Summarize(NamesystemState& state, const OpContext& context,
                                  const std::string& path) {
  std::optional<ContentSummaryWalk> walk;
  Outcome<Done> start =
      RunShared<Done>(state, context, Category::kRead, {},
                      [&](Operation& op) { return StartWalk(op, path, &walk); });
  Status status = start.status();
  if (status.ok()) status = Finish(state, context, &*walk);
  if (!status.ok()) return Outcome<ContentSummary>(status, start.wait_for);
  return Outcome<ContentSummary>(walk->summary(), start.wait_for);
}

using MaybeUsage = std::optional<QuotaUsage>;

// The usage of a directory that keeps counts; nothing of any other inode.
Result<MaybeUsage> CountedUsage(Operation& op, const std::string& path) {
  const NamesystemState& s = op.state;
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kReadLink));
  CAIRN_TRY(op.checker.Check(where, {.subtree = Access::kReadExecute}));
  if (!where.exists()) {
    return Status(Code::kNotFound, "File/Directory does not exist: " + where.path().text());
  }
  const DirectoryQuota* quota = s.tree.features().Quota(where.last());
  if (quota == nullptr) return MaybeUsage();
  op.SawAll();
  return MaybeUsage(QuotaUsage{
      .file_and_directory_count = static_cast<uint64_t>(std::max<int64_t>(quota->usage.names, 0)),
      .quota = quota->limits.names,
      .space_consumed = static_cast<uint64_t>(std::max<int64_t>(quota->usage.space, 0)),
      .space_quota = quota->limits.space});
}

}  // namespace

Outcome<ContentSummary> Namesystem::GetContentSummary(const OpContext& context,
                                                      const std::string& path) {
  Outcome<ContentSummary> summary = Summarize(state_, context, path);
  WriteAudit(state_, context, {.command = "contentSummary", .source = path}, summary.status());
  return summary;
}

Outcome<QuotaUsage> Namesystem::GetQuotaUsage(const OpContext& context, const std::string& path) {
  Outcome<MaybeUsage> counted =
      RunShared<MaybeUsage>(state_, context, Category::kRead, {},
                            [&](Operation& op) { return CountedUsage(op, path); });
  Outcome<QuotaUsage> outcome(counted.status().ok() ? Result<QuotaUsage>(QuotaUsage())
                                                    : Result<QuotaUsage>(counted.status()),
                              counted.wait_for);
  if (counted.ok() && counted.value()) {
    outcome.result = *counted.value();
  } else if (counted.ok()) {
    Outcome<ContentSummary> summary = Summarize(state_, context, path);
    outcome.wait_for = summary.wait_for;
    if (summary.ok()) {
      outcome.result = QuotaUsage{
          .file_and_directory_count = summary->file_count + summary->directory_count,
          .quota = summary->quota,
          .space_consumed = summary->space_consumed,
          .space_quota = summary->space_quota};
    } else {
      outcome.result = summary.status();
    }
  }
  WriteAudit(state_, context, {.command = "quotaUsage", .source = path}, outcome.status());
  return outcome;
}

}  // namespace cairn::namenode
