// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "common/util/result.h"
#include "namenode/namesystem/apply.h"
#include "namenode/namesystem/category.h"
#include "namenode/namesystem/context.h"
#include "namenode/namesystem/outcome.h"
#include "namenode/namesystem/state.h"
#include "namenode/tree/permission_checker.h"

// The frame that every operation stands in: service state, section, durability, audit log.
namespace cairn::namenode {

// kStandby or kRetriable when this namenode does not serve the category now; the one place that
// decides by service states.
Status CheckServing(const NamesystemState& state, Category category);
// kStandby when what is committed may not be told: another namenode may lead, and know better.
Status CheckLease(const NamesystemState& state);

// What is written to the audit log when the operation is done: nothing when `command` is null.
struct Audit {
  const char* command = nullptr;
  std::string source;
  std::string destination;
  std::string permission;
  bool allowed = true;
  bool skip = false;  // Done, but nothing to tell.

  // The command without its options.
  std::string_view operation() const {
    const std::string_view text = command == nullptr ? "" : command;
    return text.substr(0, text.find(' '));
  }
};

// An operation's view of the state while it is inside. Lives for one call.
class Operation {
 public:
  Operation(NamesystemState& s, const OpContext& c)
      : state(s),
        context(c),
        checker(s.tree, c.caller, s.options.permissions_enabled),
        unchecked(s.tree, c.caller, false) {}

  NamesystemState& state;
  const OpContext& context;
  const PermissionChecker checker;
  const PermissionChecker unchecked;  // Allows everything.
  Audit audit;

  // kSafeMode with Apache's words when nothing may be changed now; kRetriable where it will pass by
  // itself: the active one of several namenodes has just been started.
  Status CheckNotInSafeMode(std::string_view what) const;

  // The answer tells of this inode: it waits until the inode's changes are durable.
  void Saw(InodeHandle inode) {
    if (inode == kNoInode || state.window.empty()) return;
    wait_for_ = std::max(wait_for_, state.window.OfAll(state.tree.inodes().Id(inode)));
  }
  // The answer tells of the end of this path, or that it does not exist.
  void Saw(const ResolvedPath& path) {
    if (state.window.empty()) return;
    for (size_t i = 0; i + 1 < path.existing(); ++i) {
      wait_for_ = std::max(wait_for_, state.window.OfSelf(state.tree.inodes().Id(path.At(i))));
    }
    Saw(path.deepest());
  }
  // The answer may tell of anything.
  void SawAll() {
    if (state.log != nullptr) wait_for_ = std::max(wait_for_, state.log->LastAppended());
  }

  TxId wait_for() const { return wait_for_; }

 protected:
  TxId wait_for_{0};
};

// An operation that may change the state: inside the exclusive section.
class Mutation : public Operation {
 public:
  Mutation(NamesystemState& s, const OpContext& c);

  // The outcome of an earlier copy of this call; null when there is none. Waits for the same
  // transaction as the first copy.
  const RetryCache::Entry* EarlierCopy();
  RetryIdentity retry() const { return {context.client_id, context.call_id}; }

  // Appends a record to the log and applies it. Everything was checked: only a log that ended
  // fails, and then the namenode is about to end too.
  Status Record(const EditOp& op, ApplyHint hint = {});

  // New ids, recorded before they are used.
  InodeId NextInodeId() { return InodeId(state.ids.last_inode_id.value + 1); }
  Result<GenerationStamp> NextGenerationStamp();
  Result<BlockId> NextBlockId();

  int64_t NowMs() const { return state.clock.WallMs(); }
  bool recorded() const { return recorded_; }

 private:
  bool recorded_ = false;
};

void WriteAudit(const NamesystemState& state, const OpContext& context, const Audit& audit,
                const Status& status);

// Runs `body(Operation&)`, which returns Result<T>, inside the shared section.
template <typename T, typename Body>
Outcome<T> RunShared(NamesystemState& state, const OpContext& context, Category category,
                     Audit audit, Body body) {
  if (Status s = CheckServing(state, category); !s.ok()) return s;
  Operation operation(state, context);
  operation.audit = std::move(audit);
  auto run = [&]() -> Result<T> {
    Section::Shared inside(state.section);
    Result<T> result = body(operation);
    // A refusal may be owed to any change that is not durable yet.
    if (!result.ok()) operation.SawAll();
    return result;
  };
  Result<T> result = run();
  if (category == Category::kRead) {
    if (Status s = CheckLease(state); !s.ok()) return s;
  }
  WriteAudit(state, context, operation.audit, result.status());
  return Outcome<T>(std::move(result), operation.wait_for());
}

// Runs `body(Mutation&)`, which returns Result<T>, inside the exclusive section.
template <typename T, typename Body>
Outcome<T> RunExclusive(NamesystemState& state, const OpContext& context, Category category,
                        Audit audit, Body body) {
  TxId wait_for{0};
  auto run = [&]() -> Result<T> {
    Section::Exclusive inside(state.section);
    CAIRN_TRY(CheckServing(state, category));
    Mutation mutation(state, context);
    mutation.audit = std::move(audit);
    Result<T> result = body(mutation);
    if (!result.ok() || mutation.wait_for() == TxId(0)) mutation.SawAll();
    wait_for = mutation.wait_for();
    audit = std::move(mutation.audit);
    // What it recorded is told when it is committed; what it only saw is a read.
    if (category == Category::kWrite && !mutation.recorded()) CAIRN_TRY(CheckLease(state));
    return result;
  };
  Result<T> result = run();
  WriteAudit(state, context, audit, result.status());
  return Outcome<T>(std::move(result), wait_for);
}

}  // namespace cairn::namenode
