// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <utility>

#include "common/log/log.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"

namespace cairn::namenode {
namespace {

// Lines of a full report that are handled in one stay in the section: about 1 ms.
constexpr uint32_t kReportSlice = 2000;
// The oldest datanodes that understand this namenode.
constexpr int kMajorVersionMin = 2;
constexpr int32_t kFatalDiskError = 3;

// A datanode of another namespace, or from before a format, must register first; and cannot.
Status CheckRegistration(const NamesystemState& s, const DatanodeRegistration& registration) {
  const NamespaceInfo& theirs = registration.storage;
  if (theirs.namespace_id == s.info.namespace_id && theirs.cluster_id == s.info.cluster_id &&
      theirs.ctime_ms == s.info.ctime_ms) {
    return Status();
  }
  return Status(Code::kUnregisteredNode,
                "Unregistered server: datanode " + registration.id.TransferAddress() +
                    " belongs to namespace " + std::to_string(theirs.namespace_id) +
                    " of cluster " + theirs.cluster_id + ", not to " +
                    std::to_string(s.info.namespace_id) + " of " + s.info.cluster_id);
}

Status CheckSoftwareVersion(const NamesystemState& s, const DatanodeRegistration& registration) {
  const std::string& version = registration.software_version;
  if (std::atoi(version.c_str()) < kMajorVersionMin) {
    return Status(Code::kIncorrectVersion,
                  "The reported DataNode version is too low to communicate with this NameNode. "
                  "DataNode version: '" + version + "' Minimum DataNode version: '2.1.0-beta'");
  }
  if (version != kHadoopVersion && registration.storage.ctime_ms != s.info.ctime_ms) {
    return Status(Code::kIncorrectVersion,
                  "Reported DataNode version '" + version + "' of DN " +
                      registration.id.TransferAddress() +
                      " does not match NameNode version '" + kHadoopVersion +
                      "' and CTime of DN ('" + std::to_string(registration.storage.ctime_ms) +
                      "') does not match CTime of NN ('" + std::to_string(s.info.ctime_ms) +
                      "')");
  }
  return Status();
}

std::string RackOf(const NamesystemState& s, const DatanodeId& id) {
  if (s.racks == nullptr) return kDefaultRack;
  Result<std::string> rack = s.racks->Resolve(id.ip);
  if (rack.ok()) return *rack;
  LOG(kWarn, "rack of a datanode is not known", {"datanode", id.TransferAddress()},
      {"status", rack.status()});
  return kDefaultRack;
}

// Answers of datanode calls wait only for what they tell: orders must not come from changes that a
// crash could undo, or replicas of files that are still there would be gone.
void WaitForOrders(Mutation& m, bool has_orders) {
  if (has_orders) m.SawAll();
}

HeartbeatArgs ToArgs(const HeartbeatRequest& request) {
  return {.id = request.registration.id,
          .storages = request.reports,
          .cache_capacity = request.cache_capacity,
          .cache_used = request.cache_used,
          .transfers_in_progress = request.xmits_in_progress,
          .xceiver_count = request.xceiver_count,
          .failed_volumes = request.failed_volumes,
          .failed_volume_locations = request.failed_storage_locations,
          .last_volume_failure_ms = request.last_volume_failure_ms,
          .capacity_lost = request.estimated_capacity_lost,
          .wants_report_lease = request.request_full_report_lease};
}

// Takes one volume's report in slices, with others in between.
Status TakeReport(NamesystemState& s, Section::Exclusive& inside, const BlockReportRequest& request,
                  size_t index) {
  const StorageBlockReport& report = request.reports[index];
  CAIRN_ASSIGN(std::unique_ptr<FullReport> full,
               s.blocks.BeginFullReport({.id = request.registration.id,
                                         .storage = report.storage,
                                         .report_id = request.report_id,
                                         .lease_id = request.lease_id,
                                         .call = request.current_rpc,
                                         .calls_total = request.total_rpcs,
                                         .last_storage_of_call =
                                             index + 1 == request.reports.size()},
                                        *report.blocks));
  if (full == nullptr) return Status();
  for (;;) {
    CAIRN_ASSIGN(bool more, full->Step(kReportSlice));
    if (!more) return report.blocks->status();
    inside.Yield();
  }
}

Status TakeReports(NamesystemState& s, const BlockReportRequest& request) {
  for (size_t i = 0; i < request.reports.size(); ++i) {
    Section::Exclusive inside(s.section);
    CAIRN_TRY(TakeReport(s, inside, request, i));
  }
  return Status();
}

// Of an active one that is not sure to be it, datanodes hear that it is a standby.
ServiceState ClaimedState(const NamesystemState& s) {
  const ServiceState state = s.service_state.load();
  return state == ServiceState::kActive && !s.MayServe() ? ServiceState::kStandby : state;
}

bool AllContentsKnown(const NamesystemState& s, const DatanodeId& id) {
  const DatanodeManager& datanodes = s.blocks.datanodes();
  const DatanodeIndex node = datanodes.FindByUuid(id.uuid);
  if (node == kNoDatanode) return false;
  const std::vector<StorageIndex>& storages = datanodes.node(node).storages;
  return std::none_of(storages.begin(), storages.end(), [&](StorageIndex storage) {
    return datanodes.storage(storage).contents_stale;
  });
}

}  // namespace

Outcome<NamespaceInfo> Namesystem::VersionRequest(const OpContext&) {
  if (Status s = CheckServing(state_, Category::kUnchecked); !s.ok()) return s;
  return state_.info;
}

Outcome<DatanodeRegistration> Namesystem::RegisterDatanode(const OpContext& context,
                                                           DatanodeRegistration registration) {
  if (Status s = CheckServing(state_, Category::kUnchecked); !s.ok()) return s;
  if (Status s = CheckSoftwareVersion(state_, registration); !s.ok()) return s;
  if (Status s = CheckRegistration(state_, registration); !s.ok()) return s;
  if (!context.client_machine.empty()) registration.id.ip = context.client_machine;
  // A rack may come from a program: never asked for inside the section.
  const std::string rack = RackOf(state_, registration.id);
  Section::Exclusive inside(state_.section);
  Result<DatanodeIndex> node = state_.blocks.RegisterDatanode(
      {.id = registration.id, .rack = rack, .software_version = registration.software_version});
  if (!node.ok()) return node.status();
  return registration;
}

Outcome<HeartbeatResponse> Namesystem::Heartbeat(const OpContext& context,
                                                 const HeartbeatRequest& request) {
  if (Status s = CheckServing(state_, Category::kUnchecked); !s.ok()) return s;
  if (Status s = CheckRegistration(state_, request.registration); !s.ok()) return s;
  Section::Exclusive inside(state_.section);
  Mutation m(state_, context);
  const ServiceState claimed = ClaimedState(state_);
  HeartbeatArgs args = ToArgs(request);
  args.wants_orders = claimed == ServiceState::kActive;
  Result<BlockManager::HeartbeatReply> reply = state_.blocks.Heartbeat(args);
  if (!reply.ok()) return reply.status();
  WaitForOrders(m, claimed == ServiceState::kActive && !reply->commands.empty());
  HeartbeatResponse response{.commands = std::move(reply->commands),
                             .state = claimed,
                             .txid = state_.Durable(),
                             .epoch = state_.authority == nullptr ? 0 : state_.authority->Epoch(),
                             .full_report_lease_id = reply->report_lease_id};
  return Outcome<HeartbeatResponse>(std::move(response), m.wait_for());
}

Outcome<std::optional<DatanodeCommand>> Namesystem::BlockReport(const OpContext&,
                                                                BlockReportRequest& request) {
  using Answer = std::optional<DatanodeCommand>;
  if (Status s = CheckServing(state_, Category::kUnchecked); !s.ok()) return s;
  if (Status s = CheckRegistration(state_, request.registration); !s.ok()) return s;
  const Status taken = TakeReports(state_, request);
  if (taken.code() == Code::kUnregisteredNode) return Answer(RegisterCommand{});
  if (!taken.ok()) return taken;
  Section::Shared inside(state_.section);
  if (!state_.MayServe() || !AllContentsKnown(state_, request.registration.id)) return Answer();
  return Answer(FinalizeCommand{});
}

Outcome<Done> Namesystem::BlockReceivedAndDeleted(
    const OpContext&, const DatanodeRegistration& registration,
    const std::vector<StorageReceivedDeletedBlocks>& reports) {
  if (Status s = CheckServing(state_, Category::kUnchecked); !s.ok()) return s;
  if (Status s = CheckRegistration(state_, registration); !s.ok()) return s;
  Section::Exclusive inside(state_.section);
  for (const StorageReceivedDeletedBlocks& report : reports) {
    Status taken =
        state_.blocks.IncrementalReport(registration.id, report.storage, report.blocks);
    // A datanode that must register learns it from its next heartbeat. Told so here, Apache's
    // would give up for good.
    if (taken.code() == Code::kUnregisteredNode) return Done{};
    if (!taken.ok()) return taken;
  }
  return Done{};
}

Outcome<Done> Namesystem::ErrorReport(const OpContext&, const DatanodeRegistration& registration,
                                      int32_t code, const std::string& message) {
  if (Status s = CheckServing(state_, Category::kUnchecked); !s.ok()) return s;
  if (Status s = CheckRegistration(state_, registration); !s.ok()) return s;
  LOG(kWarn, "datanode reports an error", {"datanode", registration.id.TransferAddress()},
      {"code", code}, {"message", message});
  if (code == kFatalDiskError) {
    Section::Exclusive inside(state_.section);
    state_.blocks.MarkDatanodeDead(registration.id);
  }
  return Done{};
}

}  // namespace cairn::namenode
