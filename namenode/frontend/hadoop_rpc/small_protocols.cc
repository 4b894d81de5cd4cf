// SPDX-License-Identifier: Apache-2.0
// GetUserMappingsProtocol and the Refresh… protocols.
#include "common/wire/proto/get_user_mappings_protocol.pb.h"
#include "common/wire/proto/refresh_authorization_policy_protocol.pb.h"
#include "common/wire/proto/refresh_call_queue_protocol.pb.h"
#include "common/wire/proto/refresh_user_mappings_protocol.pb.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::common;
using rpc::RpcCall;
using rpc::RpcReply;

RpcReply GetGroupsForUser(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetGroupsForUserRequestProto, pb::GetGroupsForUserResponseProto>(
      service, call,
      [&](const OpContext&, const auto& request) {
        return Outcome<std::vector<std::string>>(service.groups.Resolve(request.user())->groups);
      },
      [](const std::vector<std::string>& groups, auto* response) {
        for (const std::string& group : groups) response->add_groups(group);
      });
}

RpcReply RefreshGroups(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RefreshUserToGroupsMappingsRequestProto,
               pb::RefreshUserToGroupsMappingsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) -> Outcome<Done> {
        if (Status denied = CheckSuperuser(context); !denied.ok()) return denied;
        service.groups.Clear();
        return Done();
      },
      EncodeNothing());
}

// There are no proxy users and no call queue to build anew, so these have done their work.
template <typename Request, typename Response>
RpcReply RefreshNothing(const RpcService& service, const RpcCall& call) {
  return Unary<Request, Response>(
      service, call,
      [](const OpContext& context, const auto&) -> Outcome<Done> {
        if (Status denied = CheckSuperuser(context); !denied.ok()) return denied;
        return Done();
      },
      EncodeNothing());
}

// Apache's answer where service level authorization is off.
RpcReply RefreshServiceAcl(const RpcService&, const RpcCall&) {
  return Status(Code::kUnauthorized, "Service Level Authorization not enabled!");
}

}  // namespace

void AddUserMappingMethods(MethodTable& table) {
  table.Add("getGroupsForUser", GetGroupsForUser, /*slow=*/true);
}

void AddRefreshMethods(MethodTable& table) {
  table.Add("refreshUserToGroupsMappings", RefreshGroups);
  table.Add("refreshSuperUserGroupsConfiguration",
            RefreshNothing<pb::RefreshSuperUserGroupsConfigurationRequestProto,
                           pb::RefreshSuperUserGroupsConfigurationResponseProto>);
  table.Add("refreshCallQueue",
            RefreshNothing<pb::RefreshCallQueueRequestProto, pb::RefreshCallQueueResponseProto>);
  table.Add("refreshServiceAcl", RefreshServiceAcl);
}

}  // namespace cairn::namenode
