// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/metrics/bean.h"
#include "common/metrics/metrics.h"
#include "common/metrics/process.h"
#include "common/net/http.h"
#include "common/util/clock.h"
#include "common/util/result.h"
#include "common/web/rpc_statistics.h"
#include "namenode/journal/storage.h"
#include "namenode/namesystem/namesystem.h"

namespace cairn::namenode {

// What the pages of a namenode tell of. The references must outlive the front-end.
struct HttpSources {
  const Namesystem& namesystem;
  const NameStorage& storage;
  const Clock& clock;
  net::HostPort rpc;         // Where clients find us.
  int64_t started_ms = 0;    // Unix time.
  int64_t loaded_in_ms = 0;  // How long image and edits took.
  std::vector<web::RpcPort> ports;
  std::string host_name = metrics::MachineName();  // "tag.Hostname".
};

// The namenode's HTTP server. All of it is read-only:
//
//   /                    an overview for people
//   /jmx                 beans with Apache's names
//   /metrics             Prometheus
//   /conf  /isActive  /startupProgress
//   /imagetransfer       images and finalized edits, as Apache's tools fetch them
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

  // For further routes and metrics, before Start.
  net::HttpServer& server() { return server_; }
  metrics::MetricsRegistry& metrics() { return metrics_; }
  metrics::BeanRegistry& beans() { return beans_; }

 private:
  const config::Configuration configuration_;
  const HttpSources sources_;
  metrics::BeanRegistry beans_;
  metrics::MetricsRegistry metrics_;
  net::HttpServer server_;  // Last: its threads use the others.
};

}  // namespace cairn::namenode
