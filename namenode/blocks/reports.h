// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <unordered_map>

#include "common/util/result.h"
#include "namenode/blocks/block_map.h"
#include "namenode/blocks/full_report.h"
#include "namenode/blocks/lifecycle.h"
#include "namenode/blocks/queued_reports.h"
#include "namenode/blocks/redundancy.h"
#include "namenode/blocks/reported_blocks.h"

namespace cairn::namenode {

// Compares what datanodes say that they hold with what the namespace knows.
//
//   the block is         reported as                        then the replica is
//   ---------------------------------------------------------------------------------------------
//   unknown              anything                           deleted; kept for later on a standby
//   complete, committed  finalized, same stamp and length   good
//                        finalized, another stamp, length   corrupt
//   complete             rbw, same stamp                    ignored: "finalized" is on its way
//                        rbw, another stamp; rwr            corrupt
//   committed            rbw, rwr                           noted with its pipeline
//   being written        finalized, older stamp             corrupt: the pipeline went on without
//   it
//                        finalized, same or newer stamp     noted; judged when the block is
//                        finished rbw, rwr                           noted
//   any                  rur, temporary                     corrupt: no datanode reports these
//
// A standby keeps every report that would make a replica corrupt or deleted, or whose stamp the
// edits have not reached, until the edits touch the block or it becomes active.
//
// Not thread-safe: guarded by the namesystem lock.
class BlockReports {
 public:
  // All must outlive this object.
  BlockReports(BlockMap& map, DatanodeManager& datanodes, Redundancy& redundancy,
               BlockLifecycle& lifecycle, SafeMode& safe_mode)
      : map_(map),
        datanodes_(datanodes),
        redundancy_(redundancy),
        lifecycle_(lifecycle),
        safe_mode_(safe_mode) {}

  std::unique_ptr<FullReport> Begin(StorageIndex storage, ReportedBlocks& blocks);
  void Incremental(StorageIndex storage, std::span<const ReceivedDeletedBlock> blocks);

  // On: this is a standby.
  void SetPostponing(bool on) { postponing_ = on; }
  void SetLastStamp(GenerationStamp stamp) { last_stamp_ = stamp; }
  // An edit touched the block: what was kept for it is looked at again.
  void Retry(BlockId id);
  void RetryAll();

  QueuedReports& queued() { return queued_; }
  const QueuedReports& queued() const { return queued_; }

 private:
  friend class SteppedReport;

  enum class Verdict : uint8_t { kGood, kIgnore, kNote, kCorrupt };
  struct Judged {
    Verdict verdict;
    CorruptReason reason = CorruptReason::kReported;
  };

  // One line of any report. `full` when it is of a full one.
  void Apply(StorageIndex storage, const ReportedBlock& reported, bool full,
             DatanodeIndex hint = kNoDatanode);
  Judged Judge(BlockHandle block, const ReportedBlock& reported) const;
  Judged JudgeFinalized(BlockHandle block, const Block& reported) const;
  void ApplyUnknown(StorageIndex storage, const ReportedBlock& reported);
  void Deleted(StorageIndex storage, const Block& block);

  BlockMap& map_;
  DatanodeManager& datanodes_;
  Redundancy& redundancy_;
  BlockLifecycle& lifecycle_;
  SafeMode& safe_mode_;
  QueuedReports queued_;
  // Full reports that are being read, by volume: the newest of each.
  std::unordered_map<StorageIndex, uint64_t> running_;
  uint64_t report_number_ = 0;
  bool postponing_ = false;
  GenerationStamp last_stamp_;
};

}  // namespace cairn::namenode
