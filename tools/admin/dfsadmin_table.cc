// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tools/admin/dfsadmin.h"
#include "tools/shell/help_text.h"
#include "tools/shell/utf8.h"

namespace cairn::tools {
namespace {

constexpr size_t kAny = SIZE_MAX;
constexpr char kReportUsage[] =
    "-report [-live] [-dead] [-decommissioning] [-enteringmaintenance] [-inmaintenance] "
    "[-slownodes]";

constexpr std::array kCommands = {
    AdminCommandRow{"report", kReportUsage, 0, 6,
                    "Capacity, state of blocks and datanodes of the cluster. Used space counts "
                    "replicas and checksums.\n\tWith flags, only datanodes of these states.",
                    AdminReport,
                    "[-report] [-live] [-dead] [-decommissioning] [-enteringmaintenance] "
                    "[-inmaintenance] [-slownodes]"},
    AdminCommandRow{"safemode", "-safemode <enter | leave | get | wait | forceExit>", 1, 1,
                    "In safe mode the namenode changes neither names nor blocks. It starts in it, "
                    "and leaves it when enough blocks are reported; entered by hand, it is only "
                    "left by hand.",
                    AdminSafeMode, "[-safemode enter | leave | get | wait | forceExit]"},
    AdminCommandRow{"saveNamespace", "-saveNamespace [-beforeShutdown]", 0, 1,
                    "Write the namespace as an image and begin a new edit log. Needs safe mode. "
                    "With -beforeShutdown, only if the last checkpoint is old.",
                    AdminSaveNamespace},
    AdminCommandRow{"rollEdits", "-rollEdits", 0, 0, "Begin a new segment of the edit log.",
                    AdminRollEdits},
    AdminCommandRow{"restoreFailedStorage", "-restoreFailedStorage true|false|check", 1, 1,
                    "Whether storage directories that failed are tried again.", nullptr,
                    "[-restoreFailedStorage true|false|check ]"},
    AdminCommandRow{"refreshNodes", "-refreshNodes", 0, 0,
                    "Read dfs.hosts and dfs.hosts.exclude again: which datanodes may register, "
                    "and which are decommissioned.",
                    AdminRefreshNodes},
    AdminCommandRow{"setQuota", "-setQuota <quota> <dirname>...<dirname>", 0, kAny,
                    "Limit the number of names in directory trees.", AdminSetQuota},
    AdminCommandRow{"clrQuota", "-clrQuota <dirname>...<dirname>", 0, kAny,
                    "Remove the limit of names.", AdminClearQuota},
    AdminCommandRow{"setSpaceQuota",
                    "-setSpaceQuota <quota> [-storageType <storagetype>] <dirname>...<dirname>", 0,
                    kAny,
                    "Limit the bytes of directory trees, replicas counted, or those on one type "
                    "of storage. <quota> may end in k, m, g, t, p or e.",
                    AdminSetSpaceQuota},
    AdminCommandRow{"clrSpaceQuota",
                    "-clrSpaceQuota [-storageType <storagetype>] <dirname>...<dirname>", 0, kAny,
                    "Remove the limit of bytes.", AdminClearSpaceQuota},
    AdminCommandRow{"finalizeUpgrade", "-finalizeUpgrade", 0, 0,
                    "End an upgrade: what is kept for a rollback is deleted.",
                    AdminFinalizeUpgrade},
    AdminCommandRow{"rollingUpgrade", "-rollingUpgrade [<query|prepare|finalize>]", 0, 1,
                    "Ask for, prepare or finalize a rolling upgrade.", nullptr},
    AdminCommandRow{"upgrade", "-upgrade <query | finalize>", 1, 1,
                    "Ask for the state of an upgrade, or end it.", AdminUpgrade,
                    "[-upgrade query | finalize]"},
    AdminCommandRow{"refreshServiceAcl", "-refreshServiceAcl", 0, 0,
                    "Read the authorization policy again.", nullptr},
    AdminCommandRow{"refreshUserToGroupsMappings", "-refreshUserToGroupsMappings", 0, 0,
                    "Forget the groups of users.", nullptr},
    AdminCommandRow{"refreshSuperUserGroupsConfiguration",
                    "-refreshSuperUserGroupsConfiguration", 0, 0,
                    "Read again who may act for whom.", nullptr},
    AdminCommandRow{"refreshCallQueue", "-refreshCallQueue", 0, kAny,
                    "Read the call queue's configuration again.", nullptr},
    AdminCommandRow{"refresh", "-refresh <host:ipc_port> <key> [arg1..argn", 2, kAny,
                    "Have a daemon read again what a key names.", nullptr,
                    "[-refresh <hostname:ipc_port> <resource_identifier> [arg1..argn]"},
    AdminCommandRow{"reconfig",
                    "-reconfig <namenode|datanode> <host:ipc_port|livenodes|decomnodes>\n"
                    "\t<start|status|properties>",
                    3, 3, "Change the configuration of a daemon while it runs.", nullptr,
                    "[-reconfig <namenode|datanode> <host:ipc_port|livenodes|decomnodes> "
                    "<start|status|properties>]"},
    AdminCommandRow{"printTopology", "-printTopology", 0, 0,
                    "Racks and their datanodes, as the namenode knows them.", AdminPrintTopology},
    AdminCommandRow{"refreshNamenodes", "-refreshNamenodes datanode_host:ipc_port", 1, 1,
                    "Have a datanode read again which namenodes there are.",
                    AdminRefreshNamenodes, "[-refreshNamenodes datanode-host:ipc_port]"},
    AdminCommandRow{"getVolumeReport", "-getVolumeReport datanode_host:ipc_port", 1, 1,
                    "The volumes of a datanode.", nullptr,
                    "[-getVolumeReport datanode-host:ipc_port]"},
    AdminCommandRow{"deleteBlockPool",
                    "-deleteBlockPool datanode_host:ipc_port blockpoolId [force]", 2, 3,
                    "Delete a block pool that a datanode serves no more; with force even if it is "
                    "not empty.",
                    AdminDeleteBlockPool,
                    "[-deleteBlockPool datanode-host:ipc_port blockpoolId [force]]"},
    AdminCommandRow{"setBalancerBandwidth",
                    "-setBalancerBandwidth <bandwidth in bytes per second>", 1, 1,
                    "Bytes per second that each datanode spends on balancing, until it is "
                    "restarted.",
                    AdminSetBalancerBandwidth},
    AdminCommandRow{"getBalancerBandwidth", "-getBalancerBandwidth <datanode_host:ipc_port>", 1, 1,
                    "Bytes per second that a datanode spends on balancing.",
                    AdminGetBalancerBandwidth},
    AdminCommandRow{"fetchImage", "-fetchImage <local directory>", 1, 1,
                    "Copy the newest image of the namenode into a local directory.", nullptr},
    AdminCommandRow{"allowSnapshot", "-allowSnapshot <snapshotDir>", 1, 1,
                    "Allow snapshots of a directory.", nullptr},
    AdminCommandRow{"disallowSnapshot", "-disallowSnapshot <snapshotDir>", 1, 1,
                    "Allow no more snapshots of a directory.", nullptr},
    AdminCommandRow{"provisionSnapshotTrash", "-provisionSnapshotTrash <snapshotDir> [-all]", 1, 1,
                    "Make a trash in directories that allow snapshots.", nullptr},
    AdminCommandRow{"shutdownDatanode", "-shutdownDatanode <datanode_host:ipc_port> [upgrade]", 1,
                    2,
                    "Ask a datanode to end. With upgrade, clients are told to wait for it to come "
                    "back.",
                    AdminShutdownDatanode},
    AdminCommandRow{"evictWriters", "-evictWriters <datanode_host:ipc_port>", 1, kAny,
                    "Have a datanode let go of all clients that write.", AdminEvictWriters},
    AdminCommandRow{"getDatanodeInfo", "-getDatanodeInfo <datanode_host:ipc_port>", 1, 1,
                    "Ask a datanode for its version: whether it lives.", AdminGetDatanodeInfo},
    AdminCommandRow{"metasave", "-metasave filename", 1, 1,
                    "Write the namenode's block state to a file in its log directory.",
                    AdminMetaSave},
    AdminCommandRow{"triggerBlockReport",
                    "-triggerBlockReport [-incremental] <datanode_host:ipc_port> [-namenode "
                    "<namenode_host:ipc_port>]",
                    1, 4, "Have a datanode report its blocks now.", AdminTriggerBlockReport},
    AdminCommandRow{"listOpenFiles", "-listOpenFiles [-blockingDecommission] [-path <path>]", 0, 3,
                    "Files that are being written, and by whom.", nullptr},
    AdminCommandRow{"help", "-help [cmd]", 0, kAny, "Explain a command, or all of them.",
                    AdminPrintHelp},
};

// Apache takes the names of these in any case.
bool AnyCase(std::string_view name) {
  return name == "allowSnapshot" || name == "disallowSnapshot" ||
         name == "provisionSnapshotTrash";
}

std::string Summary() {
  std::string text;
  for (const AdminCommandRow& row : kCommands) text += "\t[" + std::string(row.usage) + "]\n";
  return text;
}

}  // namespace

std::span<const AdminCommandRow> AllAdminCommands() { return kCommands; }

const AdminCommandRow* FindAdminCommand(std::string_view name) {
  const auto row =
      std::find_if(kCommands.begin(), kCommands.end(), [name](const AdminCommandRow& r) {
        return name == r.name ||
               (AnyCase(r.name) && shell::ToLower(name) == shell::ToLower(r.name));
      });
  return row == kCommands.end() ? nullptr : row;
}

std::string AdminUsage(const AdminCommandRow* row) {
  if (row == nullptr || std::string_view(row->name) == "help") {
    return "Usage: hdfs dfsadmin\n"
           "Note: Administrative commands can only be run as the HDFS superuser.\n" +
           Summary() + "\n" + shell::GenericOptionsUsage();
  }
  const std::string own =
      row->own_usage != nullptr ? row->own_usage : "[" + std::string(row->usage) + "]";
  return "Usage: hdfs dfsadmin " + own + "\n";
}

std::string AdminHelp(const AdminCommandRow* row) {
  if (row != nullptr) return std::string(row->usage) + ":\n\t" + row->help + "\n";
  std::string text =
      "hdfs dfsadmin performs DFS administrative commands.\n"
      "Note: Administrative commands can only be run with superuser permission.\n"
      "The full syntax is: \n\nhdfs dfsadmin\n" +
      Summary();
  for (const AdminCommandRow& each : kCommands) text += "\n" + AdminHelp(&each);
  return text + "\n" + shell::GenericOptionsUsage();
}

Result<int> AdminPrintHelp(AdminContext& context, const AdminArguments& arguments) {
  const AdminCommandRow* row = arguments.empty() ? nullptr : FindAdminCommand(arguments.front());
  context.console().Print(AdminHelp(row));
  return 0;
}

}  // namespace cairn::tools
