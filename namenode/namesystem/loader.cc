// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/loader.h"

#include <chrono>
#include <utility>

#include "common/io/disk.h"
#include "common/log/log.h"
#include "namenode/blocks/host_lists.h"
#include "namenode/image/image_reader.h"
#include "namenode/journal/edit_stream.h"
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

Status ApplyNext(NamesystemState& state, const EditRecord& record, const ApplyHint& hint) {
  if (record.txid.value != state.last_applied.value + 1) {
    return Status(Code::kCorrupt, "transaction " + ToString(record.txid) + " follows " +
                                      ToString(state.last_applied));
  }
  return Apply(state, record.txid, record.op, hint);
}

}  // namespace

Status Replay(NamesystemState& state, const EditRecord& record) {
  return ApplyNext(state, record, {});
}

Status FollowRecord(NamesystemState& state, const EditRecord& record) {
  return ApplyNext(state, record, {.free_later = true});
}

Status LoadState(NamesystemState& state, NameStorage& storage) {
  const Clock::TimePoint start = state.clock.Now();
  CAIRN_ASSIGN(LoadPlan plan, storage.Plan());
  CAIRN_ASSIGN(ChosenImage chosen, ChooseImage(storage.disk(), plan));
  CAIRN_TRY(TakeImage(state, storage.disk(), chosen));
  const TxId from = state.last_applied;
  EditStream edits(storage.disk(), std::move(chosen.segments), from);
  for (;;) {
    CAIRN_ASSIGN(std::optional<EditRecord> record, edits.Next());
    if (!record) break;
    CAIRN_TRY(Replay(state, *record));
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(state.clock.Now() -
                                                                          start);
  LOG(kInfo, "namespace loaded", {"txid", state.last_applied},
      {"edits", state.last_applied.value - from.value}, {"inodes", state.tree.inodes().size()},
      {"ms", took.count()});
  return Status();
}

void FinishStart(NamesystemState& state, EditLog* log, NameStorage* storage) {
  state.log = log;
  state.storage = storage;
  if (log != nullptr) state.last_applied = log->LastAppended();
  RecountQuotas(state.tree, state);
  state.count_quotas = true;
  state.blocks.SetLastGenerationStamp(state.ids.generation_stamp);
  state.blocks.FinishLoading();
  state.leases.RenewAll();
  state.last_checkpoint_at = state.clock.Now();
}

void Activate(NamesystemState& state, EditLog* log, NameStorage* storage) {
  Section::Exclusive inside(state.section);
  FinishStart(state, log, storage);
  state.SetServiceState(ServiceState::kActive);
}

Result<std::shared_ptr<const HostFilter>> ReadHostLists(const NamesystemOptions& options) {
  constexpr uint64_t kListBytesMax = 64 << 20;
  io::PosixDisk disk;
  std::string included;
  std::string excluded;
  if (!options.hosts_file.empty()) {
    CAIRN_ASSIGN(included, disk.ReadFile(options.hosts_file, kListBytesMax));
  }
  if (!options.hosts_exclude_file.empty()) {
    CAIRN_ASSIGN(excluded, disk.ReadFile(options.hosts_exclude_file, kListBytesMax));
  }
  return std::shared_ptr<const HostFilter>(std::make_shared<HostLists>(included, excluded));
}

}  // namespace cairn::namenode
