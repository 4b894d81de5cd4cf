// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/checkpointer.h"

#include <memory>
#include <utility>

#include "common/log/log.h"

namespace cairn::namenode {
namespace {

struct Pending {
  std::unique_ptr<Checkpoint> checkpoint;
  EditLog::Rolled rolled;
};

Result<Pending> Begin(NamesystemState& state) {
  Section::Exclusive inside(state.section);
  Pending pending;
  CAIRN_ASSIGN(pending.rolled, RollLog(state));
  const ImageSource source{.tree = state.tree,
                           .blocks = &state.blocks,
                           .carried = state.carried,
                           .ids = state.ids,
                           .info = state.info,
                           .txid = pending.rolled.end};
  const CheckpointOptions options{
      .images_retained = state.options.images_retained,
      .extra_edits_retained = state.options.extra_edits_retained};
  CAIRN_ASSIGN(pending.checkpoint, Checkpoint::Fork(*state.storage, options, source));
  return pending;
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
  CAIRN_ASSIGN(EditLog::Rolled rolled, state.log->Roll());
  state.last_applied = rolled.start;
  return rolled;
}

Result<TxId> WriteCheckpoint(NamesystemState& state) {
  if (state.storage == nullptr) return Status(Code::kUnsupported, "there is no image directory");
  const Turn turn(state.checkpoint_running);
  if (!turn.mine()) return Status(Code::kAlreadyExists, "another checkpoint is being written");

  CAIRN_ASSIGN(Pending pending, Begin(state));
  CAIRN_TRY(state.log->WaitDurable(pending.rolled.start));
  CAIRN_TRY(pending.checkpoint->Finish());
  const TxId txid = pending.checkpoint->txid();
  {
    Section::Exclusive inside(state.section);
    state.last_checkpoint = txid;
    state.last_checkpoint_at = state.clock.Now();
  }
  LOG(kInfo, "checkpoint written", {"txid", txid});
  return txid;
}

}  // namespace cairn::namenode
