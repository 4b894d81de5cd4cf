// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "datanode/agent/agent_options.h"
#include "datanode/agent/incremental_reports.h"
#include "datanode/agent/namenode_client.h"
#include "datanode/agent/report_schedule.h"
#include "datanode/agent/status.h"

namespace cairn::datanode {

// What a link needs of the datanode that it speaks for. Called on the link's thread.
//
// Thread-safe.
class LinkHost {
 public:
  virtual ~LinkHost() = default;

  // The namenode's namespace: the first one is the datanode's; all others must be the same.
  virtual Status JoinNamespace(size_t link, const NamenodeVersion& version) = 0;
  virtual Registration MakeRegistration() const = 0;
  virtual Status Registered(const Registration& registration) = 0;
  virtual Heartbeat MakeHeartbeat() = 0;
  virtual std::vector<StorageBlocks> MakeFullReport() = 0;
  // Everything but RegisterAgain, which the link does itself.
  virtual void HandleAnswer(size_t link, HeartbeatAnswer answer) = 0;
  virtual void HandleCommand(size_t link, NamenodeCommand command) = 0;
  // The link gave up for good.
  virtual void LinkEnded(size_t link, const Status& why) = 0;
};

// The conversation with one namenode, on a thread of its own: handshake, heartbeats, reports. It
// never gives up by itself, except when the namenode and the directories do not fit together, or
// the namenode turns a registered datanode away.
//
// Lifecycle: construct, Start, Stop. Stop takes no longer than opening a connection.
//
// Thread-safe.
class NamenodeLink {
 public:
  struct Collaborators {
    LinkHost& host;
    const Clock& clock;
    Random& random;
  };

  // All collaborators must outlive this object.
  NamenodeLink(size_t index, const net::HostPort& namenode, const AgentOptions& options,
               const Collaborators& collaborators);
  ~NamenodeLink();
  NamenodeLink(const NamenodeLink&) = delete;
  NamenodeLink& operator=(const NamenodeLink&) = delete;

  void Start();
  void Stop();

  // Queues a change of a replica; sent in order, and again until the namenode has it.
  void Report(ReplicaChange change);
  void ReportBadBlock(LocatedBlock block);
  void ReportError(DatanodeError error, std::string message);
  // Sends a full report as soon as the namenode gives a lease.
  void ScheduleFullReport();
  // Sends a report now, without a lease (triggerBlockReport).
  void ForceReport(bool incremental);

  NamenodeClient& client() { return client_; }
  const net::HostPort& address() const { return client_.address(); }
  NamenodeStatus status() const;
  size_t pending_changes() const;

 private:
  // A fact that is told once and is not a change of a replica.
  struct Message {
    std::string key;  // Equal keys are one message.
    std::function<Status(NamenodeClient&, const Registration&)> send;
  };

  void Run();
  Status RunUntilStopped();
  Status Handshake();
  // Serves until an error; kUnregisteredNode when the namenode wants a new registration.
  Status Serve();
  Status ServeOnce();
  Status SendHeartbeat();
  Status SendChanges();
  Status SendFullReport();
  Status SendFullReportCalls(std::vector<StorageBlocks> storages, uint64_t lease);
  void SendMessages();
  void AddMessage(Message message);
  // Whether this failure ends the link.
  bool IsFinal(const Status& status) const;
  bool TurnedAwayTooOften();
  // False when the link stops.
  bool Pause(Clock::Duration duration);
  void WaitForWork();
  bool HasWorkLocked() const;
  bool stopping() const;
  void SetState(const char* state);

  const size_t index_;
  const AgentOptions& options_;
  LinkHost& host_;
  const Clock& clock_;
  Random& random_;
  NamenodeClient client_;
  std::thread thread_;

  // Of the link's thread only.
  bool registered_once_ = false;
  bool reports_in_buffers_ = true;
  Registration self_;
  uint64_t lease_ = 0;
  int64_t last_report_id_ = 0;
  // How often lately the namenode no longer knew us as registered.
  int turned_away_ = 0;
  Clock::TimePoint turned_away_at_{};

  mutable std::mutex mutex_;  // Guards the following.
  std::condition_variable wake_;
  bool stopping_ = false;
  bool force_full_report_ = false;
  ReportSchedule schedule_;
  IncrementalReports changes_;
  std::deque<Message> messages_;
  NamenodeStatus status_;
};

}  // namespace cairn::datanode
