// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include "common/log/log.h"
#include "namenode/namesystem/checkpointer.h"
#include "namenode/namesystem/loader.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"

namespace cairn::namenode {
namespace {

const char* SafeModeCommand(SafeModeAction action) {
  switch (action) {
    case SafeModeAction::kLeave: return "safemode_leave";
    case SafeModeAction::kEnter: return "safemode_enter";
    case SafeModeAction::kGet: return "safemode_get";
    case SafeModeAction::kForceExit: return "safemode_force_exit";
  }
  return "safemode_get";
}

Result<bool> DoSetSafeMode(Mutation& m, SafeModeAction action, const char* command) {
  BlockManager& blocks = m.state.blocks;
  CAIRN_TRY(m.checker.CheckSuperuser(command));
  if (action == SafeModeAction::kEnter) {
    blocks.EnterSafeMode(false);
    LOG(kInfo, "safe mode entered by hand", {"user", m.context.caller.user});
  } else {
    const bool left = blocks.LeaveSafeMode(action == SafeModeAction::kForceExit);
    LOG(kInfo, "safe mode left by hand", {"user", m.context.caller.user}, {"left", left});
  }
  return blocks.safe_mode().IsOn();
}

// Whether an image is to be written at all: false when the newest one is recent enough.
Result<bool> CheckSaveNamespace(Operation& op, uint64_t time_window_s, uint64_t tx_gap) {
  const NamesystemState& s = op.state;
  CAIRN_TRY(op.checker.CheckSuperuser("saveNamespace"));
  if (!s.blocks.safe_mode().IsOn()) {
    return Status(Code::kIoError,
                  "Safe mode should be turned ON in order to create namespace image.");
  }
  if (time_window_s == 0 || tx_gap == 0) return true;
  const auto age = s.clock.Now() - s.last_checkpoint_at;
  const auto gap = static_cast<uint64_t>(s.last_applied.value - s.last_checkpoint.value);
  return age > std::chrono::seconds(time_window_s) || gap > tx_gap;
}

Result<TxId> DoRollEdits(Mutation& m) {
  CAIRN_TRY(m.checker.CheckSuperuser("rollEditLog"));
  CAIRN_TRY(m.CheckNotInSafeMode("Log not rolled"));
  CAIRN_ASSIGN(EditLog::Rolled rolled, RollLog(m.state));
  return rolled.start;
}

}  // namespace

Caller Namesystem::MakeCaller(std::string user, std::vector<std::string> groups) const {
  Caller caller{.user = std::move(user), .groups = std::move(groups)};
  caller.superuser = caller.user == state_.options.superuser ||
                     std::find(caller.groups.begin(), caller.groups.end(),
                               state_.options.supergroup) != caller.groups.end();
  return caller;
}

ServiceState Namesystem::service_state() const {
  return state_.service_state.load(std::memory_order_acquire);
}

TxId Namesystem::Durable() const { return state_.Durable(); }

Outcome<bool> Namesystem::SetSafeMode(const OpContext& context, SafeModeAction action,
                                      bool of_active) {
  const char* command = SafeModeCommand(action);
  if (action == SafeModeAction::kGet) {
    return RunShared<bool>(
        state_, context, of_active ? Category::kRead : Category::kUnchecked, {.command = command},
        [](Operation& op) { return Result<bool>(op.state.blocks.safe_mode().IsOn()); });
  }
  return RunExclusive<bool>(state_, context, of_active ? Category::kWrite : Category::kUnchecked,
                            {.command = command},
                            [&](Mutation& m) { return DoSetSafeMode(m, action, command); });
}

Outcome<bool> Namesystem::SaveNamespace(const OpContext& context, uint64_t time_window_s,
                                        uint64_t tx_gap) {
  Outcome<bool> wanted =
      RunShared<bool>(state_, context, Category::kUnchecked, {}, [&](Operation& op) {
        return CheckSaveNamespace(op, time_window_s, tx_gap);
      });
  if (wanted.ok() && wanted.value()) {
    if (Result<TxId> written = WriteCheckpoint(state_); !written.ok()) {
      wanted = Status(Code::kIoError, "saveNamespace: " + written.status().message());
    }
  }
  WriteAudit(state_, context, {.command = "saveNamespace"}, wanted.status());
  return wanted;
}

Outcome<TxId> Namesystem::RollEdits(const OpContext& context) {
  return RunExclusive<TxId>(state_, context, Category::kJournal, {.command = "rollEditLog"},
                            [](Mutation& m) { return DoRollEdits(m); });
}

Outcome<TxId> Namesystem::GetCurrentEditLogTxid(const OpContext& context) {
  return RunShared<TxId>(state_, context, Category::kRead, {},
                         [](Operation& op) -> Result<TxId> {
                           CAIRN_TRY(op.checker.CheckSuperuser("getCurrentEditLogTxid"));
                           op.SawAll();
                           return op.state.last_applied;
                         });
}

Outcome<TxId> Namesystem::GetTransactionId(const OpContext& context) {
  return RunShared<TxId>(state_, context, Category::kUnchecked, {},
                         [](Operation& op) -> Result<TxId> {
                           CAIRN_TRY(op.checker.CheckSuperuser("getTransactionID"));
                           op.SawAll();
                           return op.state.last_applied;
                         });
}

Outcome<Done> Namesystem::RefreshNodes(const OpContext& context) {
  // Before the section: it reads files.
  const Result<std::shared_ptr<const HostFilter>> lists = ReadHostLists(state_.options);
  return RunExclusive<Done>(state_, context, Category::kUnchecked, {.command = "refreshNodes"},
                            [&](Mutation& m) -> Result<Done> {
                              CAIRN_TRY(m.checker.CheckSuperuser("refreshNodes"));
                              if (!lists.ok()) return lists.status();
                              m.state.blocks.datanodes().SetHostFilter(*lists);
                              m.state.blocks.datanodes().RefreshNodes();
                              return Done{};
                            });
}

}  // namespace cairn::namenode
