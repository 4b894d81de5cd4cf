// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

using metrics::Bean;

constexpr double kNanosPerMs = 1e6;

// Milliseconds a time, since the start: Apache's beans have the last interval only.
double Average(uint64_t nanos, uint64_t times) {
  return times == 0 ? 0 : static_cast<double>(nanos) / kNanosPerMs / static_cast<double>(times);
}

void FillRpcActivity(const HttpSources& sources, const RpcPort& port, Bean& bean) {
  const rpc::RpcCounters c = port.counters();
  bean.Set("tag.port", std::to_string(port.port))
      .Set("tag.serverName", "ClientNamenodeProtocol")
      .Set("tag.Context", "rpc")
      .Set("tag.Hostname", sources.host_name)
      .Set("ReceivedBytes", c.received_bytes)
      .Set("RpcAuthorizationFailures", c.authorization_failures)
      .Set("RpcCallSuccesses", c.calls - c.call_errors)
      .Set("RpcClientBackoff", c.rejected_calls)
      .Set("RpcProcessingTimeNumOps", c.calls)
      .Set("RpcProcessingTimeAvgTime", Average(c.call_nanos, c.calls))
      .Set("SentBytes", c.sent_bytes)
      .Set("TotalRequests", c.calls)
      .Set("NumOpenConnections", c.open_connections)
      .Set("CallQueueLength", c.slow_queue)
      .Set("NumDroppedConnections", c.connections_refused);
}

void FillActivity(const HttpSources& sources, Bean& bean) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  bean.Set("tag.ProcessName", "NameNode")
      .Set("tag.SessionId", nullptr)
      .Set("tag.Context", "dfs")
      .Set("tag.Hostname", sources.host_name)
      .Set("FsImageLoadTime", sources.loaded_in_ms)
      .Set("PendingEditsCount", s.last_written.value - s.durable.value)
      .Set("SyncsNumOps", s.log.groups)
      .Set("SyncsAvgTime", Average(s.log.sync_ns, s.log.groups))
      .Set("TimeoutReReplications", s.blocks.timed_out_reconstructions)
      .Set("TransactionsNumOps", s.log.transactions);
}

double Share(uint64_t part, uint64_t whole) {
  if (whole == 0 || part >= whole) return 1;
  return static_cast<double>(part) / static_cast<double>(whole);
}

// The server starts when everything is loaded: what can be still under way is safe mode.
void FillStartupProgress(const HttpSources& sources, Bean& bean) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  const double safe = s.startup_safe_mode ? Share(s.safe_blocks, s.safe_blocks_threshold) : 1;
  bean.Set("tag.Hostname", sources.host_name)
      .Set("ElapsedTime", sources.loaded_in_ms)
      .Set("PercentComplete", static_cast<float>((3 + safe) / 4))
      .Set("LoadingFsImagePercentComplete", 1.0F)
      .Set("LoadingEditsPercentComplete", 1.0F)
      .Set("SavingCheckpointPercentComplete", 1.0F)
      .Set("SafeModeCount", s.safe_blocks)
      .Set("SafeModeTotal", s.safe_blocks_threshold)
      .Set("SafeModePercentComplete", static_cast<float>(safe));
}

JsonText Phase(const char* name, const char* description, double complete) {
  return JsonObject()
      .Add("name", name)
      .Add("desc", description)
      .Add("status", complete < 1 ? "RUNNING" : "COMPLETE")
      .Add("percentComplete", complete)
      .Add("steps", JsonArray().Build())
      .Build();
}

}  // namespace

net::HttpResponse StartupProgressPage(const HttpSources& sources) {
  const NamesystemStatistics s = sources.namesystem.GetStatistics();
  const double safe = s.startup_safe_mode ? Share(s.safe_blocks, s.safe_blocks_threshold) : 1;
  JsonArray phases;
  phases.Add(Phase("LoadingFsImage", "Loading fsimage", 1))
      .Add(Phase("LoadingEdits", "Loading edits", 1))
      .Add(Phase("SavingCheckpoint", "Saving checkpoint", 1))
      .Add(Phase("SafeMode", "Safe mode", safe));
  net::HttpResponse response;
  response.content_type = "application/json; charset=UTF-8";
  response.body = JsonObject()
                      .Add("elapsedTime", sources.loaded_in_ms)
                      .Add("percentComplete", (3 + safe) / 4)
                      .Add("phases", phases.Build())
                      .Build()
                      .text;
  return response;
}

void AddActivityBeans(metrics::BeanRegistry& registry, const HttpSources& sources) {
  const std::string prefix = "Hadoop:service=NameNode,name=";
  registry.Add(prefix + "NameNodeActivity", "",
               [&sources](Bean& bean) { FillActivity(sources, bean); });
  registry.Add(prefix + "StartupProgress", "",
               [&sources](Bean& bean) { FillStartupProgress(sources, bean); });
  for (const RpcPort& port : sources.ports) {
    registry.Add(prefix + "RpcActivityForPort" + std::to_string(port.port), "",
                 [&sources, &port](Bean& bean) { FillRpcActivity(sources, port, bean); });
  }
}

}  // namespace cairn::namenode
