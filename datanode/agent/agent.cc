// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/agent.h"

#include <utility>

#include "common/log/log.h"

namespace cairn::datanode {
namespace {

// What a later namenode must have in common with the first.
Status CheckSame(const NamespaceInfo& ours, const NamespaceInfo& theirs) {
  if (ours.block_pool_id == theirs.block_pool_id && ours.namespace_id == theirs.namespace_id &&
      ours.cluster_id == theirs.cluster_id) {
    return Status();
  }
  return Status(Code::kIncorrectVersion,
                "namespace mismatch: previously connected to " + ours.block_pool_id + " of " +
                    ours.cluster_id + " but now connected to " + theirs.block_pool_id + " of " +
                    theirs.cluster_id);
}

}  // namespace

DatanodeAgent::DatanodeAgent(AgentOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random) {}

DatanodeAgent::~DatanodeAgent() { Stop(); }

void DatanodeAgent::Start(Parts parts) {
  parts_.emplace(std::move(parts));
  local_peer_ = std::make_unique<LocalRecoveryPeer>(parts_->store, *this);
  commands_ = std::make_unique<CommandRunner>(
      options_, CommandRunner::Collaborators{
                    .store = parts_->store,
                    .transfer = parts_->transfer,
                    .clock = clock_,
                    .local_peer = *local_peer_,
                    .uuid = parts_->id.uuid,
                    .is_active = [this](size_t link) { return active_.active() == link; },
                    .commit = [this](const BlockSynchronization& sync) { return Commit(sync); },
                    .report_error =
                        [this](DatanodeError error, const std::string& message) {
                          for (const auto& link : links_) link->ReportError(error, message);
                        }});
  for (size_t i = 0; i < options_.namenodes.size(); ++i) {
    links_.push_back(std::make_unique<NamenodeLink>(
        i, options_.namenodes[i], options_,
        NamenodeLink::Collaborators{.host = *this, .clock = clock_, .random = random_}));
  }
  started_ = true;
  for (const auto& link : links_) link->Start();
}

void DatanodeAgent::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  registered_.notify_all();
  // The command runner first: what it does may wait for a link's answer.
  for (const auto& link : links_) link->client().Close();
  if (commands_) commands_->Stop();
  for (const auto& link : links_) link->Stop();
}

void DatanodeAgent::TriggerReport(bool incremental, const std::optional<net::HostPort>& namenode) {
  if (!started_) return;
  for (const auto& link : links_) {
    if (!namenode || *namenode == link->address()) link->ForceReport(incremental);
  }
}

bool DatanodeAgent::registered(const std::string& pool_id) const {
  const std::lock_guard lock(mutex_);
  return registration_ && (pool_id.empty() || ns_->block_pool_id == pool_id);
}

std::string DatanodeAgent::pool_id() const {
  const std::lock_guard lock(mutex_);
  return ns_ ? ns_->block_pool_id : "";
}

void DatanodeAgent::AddStatus(DatanodeStatus* status) const {
  {
    const std::lock_guard lock(mutex_);
    if (ns_) {
      status->cluster_id = ns_->cluster_id;
      status->pool_id = ns_->block_pool_id;
    }
    if (registration_) status->id = registration_->id;
  }
  if (!started_) return;
  for (const auto& link : links_) {
    status->namenodes.push_back(link->status());
    status->pending_incremental_reports += link->pending_changes();
  }
  status->block_recoveries = commands_->recoveries();
}

// ---- From the data path.

void DatanodeAgent::OnReceiving(const ExtendedBlock& block, const std::string& storage_id) {
  if (const auto storage = StorageOf(storage_id)) {
    Report(block, ReplicaEvent::kReceiving, *storage, "");
  }
}

void DatanodeAgent::OnReceived(const ExtendedBlock& block, const std::string& storage_id,
                               const std::string& delete_hint) {
  if (const auto storage = StorageOf(storage_id)) {
    Report(block, ReplicaEvent::kReceived, *storage, delete_hint);
  }
}

// The scanner looks before the namenode is told: an error of the network is no bad replica.
void DatanodeAgent::OnCorruptLocal(const ExtendedBlock& block) {
  if (!started_) return;
  if (parts_->scanner != nullptr) {
    parts_->scanner->MarkSuspect(block);
    return;
  }
  const std::optional<ReplicaSnapshot> replica = parts_->store.Find(block.pool_id, block.block.id);
  if (!replica) return;
  ReportBad(block, {.node = Self(),
                    .storage_uuid = replica->storage_uuid,
                    .storage_type = replica->storage_type});
}

void DatanodeAgent::OnCorruptRemote(const ExtendedBlock& block, const DatanodeInfo& source) {
  ReportBad(block, {.node = source});
}

Status DatanodeAgent::WaitForPool(const std::string& pool_id) {
  std::unique_lock lock(mutex_);
  registered_.wait_for(lock, options_.pool_ready_limit,
                       [this] { return stopping_ || registration_.has_value(); });
  if (registration_ && !stopping_ && ns_->block_pool_id == pool_id) return Status();
  return Status(Code::kIoError, "Not ready to serve the block pool, " + pool_id + ".");
}

DatanodeInfo DatanodeAgent::Self() const {
  DatanodeInfo self;
  const std::lock_guard lock(mutex_);
  if (registration_) {
    self.id = registration_->id;
  } else if (started_) {
    self.id = parts_->id;
  }
  return self;
}

// ---- From the store.

void DatanodeAgent::OnDeleted(const ExtendedBlock& block, const DatanodeStorage& storage) {
  Report(block, ReplicaEvent::kDeleted, storage, "");
}

void DatanodeAgent::OnFound(const ExtendedBlock& block, const DatanodeStorage& storage) {
  Report(block, ReplicaEvent::kReceived, storage, "");
}

void DatanodeAgent::OnCorrupt(const ExtendedBlock& block, const DatanodeStorage& storage) {
  ReportBad(block, {.node = Self(), .storage_uuid = storage.uuid, .storage_type = storage.type});
}

void DatanodeAgent::OnVolumeFailed(const DatanodeStorage&, const std::string& root,
                                   const Status& why, bool fatal) {
  LOG(kError, "volume is dropped", {"root", root}, {"fatal", fatal}, {"reason", why});
  if (!started_) return;
  const DatanodeError error = fatal ? DatanodeError::kFatalDiskError : DatanodeError::kDiskError;
  for (const auto& link : links_) {
    link->ReportError(error, "DataNode failed volumes:" + root);
    if (!fatal) link->ScheduleFullReport();
  }
  if (fatal) End(Status(Code::kDiskError, "too many volumes failed, the last is " + root));
}

void DatanodeAgent::Report(const ExtendedBlock& block, ReplicaEvent event,
                           const DatanodeStorage& storage, const std::string& delete_hint) {
  if (!started_ || block.pool_id != pool_id()) return;
  for (const auto& link : links_) {
    link->Report({.block = block.block,
                  .event = event,
                  .delete_hint = delete_hint,
                  .storage = storage});
  }
}

std::optional<DatanodeStorage> DatanodeAgent::StorageOf(const std::string& storage_id) const {
  if (!started_) return std::nullopt;
  for (const Volume* volume : parts_->store.Volumes()) {
    if (volume->storage_uuid() == storage_id) return volume->storage();
  }
  // The volume has failed meanwhile: the full report that follows says so.
  return std::nullopt;
}

void DatanodeAgent::ReportBad(const ExtendedBlock& block, const DatanodeTarget& where) {
  if (!started_) return;
  LOG(kWarn, "bad replica", {"block", block.block}, {"node", where.node.id.TransferAddress()});
  for (const auto& link : links_) {
    link->ReportBadBlock(LocatedBlock{.block = block, .locations = {where}});
  }
}

// ---- For the links.

Status DatanodeAgent::JoinNamespace(size_t link, const NamenodeVersion& version) {
  const std::lock_guard join(join_mutex_);
  std::optional<NamespaceInfo> ours;
  {
    const std::lock_guard lock(mutex_);
    ours = ns_;
  }
  if (ours) {
    CAIRN_TRY(CheckSame(*ours, version.ns));
  } else {
    CAIRN_TRY(parts_->store.AddPool(version.ns).WithContext("block pool " +
                                                            version.ns.block_pool_id));
    const std::lock_guard lock(mutex_);
    ns_ = version.ns;
  }
  active_.Handshake(link, version.state == NamenodeState::kActive);
  return Status();
}

Registration DatanodeAgent::MakeRegistration() const {
  const std::lock_guard lock(mutex_);
  Registration registration{.id = parts_->id, .storage = *ns_};
  registration.storage.layout_version = kDatanodeLayoutVersion;
  return registration;
}

Status DatanodeAgent::Registered(const Registration& registration) {
  if (registration.id.uuid != parts_->id.uuid) {
    return Status(Code::kIoError, "Inconsistent Datanode IDs. Name-node returned " +
                                      registration.id.uuid + ". Expecting " + parts_->id.uuid);
  }
  {
    const std::lock_guard lock(mutex_);
    registration_ = registration;
  }
  registered_.notify_all();
  return Status();
}

Heartbeat DatanodeAgent::MakeHeartbeat() {
  return {.reports = parts_->store.StorageReports(pool_id()),
          .transfers_in_progress = parts_->transfer.transfers_in_progress(),
          .active_streams = parts_->transfer.active_streams(),
          .failures = parts_->store.Failures()};
}

std::vector<StorageBlocks> DatanodeAgent::MakeFullReport() {
  return parts_->store.BlockReports(pool_id());
}

void DatanodeAgent::HandleAnswer(size_t link, HeartbeatAnswer answer) {
  active_.Claim(link, {.active = answer.state == NamenodeState::kActive,
                       .txid = answer.txid,
                       .epoch = answer.epoch});
  for (NamenodeCommand& command : answer.commands) HandleCommand(link, std::move(command));
}

void DatanodeAgent::HandleCommand(size_t link, NamenodeCommand command) {
  if (std::holds_alternative<NoCommand>(command)) return;
  if (active_.active() != link) {
    LOG(kWarn, "command of a namenode that is not active is ignored", {"link", link},
        {"command", command.index()});
    return;
  }
  commands_->Add(link, std::move(command));
}

void DatanodeAgent::LinkEnded(size_t link, const Status& why) {
  LOG(kError, "link to a namenode has ended", {"link", link},
      {"namenode", net::ToString(options_.namenodes[link])}, {"reason", why});
  active_.Leave(link);
  {
    const std::lock_guard lock(mutex_);
    if (++links_ended_ < options_.namenodes.size()) return;
  }
  End(why.WithContext("no namenode is left"));
}

void DatanodeAgent::End(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(ended_, true)) return;
  }
  parts_->on_end(why);
}

Status DatanodeAgent::Commit(const BlockSynchronization& sync) {
  const std::optional<size_t> active = active_.active();
  if (!active) {
    return Status(Code::kIoError,
                  "Block pool " + sync.block.pool_id + " has not recognized an active NN");
  }
  return links_[*active]->client().CommitBlockSynchronization(sync);
}

}  // namespace cairn::datanode
