// SPDX-License-Identifier: Apache-2.0
// Commands that ask one datanode.
#include "libclient/datanode_admin.h"

#include <optional>

#include "tools/admin/dfsadmin.h"
#include "tools/shell/command_format.h"
#include "tools/shell/utf8.h"

namespace cairn::tools {
namespace {

using client::DatanodeAdmin;

Result<std::unique_ptr<DatanodeAdmin>> Connect(AdminContext& context, const std::string& address) {
  return DatanodeAdmin::Connect(context.configuration(), address);
}

// An exception as Java prints it: "class: message".
std::string WithClass(const Status& status) {
  return status.remote_class().empty()
             ? "java.io.IOException: " + status.message()
             : "org.apache.hadoop.ipc.RemoteException(" + status.remote_class() +
                   "): " + status.message();
}

Status Unreachable(const Status& status) {
  return Status(Code::kNetwork, "Datanode unreachable. " + WithClass(status));
}

int PrintOwnUsage(AdminContext& context, const char* name) {
  std::string text = AdminUsage(FindAdminCommand(name));
  text.pop_back();
  context.console().ErrorLine(text);
  return kAdminFailed;
}

}  // namespace

Result<int> AdminGetDatanodeInfo(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, arguments.front()));
  const Result<client::DatanodeLocalInfo> info = node->GetInfo();
  if (!info.ok()) return Unreachable(info.status());
  context.Print("Uptime: " + std::to_string(info->uptime_sec) +
                ", Software version: " + info->software_version +
                ", Config version: " + info->config_version);
  return 0;
}

Result<int> AdminShutdownDatanode(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, arguments.front()));
  const bool upgrade = arguments.size() == 2;
  if (upgrade && shell::ToLower(arguments[1]) != "upgrade") {
    return PrintOwnUsage(context, "shutdownDatanode");
  }
  CAIRN_TRY(node->Shutdown(upgrade));
  context.Print("Submitted a shutdown request to datanode " + arguments.front());
  return 0;
}

Result<int> AdminEvictWriters(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, arguments.front()));
  if (const Status status = node->EvictWriters(); !status.ok()) return Unreachable(status);
  context.Print("Requested writer eviction to datanode " + arguments.front());
  return 0;
}

Result<int> AdminRefreshNamenodes(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, arguments.front()));
  CAIRN_TRY(node->RefreshNamenodes());
  return 0;
}

Result<int> AdminDeleteBlockPool(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, arguments.front()));
  const bool force = arguments.size() == 3;
  if (force && arguments[2] != "force") return PrintOwnUsage(context, "deleteBlockPool");
  CAIRN_TRY(node->DeleteBlockPool(arguments[1], force));
  return 0;
}

Result<int> AdminGetBalancerBandwidth(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, arguments.front()));
  const Result<uint64_t> bandwidth = node->GetBalancerBandwidth();
  if (!bandwidth.ok()) return Unreachable(bandwidth.status());
  context.Print("Balancer bandwidth is " + std::to_string(*bandwidth) + " bytes per second.");
  return 0;
}

Result<int> AdminTriggerBlockReport(AdminContext& context, const AdminArguments& arguments) {
  AdminArguments rest = arguments;
  std::optional<std::string> namenode;
  CAIRN_TRY(shell::PopOptionWithArgument("-namenode", rest, &namenode));
  const bool incremental = shell::PopOption("-incremental", rest);
  const std::optional<std::string> address = shell::PopFirstNonOption(rest);
  if (!address) {
    context.console().ErrorLine("You must specify a host:port pair.");
    return 1;
  }
  if (!rest.empty()) {
    std::string words;
    for (const std::string& word : rest) words += (words.empty() ? "" : " ") + word;
    context.console().ErrorLine("Can't understand arguments: " + words);
    return 1;
  }
  CAIRN_ASSIGN(const std::unique_ptr<DatanodeAdmin> node, Connect(context, *address));
  const Status status = node->TriggerBlockReport(incremental, namenode.value_or(""));
  if (!status.ok()) {
    context.console().ErrorLine("triggerBlockReport error: " + WithClass(status));
    return 1;
  }
  context.Print(std::string("Triggering ") + (incremental ? "an incremental " : "a full ") +
                "block report on " + *address +
                (namenode ? " to namenode " + *namenode : "") + ".");
  return 0;
}

}  // namespace cairn::tools
