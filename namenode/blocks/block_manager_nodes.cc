// SPDX-License-Identifier: Apache-2.0
// The half of BlockManager that deals with datanodes, readers and time.
#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>

#include "common/log/log.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/blocks/block_map.h"
#include "namenode/blocks/lifecycle.h"
#include "namenode/blocks/recovery.h"
#include "namenode/blocks/redundancy.h"
#include "namenode/blocks/report_leases.h"
#include "namenode/blocks/reports.h"

namespace cairn::namenode {
namespace {

// Blocks of one slice: about 2 ms.
constexpr uint32_t kStepBlocks = 4000;

std::string Hex(uint64_t number) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "0x%" PRIx64, number);
  return text.data();
}

}  // namespace

std::vector<StorageIndex> BlockManager::ReadablePlaces(BlockHandle block, bool* corrupt) const {
  *corrupt = false;
  std::vector<StorageIndex> places;
  std::vector<StorageIndex> bad;
  const bool written = !map_->IsComplete(block);
  for (StorageIndex s : lifecycle_->Places(block)) {
    if (datanodes_.storage(s).failed || !datanodes_.NodeOf(s).alive) continue;
    (redundancy_->corrupt().Contains(block, s) ? bad : places).push_back(s);
  }
  if (written || !places.empty() || bad.empty()) return places;
  *corrupt = true;
  return bad;
}

LocatedBlock BlockManager::Locate(BlockId id, uint64_t offset, const std::string& pool_id,
                                  const std::string& reader_host) const {
  LocatedBlock located;
  located.offset = offset;
  located.block.pool_id = pool_id;
  located.block.block.id = id;
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return located;
  std::vector<StorageIndex> places = ReadablePlaces(block, &located.corrupt);
  SortForReader(datanodes_, options_, reader_host, random_, places);
  const bool corrupt = located.corrupt;
  located = LocateAt(map_->Get(block), offset, pool_id, places);
  located.corrupt = corrupt;
  return located;
}

LocatedBlock BlockManager::LocateAt(const Block& block, uint64_t offset,
                                    const std::string& pool_id,
                                    std::span<const StorageIndex> places) const {
  LocatedBlock located;
  located.block = {pool_id, block};
  located.offset = offset;
  located.locations.reserve(places.size());
  for (StorageIndex s : places) located.locations.push_back(datanodes_.Target(s));
  return located;
}

std::vector<BlockManager::ReplicaView> BlockManager::Replicas(BlockId id) const {
  std::vector<ReplicaView> views;
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return views;
  for (StorageIndex s : map_->Replicas(block)) {
    if (datanodes_.storage(s).failed || !datanodes_.NodeOf(s).alive) continue;
    views.push_back({s, redundancy_->corrupt().Contains(block, s),
                     redundancy_->excess().Contains(block, s),
                     datanodes_.storage(s).contents_stale});
  }
  return views;
}

bool BlockManager::IsCorrupt(BlockId id) const {
  const BlockHandle block = map_->Find(id);
  if (block == kNoBlock) return false;
  bool corrupt = false;
  ReadablePlaces(block, &corrupt);
  return corrupt;
}

std::vector<BlockManager::CorruptBlock> BlockManager::CorruptBlocks(uint64_t skip,
                                                                    uint32_t max) const {
  const std::vector<BlockHandle>& blocks = redundancy_->low().Blocks(Urgency::kCorrupt);
  std::vector<CorruptBlock> result;
  for (uint64_t i = skip; i < blocks.size() && result.size() < max; ++i) {
    result.push_back({map_->Id(blocks[i]), map_->Owner(blocks[i])});
  }
  return result;
}

PlacementRequest BlockManager::RequestFor(const ChooseArgs& args) const {
  PlacementRequest request;
  request.count = args.count;
  request.writer = datanodes_.FindByHost(args.writer_host, random_.Next());
  request.writer_rack = args.writer_rack;
  request.existing = args.existing;
  request.block_size = args.block_size;
  request.no_local_write = args.no_local_write;
  request.ignore_client_locality = args.ignore_client_locality;
  for (const std::string& uuid : args.excluded_uuids) {
    const DatanodeIndex node = datanodes_.FindByUuid(uuid);
    if (node != kNoDatanode) request.excluded.push_back(node);
  }
  for (const std::string& name : args.favored_nodes) {
    const DatanodeIndex node = datanodes_.FindByHostPort(name);
    if (node != kNoDatanode) request.favored.push_back(node);
  }
  std::vector<StorageType> present;
  for (StorageIndex s : args.existing) present.push_back(datanodes_.storage(s).storage.type);
  const BlockStoragePolicy& policy = StoragePolicyById(args.storage_policy);
  request.types = policy.MissingTypes(
      static_cast<uint16_t>(std::min<size_t>(args.count + present.size(), UINT16_MAX)), present);
  request.fallbacks.assign(policy.creation_fallbacks.begin(), policy.creation_fallbacks.end());
  return request;
}

Result<std::vector<StorageIndex>> BlockManager::ChooseTargets(const ChooseArgs& args) const {
  std::vector<StorageIndex> targets = placement_->Choose(RequestFor(args));
  const uint32_t wanted = args.at_least > 0 ? args.at_least : options_.replication_min;
  if (targets.size() >= wanted) return targets;
  const std::string excluded =
      args.excluded_uuids.empty() ? "no" : std::to_string(args.excluded_uuids.size());
  return Status(Code::kIoError,
                "File " + args.path + " could only be written to " +
                    std::to_string(targets.size()) + " of the " + std::to_string(wanted) +
                    " minReplication nodes. There are " +
                    std::to_string(datanodes_.topology().NodeCount()) +
                    " datanode(s) running and " + excluded +
                    " node(s) are excluded in this operation.");
}

Result<DatanodeIndex> BlockManager::RegisterDatanode(const DatanodeRegistrationArgs& args) {
  CAIRN_ASSIGN(const DatanodeManager::Registered registered, datanodes_.Register(args));
  if (registered.replaced != kNoDatanode) {
    LoseDatanode(registered.replaced);
    datanodes_.Wipe(registered.replaced);
  }
  // What it held counts again until its report says otherwise.
  for (StorageIndex s : datanodes_.node(registered.node).storages) {
    if (!datanodes_.storage(s).failed) redundancy_->StopLosing(s);
  }
  leases_->Remove(registered.node);
  return registered.node;
}

void BlockManager::LoseDatanode(DatanodeIndex node) {
  datanodes_.MarkDead(node);
  leases_->Remove(node);
  redundancy_->DropTransfers(node);
  for (StorageIndex s : datanodes_.node(node).storages) {
    redundancy_->Lose(s);
    reports_->queued().DropStorage(s);
  }
}

Result<BlockManager::HeartbeatReply> BlockManager::Heartbeat(const HeartbeatArgs& args) {
  HeartbeatReply reply;
  Result<DatanodeManager::HeartbeatChanges> changes = datanodes_.Heartbeat(args);
  if (!changes.ok()) {
    if (changes.status().code() != Code::kUnregisteredNode) return changes.status();
    reply.commands.push_back(RegisterCommand{});
    return reply;
  }
  for (StorageIndex s : changes->lost) {
    redundancy_->Lose(s);
    reports_->queued().DropStorage(s);
  }
  for (StorageIndex s : changes->unnamed) {
    if (map_->StorageSize(s) == 0) datanodes_.RemoveStorage(s);
  }
  if (args.wants_report_lease) reply.report_lease_id = leases_->Request(changes->node);
  if (args.wants_orders) AddCommands(changes->node, reply);
  return reply;
}

void BlockManager::AddCommands(DatanodeIndex node, HeartbeatReply& reply) {
  if (safe_mode_.IsOn() || standby_) return;
  if (auto items = recovery_->Take(node); !items.empty()) {
    reply.commands.push_back(RecoverBlocksCommand{std::move(items)});
  }
  DatanodeEntry& entry = datanodes_.node(node);
  const uint32_t streams =
      entry.IsDecommissioning() ? options_.max_streams_hard : options_.max_streams;
  const uint32_t free = streams - std::min(streams, entry.transfers_in_progress);
  if (auto items = redundancy_->TakeTransfers(node, free); !items.empty()) {
    reply.commands.push_back(TransferCommand{std::move(items)});
  }
  if (auto blocks = redundancy_->TakeInvalidations(node, options_.invalidate_limit);
      !blocks.empty()) {
    reply.commands.push_back(InvalidateCommand{std::move(blocks)});
  }
  if (entry.balancer_bandwidth > 0) {
    reply.commands.push_back(BalancerBandwidthCommand{entry.balancer_bandwidth});
    entry.balancer_bandwidth = 0;
  }
}

Result<std::unique_ptr<FullReport>> BlockManager::BeginFullReport(const FullReportArgs& args,
                                                                  ReportedBlocks& blocks) {
  CAIRN_ASSIGN(const DatanodeIndex node, datanodes_.Require(args.id));
  if (!leases_->Check(node, args.lease_id)) {
    return Status(Code::kReportLease, "Block report " + Hex(args.report_id) +
                                          " was rejected as lease " + Hex(args.lease_id) +
                                          " is invalid");
  }
  CAIRN_ASSIGN(const StorageIndex storage, datanodes_.AddStorage(node, args.storage));
  if (args.last_storage_of_call && args.call + 1 >= args.calls_total) leases_->Remove(node);
  if (safe_mode_.IsStartup() && datanodes_.storage(storage).full_reports > 0) {
    LOG(kInfo, "repeated full block report is ignored during start-up",
        {"storage", args.storage.uuid});
    return std::unique_ptr<FullReport>();
  }
  return reports_->Begin(storage, blocks);
}

Status BlockManager::IncrementalReport(const DatanodeId& id, const DatanodeStorage& storage,
                                       std::span<const ReceivedDeletedBlock> blocks) {
  CAIRN_ASSIGN(const DatanodeIndex node, datanodes_.Require(id));
  CAIRN_ASSIGN(const StorageIndex index, datanodes_.AddStorage(node, storage));
  // A volume that was given up reports its last events too late.
  if (datanodes_.storage(index).failed) return Status();
  reports_->Incremental(index, blocks);
  if (safe_mode_.IsStartup()) {
    safe_mode_.Check();
    ActivateWhenReady();
  }
  return Status();
}

void BlockManager::MarkCorrupt(const Block& block, const std::string& datanode_uuid,
                               const std::string& storage_uuid, const std::string& reason) {
  const BlockHandle handle = map_->Find(block.id);
  const DatanodeIndex node = datanodes_.FindByUuid(datanode_uuid);
  if (handle == kNoBlock || node == kNoDatanode) return;
  // Of another version: the reader saw what is no longer so, or a report will tell.
  if (block.generation_stamp != map_->Stamp(handle)) return;
  for (StorageIndex s : map_->Replicas(handle)) {
    const StorageEntry& volume = datanodes_.storage(s);
    if (volume.node != node) continue;
    if (!storage_uuid.empty() && volume.storage.uuid != storage_uuid) continue;
    LOG(kWarn, "bad replica is reported", {"block", block}, {"reason", reason});
    redundancy_->MarkCorrupt(handle, s, CorruptReason::kReported, map_->Get(handle));
    return;
  }
}

void BlockManager::MarkDatanodeDead(const DatanodeId& id) {
  if (const DatanodeIndex node = datanodes_.FindByUuid(id.uuid); node != kNoDatanode) {
    LoseDatanode(node);
  }
}

void BlockManager::SetBalancerBandwidth(uint64_t bytes_per_second) {
  for (DatanodeIndex node : datanodes_.All()) {
    datanodes_.node(node).balancer_bandwidth = bytes_per_second;
  }
}

std::vector<StorageIndex> BlockManager::FindStorages(
    std::span<const DatanodeId> nodes, std::span<const std::string> storage_uuids) const {
  std::vector<StorageIndex> storages;
  for (size_t i = 0; i < nodes.size() && i < storage_uuids.size(); ++i) {
    const StorageIndex s = datanodes_.FindStorage(nodes[i].uuid, storage_uuids[i]);
    if (s != kNoStorage) storages.push_back(s);
  }
  return storages;
}

void BlockManager::EnterSafeMode(bool resources_low) { safe_mode_.Enter(resources_low); }

bool BlockManager::LeaveSafeMode(bool force) {
  if (!safe_mode_.Leave(force)) return false;
  ActivateWhenReady();
  return true;
}

// Once enough was reported the queues are filled; nothing is ordered before safe mode ends.
void BlockManager::ActivateWhenReady() {
  if (loaded_ && !standby_ && safe_mode_.stage() != SafeMode::Stage::kThreshold) {
    redundancy_->Activate();
  }
}

void BlockManager::BecomeStandby() {
  standby_ = true;
  reports_->SetPostponing(true);
  redundancy_->BecomeStandby();
}

void BlockManager::BecomeActive() {
  standby_ = false;
  datanodes_.MarkAllContentsStale();
  reports_->SetPostponing(false);
  redundancy_->LeaveStandby();
  reports_->RetryAll();
  ActivateWhenReady();
}

void BlockManager::SetLastGenerationStamp(GenerationStamp stamp) { reports_->SetLastStamp(stamp); }

bool BlockManager::Tick() {
  // Until all had a chance to report, silence says nothing.
  if (!safe_mode_.IsStartup()) {
    for (DatanodeIndex node : datanodes_.TakeNewlyDead()) LoseDatanode(node);
  }
  safe_mode_.Check();
  ActivateWhenReady();
  const bool more = redundancy_->Step(kStepBlocks);
  const auto now = clock_.Now();
  if (!redundancy_->IsActive() || safe_mode_.IsOn()) return more;
  if (now - expired_at_ >= options_.pending_timeout / 10) {
    expired_at_ = now;
    redundancy_->ExpirePending();
  }
  if (now - repaired_at_ >= options_.redundancy_interval) {
    repaired_at_ = now;
    redundancy_->ScheduleRound();
  }
  return more;
}

}  // namespace cairn::namenode
