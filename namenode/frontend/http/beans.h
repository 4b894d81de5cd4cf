// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "namenode/frontend/http/http_frontend.h"
#include "namenode/namesystem/statistics.h"

// Inside the folder: each function adds what its file makes. `sources` must outlive the registry.
namespace cairn::namenode {

// FSNamesystem, FSNamesystemState, ReplicatedBlocksState, BlockStats.
void AddNamesystemBeans(metrics::BeanRegistry& registry, const HttpSources& sources);
// NameNodeInfo, NameNodeStatus.
void AddInfoBeans(metrics::BeanRegistry& registry, const HttpSources& sources);
// NameNodeActivity, RpcActivityForPort<port>, StartupProgress.
void AddActivityBeans(metrics::BeanRegistry& registry, const HttpSources& sources);
void AddNamesystemMetrics(metrics::MetricsRegistry& registry, const HttpSources& sources);

net::HttpResponse OverviewPage(const HttpSources& sources);
net::HttpResponse StartupProgressPage(const HttpSources& sources);
net::HttpResponse TransferImage(const HttpSources& sources, const net::HttpRequest& request);

// "active", "standby", "observer" or "initializing", as Apache has them.
std::string ServiceStateName(ServiceState state);
// 100 * part / whole as Apache computes it; `if_none` when there is no whole.
float Percent(uint64_t part, uint64_t whole, float if_none = 0);

}  // namespace cairn::namenode
