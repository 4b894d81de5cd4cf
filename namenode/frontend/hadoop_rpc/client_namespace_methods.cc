// SPDX-License-Identifier: Apache-2.0
// ClientProtocol: what changes names and attributes; storage policies, encryption zones.
#include "common/wire/converters.h"
#include "common/wire/proto/encryption.pb.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

RpcReply Mkdirs(const RpcService& service, const RpcCall& call) {
  return Unary<pb::MkdirsRequestProto, pb::MkdirsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        ClientMode mode{.masked = wire::ModeFromProto(request.masked())};
        if (request.has_unmasked()) mode.unmasked = wire::ModeFromProto(request.unmasked());
        return service.namesystem.Mkdirs(context, request.src(), mode, request.createparent());
      },
      EncodeResult());
}

RpcReply Delete(const RpcService& service, const RpcCall& call) {
  return Unary<pb::DeleteRequestProto, pb::DeleteResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Delete(context, request.src(), request.recursive());
      },
      EncodeResult());
}

RpcReply Rename(const RpcService& service, const RpcCall& call) {
  return Unary<pb::RenameRequestProto, pb::RenameResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Rename(context, request.src(), request.dst());
      },
      EncodeResult());
}

RpcReply Rename2(const RpcService& service, const RpcCall& call) {
  return Unary<pb::Rename2RequestProto, pb::Rename2ResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Rename2(context, {.source = request.src(),
                                                    .destination = request.dst(),
                                                    .overwrite = request.overwritedest(),
                                                    .to_trash = request.movetotrash()});
      },
      EncodeNothing());
}

// As Apache answers where links are not switched on, which only its own tests can do.
RpcReply CreateSymlink(const RpcService&, const RpcCall&) {
  return Status(Code::kUnsupported, "Symlinks not supported");
}

RpcReply SetReplication(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetReplicationRequestProto, pb::SetReplicationResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetReplication(context, request.src(), request.replication());
      },
      EncodeResult());
}

RpcReply SetPermission(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetPermissionRequestProto, pb::SetPermissionResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetPermission(context, request.src(),
                                                wire::ModeFromProto(request.permission()));
      },
      EncodeNothing());
}

RpcReply SetOwner(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetOwnerRequestProto, pb::SetOwnerResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetOwner(context, request.src(), request.username(),
                                           request.groupname());
      },
      EncodeNothing());
}

RpcReply SetTimes(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetTimesRequestProto, pb::SetTimesResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetTimes(context, request.src(),
                                           static_cast<int64_t>(request.mtime()),
                                           static_cast<int64_t>(request.atime()));
      },
      EncodeNothing());
}

RpcReply Concat(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ConcatRequestProto, pb::ConcatResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Concat(context, request.trg(),
                                         {request.srcs().begin(), request.srcs().end()});
      },
      EncodeNothing());
}

RpcReply Truncate(const RpcService& service, const RpcCall& call) {
  return Unary<pb::TruncateRequestProto, pb::TruncateResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.Truncate(context, request.src(), request.newlength(),
                                           request.clientname());
      },
      EncodeResult());
}

RpcReply SetQuota(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetQuotaRequestProto, pb::SetQuotaResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        SetQuotaRequest out{.path = request.path(),
                            .namespace_quota = static_cast<int64_t>(request.namespacequota()),
                            .space_quota = static_cast<int64_t>(request.storagespacequota())};
        if (request.has_storagetype()) out.storage_type = wire::FromProto(request.storagetype());
        return service.namesystem.SetQuota(context, out);
      },
      EncodeNothing());
}

void PolicyToProto(const StoragePolicy& policy, pb::BlockStoragePolicyProto* out) {
  out->set_policyid(policy.id);
  out->set_name(policy.name);
  for (const StorageType type : policy.types) {
    out->mutable_creationpolicy()->add_storagetypes(wire::ToProto(type));
  }
  for (const StorageType type : policy.creation_fallbacks) {
    out->mutable_creationfallbackpolicy()->add_storagetypes(wire::ToProto(type));
  }
  for (const StorageType type : policy.replication_fallbacks) {
    out->mutable_replicationfallbackpolicy()->add_storagetypes(wire::ToProto(type));
  }
}

RpcReply GetStoragePolicies(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetStoragePoliciesRequestProto, pb::GetStoragePoliciesResponseProto>(
      service, call,
      [&](const OpContext& context, const auto&) {
        return service.namesystem.GetStoragePolicies(context);
      },
      [](const std::vector<StoragePolicy>& policies, auto* response) {
        for (const StoragePolicy& policy : policies) {
          PolicyToProto(policy, response->add_policies());
        }
      });
}

RpcReply GetStoragePolicy(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetStoragePolicyRequestProto, pb::GetStoragePolicyResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetStoragePolicy(context, request.path());
      },
      [](const StoragePolicy& policy, auto* response) {
        PolicyToProto(policy, response->mutable_storagepolicy());
      });
}

RpcReply SetStoragePolicy(const RpcService& service, const RpcCall& call) {
  return Unary<pb::SetStoragePolicyRequestProto, pb::SetStoragePolicyResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.SetStoragePolicy(context, request.src(), request.policyname());
      },
      EncodeNothing());
}

RpcReply UnsetStoragePolicy(const RpcService& service, const RpcCall& call) {
  return Unary<pb::UnsetStoragePolicyRequestProto, pb::UnsetStoragePolicyResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.UnsetStoragePolicy(context, request.src());
      },
      EncodeNothing());
}

RpcReply GetEzForPath(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetEZForPathRequestProto, pb::GetEZForPathResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetEzForPath(context, request.src());
      },
      EncodeNothing());
}

// Without encryption zones nothing encloses a path but the whole.
RpcReply GetEnclosingRoot(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetEnclosingRootRequestProto, pb::GetEnclosingRootResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetEzForPath(context, request.filename());
      },
      [](const Done&, auto* response) { response->set_enclosingrootpath("/"); });
}

// There are no encryption zones: an empty last page.
RpcReply ListEncryptionZones(const RpcService& service, const RpcCall& call) {
  return Unary<pb::ListEncryptionZonesRequestProto, pb::ListEncryptionZonesResponseProto>(
      service, call,
      [&](const OpContext&, const auto&) {
        return service.namesystem.CheckServes(Category::kRead);
      },
      [](const Done&, auto* response) { response->set_hasmore(false); });
}

}  // namespace

void AddClientNamespaceMethods(MethodTable& table) {
  table.Add("mkdirs", Mkdirs);
  table.Add("delete", Delete);
  table.Add("rename", Rename);
  table.Add("rename2", Rename2);
  table.Add("createSymlink", CreateSymlink);
  table.Add("setReplication", SetReplication);
  table.Add("setPermission", SetPermission);
  table.Add("setOwner", SetOwner);
  table.Add("setTimes", SetTimes);
  table.Add("concat", Concat);
  table.Add("truncate", Truncate);
  table.Add("setQuota", SetQuota);
  table.Add("getStoragePolicies", GetStoragePolicies);
  table.Add("getStoragePolicy", GetStoragePolicy);
  table.Add("setStoragePolicy", SetStoragePolicy);
  table.Add("unsetStoragePolicy", UnsetStoragePolicy);
  table.Add("getEZForPath", GetEzForPath);
  table.Add("getEnclosingRoot", GetEnclosingRoot);
  table.Add("listEncryptionZones", ListEncryptionZones);
}

}  // namespace cairn::namenode
