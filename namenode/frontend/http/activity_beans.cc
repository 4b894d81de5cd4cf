// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <string>

#include "namenode/frontend/http/beans.h"

namespace cairn::namenode {
namespace {

using metrics::Bean;

// The counts of methods by name.
class Methods {
 public:
  explicit Methods(const HttpSources& sources) {
    for (const web::RpcPort& port : sources.ports) {
      if (!port.methods) continue;
      for (const rpc::MethodCount& count : port.methods()) Add(count);
    }
  }

  uint64_t Calls(const char* method) const { return Of(method).calls; }
  uint64_t Successes(const char* method) const {
    const rpc::MethodCount count = Of(method);
    return count.calls - std::min(count.calls, count.errors);
  }

 private:
  void Add(const rpc::MethodCount& count) {
    rpc::MethodCount& sum = counts_[count.method];
    sum.calls += count.calls;
    sum.errors += count.errors;
  }
  rpc::MethodCount Of(const char* method) const {
    const auto at = counts_.find(method);
    return at == counts_.end() ? rpc::MethodCount{} : at->second;
  }

  std::map<std::string, rpc::MethodCount> counts_;
};

// Apache counts most reads when they come, and changes when they have succeeded.
void SetOperations(const HttpSources& sources, Bean& bean) {
  const Methods methods(sources);
  const uint64_t renamed = methods.Successes("rename") + methods.Successes("rename2");
  bean.Set("AddBlockOps", methods.Calls("addBlock"))
      .Set("BlockReceivedAndDeletedOps", methods.Calls("blockReceivedAndDeleted"))
      .Set("CreateFileOps", methods.Successes("create"))
      .Set("DeleteFileOps", methods.Successes("delete"))
      .Set("FileInfoOps", methods.Calls("getFileInfo") + methods.Calls("getFileLinkInfo"))
      .Set("FilesAppended", methods.Successes("append"))
      .Set("FilesRenamed", renamed)
      .Set("FilesTruncated", methods.Successes("truncate"))
      .Set("GetAdditionalDatanodeOps", methods.Calls("getAdditionalDatanode"))
      .Set("GetBlockLocations", methods.Calls("getBlockLocations"))
      .Set("GetLinkTargetOps", methods.Calls("getLinkTarget"))
      .Set("GetListingOps", methods.Calls("getListing"))
      .Set("StorageBlockReportNumOps", methods.Calls("blockReport"));
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
      .Set("SyncsAvgTime", web::AverageMs(s.log.sync_ns, s.log.groups))
      .Set("TimeoutReReplications", s.blocks.timed_out_reconstructions)
      .Set("TransactionsNumOps", s.log.transactions);
  SetOperations(sources, bean);
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
  const web::RpcBeanNames names{"NameNode", "ClientNamenodeProtocol", sources.host_name};
  for (const web::RpcPort& port : sources.ports) web::AddRpcBeans(registry, names, port);
}

}  // namespace cairn::namenode
