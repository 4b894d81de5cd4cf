// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "common/model/namespace_info.h"
#include "common/web/html.h"
#include "datanode/frontend/http/pages.h"

namespace cairn::datanode {
namespace {

std::string Ago(int64_t now_ms, int64_t then_ms) {
  if (then_ms == 0) return "never";
  return std::to_string(std::max<int64_t>(0, now_ms - then_ms) / 1000) + " s ago";
}

void AddNamenodes(web::HtmlPage& page, const DatanodeStatus& status, int64_t now_ms) {
  page.Heading("Namenodes");
  std::vector<std::vector<std::string>> rows;
  for (const NamenodeStatus& namenode : status.namenodes) {
    rows.push_back({namenode.address, namenode.link, namenode.state,
                    Ago(now_ms, namenode.last_heartbeat_ms),
                    Ago(now_ms, namenode.last_full_report_ms)});
  }
  page.Table({"Address", "Link", "State", "Last heartbeat", "Last full report"}, rows);
}

void AddVolumes(web::HtmlPage& page, const DatanodeStatus& status) {
  page.Heading("Volumes");
  std::vector<std::vector<std::string>> rows;
  for (const DatanodeStatus::Volume& volume : status.volumes) {
    const StorageReport& report = volume.report;
    rows.push_back({volume.root, StorageTypeName(report.storage.type),
                    web::HumanBytes(report.capacity), web::HumanBytes(report.dfs_used),
                    web::HumanBytes(report.remaining)});
  }
  for (const std::string& root : status.failed_volumes) {
    rows.push_back({root, "failed", "", "", ""});
  }
  page.Table({"Directory", "Type", "Capacity", "Used", "Remaining"}, rows);
}

}  // namespace

net::HttpResponse OverviewPage(const HttpSources& sources) {
  const DatanodeStatus status = sources.status.Snapshot();
  web::HtmlPage page("Datanode " + status.id.host_name + ":" +
                     std::to_string(status.id.transfer_port));
  page.FactTable({
      {"Version", std::string("cairn ") + kCairnVersion + ", speaks as Hadoop " + kHadoopVersion},
      {"Identity", status.id.uuid},
      {"Cluster", status.cluster_id},
      {"Block pool", status.pool_id},
      {"Replicas", std::to_string(status.block_count)},
      {"Open streams", std::to_string(status.active_streams)},
      {"Capacity", web::HumanBytes(status.capacity)},
      {"Used", web::HumanBytes(status.dfs_used)},
      {"Remaining", web::HumanBytes(status.remaining)},
  });
  AddNamenodes(page, status, sources.clock.WallMs());
  AddVolumes(page, status);
  page.Heading("More");
  page.Links({"/jmx", "/metrics", "/conf"});
  return page.Response();
}

}  // namespace cairn::datanode
