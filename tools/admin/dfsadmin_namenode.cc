// SPDX-License-Identifier: Apache-2.0
// Commands that ask the namenode something other than a report.
#include <chrono>
#include <map>
#include <thread>

#include "common/config/namenode_keys.h"
#include "tools/admin/dfsadmin.h"
#include "tools/admin/dfsadmin_text.h"
#include "tools/shell/java_format.h"
#include "tools/shell/utf8.h"

namespace cairn::tools {
namespace {

using client::SafeModeAction;

constexpr auto kSafeModeWait = std::chrono::seconds(5);
constexpr char kMissingPeriods[] = "dfs.namenode.missing.checkpoint.periods.before.shutdown";
constexpr int64_t kMissingPeriodsDefault = 3;

int PrintOwnUsage(AdminContext& context, const char* name, int exit_code) {
  std::string text = AdminUsage(FindAdminCommand(name));
  text.pop_back();
  context.console().ErrorLine(text);
  return exit_code;
}

Result<bool> SafeModeOf(client::Client& client, SafeModeAction action, bool wait) {
  CAIRN_ASSIGN(bool on, client.admin().SetSafeMode(action));
  while (on && wait) {
    std::this_thread::sleep_for(kSafeModeWait);
    CAIRN_ASSIGN(on, client.admin().SetSafeMode(SafeModeAction::kGet));
  }
  return on;
}

std::string SafeModeText(bool on) { return std::string("Safe mode is ") + (on ? "ON" : "OFF"); }

// Of all namenodes only the active one answers a question about a file.
Result<bool> OneIsActive(const std::vector<AdminContext::Namenode>& namenodes) {
  Status error;
  for (const AdminContext::Namenode& namenode : namenodes) {
    const auto root = namenode.client->GetFileInfo("/");
    if (root.ok()) return true;
    if (root.status().code() != Code::kStandby) error = root.status();
  }
  if (!error.ok()) return error;
  return false;
}

}  // namespace

Result<int> AdminSafeMode(AdminContext& context, const AdminArguments& arguments) {
  const std::string word = shell::ToLower(arguments.front());
  SafeModeAction action = SafeModeAction::kGet;
  if (word == "leave") {
    action = SafeModeAction::kLeave;
  } else if (word == "enter") {
    action = SafeModeAction::kEnter;
  } else if (word == "forceexit") {
    action = SafeModeAction::kForceExit;
  } else if (word != "get" && word != "wait") {
    return PrintOwnUsage(context, "safemode", 0);
  }
  const bool wait = word == "wait";
  CAIRN_ASSIGN(const auto namenodes, context.namenodes());
  // The first that fails ends it.
  for (const AdminContext::Namenode& namenode : namenodes) {
    CAIRN_ASSIGN(const bool on, SafeModeOf(*namenode.client, action, wait));
    context.Print(SafeModeText(on) + " in " + namenode.address);
  }
  if (!namenodes.empty()) return 0;
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(const bool on, SafeModeOf(*client, action, wait));
  context.Print(SafeModeText(on));
  return 0;
}

Result<int> AdminSaveNamespace(AdminContext& context, const AdminArguments& arguments) {
  uint64_t window_sec = 0;
  uint64_t gap = 0;
  if (!arguments.empty() && arguments.front() == "-beforeShutdown") {
    const config::Configuration& configuration = context.configuration();
    CAIRN_ASSIGN(const int64_t period_ms, configuration.Get(config::kCheckpointPeriod));
    CAIRN_ASSIGN(const int64_t transactions, configuration.Get(config::kCheckpointTxns));
    int64_t periods = kMissingPeriodsDefault;
    if (const auto text = configuration.Find(kMissingPeriods)) {
      CAIRN_ASSIGN(periods, shell::ParseLong(*text));
    }
    window_sec = static_cast<uint64_t>(period_ms / 1000 * periods);
    gap = static_cast<uint64_t>(transactions * periods);
    context.Print("Do checkpoint if necessary before stopping namenode. The time window is " +
                  std::to_string(window_sec) + " seconds, and the transaction gap is " +
                  std::to_string(gap));
  }
  const auto save = [=](client::Client& client) -> Result<std::string> {
    CAIRN_ASSIGN(const bool saved, client.admin().SaveNamespace(window_sec, gap));
    return std::string(saved ? "Save namespace successful" : "No extra checkpoint has been made");
  };
  return RunAtEach(context, {.what = save, .failed = "Save namespace failed"});
}

Result<int> AdminRollEdits(AdminContext& context, const AdminArguments&) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(const int64_t first, client->admin().RollEdits());
  context.Print("Successfully rolled edit logs.");
  context.Print("New segment starts at txid " + std::to_string(first));
  return 0;
}

Result<int> AdminRefreshNodes(AdminContext& context, const AdminArguments&) {
  const auto refresh = [](client::Client& client) -> Result<std::string> {
    CAIRN_TRY(client.admin().RefreshNodes());
    return std::string("Refresh nodes successful");
  };
  return RunAtEach(context, {.what = refresh, .failed = "Refresh nodes failed"});
}

Result<int> AdminFinalizeUpgrade(AdminContext& context, const AdminArguments&) {
  CAIRN_ASSIGN(const auto namenodes, context.namenodes());
  if (!namenodes.empty()) {
    CAIRN_ASSIGN(const bool one_is_active, OneIsActive(namenodes));
    if (!one_is_active) return Status(Code::kIoError, "Cannot finalize with no NameNode active");
  }
  const auto finalize = [](client::Client& client) -> Result<std::string> {
    CAIRN_TRY(client.admin().FinalizeUpgrade());
    return std::string("Finalize upgrade successful");
  };
  return RunAtEach(context, {.what = finalize, .failed = "Finalize upgrade failed"});
}

Result<int> AdminUpgrade(AdminContext& context, const AdminArguments& arguments) {
  const std::string word = shell::ToLower(arguments.front());
  if (word == "finalize") return AdminFinalizeUpgrade(context, {});
  if (word != "query") return PrintOwnUsage(context, "upgrade", kAdminFailed);
  const auto query = [](client::Client& client) -> Result<std::string> {
    CAIRN_ASSIGN(const bool finalized, client.admin().UpgradeFinalized());
    return std::string(finalized ? "Upgrade finalized" : "Upgrade not finalized");
  };
  return RunAtEach(context, {.what = query, .failed = "Getting upgrade status failed"});
}

Result<int> AdminMetaSave(AdminContext& context, const AdminArguments& arguments) {
  const std::string created = "Created metasave file " + arguments.front() +
                              " in the log directory of namenode ";
  CAIRN_ASSIGN(const auto namenodes, context.namenodes());
  for (const AdminContext::Namenode& namenode : namenodes) {
    const Status saved = namenode.client->admin().MetaSave(arguments.front());
    if (saved.ok()) {
      context.Print(created + namenode.address);
    } else if (saved.code() == Code::kStandby) {
      context.Print("Skip Standby NameNode, since it cannot perform metasave operation");
    } else {
      return saved;
    }
  }
  if (!namenodes.empty()) return 0;
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_TRY(client->admin().MetaSave(arguments.front()));
  context.Print(created + client->uri());
  return 0;
}

Result<int> AdminPrintTopology(AdminContext& context, const AdminArguments&) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(const std::vector<DatanodeInfo> nodes,
               client->admin().GetDatanodeReport(client::DatanodeReportKind::kAll));
  std::map<std::string, std::vector<std::string>> racks;
  std::map<std::string, const DatanodeInfo*> by_name;
  for (const DatanodeInfo& node : nodes) {
    const std::string name = node.id.TransferAddress();
    if (by_name.emplace(name, &node).second) racks[node.location].push_back(name);
  }
  for (const auto& [rack, names] : racks) {
    context.Print("Rack: " + rack);
    for (const std::string& name : shell::HashMapOrder(names)) {
      const DatanodeInfo& node = *by_name.at(name);
      context.Print("   " + name + " (" + HostNameOf(node.id.ip) + ") " +
                    AdminStateText(node.admin_state));
    }
    context.Print("");
  }
  return 0;
}

Result<int> AdminSetBalancerBandwidth(AdminContext& context, const AdminArguments& arguments) {
  const Result<int64_t> bandwidth = shell::ParseBinaryPrefix(arguments.front());
  if (!bandwidth.ok()) {
    // Apache takes a number that is none apart from a prefix that is none.
    if (!bandwidth.status().message().starts_with("For input string")) return bandwidth.status();
    context.console().ErrorLine("NumberFormatException: " + bandwidth.status().message());
    return PrintOwnUsage(context, "setBalancerBandwidth", kAdminFailed);
  }
  if (*bandwidth < 0) {
    context.console().ErrorLine("Bandwidth should be a non-negative integer");
    return kAdminFailed;
  }
  CAIRN_ASSIGN(client::Client* const client, context.client());
  if (const Status status = client->admin().SetBalancerBandwidth(*bandwidth); !status.ok()) {
    context.console().ErrorLine("Balancer bandwidth is set failed.");
    return status;
  }
  context.Print("Balancer bandwidth is set to " + std::to_string(*bandwidth));
  return 0;
}

}  // namespace cairn::tools
