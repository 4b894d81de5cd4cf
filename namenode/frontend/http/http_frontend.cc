// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/http/http_frontend.h"

#include <utility>

#include "common/metrics/process.h"
#include "common/web/pages.h"
#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

net::HttpServerOptions ServerOptions(const net::HostPort& address) {
  net::HttpServerOptions options;
  options.address = address;
  options.name = "nn-http";
  return options;
}

net::HttpResponse IsActive(const HttpSources& sources) {
  const bool active = sources.namesystem.service_state() == ServiceState::kActive;
  net::HttpResponse response =
      net::HttpText(active ? 200 : 405, active ? "I am Active!" : "I am not Active!");
  if (active) response.body.pop_back();  // Apache's answer has no line feed.
  return response;
}

// Pages of Apache's namenode that have no body here.
void ServeMissingPages(net::HttpServer& server) {
  for (const char* path : {"/logLevel", "/stacks", "/prof", "/static", "/logs", "/explorer.html",
                           "/dfshealth.html"}) {
    web::ServeNotBuilt(server, path, "this page of Apache's is not built");
  }
  web::ServeNotBuilt(server, "/fsck", "block health is in dfsadmin -report and /metrics");
  web::ServeNotBuilt(server, "/webhdfs", "WebHDFS is not built; use hdfs://");
  web::ServeNotBuilt(server, "/network-topology", "use \"dfsadmin -printTopology\"");
}

}  // namespace

HttpFrontend::HttpFrontend(const net::HostPort& address,
                           const config::Configuration& configuration, HttpSources sources)
    : configuration_(configuration),
      sources_(std::move(sources)),
      server_(ServerOptions(address)) {
  AddNamesystemBeans(beans_, sources_);
  AddInfoBeans(beans_, sources_);
  AddActivityBeans(beans_, sources_);
  metrics::AddProcessBeans(beans_, "NameNode", sources_.host_name);
  AddNamesystemMetrics(metrics_, sources_);
  for (const web::RpcPort& port : sources_.ports) web::AddRpcMetrics(metrics_, port);
  metrics::AddProcessMetrics(metrics_);

  web::ServeJmx(server_, beans_);
  web::ServeMetrics(server_, metrics_);
  web::ServeConfiguration(server_, configuration_);
  web::ServeGet(server_, "/isActive",
                [this](const net::HttpRequest&) { return IsActive(sources_); });
  web::ServeGet(server_, "/startupProgress",
                [this](const net::HttpRequest&) { return StartupProgressPage(sources_); });
  web::ServeGet(server_, "/",
                [this](const net::HttpRequest&) { return OverviewPage(sources_); });
  server_.Handle("/imagetransfer", [this](const net::HttpRequest& request) {
    return TransferImage(sources_, request);
  });
  ServeMissingPages(server_);
}

}  // namespace cairn::namenode
