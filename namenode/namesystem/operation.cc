// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/operation.h"

#include "common/log/log.h"

namespace cairn::namenode {
namespace {

// How Apache names the exception that a RetriableException was made of.
constexpr char kWrappedSafeMode[] = "org.apache.hadoop.hdfs.server.namenode.SafeModeException: ";

const char* CategoryName(Category category) {
  switch (category) {
    case Category::kUnchecked: return "UNCHECKED";
    case Category::kRead: return "READ";
    case Category::kWrite: return "WRITE";
    case Category::kJournal: return "JOURNAL";
  }
  return "UNCHECKED";
}

const char* StateName(ServiceState state) {
  switch (state) {
    case ServiceState::kInitializing: return "initializing";
    case ServiceState::kActive: return "active";
    case ServiceState::kStandby: return "standby";
    case ServiceState::kObserver: return "observer";
  }
  return "unknown";
}

}  // namespace

Status CheckServing(const NamesystemState& state, Category category) {
  const ServiceState service = state.service_state.load(std::memory_order_acquire);
  if (service == ServiceState::kActive) {
    if (category == Category::kRead) return CheckLease(state);
    if (category != Category::kWrite || state.admits_mutations.load()) return Status();
    return Status(Code::kRetriable, "nothing may be changed: no standby has a copy of the edits");
  }
  if (service == ServiceState::kInitializing) {
    return Status(Code::kRetriable, "NameNode still not started");
  }
  if (category == Category::kUnchecked) return Status();
  return Status(Code::kStandby, std::string("Operation category ") + CategoryName(category) +
                                    " is not supported in state " + StateName(service) +
                                    ". Visit https://s.apache.org/sbnn-error");
}

Status CheckLease(const NamesystemState& state) {
  if (state.authority == nullptr || state.authority->MayAnswer()) return Status();
  return Status(Code::kStandby, "another namenode may be the active one by now");
}

Mutation::Mutation(NamesystemState& s, const OpContext& c) : Operation(s, c) {
  if (!s.window.empty()) s.window.Prune(s.Durable());
}

Status Operation::CheckNotInSafeMode(std::string_view what) const {
  const SafeMode& safe_mode = state.blocks.safe_mode();
  if (!safe_mode.IsOn()) return Status();
  const std::string message = std::string(what) + ". Name node is in safe mode.\n" +
                              safe_mode.Tip() + " NamenodeHostName:" + state.options.host_name;
  if (state.options.high_availability && safe_mode.IsOnlyStartup() &&
      state.service_state.load() == ServiceState::kActive) {
    return Status(Code::kRetriable, kWrappedSafeMode + message);
  }
  return Status(Code::kSafeMode, message);
}

const RetryCache::Entry* Mutation::EarlierCopy() {
  const RetryCache::Entry* entry = state.retry_cache.Find(context.client_id, context.call_id);
  if (entry != nullptr) wait_for_ = std::max(wait_for_, entry->txid);
  return entry;
}

Status Mutation::Record(const EditOp& op, ApplyHint hint) {
  // What works by itself looked at the service state before it came in.
  if (state.service_state.load() != ServiceState::kActive) {
    return Status(Code::kStandby, "this namenode is not the active one");
  }
  TxId txid(state.last_applied.value + 1);
  if (state.log != nullptr) {
    CAIRN_ASSIGN(txid, state.log->Append(op));
  }
  hint.live = true;
  Status applied = Apply(state, txid, op, hint);
  wait_for_ = std::max(wait_for_, txid);
  recorded_ = true;
  if (!applied.ok()) {
    // The record is in the log already: the state and the log have parted. Nothing may be built on
    // that, but what is there can still be read.
    LOG(kError, "a checked record could not be applied: safe mode is on", {"txid", txid},
        {"op", OpName(op)}, {"status", applied});
    state.blocks.EnterSafeMode(false);
    return Status(Code::kInternal, applied.message());
  }
  return Status();
}

Result<GenerationStamp> Mutation::NextGenerationStamp() {
  const GenerationStamp stamp(state.ids.generation_stamp.value + 1);
  CAIRN_TRY(Record(op::SetGenstampV2{stamp}));
  return stamp;
}

Result<BlockId> Mutation::NextBlockId() {
  BlockId id(state.ids.last_block_id.value + 1);
  // Blocks from before sequential ids may sit on any number.
  while (state.blocks.Find(id)) id.value += 1;
  CAIRN_TRY(Record(op::AllocateBlockId{id}));
  return id;
}

void WriteAudit(const NamesystemState& state, const OpContext& context, const Audit& audit,
                const Status& status) {
  if (state.audit == nullptr || audit.command == nullptr || audit.skip) return;
  if (!status.ok() && status.code() != Code::kAccessDenied) return;
  state.audit->Record({.allowed = status.ok() && audit.allowed,
                       .command = audit.command,
                       .context = &context,
                       .source = audit.source,
                       .destination = audit.destination,
                       .permission = status.ok() ? audit.permission : std::string()});
}

}  // namespace cairn::namenode
