// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/dfsadmin_text.h"

#include <netdb.h>

#include <algorithm>
#include <array>

#include "common/net/address.h"
#include "tools/shell/java_format.h"

namespace cairn::tools {
namespace {

std::string SizeText(uint64_t size) {
  const auto n = static_cast<int64_t>(size);
  return std::to_string(n) + " (" + shell::DescribeBytes(n) + ")";
}

// In single precision, as the original: the digits depend on it.
std::string PercentText(uint64_t part, uint64_t whole, float without) {
  const float percent =
      whole == 0 ? without : static_cast<float>(part) * 100.0F / static_cast<float>(whole);
  return shell::FormatFixed(static_cast<double>(percent), 2) + "%";
}

const char* DecommissionText(AdminState state) {
  switch (state) {
    case AdminState::kDecommissioned:
      return "Decommissioned";
    case AdminState::kDecommissionInProgress:
      return "Decommission in progress";
    case AdminState::kInMaintenance:
      return "In maintenance";
    case AdminState::kEnteringMaintenance:
      return "Entering maintenance";
    default:
      return "Normal";
  }
}

}  // namespace

const char* AdminStateText(AdminState state) {
  static constexpr std::array kTexts = {"In Service", "Decommission In Progress",
                                        "Decommissioned", "Entering Maintenance",
                                        "In Maintenance"};
  return kTexts.at(std::min(static_cast<size_t>(state), kTexts.size() - 1));
}

std::string HostNameOf(const std::string& ip) {
  const Result<std::vector<net::SocketAddress>> addresses = net::Resolve({ip, 0});
  if (!addresses.ok()) return ip;
  const net::SocketAddress& address = addresses->front();
  std::array<char, NI_MAXHOST> name{};
  const int error = getnameinfo(address.get(), address.size, name.data(), name.size(), nullptr, 0,
                                NI_NAMEREQD);
  return error == 0 ? std::string(name.data()) : ip;
}

std::string DatanodeReportText(const DatanodeInfo& node) {
  constexpr const char* kNoCache = "0 (0 B)";
  const auto date = [](uint64_t ms) { return shell::FormatDate(static_cast<int64_t>(ms)); };
  std::string text = "Name: " + node.id.TransferAddress() + " (" + HostNameOf(node.id.ip) + ")\n";
  text += "Hostname: " + node.id.host_name + "\n";
  if (node.location != "/default-rack") text += "Rack: " + node.location + "\n";
  text += std::string("Decommission Status : ") + DecommissionText(node.admin_state) + "\n";
  text += "Configured Capacity: " + SizeText(node.capacity) + "\n";
  text += "DFS Used: " + SizeText(node.dfs_used) + "\n";
  text += "Non DFS Used: " + SizeText(node.non_dfs_used) + "\n";
  text += "DFS Remaining: " + SizeText(node.remaining) + "\n";
  text += "DFS Used%: " + PercentText(node.dfs_used, node.capacity, 100) + "\n";
  text += "DFS Remaining%: " + PercentText(node.remaining, node.capacity, 0) + "\n";
  text += std::string("Configured Cache Capacity: ") + kNoCache + "\n";
  text += std::string("Cache Used: ") + kNoCache + "\n";
  text += std::string("Cache Remaining: ") + kNoCache + "\n";
  text += "Cache Used%: 100.00%\nCache Remaining%: 0.00%\n";
  text += "Xceivers: " + std::to_string(node.xceiver_count) + "\n";
  text += "Last contact: " + date(node.last_update_ms) + "\n";
  text += "Last Block Report: " +
          (node.last_block_report_ms != 0 ? date(node.last_block_report_ms) : "Never") + "\n";
  text += "Num of Blocks: " + std::to_string(node.block_count) + "\n";
  return text;
}

}  // namespace cairn::tools
