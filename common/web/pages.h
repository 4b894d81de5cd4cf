// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/configuration.h"
#include "common/metrics/bean.h"
#include "common/metrics/metrics.h"
#include "common/net/http.h"

// The pages that every daemon has. All are read-only; methods other than GET and HEAD get 405.
namespace cairn::web {

// Registers `handler` for GET (and HEAD) of `path`.
void ServeGet(net::HttpServer& server, const std::string& path, net::HttpHandler handler);

// /jmx, /jmx?qry=<pattern of names>, /jmx?get=<name>::<attribute>: Apache's JSON, whitespace
// included, because scripts search it by line. `beans` must outlive the server.
void ServeJmx(net::HttpServer& server, const metrics::BeanRegistry& beans);

// /metrics in Prometheus' text format, and /prom, which Apache has only when it is switched on and
// which is therefore not found. `registry` must outlive the server.
void ServeMetrics(net::HttpServer& server, const metrics::MetricsRegistry& registry);

// /conf: every key with its value and origin, as XML or (?format=json, or an Accept header) JSON;
// ?name= for one key. Values that look like secrets are not shown. `configuration` must outlive
// the server.
void ServeConfiguration(net::HttpServer& server, const config::Configuration& configuration);

// Pages of Apache's that are not built: 404 with a sentence.
void ServeNotBuilt(net::HttpServer& server, const std::string& path, std::string why);

}  // namespace cairn::web
