// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/metrics/bean.h"
#include "common/metrics/metrics.h"
#include "common/rpc/counters.h"
#include "common/rpc/method_counter.h"

namespace cairn::web {

// One RPC port, as its beans and metrics show it. The functions are thread-safe.
struct RpcPort {
  uint16_t port = 0;
  std::function<rpc::RpcCounters()> counters;
  std::function<std::vector<rpc::MethodCount>()> methods;  // Empty: not told.
};

// RpcActivityForPort<port> and RpcDetailedActivityForPort<port>, with those methods that were
// called. Averages are since the start; Apache's are of its last interval.
// `service` is "NameNode" or "DataNode", `protocol` the name of its main protocol.
struct RpcBeanNames {
  std::string service;
  std::string protocol;
  std::string host_name;
};
void AddRpcBeans(metrics::BeanRegistry& registry, const RpcBeanNames& names, const RpcPort& port);

// cairn_rpc_…{port=}, cairn_rpc_method_…{port=,method=}
void AddRpcMetrics(metrics::MetricsRegistry& registry, const RpcPort& port);

// Milliseconds a time; 0 when there was none.
double AverageMs(uint64_t nanos, uint64_t times);

}  // namespace cairn::web
