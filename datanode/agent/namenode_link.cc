// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/namenode_link.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "common/net/io_threads.h"

namespace cairn::datanode {
namespace {

// Facts that wait for a namenode that is away; the oldest give way.
constexpr size_t kMessagesMax = 10'000;
// Two datanodes with copies of one directory take the registration from each other for ever; a
// namenode that restarts does so once.
constexpr int kTurnedAwayMax = 3;
constexpr std::chrono::seconds kTurnedAwaySpan{60};
constexpr std::chrono::seconds kRetryAfterRefusal{1};

std::string MessageKey(const ExtendedBlock& block) {
  return block.pool_id + "/" + ToString(block.block);
}

}  // namespace

NamenodeLink::NamenodeLink(size_t index, const net::HostPort& namenode,
                           const AgentOptions& options, const Collaborators& collaborators)
    : index_(index),
      options_(options),
      host_(collaborators.host),
      clock_(collaborators.clock),
      random_(collaborators.random),
      client_(clock_, options.rpc, namenode, options.user),
      last_report_id_(static_cast<int64_t>(random_.Next() >> 1)),
      schedule_(clock_, random_, options.heartbeat_interval, options.full_report_interval),
      changes_(clock_, options.incremental_interval) {
  status_.address = net::ToString(namenode);
}

NamenodeLink::~NamenodeLink() { Stop(); }

void NamenodeLink::Start() {
  thread_ = std::thread([this] { Run(); });
}

void NamenodeLink::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  client_.Close();
  if (thread_.joinable()) thread_.join();
}

// ---- Facts from the datanode.

void NamenodeLink::Report(ReplicaChange change) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    wake = changes_.Add(std::move(change));
    if (changes_.size() > IncrementalReports::kPendingMax) {
      changes_.Clear();
      schedule_.ScheduleFullReport(Clock::Duration(0), true);
    }
  }
  if (wake) wake_.notify_all();
}

void NamenodeLink::ReportBadBlock(LocatedBlock block) {
  std::string key = "bad " + MessageKey(block.block);
  for (const DatanodeTarget& target : block.locations) {
    key += " " + target.node.id.uuid + " " + target.storage_uuid;
  }
  AddMessage({.key = std::move(key),
              .send = [block = std::move(block)](NamenodeClient& client, const Registration&) {
                return client.ReportBadBlocks({block});
              }});
}

void NamenodeLink::ReportError(DatanodeError error, std::string message) {
  std::string key = "error " + std::to_string(static_cast<int>(error)) + " " + message;
  AddMessage({.key = std::move(key),
              .send = [error, message = std::move(message)](NamenodeClient& client,
                                                            const Registration& self) {
                return client.ReportError(self, error, message);
              }});
}

void NamenodeLink::AddMessage(Message message) {
  {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const Message& other) { return other.key == message.key; };
    if (std::any_of(messages_.begin(), messages_.end(), same)) return;
    if (messages_.size() >= kMessagesMax) messages_.pop_front();
    messages_.push_back(std::move(message));
  }
  wake_.notify_all();
}

void NamenodeLink::ScheduleFullReport() {
  {
    const std::lock_guard lock(mutex_);
    schedule_.ScheduleFullReport(Clock::Duration(0), false);
    schedule_.HeartbeatNow();
  }
  wake_.notify_all();
}

void NamenodeLink::ForceReport(bool incremental) {
  {
    const std::lock_guard lock(mutex_);
    if (incremental) {
      changes_.MakeDue();
    } else {
      force_full_report_ = true;
      schedule_.Respread();
    }
  }
  wake_.notify_all();
}

// ---- The link's thread.

void NamenodeLink::Run() {
  net::NameThisThread("nn-link-" + std::to_string(index_));
  const Status ended = RunUntilStopped();
  SetState(ended.ok() ? "EXITED" : "FAILED");
  if (!ended.ok()) host_.LinkEnded(index_, ended);
}

// Ok when it was stopped.
Status NamenodeLink::RunUntilStopped() {
  Clock::Duration pause = options_.retry_first;
  std::string last_reason;
  while (!stopping()) {
    SetState("CONNECTING");
    Status status = Handshake();
    if (status.ok()) {
      pause = options_.retry_first;
      last_reason.clear();
      SetState("RUNNING");
      status = Serve();
      if (stopping()) return Status();
      // Asked to register again, as after a restart of the namenode.
      if (status.code() == Code::kUnregisteredNode && status.remote_class().empty()) continue;
      if (status.code() == Code::kUnregisteredNode && !TurnedAwayTooOften()) {
        if (!Pause(kRetryAfterRefusal)) return Status();
        continue;
      }
      return status;
    }
    if (stopping()) return Status();
    if (IsFinal(status)) return status;
    if (const std::string reason = status.ToString(); reason != last_reason) {
      LOG(kWarn, "namenode cannot be reached", {"namenode", net::ToString(address())},
          {"reason", status});
      last_reason = reason;
    }
    // Many datanodes lose a namenode at once: they must not come back at once.
    const auto jitter = static_cast<int64_t>(
        random_.Below(static_cast<uint64_t>(std::max<int64_t>(1, pause.count() / 2))));
    if (!Pause(pause + Clock::Duration(jitter))) return Status();
    pause = std::min(pause * 2, options_.retry_max);
  }
  return Status();
}

Status NamenodeLink::Handshake() {
  CAIRN_ASSIGN(const NamenodeVersion version, client_.VersionRequest());
  if (!VersionAtLeast(version.software_version, options_.namenode_version_min)) {
    return Status(Code::kIncorrectVersion, "namenode has version " + version.software_version +
                                               ", at least " + options_.namenode_version_min +
                                               " is needed");
  }
  CAIRN_TRY(host_.JoinNamespace(index_, version));
  reports_in_buffers_ = version.reports_in_buffers;
  CAIRN_ASSIGN(self_, client_.Register(host_.MakeRegistration()));
  CAIRN_TRY(host_.Registered(self_));
  registered_once_ = true;
  lease_ = 0;
  {
    const std::lock_guard lock(mutex_);
    schedule_.ScheduleFullReport(options_.full_report_delay, true);
    schedule_.HeartbeatNow();
  }
  LOG(kInfo, "registered", {"namenode", net::ToString(address())},
      {"datanode", self_.id.TransferAddress()}, {"uuid", self_.id.uuid});
  return Status();
}

// A registered datanode that is turned away stops, as Apache's does; before the first registration
// the administrator gets the time to let it in. Directories that do not fit never will.
bool NamenodeLink::IsFinal(const Status& status) const {
  if (status.code() == Code::kIncorrectVersion) {
    return registered_once_ || status.remote_class().empty();
  }
  return status.code() == Code::kDisallowedDatanode && registered_once_;
}

bool NamenodeLink::TurnedAwayTooOften() {
  const Clock::TimePoint now = clock_.Now();
  if (now - turned_away_at_ > kTurnedAwaySpan) turned_away_ = 0;
  turned_away_at_ = now;
  LOG(kWarn, "namenode does not know this datanode", {"namenode", net::ToString(address())},
      {"times", turned_away_ + 1});
  return ++turned_away_ > kTurnedAwayMax;
}

Status NamenodeLink::Serve() {
  std::string last_reason;
  while (!stopping()) {
    const Status status = ServeOnce();
    if (stopping()) return Status();
    if (status.ok()) {
      last_reason.clear();
      SendMessages();
      WaitForWork();
      continue;
    }
    if (status.code() == Code::kUnregisteredNode || IsFinal(status)) return status;
    if (status.code() == Code::kReportLease) lease_ = 0;
    if (const std::string reason = status.ToString(); reason != last_reason) {
      LOG(kWarn, "call to the namenode failed", {"namenode", net::ToString(address())},
          {"reason", status});
      last_reason = reason;
    }
    // At most a heartbeat later, so that a namenode that comes back sees us soon.
    const Clock::Duration pause =
        std::min<Clock::Duration>(kRetryAfterRefusal, options_.heartbeat_interval);
    if (!Pause(pause)) return Status();
  }
  return Status();
}

Status NamenodeLink::ServeOnce() {
  bool heartbeat_due = false;
  {
    const std::lock_guard lock(mutex_);
    heartbeat_due = schedule_.HeartbeatDue();
  }
  if (heartbeat_due) CAIRN_TRY(SendHeartbeat());
  bool changes_due = heartbeat_due;
  bool force = false;
  {
    const std::lock_guard lock(mutex_);
    changes_due = changes_due || changes_.Due();
    force = std::exchange(force_full_report_, false);
  }
  if (changes_due) CAIRN_TRY(SendChanges());
  if (lease_ == 0 && !force) return Status();
  const Status sent = SendFullReport();
  if (!sent.ok() && force) {
    const std::lock_guard lock(mutex_);
    force_full_report_ = true;
  }
  return sent;
}

Status NamenodeLink::SendHeartbeat() {
  Heartbeat heartbeat = host_.MakeHeartbeat();
  {
    const std::lock_guard lock(mutex_);
    heartbeat.want_report_lease = lease_ == 0 && schedule_.FullReportDue();
    schedule_.HeartbeatSent();
  }
  CAIRN_ASSIGN(HeartbeatAnswer answer, client_.SendHeartbeat(self_, heartbeat));
  {
    const std::lock_guard lock(mutex_);
    ++status_.heartbeats;
    status_.last_heartbeat_ms = clock_.WallMs();
    status_.state = NamenodeStateName(answer.state);
  }
  if (answer.report_lease != 0) lease_ = answer.report_lease;
  const auto asks_to_register = [](const NamenodeCommand& command) {
    return std::holds_alternative<RegisterAgain>(command);
  };
  // Whatever else the namenode asks, it does not know us: it will ask again.
  if (std::any_of(answer.commands.begin(), answer.commands.end(), asks_to_register)) {
    return Status(Code::kUnregisteredNode, "the namenode asks to register again");
  }
  host_.HandleAnswer(index_, std::move(answer));
  return Status();
}

Status NamenodeLink::SendChanges() {
  for (;;) {
    std::vector<ReplicaChange> changes;
    {
      const std::lock_guard lock(mutex_);
      changes = changes_.Take();
    }
    if (changes.empty()) return Status();
    const Status sent = client_.SendChanges(self_, changes);
    const std::lock_guard lock(mutex_);
    if (!sent.ok()) {
      changes_.PutBack(std::move(changes));
      return sent.WithContext("incremental block report");
    }
    changes_.Sent();
    ++status_.incremental_reports;
    if (changes_.size() == 0 || stopping_) return Status();
  }
}

Status NamenodeLink::SendFullReport() {
  // What the namenode learns must not be older than what it knows: the changes go first.
  CAIRN_TRY(SendChanges());
  uint64_t scheduled = 0;
  {
    const std::lock_guard lock(mutex_);
    scheduled = schedule_.scheduled();
  }
  CAIRN_TRY(SendFullReportCalls(host_.MakeFullReport(), lease_).WithContext("full block report"));
  lease_ = 0;
  const std::lock_guard lock(mutex_);
  schedule_.FullReportSent(scheduled);
  ++status_.full_reports;
  status_.last_full_report_ms = clock_.WallMs();
  return Status();
}

Status NamenodeLink::SendFullReportCalls(std::vector<StorageBlocks> storages, uint64_t lease) {
  uint64_t blocks = 0;
  for (const StorageBlocks& storage : storages) blocks += storage.blocks.size();
  const size_t storage_count = storages.size();
  std::vector<FullReportPart> parts;
  if (blocks < options_.report_split_blocks || storage_count == 0) {
    parts.emplace_back().storages = std::move(storages);
  } else {
    for (StorageBlocks& storage : storages) {
      parts.emplace_back().storages.push_back(std::move(storage));
    }
  }
  // 0 is no id.
  if (++last_report_id_ == 0) ++last_report_id_;
  for (size_t i = 0; i < parts.size(); ++i) {
    FullReportPart& part = parts[i];
    part.calls = static_cast<int32_t>(parts.size());
    part.index = static_cast<int32_t>(i);
    part.report_id = last_report_id_;
    part.lease = lease;
    CAIRN_ASSIGN(NamenodeCommand command,
                 client_.SendFullReport(self_, part, reports_in_buffers_));
    if (std::holds_alternative<RegisterAgain>(command)) {
      return Status(Code::kUnregisteredNode, "the namenode asks to register again");
    }
    host_.HandleCommand(index_, std::move(command));
  }
  LOG(kInfo, "full block report sent", {"namenode", net::ToString(address())},
      {"blocks", blocks}, {"storages", storage_count}, {"calls", parts.size()}, {"lease", lease});
  return Status();
}

void NamenodeLink::SendMessages() {
  for (;;) {
    Message message;
    {
      const std::lock_guard lock(mutex_);
      if (messages_.empty()) return;
      message = messages_.front();
    }
    const Status sent = message.send(client_, self_);
    if (!sent.ok() && sent.remote_class().empty()) {
      LOG(kWarn, "namenode could not be told", {"what", message.key}, {"reason", sent});
      return;  // It is told when the namenode can be reached.
    }
    if (!sent.ok()) LOG(kInfo, "namenode refused", {"what", message.key}, {"reason", sent});
    const std::lock_guard lock(mutex_);
    if (!messages_.empty() && messages_.front().key == message.key) messages_.pop_front();
  }
}

// ---- Waiting and state.

bool NamenodeLink::HasWorkLocked() const {
  return stopping_ || force_full_report_ || schedule_.HeartbeatDue() || changes_.Due();
}

void NamenodeLink::WaitForWork() {
  std::unique_lock lock(mutex_);
  const size_t messages = messages_.size();
  while (!HasWorkLocked()) {
    // Messages that failed a moment ago wait for the next heartbeat.
    if (messages_.size() > messages) return;
    Clock::Duration wait = schedule_.UntilHeartbeat();
    if (changes_.WaitsForInterval()) wait = std::min(wait, changes_.UntilInterval());
    wake_.wait_for(lock, std::max<Clock::Duration>(wait, std::chrono::milliseconds(1)));
  }
}

bool NamenodeLink::Pause(Clock::Duration duration) {
  std::unique_lock lock(mutex_);
  return !wake_.wait_for(lock, duration, [this] { return stopping_; });
}

bool NamenodeLink::stopping() const {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

void NamenodeLink::SetState(const char* state) {
  const std::lock_guard lock(mutex_);
  status_.link = state;
}

NamenodeStatus NamenodeLink::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

size_t NamenodeLink::pending_changes() const {
  const std::lock_guard lock(mutex_);
  return changes_.size();
}

}  // namespace cairn::datanode
