// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/rpc/handler.h"
#include "common/rpc/method_counter.h"
#include "namenode/frontend/group_resolver.h"
#include "namenode/namesystem/namesystem.h"

namespace cairn::namenode {

class HaControl;
class NameStorage;

// High availability, as HAServiceProtocol sees it.
struct HaService {
  HaControl* control = nullptr;  // Null: there is none.
  bool automatic = false;        // dfs.ha.automatic-failover.enabled
  bool not_active_in_safe_mode = false;  // dfs.ha.nn.not-become-active-in-safemode
};

// What every method of every protocol works with. The references outlive the server.
struct RpcService {
  Namesystem& namesystem;
  GroupResolver& groups;
  const NameStorage& storage;
  std::string block_pool_id;
  bool caller_context_enabled = false;
  bool registration_name_check = true;  // Datanodes whose address has no name may not register.
  HaService ha;

  OpContext ContextOf(const rpc::RpcCall& call) const;
};

// For what only superusers, and other daemons, which run as one, may ask: Apache's refusal.
Status CheckSuperuser(const OpContext& context);

// The answer of a method of Apache's that is not built: Java's UnsupportedOperationException, where
// the category is served.
rpc::RpcReply NotBuilt(const RpcService& service, const rpc::RpcCall& call, Category category);

// The methods of one protocol by name.
//
// Filled before the server starts, immutable then; thread-safe then.
class MethodTable final : public rpc::RpcHandler {
 public:
  using Method = rpc::RpcReply (*)(const RpcService& service, const rpc::RpcCall& call);

  explicit MethodTable(RpcService service) : service_(service) {}

  // `name` must be a literal. `slow`: runs on the server's pool.
  void Add(const char* name, Method method, bool slow = false);
  // A method that answers NotBuilt.
  void AddUnsupported(const char* name, Category category = Category::kUnchecked);

  rpc::RpcReply Call(const rpc::RpcCall& call) override;
  bool IsSlow(std::string_view method) const override;
  // Of every method, called or not.
  std::vector<rpc::MethodCount> Counts() const;

 private:
  struct Row {
    Method method;
    bool slow;
    std::unique_ptr<rpc::MethodCounter> counter;
  };

  const RpcService service_;
  std::unordered_map<std::string_view, Row> rows_;
};

// The protocols of a namenode. Each adds its methods to the table of that protocol's name.
void AddClientReadMethods(MethodTable& table);
void AddClientWriteMethods(MethodTable& table);
void AddClientNamespaceMethods(MethodTable& table);
void AddClientAttributeMethods(MethodTable& table);
void AddClientClusterMethods(MethodTable& table);
void AddUnsupportedClientMethods(MethodTable& table);
void AddDatanodeMethods(MethodTable& table);
void AddDatanodeReportMethods(MethodTable& table);
void AddNamenodeMethods(MethodTable& table);
void AddHaServiceMethods(MethodTable& table);
void AddUserMappingMethods(MethodTable& table);
void AddRefreshMethods(MethodTable& table);

}  // namespace cairn::namenode
