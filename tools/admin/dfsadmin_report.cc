// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tools/admin/dfsadmin.h"
#include "tools/admin/dfsadmin_text.h"
#include "tools/shell/command_format.h"
#include "tools/shell/java_format.h"

namespace cairn::tools {
namespace {

using client::DatanodeReportKind;
using client::RedundancyStats;

std::string SizeText(int64_t size) {
  return std::to_string(size) + " (" + shell::DescribeBytes(size) + ")";
}

void PrintSafeMode(AdminContext& context, const FsStats& stats) {
  context.Print("Safe mode is ON");
  if (stats.blocks_in_future_bytes == 0) return;
  context.Print("\nWARNING: ");
  context.Print("Name node has detected blocks with generation stamps in future.");
  context.Print("Forcing exit from safemode will cause " +
                std::to_string(stats.blocks_in_future_bytes) + " byte(s) to be deleted.");
  context.Print("If you are sure that the NameNode was started with the correct metadata files "
                "then you may proceed with '-safemode forceExit'\n");
}

void PrintCapacity(AdminContext& context, const FsStats& stats) {
  const auto used = static_cast<int64_t>(stats.used);
  const auto remaining = static_cast<int64_t>(stats.remaining);
  const int64_t present = used + remaining;
  context.Print("Configured Capacity: " + SizeText(static_cast<int64_t>(stats.capacity)));
  context.Print("Present Capacity: " + SizeText(present));
  context.Print("DFS Remaining: " + SizeText(remaining));
  context.Print("DFS Used: " + SizeText(used));
  const double part =
      present == 0 ? 0 : static_cast<double>(used) / static_cast<double>(present);
  context.Print("DFS Used%: " + shell::FormatPercent(part, 2));
}

void PrintOptional(AdminContext& context, const RedundancyStats& stats) {
  if (stats.badly_distributed) {
    context.Print("\tBadly Distributed Blocks: " + std::to_string(*stats.badly_distributed));
  }
  if (stats.highest_priority) {
    context.Print("\tLow redundancy blocks with highest priority to recover: " +
                  std::to_string(*stats.highest_priority));
  }
  context.Print("\tPending deletion blocks: " + std::to_string(stats.pending_deletion));
}

Status PrintBlocks(AdminContext& context, client::Admin& admin) {
  CAIRN_ASSIGN(const RedundancyStats replicated, admin.GetReplicatedBlockStats());
  context.Print("Replicated Blocks:");
  context.Print("\tUnder replicated blocks: " + std::to_string(replicated.low_redundancy));
  context.Print("\tBlocks with corrupt replicas: " + std::to_string(replicated.corrupt));
  context.Print("\tMissing blocks: " + std::to_string(replicated.missing));
  context.Print("\tMissing blocks (with replication factor 1): " +
                std::to_string(replicated.missing_replication_one));
  PrintOptional(context, replicated);
  CAIRN_ASSIGN(const RedundancyStats coded, admin.GetErasureCodedStats());
  context.Print("Erasure Coded Block Groups: ");
  context.Print("\tLow redundancy block groups: " + std::to_string(coded.low_redundancy));
  context.Print("\tBlock groups with corrupt internal blocks: " + std::to_string(coded.corrupt));
  context.Print("\tMissing block groups: " + std::to_string(coded.missing));
  PrintOptional(context, coded);
  return Status();
}

struct Section {
  const char* option;
  DatanodeReportKind kind;
  const char* title;
};

constexpr std::array kSections = {
    Section{"-live", DatanodeReportKind::kLive, "Live"},
    Section{"-dead", DatanodeReportKind::kDead, "Dead"},
    Section{"-decommissioning", DatanodeReportKind::kDecommissioning, "Decommissioning"},
    Section{"-enteringmaintenance", DatanodeReportKind::kEnteringMaintenance,
            "Entering maintenance"},
    Section{"-inmaintenance", DatanodeReportKind::kInMaintenance, "In maintenance"},
};

void PrintNodes(AdminContext& context, const std::vector<DatanodeInfo>& nodes, bool asked,
                const std::string& title) {
  if (nodes.empty() && !asked) return;
  context.Print(title + " datanodes (" + std::to_string(nodes.size()) + "):\n");
  for (const DatanodeInfo& node : nodes) {
    context.Print(DatanodeReportText(node));
    context.Print("");
  }
}

}  // namespace

Result<int> AdminReport(AdminContext& context, const AdminArguments& arguments) {
  CAIRN_ASSIGN(client::Client* const client, context.client());
  client::Admin& admin = client->admin();
  CAIRN_ASSIGN(const FsStats stats, admin.GetFsStats());
  CAIRN_ASSIGN(const bool safe_mode, admin.SetSafeMode(client::SafeModeAction::kGet));
  if (safe_mode) PrintSafeMode(context, stats);
  PrintCapacity(context, stats);
  CAIRN_TRY(PrintBlocks(context, admin));
  context.Print("");
  context.Print("-------------------------------------------------");

  AdminArguments rest = arguments;
  std::vector<bool> asked;
  for (const Section& section : kSections) asked.push_back(shell::PopOption(section.option, rest));
  const bool slow = shell::PopOption("-slownodes", rest);
  const bool all = !slow && std::find(asked.begin(), asked.end(), true) == asked.end();
  for (size_t i = 0; i < kSections.size(); ++i) {
    if (!all && !asked[i]) continue;
    CAIRN_ASSIGN(const std::vector<DatanodeInfo> nodes,
                 admin.GetDatanodeReport(kSections.at(i).kind));
    PrintNodes(context, nodes, asked[i], kSections.at(i).title);
  }
  if (all || slow) {
    CAIRN_ASSIGN(const std::vector<DatanodeInfo> nodes, admin.GetSlowDatanodes());
    PrintNodes(context, nodes, slow, "Slow");
  }
  return 0;
}

}  // namespace cairn::tools
