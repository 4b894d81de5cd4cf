// SPDX-License-Identifier: Apache-2.0
#include "common/web/pages.h"

#include <utility>

namespace cairn::web {

void ServeGet(net::HttpServer& server, const std::string& path, net::HttpHandler handler) {
  server.Handle(path, [handler = std::move(handler)](const net::HttpRequest& request) {
    if (request.method == "GET" || request.method == "HEAD") return handler(request);
    net::HttpResponse refusal = net::HttpText(405, "only GET is served here");
    refusal.headers.emplace_back("Allow", "GET, HEAD");
    return refusal;
  });
}

void ServeMetrics(net::HttpServer& server, const metrics::MetricsRegistry& registry) {
  ServeGet(server, "/metrics", [&registry](const net::HttpRequest&) {
    net::HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = registry.Scrape();
    return response;
  });
  ServeNotBuilt(server, "/prom", "the metrics are at /metrics");
}

void ServeNotBuilt(net::HttpServer& server, const std::string& path, std::string why) {
  server.HandlePrefix(path, [path, why = std::move(why)](const net::HttpRequest&) {
    return net::HttpText(404, path + " is not served: " + why);
  });
}

}  // namespace cairn::web
