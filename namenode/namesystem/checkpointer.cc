// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/checkpointer.h"

#include <memory>
#include <utility>

#include "common/log/log.h"

namespace cairn::namenode {
namespace {

struct Pending {
  std::unique_ptr<Checkpoint> checkpoint;
  TxId durable_first;  // Must be durable before the image counts.
};

// The active one begins a segment with it, so that whole segments can be purged; a standby's
// segments are the active's.
Result<Pending> Begin(NamesystemState& state) {
  Section::Exclusive inside(state.section);
  Pending pending;
  TxId covers = state.last_applied;
  pending.durable_first = covers;
  if (state.service_state.load() == ServiceState::kActive) {
    CAIRN_ASSIGN(const EditLog::Rolled rolled, RollLog(state));
    covers = rolled.end;
    pending.durable_first = rolled.start;
  }
  const ImageSource source{.tree = state.tree,
                           .blocks = &state.blocks,
                           .carried = state.carried,
                           .ids = state.ids,
                           .info = state.info,
                           .txid = covers};
  const CheckpointOptions options{
      .images_retained = state.options.images_retained,
      .extra_edits_retained = state.options.extra_edits_retained};
  CAIRN_ASSIGN(pending.checkpoint, Checkpoint::Fork(*state.storage, options, source));
  return pending;
}

void Note(NamesystemState& state, TxId txid) {
  {
    Section::Exclusive inside(state.section);
    state.last_checkpoint = txid;
    state.last_checkpoint_at = state.clock.Now();
  }
  if (state.authority != nullptr) state.authority->OnCheckpoint();
}

// One checkpoint at a time, whoever asks.
class Turn {
 public:
  explicit Turn(std::atomic<bool>& running) : running_(running) {
    mine_ = !running_.exchange(true);
  }
  ~Turn() {
    if (mine_) running_.store(false);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool mine() const { return mine_; }

 private:
  std::atomic<bool>& running_;
  bool mine_ = false;
};

}  // namespace

Result<EditLog::Rolled> RollLog(NamesystemState& state) {
  if (state.log == nullptr) return Status(Code::kUnsupported, "there is no edit log");
  if (state.service_state.load() != ServiceState::kActive) {
    return Status(Code::kStandby, "only the active one rolls the edit log");
  }
  CAIRN_ASSIGN(EditLog::Rolled rolled, state.log->Roll());
  state.last_applied = rolled.start;
  return rolled;
}

Result<TxId> WriteCheckpoint(NamesystemState& state) {
  if (state.storage == nullptr) return Status(Code::kUnsupported, "there is no image directory");
  const Turn turn(state.checkpoint_running);
  if (!turn.mine()) return Status(Code::kAlreadyExists, "another checkpoint is being written");

  CAIRN_ASSIGN(Pending pending, Begin(state));
  CAIRN_TRY(state.WaitDurable(pending.durable_first));
  CAIRN_TRY(pending.checkpoint->Finish());
  const TxId txid = pending.checkpoint->txid();
  Note(state, txid);
  LOG(kInfo, "checkpoint written", {"txid", txid});
  return txid;
}

Status TakeCheckpoint(NamesystemState& state, TxId txid,
                      const std::function<Status()>& download) {
  if (state.storage == nullptr) return Status(Code::kUnsupported, "there is no image directory");
  const Turn turn(state.checkpoint_running);
  if (!turn.mine()) return Status(Code::kAlreadyExists, "another checkpoint is being written");
  if (txid > state.Durable()) {
    return Status(Code::kInvalidArgument, "image " + ToString(txid) +
                                              " goes beyond what is durable here");
  }
  CAIRN_TRY(download());
  state.storage->Purge(state.options.images_retained, state.options.extra_edits_retained);
  Note(state, txid);
  LOG(kInfo, "checkpoint of another namenode taken", {"txid", txid});
  return Status();
}

}  // namespace cairn::namenode
