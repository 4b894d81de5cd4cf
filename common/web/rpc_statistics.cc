// SPDX-License-Identifier: Apache-2.0
#include "common/web/rpc_statistics.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>

namespace cairn::web {
namespace {

using metrics::Bean;
using metrics::Kind;
using metrics::MetricInfo;
using metrics::MetricRow;

constexpr MetricRow<rpc::RpcCounters> kRpcRows[] = {
    {{"rpc_calls", "", "Calls that were answered.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.calls; }},
    {{"rpc_call_errors", "", "Calls that were answered with an error.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.call_errors; }},
    {{"rpc_slow_calls", "", "Calls that went through the pool.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.slow_calls; }},
    {{"rpc_rejected_calls", "", "Calls turned away because the pool was busy.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.rejected_calls; }},
    {{"rpc_protocol_errors", "", "Connections ended for what they sent.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.protocol_errors; }},
    {{"rpc_authorization_failures", "", "Callers that were refused.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.authorization_failures; }},
    {{"rpc_received", "bytes", "Bytes received.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.received_bytes; }},
    {{"rpc_sent", "bytes", "Bytes sent.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.sent_bytes; }},
    {{"rpc_connections_accepted", "", "Connections accepted.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.connections_accepted; }},
    {{"rpc_connections_refused", "", "Connections refused over the limit.", Kind::kCounter},
     [](const rpc::RpcCounters& c) { return c.connections_refused; }},
    {{"rpc_open_connections", "", "Connections that are open.", Kind::kGauge},
     [](const rpc::RpcCounters& c) { return static_cast<uint64_t>(c.open_connections); }},
    {{"rpc_held_replies", "", "Answers that wait for the disk.", Kind::kGauge},
     [](const rpc::RpcCounters& c) { return static_cast<uint64_t>(c.held_replies); }},
    {{"rpc_slow_queue", "", "Calls that wait for the pool.", Kind::kGauge},
     [](const rpc::RpcCounters& c) { return static_cast<uint64_t>(c.slow_queue); }},
};
constexpr MetricInfo kRpcTime{"rpc_call", "seconds", "Time inside handlers.", Kind::kCounter};

constexpr MetricInfo kMethodCalls{"rpc_method_calls", "", "Calls of a method.", Kind::kCounter};
constexpr MetricInfo kMethodErrors{"rpc_method_errors", "",
                                   "Calls of a method that were answered with an error.",
                                   Kind::kCounter};
constexpr MetricInfo kMethodTime{"rpc_method", "seconds", "Time inside a method.",
                                 Kind::kCounter};

// Methods of the same name in several protocols count as one, as Apache's do.
std::vector<rpc::MethodCount> Called(const RpcPort& port) {
  std::map<std::string, rpc::MethodCount> by_name;
  if (port.methods) {
    for (const rpc::MethodCount& count : port.methods()) {
      if (count.calls == 0) continue;
      rpc::MethodCount& sum = by_name[count.method];
      sum.method = count.method;
      sum.calls += count.calls;
      sum.errors += count.errors;
      sum.nanos += count.nanos;
    }
  }
  std::vector<rpc::MethodCount> out;
  for (auto& [name, count] : by_name) out.push_back(std::move(count));
  return out;
}

void FillActivity(const RpcBeanNames& names, const RpcPort& port, Bean& bean) {
  const rpc::RpcCounters c = port.counters();
  bean.Set("tag.port", std::to_string(port.port))
      .Set("tag.serverName", names.protocol)
      .Set("tag.Context", "rpc")
      .Set("tag.Hostname", names.host_name)
      .Set("ReceivedBytes", c.received_bytes)
      .Set("RpcAuthorizationFailures", c.authorization_failures)
      .Set("RpcCallSuccesses", c.calls - std::min(c.calls, c.call_errors))
      .Set("RpcClientBackoff", c.rejected_calls)
      .Set("RpcProcessingTimeNumOps", c.calls)
      .Set("RpcProcessingTimeAvgTime", AverageMs(c.call_nanos, c.calls))
      .Set("SentBytes", c.sent_bytes)
      .Set("TotalRequests", c.calls)
      .Set("NumOpenConnections", c.open_connections)
      .Set("CallQueueLength", c.slow_queue)
      .Set("NumDroppedConnections", c.connections_refused);
}

void FillDetailed(const RpcBeanNames& names, const RpcPort& port, Bean& bean) {
  bean.Set("tag.port", std::to_string(port.port))
      .Set("tag.Context", "rpcdetailed")
      .Set("tag.Hostname", names.host_name);
  for (const rpc::MethodCount& count : Called(port)) {
    std::string name = count.method;
    if (name.front() >= 'a' && name.front() <= 'z') name.front() -= 'a' - 'A';
    bean.Set(name + "NumOps", count.calls)
        .Set(name + "AvgTime", AverageMs(count.nanos, count.calls));
  }
}

void Collect(const RpcPort& port, metrics::MetricsPage& page) {
  const rpc::RpcCounters counters = port.counters();
  const std::string number = std::to_string(port.port);
  const metrics::Labels labels = {{"port", number}};
  AddRows(page, std::span<const MetricRow<rpc::RpcCounters>>(kRpcRows), counters, labels);
  page.Add(kRpcTime, static_cast<double>(counters.call_nanos) / 1e9, labels);
  for (const rpc::MethodCount& count : Called(port)) {
    const metrics::Labels of_method = {{"port", number}, {"method", count.method}};
    page.Add(kMethodCalls, count.calls, of_method);
    page.Add(kMethodErrors, count.errors, of_method);
    page.Add(kMethodTime, static_cast<double>(count.nanos) / 1e9, of_method);
  }
}

}  // namespace

double AverageMs(uint64_t nanos, uint64_t times) {
  return times == 0 ? 0 : static_cast<double>(nanos) / 1e6 / static_cast<double>(times);
}

void AddRpcBeans(metrics::BeanRegistry& registry, const RpcBeanNames& names,
                 const RpcPort& port) {
  const std::string prefix = "Hadoop:service=" + names.service + ",name=Rpc";
  const std::string number = std::to_string(port.port);
  registry.Add(prefix + "ActivityForPort" + number, "",
               [names, port](Bean& bean) { FillActivity(names, port, bean); });
  if (!port.methods) return;
  registry.Add(prefix + "DetailedActivityForPort" + number, "",
               [names, port](Bean& bean) { FillDetailed(names, port, bean); });
}

void AddRpcMetrics(metrics::MetricsRegistry& registry, const RpcPort& port) {
  registry.Add([port](metrics::MetricsPage& page) { Collect(port, page); });
}

}  // namespace cairn::web
