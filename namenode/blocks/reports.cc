// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/reports.h"

#include <algorithm>

#include "common/log/log.h"

namespace cairn::namenode {

// Reads the lines, marking what it sees, then removes what it has not seen.
class SteppedReport final : public FullReport {
 public:
  SteppedReport(BlockReports& reports, StorageIndex storage, ReportedBlocks& blocks)
      : reports_(reports),
        storage_(storage),
        blocks_(blocks),
        number_(++reports.report_number_) {
    reports_.running_[storage] = number_;
    reports_.map_.StartMarking(storage);
  }
  ~SteppedReport() override {
    if (!IsCurrent()) return;
    reports_.running_.erase(storage_);
    reports_.map_.StopMarking(storage_);
  }

  Result<bool> Step(uint32_t blocks) override {
    uint32_t budget = blocks;
    // The datanode sent it again while this one waited: what that one marks is not ours.
    if (!IsCurrent()) return Status(Code::kCancelled, "a newer report of the volume has begun");
    if (!reports_.datanodes_.NodeOf(storage_).alive) {
      return Status(Code::kUnregisteredNode, "the datanode died during its report");
    }
    if (stage_ == Stage::kReading) {
      CAIRN_TRY(Read(budget));
    }
    if (stage_ == Stage::kSweeping) Sweep(budget);
    return stage_ != Stage::kDone;
  }

 private:
  enum class Stage { kReading, kSweeping, kDone };

  bool IsCurrent() const {
    auto it = reports_.running_.find(storage_);
    return it != reports_.running_.end() && it->second == number_;
  }

  Status Read(uint32_t& budget) {
    ReportedBlock line;
    for (; budget > 0; --budget) {
      if (!blocks_.Next(&line)) {
        // A torn report says nothing of what it would have named later: nothing is removed.
        CAIRN_TRY(blocks_.status());
        stage_ = Stage::kSweeping;
        next_ = reports_.map_.StorageSize(storage_);
        return Status();
      }
      reports_.Apply(storage_, line, true);
    }
    return Status();
  }

  // From the end: a removal moves the last one, which was looked at already, into the gap.
  void Sweep(uint32_t& budget) {
    BlockMap& map = reports_.map_;
    next_ = std::min(next_, map.StorageSize(storage_));
    for (; next_ > 0; --next_) {
      if (budget == 0) return;
      --budget;
      if (map.HasMark(storage_, next_ - 1)) continue;
      reports_.redundancy_.RemoveReplica(map.StorageAt(storage_, next_ - 1), storage_);
      ++removed_;
    }
    reports_.datanodes_.NoteFullReport(storage_);
    reports_.redundancy_.NoteFullReport();
    stage_ = Stage::kDone;
    reports_.safe_mode_.Check();
    LOG(kInfo, "full block report applied",
        {"datanode", reports_.datanodes_.NodeOf(storage_).info.id.TransferAddress()},
        {"storage", reports_.datanodes_.storage(storage_).storage.uuid},
        {"blocks", map.StorageSize(storage_)}, {"removed", removed_});
  }

  BlockReports& reports_;
  const StorageIndex storage_;
  ReportedBlocks& blocks_;
  const uint64_t number_;
  Stage stage_ = Stage::kReading;
  uint32_t next_ = 0;
  uint32_t removed_ = 0;
};

std::unique_ptr<FullReport> BlockReports::Begin(StorageIndex storage, ReportedBlocks& blocks) {
  if (!datanodes_.storage(storage).failed) redundancy_.StopLosing(storage);
  return std::make_unique<SteppedReport>(*this, storage, blocks);
}

void BlockReports::Incremental(StorageIndex storage,
                               std::span<const ReceivedDeletedBlock> blocks) {
  for (const ReceivedDeletedBlock& line : blocks) {
    switch (line.status) {
      case ReceivedStatus::kReceiving:
        Apply(storage, {line.block, ReplicaState::kRbw}, false);
        break;
      case ReceivedStatus::kReceived:
        datanodes_.NoteArrived(storage);
        Apply(storage, {line.block, ReplicaState::kFinalized}, false,
              line.delete_hint.empty() ? kNoDatanode : datanodes_.FindByUuid(line.delete_hint));
        break;
      case ReceivedStatus::kDeleted:
        Deleted(storage, line.block);
        break;
    }
  }
}

void BlockReports::Deleted(StorageIndex storage, const Block& deleted) {
  queued_.Drop(storage, deleted.id);
  const BlockHandle block = map_.Find(deleted.id);
  if (block == kNoBlock) {
    redundancy_.CancelInvalidation(storage, deleted.id);
    return;
  }
  lifecycle_.DropReplica(block, storage, deleted.generation_stamp);
  if (!map_.HasReplica(block, storage)) return;
  // The deletion of an older replica, told after its successor arrived in the same place.
  const bool is_corrupt = redundancy_.corrupt().Contains(block, storage);
  if (deleted.generation_stamp < map_.Stamp(block) && !is_corrupt &&
      !redundancy_.excess().Contains(block, storage)) {
    return;
  }
  redundancy_.ReplicaDeleted(block, storage);
}

void BlockReports::ApplyUnknown(StorageIndex storage, const ReportedBlock& reported) {
  if (postponing_) {
    queued_.Put(storage, reported);
    return;
  }
  if (reported.block.generation_stamp > last_stamp_) {
    // Our metadata may be older than the data. In safe mode an operator must decide.
    safe_mode_.NoteFutureBytes(reported.block.length);
  }
  redundancy_.Invalidate(storage, reported.block);
}

void BlockReports::Apply(StorageIndex storage, const ReportedBlock& reported, bool full,
                         DatanodeIndex hint) {
  const BlockHandle block = map_.Find(reported.block.id);
  if (block == kNoBlock) {
    ApplyUnknown(storage, reported);
    return;
  }
  const bool is_known = map_.MarkReplica(block, storage);
  // Ordered to be deleted and on its way: it does not come back by being named once more.
  if (!is_known && redundancy_.invalidations().Contains(storage, reported.block.id)) return;
  const Judged judged = Judge(block, reported);
  const bool is_ahead = reported.block.generation_stamp > map_.Stamp(block);
  if (postponing_ && (judged.verdict == Verdict::kCorrupt || is_ahead)) {
    queued_.Put(storage, reported);
    return;
  }
  queued_.Drop(storage, reported.block.id);
  switch (judged.verdict) {
    case Verdict::kGood:
      if (full && is_known && map_.HasFlags(block)) redundancy_.StillThere(block, storage);
      if (!is_known || !full || redundancy_.corrupt().Contains(block, storage)) {
        redundancy_.AddReplica(block, storage, hint);
        map_.MarkReplica(block, storage);
      }
      break;
    case Verdict::kNote:
      lifecycle_.NoteReplica(block, storage, reported);
      break;
    case Verdict::kCorrupt:
      redundancy_.MarkCorrupt(block, storage, judged.reason, reported.block);
      map_.MarkReplica(block, storage);
      break;
    case Verdict::kIgnore:
      break;
  }
}

BlockReports::Judged BlockReports::Judge(BlockHandle block, const ReportedBlock& reported) const {
  const bool same_stamp = reported.block.generation_stamp == map_.Stamp(block);
  switch (reported.state) {
    case ReplicaState::kFinalized:
      return JudgeFinalized(block, reported.block);
    case ReplicaState::kRbw:
      if (!map_.IsComplete(block)) return {Verdict::kNote};
      if (same_stamp) return {Verdict::kIgnore};
      return {Verdict::kCorrupt, CorruptReason::kStampMismatch};
    case ReplicaState::kRwr:
      if (!map_.IsComplete(block)) return {Verdict::kNote};
      return {Verdict::kCorrupt,
              same_stamp ? CorruptReason::kInvalidState : CorruptReason::kStampMismatch};
    case ReplicaState::kRur:
    case ReplicaState::kTemporary:
      break;
  }
  return {Verdict::kCorrupt, CorruptReason::kInvalidState};
}

BlockReports::Judged BlockReports::JudgeFinalized(BlockHandle block, const Block& reported) const {
  const GenerationStamp stamp = map_.Stamp(block);
  if (!map_.IsFinished(block)) {
    if (reported.generation_stamp < stamp) {
      return {Verdict::kCorrupt, CorruptReason::kStampMismatch};
    }
    return {Verdict::kNote};
  }
  if (reported.generation_stamp != stamp) {
    return {Verdict::kCorrupt, CorruptReason::kStampMismatch};
  }
  if (reported.length != map_.Length(block)) {
    return {Verdict::kCorrupt, CorruptReason::kSizeMismatch};
  }
  return {Verdict::kGood};
}

void BlockReports::Retry(BlockId id) {
  for (const QueuedReports::Message& message : queued_.Take(id)) {
    Apply(message.storage, message.reported, false);
  }
}

void BlockReports::RetryAll() {
  for (const QueuedReports::Message& message : queued_.TakeAll()) {
    if (datanodes_.storage(message.storage).removed) continue;
    Apply(message.storage, message.reported, false);
  }
}

}  // namespace cairn::namenode
