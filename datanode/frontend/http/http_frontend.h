// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/config/configuration.h"
#include "common/metrics/bean.h"
#include "common/metrics/metrics.h"
#include "common/net/http.h"
#include "common/util/clock.h"
#include "common/util/result.h"
#include "common/web/rpc_statistics.h"
#include "datanode/agent/status.h"
#include "datanode/transfer/metrics.h"

namespace cairn::datanode {

// What the pages of a datanode tell of. The references must outlive the front-end.
struct HttpSources {
  const DatanodeStatusSource& status;
  const TransferMetrics& transfer;
  const Clock& clock;
  web::RpcPort rpc;
};

// The datanode's HTTP server. All of it is read-only:
//
//   /         an overview for people
//   /jmx      beans with Apache's names
//   /metrics  Prometheus
//   /conf
//
// Owned by one thread.
class HttpFrontend {
 public:
  // `configuration` is copied.
  HttpFrontend(const net::HostPort& address, const config::Configuration& configuration,
               HttpSources sources);

  HttpFrontend(const HttpFrontend&) = delete;
  HttpFrontend& operator=(const HttpFrontend&) = delete;

  // kAlreadyExists when the port is taken.
  Status Start() { return server_.Start(); }
  void Stop() { server_.Stop(); }
  // After Start.
  net::HostPort address() const { return server_.address(); }

  // For further routes, before Start.
  net::HttpServer& server() { return server_; }

 private:
  const config::Configuration configuration_;
  const HttpSources sources_;
  metrics::BeanRegistry beans_;
  metrics::MetricsRegistry metrics_;
  net::HttpServer server_;  // Last: its threads use the others.
};

}  // namespace cairn::datanode
