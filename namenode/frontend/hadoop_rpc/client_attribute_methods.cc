// SPDX-License-Identifier: Apache-2.0
// ClientProtocol: access control lists and extended attributes.
#include "common/wire/converters.h"
#include "common/wire/proto/xattr.pb.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

// The three calls that take a path and a list of entries.
using ChangeWithEntries = Outcome<Done> (Namesystem::*)(const OpContext&, const std::string&,
                                                        const std::vector<AclEntry>&);
template <typename Request, typename Response, ChangeWithEntries kChange>
RpcReply ChangeAclEntries(const RpcService& service, const RpcCall& call) {
  return Unary<Request, Response>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        std::vector<AclEntry> entries;
        for (const auto& entry : request.aclspec()) entries.push_back(wire::FromProto(entry));
        return (service.namesystem.*kChange)(context, request.src(), entries);
      },
      EncodeNothing());
}

RpcReply RemoveDefaultAcl(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RemoveDefaultAclRequestProto, pb::RemoveDefaultAclResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.RemoveDefaultAcl(context, request.src());
      },
      EncodeNothing());
}

RpcReply RemoveAcl(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RemoveAclRequestProto, pb::RemoveAclResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.RemoveAcl(context, request.src());
      },
      EncodeNothing());
}

RpcReply GetAclStatus(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetAclStatusRequestProto, pb::GetAclStatusResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetAclStatus(context, request.src());
      },
      [](const AclStatus& status, auto* response) {
        pb::AclStatusProto* out = response->mutable_result();
        out->set_owner(status.owner);
        out->set_group(status.group);
        out->set_sticky(status.sticky);
        wire::ModeToProto(status.mode, out->mutable_permission());
        for (const AclEntry& entry : status.entries) wire::ToProto(entry, out->add_entries());
      });
}

struct EncodeXattrs {
  template <typename Response>
  void operator()(const std::vector<Xattr>& xattrs, Response* response) const {
    for (const Xattr& xattr : xattrs) wire::ToProto(xattr, response->add_xattrs());
  }
};

RpcReply GetXattrs(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetXAttrsRequestProto, pb::GetXAttrsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        std::vector<Xattr> wanted;
        for (const auto& xattr : request.xattrs()) wanted.push_back(wire::FromProto(xattr));
        return service.namesystem.GetXattrs(context, request.src(), wanted);
      },
      EncodeXattrs());
}

RpcReply ListXattrs(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ListXAttrsRequestProto, pb::ListXAttrsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.ListXattrs(context, request.src());
      },
      EncodeXattrs());
}

RpcReply SetXattr(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetXAttrRequestProto, pb::SetXAttrResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetXattr(context, {.path = request.src(),
                                                     .xattr = wire::FromProto(request.xattr()),
                                                     .flags = request.flag()});
      },
      EncodeNothing());
}

RpcReply RemoveXattr(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RemoveXAttrRequestProto, pb::RemoveXAttrResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.RemoveXattr(context, request.src(),
                                              wire::FromProto(request.xattr()));
      },
      EncodeNothing());
}

}  // namespace

void AddClientAttributeMethods(MethodTable& table) {
  table.Add("modifyAclEntries",
            ChangeAclEntries<pb::ModifyAclEntriesRequestProto, pb::ModifyAclEntriesResponseProto,
                             &Namesystem::ModifyAclEntries>);
  table.Add("removeAclEntries",
            ChangeAclEntries<pb::RemoveAclEntriesRequestProto, pb::RemoveAclEntriesResponseProto,
                             &Namesystem::RemoveAclEntries>);
  table.Add("setAcl", ChangeAclEntries<pb::SetAclRequestProto, pb::SetAclResponseProto,
                                       &Namesystem::SetAcl>);
  table.Add("removeDefaultAcl", RemoveDefaultAcl);
  table.Add("removeAcl", RemoveAcl);
  table.Add("getAclStatus", GetAclStatus);
  table.Add("setXAttr", SetXattr);
  table.Add("removeXAttr", RemoveXattr);
  table.Add("getXAttrs", GetXattrs);
  table.Add("listXAttrs", ListXattrs);
}

}  // namespace cairn::namenode
