// SPDX-License-Identifier: Apache-2.0
#include "datanode/frontend/http/http_frontend.h"

#include <utility>

#include "common/metrics/process.h"
#include "common/web/pages.h"
#include "datanode/frontend/http/pages.h"

namespace cairn::datanode {
namespace {

net::HttpServerOptions ServerOptions(const net::HostPort& address) {
  net::HttpServerOptions options;
  options.address = address;
  options.name = "dn-http";
  return options;
}

void ServeMissingPages(net::HttpServer& server) {
  for (const char* path : {"/logLevel", "/stacks", "/prof", "/static", "/logs", "/datanode.html",
                           "/blockScannerReport"}) {
    web::ServeNotBuilt(server, path, "this page of Apache's is not built");
  }
  web::ServeNotBuilt(server, "/webhdfs", "WebHDFS is not built; use hdfs://");
}

}  // namespace

HttpFrontend::HttpFrontend(const net::HostPort& address,
                           const config::Configuration& configuration, HttpSources sources)
    : configuration_(configuration),
      sources_(std::move(sources)),
      server_(ServerOptions(address)) {
  const std::string host_name = metrics::MachineName();
  AddDatanodeBeans(beans_, sources_, host_name);
  web::AddRpcBeans(beans_, {"DataNode", "ClientDatanodeProtocolService", host_name},
                   sources_.rpc);
  metrics::AddProcessBeans(beans_, "DataNode", host_name);
  AddDatanodeMetrics(metrics_, sources_);
  web::AddRpcMetrics(metrics_, sources_.rpc);
  metrics::AddProcessMetrics(metrics_);

  web::ServeJmx(server_, beans_);
  web::ServeMetrics(server_, metrics_);
  web::ServeConfiguration(server_, configuration_);
  web::ServeGet(server_, "/",
                [this](const net::HttpRequest&) { return OverviewPage(sources_); });
  ServeMissingPages(server_);
}

}  // namespace cairn::datanode
