// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/loader.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "namenode/image/image_reader.h"
#include "namenode/journal/segment_reader.h"
#include "namenode/namesystem/apply.h"

namespace cairn::namenode {
namespace {

Status TakeImage(NamesystemState& state, io::Disk& disk, const ChosenImage& chosen) {
  const ImageTarget target{.tree = state.tree, .blocks = state.blocks, .leases = state.leases};
  Result<LoadedImage> image = LoadImage(disk, chosen.path, target);
  if (!image.ok()) return image.status().WithContext("load image " + chosen.path);
  if (image->namespace_id != state.info.namespace_id) {
    return Status(Code::kCorrupt, "image " + chosen.path + " belongs to namespace " +
                                      std::to_string(image->namespace_id) + ", not to " +
                                      std::to_string(state.info.namespace_id));
  }
  state.ids = image->ids;
  state.has_snapshots = image->carried.snapshot_count > 0;
  state.carried = std::move(image->carried);
  state.blocks.SetLastGenerationStamp(state.ids.generation_stamp);
  state.last_applied = image->txid;
  state.last_checkpoint = image->txid;
  LOG(kInfo, "image loaded", {"path", chosen.path}, {"txid", image->txid},
      {"inodes", image->inodes});
  return Status();
}

// Replays one copy of a segment; what was applied already is skipped.
Status ReplayCopy(NamesystemState& state, io::Disk& disk, const std::string& path) {
  CAIRN_ASSIGN(std::unique_ptr<SegmentReader> reader, SegmentReader::Open(disk, path));
  for (;;) {
    CAIRN_ASSIGN(std::optional<EditRecord> record, reader->Next());
    if (!record) return Status();
    if (record->txid <= state.last_applied) continue;
    CAIRN_TRY(Replay(state, *record));
  }
}

Status ReplaySegment(NamesystemState& state, io::Disk& disk, const Segment& segment) {
  Status status(Code::kCorrupt, "segment without a copy");
  for (const std::string& path : segment.paths) {
    status = ReplayCopy(state, disk, path);
    if (status.ok() && state.last_applied >= segment.last) return status;
    if (status.ok()) {
      status = Status(Code::kCorrupt, "it ends at transaction " + ToString(state.last_applied) +
                                          " instead of " + ToString(segment.last));
    }
    status = status.WithContext("replay " + path);
    // A record that does not fit will fit no better from another copy.
    const bool readable = status.code() != Code::kCorrupt && status.code() != Code::kChecksum &&
                          status.code() != Code::kIoError && status.code() != Code::kEndOfFile &&
                          status.code() != Code::kNotFound;
    if (readable) return status;
    LOG(kWarn, "copy of an edit segment cannot be used", {"status", status});
  }
  return status;
}

}  // namespace

Status Replay(NamesystemState& state, const EditRecord& record) {
  if (record.txid.value != state.last_applied.value + 1) {
    return Status(Code::kCorrupt, "transaction " + ToString(record.txid) + " follows " +
                                      ToString(state.last_applied));
  }
  return Apply(state, record.txid, record.op);
}

Status LoadState(NamesystemState& state, NameStorage& storage) {
  const Clock::TimePoint start = state.clock.Now();
  CAIRN_ASSIGN(LoadPlan plan, storage.Plan());
  CAIRN_ASSIGN(ChosenImage chosen, ChooseImage(storage.disk(), plan));
  CAIRN_TRY(TakeImage(state, storage.disk(), chosen));
  const TxId from = state.last_applied;
  for (const Segment& segment : chosen.segments) {
    CAIRN_TRY(ReplaySegment(state, storage.disk(), segment));
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(state.clock.Now() -
                                                                          start);
  LOG(kInfo, "namespace loaded", {"txid", state.last_applied},
      {"edits", state.last_applied.value - from.value}, {"inodes", state.tree.inodes().size()},
      {"ms", took.count()});
  return Status();
}

void Activate(NamesystemState& state, EditLog* log, NameStorage* storage) {
  Section::Exclusive inside(state.section);
  state.log = log;
  state.storage = storage;
  if (log != nullptr) state.last_applied = log->LastAppended();
  RecountQuotas(state.tree, state);
  state.count_quotas = true;
  state.blocks.SetLastGenerationStamp(state.ids.generation_stamp);
  state.blocks.FinishLoading();
  state.leases.RenewAll();
  state.last_checkpoint_at = state.clock.Now();
  state.service_state.store(ServiceState::kActive, std::memory_order_release);
}

}  // namespace cairn::namenode
