// SPDX-License-Identifier: Apache-2.0
// Access control lists, extended attributes and storage policies of the client.
#include "common/wire/converters.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

template <typename Messages>
std::vector<Xattr> XattrsOf(const Messages& messages) {
  std::vector<Xattr> attributes;
  for (const pb::XAttrProto& in : messages) attributes.push_back(wire::FromProto(in));
  return attributes;
}

StoragePolicy PolicyOf(const pb::BlockStoragePolicyProto& in) {
  const auto types = [](const pb::StorageTypesProto& list) {
    std::vector<StorageType> out;
    for (const int number : list.storagetypes()) out.push_back(static_cast<StorageType>(number));
    return out;
  };
  return {.id = static_cast<uint8_t>(in.policyid()),
          .name = in.name(),
          .types = types(in.creationpolicy()),
          .creation_fallback = types(in.creationfallbackpolicy()),
          .replication_fallback = types(in.replicationfallbackpolicy())};
}

// The three calls that take a path and a list of entries.
template <typename Request, typename Response>
Status CallWithEntries(NamenodeProxy& namenode, const char* method, const std::string& path,
                       const std::vector<AclEntry>& entries) {
  Request request;
  request.set_src(path);
  for (const AclEntry& entry : entries) wire::ToProto(entry, request.add_aclspec());
  Response response;
  return namenode.Call(method, request, &response);
}

}  // namespace

Result<AclStatus> Client::GetAclStatus(const std::string& path) {
  pb::GetAclStatusRequestProto request;
  request.set_src(path);
  pb::GetAclStatusResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getAclStatus", request, &response));
  const pb::AclStatusProto& in = response.result();
  AclStatus status{.owner = in.owner(),
                   .group = in.group(),
                   .sticky = in.sticky(),
                   .entries = {},
                   .mode = wire::ModeFromProto(in.permission())};
  for (const auto& entry : in.entries()) status.entries.push_back(wire::FromProto(entry));
  return status;
}

Status Client::ModifyAclEntries(const std::string& path, const std::vector<AclEntry>& entries) {
  return CallWithEntries<pb::ModifyAclEntriesRequestProto, pb::ModifyAclEntriesResponseProto>(
      core_->namenode(), "modifyAclEntries", path, entries);
}

Status Client::RemoveAclEntries(const std::string& path, const std::vector<AclEntry>& entries) {
  return CallWithEntries<pb::RemoveAclEntriesRequestProto, pb::RemoveAclEntriesResponseProto>(
      core_->namenode(), "removeAclEntries", path, entries);
}

Status Client::SetAcl(const std::string& path, const std::vector<AclEntry>& entries) {
  return CallWithEntries<pb::SetAclRequestProto, pb::SetAclResponseProto>(
      core_->namenode(), "setAcl", path, entries);
}

Status Client::RemoveDefaultAcl(const std::string& path) {
  pb::RemoveDefaultAclRequestProto request;
  request.set_src(path);
  pb::RemoveDefaultAclResponseProto response;
  return core_->namenode().Call("removeDefaultAcl", request, &response);
}

Status Client::RemoveAcl(const std::string& path) {
  pb::RemoveAclRequestProto request;
  request.set_src(path);
  pb::RemoveAclResponseProto response;
  return core_->namenode().Call("removeAcl", request, &response);
}

Result<std::vector<Xattr>> Client::GetXattrs(const std::string& path,
                                             const std::vector<Xattr>& names) {
  pb::GetXAttrsRequestProto request;
  request.set_src(path);
  for (const Xattr& name : names) wire::ToProto(name, request.add_xattrs());
  pb::GetXAttrsResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getXAttrs", request, &response));
  return XattrsOf(response.xattrs());
}

Result<std::vector<Xattr>> Client::ListXattrs(const std::string& path) {
  pb::ListXAttrsRequestProto request;
  request.set_src(path);
  pb::ListXAttrsResponseProto response;
  CAIRN_TRY(core_->namenode().Call("listXAttrs", request, &response));
  return XattrsOf(response.xattrs());
}

Status Client::SetXattr(const std::string& path, const Xattr& attribute, bool create,
                        bool replace) {
  pb::SetXAttrRequestProto request;
  request.set_src(path);
  wire::ToProto(attribute, request.mutable_xattr());
  uint32_t flags = 0;
  if (create) flags |= pb::XAttrSetFlagProto::XATTR_CREATE;
  if (replace) flags |= pb::XAttrSetFlagProto::XATTR_REPLACE;
  request.set_flag(flags);
  pb::SetXAttrResponseProto response;
  return core_->namenode().Call("setXAttr", request, &response);
}

Status Client::RemoveXattr(const std::string& path, const Xattr& attribute) {
  pb::RemoveXAttrRequestProto request;
  request.set_src(path);
  wire::ToProto(attribute, request.mutable_xattr());
  pb::RemoveXAttrResponseProto response;
  return core_->namenode().Call("removeXAttr", request, &response);
}

Result<StoragePolicy> Client::GetStoragePolicy(const std::string& path) {
  pb::GetStoragePolicyRequestProto request;
  request.set_path(path);
  pb::GetStoragePolicyResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getStoragePolicy", request, &response));
  return PolicyOf(response.storagepolicy());
}

Status Client::SetStoragePolicy(const std::string& path, const std::string& policy) {
  pb::SetStoragePolicyRequestProto request;
  request.set_src(path);
  request.set_policyname(policy);
  pb::SetStoragePolicyResponseProto response;
  return core_->namenode().Call("setStoragePolicy", request, &response);
}

Status Client::UnsetStoragePolicy(const std::string& path) {
  pb::UnsetStoragePolicyRequestProto request;
  request.set_src(path);
  pb::UnsetStoragePolicyResponseProto response;
  return core_->namenode().Call("unsetStoragePolicy", request, &response);
}

Result<std::vector<StoragePolicy>> Admin::GetStoragePolicies() {
  const pb::GetStoragePoliciesRequestProto request;
  pb::GetStoragePoliciesResponseProto response;
  CAIRN_TRY(core_.namenode().Call("getStoragePolicies", request, &response));
  std::vector<StoragePolicy> policies;
  for (const auto& policy : response.policies()) policies.push_back(PolicyOf(policy));
  return policies;
}

}  // namespace cairn::client
