// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "common/web/html.h"
#include "namenode/frontend/http/beans.h"
#include "namenode/frontend/http/datanode_view.h"

namespace cairn::namenode {
namespace {

constexpr size_t kDatanodesShown = 1000;

std::string OfCapacity(uint64_t bytes, uint64_t capacity) {
  std::array<char, 32> percent{};
  std::snprintf(percent.data(), percent.size(), " (%.1f %%)",
                static_cast<double>(Percent(bytes, capacity)));
  return web::HumanBytes(bytes) + percent.data();
}

void AddState(web::HtmlPage& page, const HttpSources& sources, const NamesystemStatistics& s) {
  page.FactTable({
      {"State", ServiceStateName(s.service_state)},
      {"Address", net::ToString(sources.rpc)},
      {"Version", std::string("cairn ") + kCairnVersion + ", speaks as Hadoop " + kHadoopVersion},
      {"Cluster", s.info.cluster_id},
      {"Block pool", s.info.block_pool_id},
      {"Files and directories", std::to_string(s.inodes)},
      {"Blocks", std::to_string(s.blocks.blocks)},
      {"Blocks with too few replicas", std::to_string(s.blocks.low_redundancy)},
      {"Missing blocks", std::to_string(s.blocks.missing)},
      {"Last transaction", std::to_string(s.last_written.value)},
      {"Newest image", "after transaction " + std::to_string(s.last_checkpoint.value)},
  });
}

void AddCapacity(web::HtmlPage& page, const ClusterTotals& totals) {
  page.Heading("Capacity");
  page.FactTable({
      {"Capacity", web::HumanBytes(totals.capacity)},
      {"Used", OfCapacity(totals.dfs_used, totals.capacity)},
      {"Remaining", OfCapacity(totals.remaining, totals.capacity)},
      {"Used by others", OfCapacity(totals.non_dfs_used, totals.capacity)},
  });
}

void AddDatanodes(web::HtmlPage& page, const std::vector<DatanodeStatistics>& nodes) {
  page.Heading("Datanodes");
  if (nodes.empty()) {
    page.Paragraph("No datanode has registered yet.");
    return;
  }
  std::vector<std::vector<std::string>> rows;
  for (size_t i = 0; i < std::min(nodes.size(), kDatanodesShown); ++i) {
    const DatanodeStatistics& node = nodes[i];
    rows.push_back({node.info.id.host_name, node.info.id.TransferAddress(),
                    node.alive ? (node.stale ? "stale" : "live") : "dead",
                    AdminStateText(node.info.admin_state), node.info.location,
                    std::to_string(node.silent_ms / 1000) + " s",
                    web::HumanBytes(node.info.capacity),
                    OfCapacity(node.info.dfs_used, node.info.capacity),
                    std::to_string(node.info.block_count),
                    std::to_string(node.failed_volumes), node.info.software_version});
  }
  page.Table({"Host", "Address", "State", "Administration", "Rack", "Last contact", "Capacity",
              "Used", "Blocks", "Failed volumes", "Version"},
             rows);
  if (nodes.size() > kDatanodesShown) {
    page.Paragraph("And " + std::to_string(nodes.size() - kDatanodesShown) + " more.");
  }
}

}  // namespace

net::HttpResponse OverviewPage(const HttpSources& sources) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  web::HtmlPage page("Namenode " + net::ToString(sources.rpc));
  if (s.safe_mode) page.Paragraph("Safe mode is ON. " + s.safe_mode_tip);
  AddState(page, sources, s);
  AddCapacity(page, s.datanodes);
  AddDatanodes(page, sources.namesystem.GetDatanodeStatistics());
  page.Heading("More");
  page.Links({"/jmx", "/metrics", "/conf", "/startupProgress"});
  return page.Response();
}

}  // namespace cairn::namenode
