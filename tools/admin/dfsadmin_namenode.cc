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
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(bool on, client->admin().SetSafeMode(action));
  while (on && word == "wait") {
    std::this_thread::sleep_for(kSafeModeWait);
    CAIRN_ASSIGN(on, client->admin().SetSafeMode(SafeModeAction::kGet));
  }
  context.Print(std::string("Safe mode is ") + (on ? "ON" : "OFF"));
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
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(const bool saved, client->admin().SaveNamespace(window_sec, gap));
  context.Print(saved ? "Save namespace successful" : "No extra checkpoint has been made");
  return 0;
}

Result<int> AdminRollEdits(AdminContext& context, const AdminArguments&) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(const int64_t first, client->admin().RollEdits());
  context.Print("Successfully rolled edit logs.");
  context.Print("New segment starts at txid " + std::to_string(first));
  return 0;
}

Result<int> AdminRefreshNodes(AdminContext& context, const AdminArguments&) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_TRY(client->admin().RefreshNodes());
  context.Print("Refresh nodes successful");
  return 0;
}

Result<int> AdminFinalizeUpgrade(AdminContext& context, const AdminArguments&) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_TRY(client->admin().FinalizeUpgrade());
  context.Print("Finalize upgrade successful");
  return 0;
}

Result<int> AdminUpgrade(AdminContext& context, const AdminArguments& arguments) {
  const std::string word = shell::ToLower(arguments.front());
  if (word == "finalize") return AdminFinalizeUpgrade(context, {});
  if (word != "query") return PrintOwnUsage(context, "upgrade", kAdminFailed);
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_ASSIGN(const bool finalized, client->admin().UpgradeFinalized());
  context.Print(finalized ? "Upgrade finalized" : "Upgrade not finalized");
  return 0;
}

Result<int> AdminMetaSave(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  CAIRN_TRY(client->admin().MetaSave(arguments.front()));
  context.Print("Created metasave file " + arguments.front() +
                " in the log directory of namenode " + client->uri());
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
