// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "datanode/frontend/http/http_frontend.h"

// Inside the folder. `sources` must outlive the registry.
namespace cairn::datanode {

// DataNodeInfo, FSDatasetState, FSDatasetState-<uuid>, DataNodeActivity-<host>-<port>.
void AddDatanodeBeans(metrics::BeanRegistry& registry, const HttpSources& sources,
                      const std::string& host_name);
void AddDatanodeMetrics(metrics::MetricsRegistry& registry, const HttpSources& sources);

net::HttpResponse OverviewPage(const HttpSources& sources);

}  // namespace cairn::datanode
