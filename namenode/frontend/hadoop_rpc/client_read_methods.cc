// SPDX-License-Identifier: Apache-2.0
// ClientProtocol: what only reads.
#include <limits>

#include "common/wire/converters.h"
#include "namenode/frontend/hadoop_rpc/unary.h"

namespace cairn::namenode {
namespace {

namespace pb = ::hadoop::hdfs;
using rpc::RpcCall;
using rpc::RpcReply;

struct EncodeFs {
  template <typename Response>
  void operator()(const std::optional<FileStatus>& status, Response* response) const {
    if (status) wire::ToProto(*status, response->mutable_fs());
  }
};

RpcReply GetBlockLocations(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetBlockLocationsRequestProto, pb::GetBlockLocationsResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetBlockLocations(context, request.src(), request.offset(),
                                                    request.length());
      },
      [](const LocatedBlocks& blocks, auto* response) {
        wire::ToProto(blocks, response->mutable_locations());
      });
}

RpcReply GetFileInfo(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetFileInfoRequestProto, pb::GetFileInfoResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetFileInfo(context, request.src());
      },
      EncodeFs());
}

RpcReply GetFileLinkInfo(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetFileLinkInfoRequestProto, pb::GetFileLinkInfoResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetFileLinkInfo(context, request.src());
      },
      EncodeFs());
}

RpcReply GetLocatedFileInfo(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetLocatedFileInfoRequestProto, pb::GetLocatedFileInfoResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetLocatedFileInfo(context, request.src());
      },
      EncodeFs());
}

RpcReply GetListing(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetListingRequestProto, pb::GetListingResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetListing(context,
                                             {.path = request.src(),
                                              .start_after = request.startafter(),
                                              .need_location = request.needlocation()});
      },
      [](const std::optional<DirectoryListing>& listing, auto* response) {
        if (listing) wire::ToProto(*listing, response->mutable_dirlist());
      });
}

RpcReply GetContentSummary(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetContentSummaryRequestProto, pb::GetContentSummaryResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetContentSummary(context, request.path());
      },
      [](const ContentSummary& summary, auto* response) {
        wire::ToProto(summary, response->mutable_summary());
      });
}

RpcReply GetQuotaUsage(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetQuotaUsageRequestProto, pb::GetQuotaUsageResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetQuotaUsage(context, request.path());
      },
      [](const QuotaUsage& usage, auto* response) {
        pb::QuotaUsageProto* out = response->mutable_usage();
        out->set_fileanddirectorycount(usage.file_and_directory_count);
        out->set_quota(static_cast<uint64_t>(usage.quota));
        out->set_spaceconsumed(usage.space_consumed);
        out->set_spacequota(static_cast<uint64_t>(usage.space_quota));
      });
}

RpcReply GetPreferredBlockSize(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetPreferredBlockSizeRequestProto, pb::GetPreferredBlockSizeResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetPreferredBlockSize(context, request.filename());
      },
      [](uint64_t size, auto* response) { response->set_bsize(size); });
}

RpcReply IsFileClosed(const RpcService& service, const RpcCall& call) {
  return Unary<pb::IsFileClosedRequestProto, pb::IsFileClosedResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.IsFileClosed(context, request.src());
      },
      EncodeResult());
}

RpcReply CheckAccess(const RpcService& service, const RpcCall& call) {
  return Unary<pb::CheckAccessRequestProto, pb::CheckAccessResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.CheckAccess(context, request.path(),
                                              static_cast<Access>(request.mode()));
      },
      EncodeNothing());
}

RpcReply GetLinkTarget(const RpcService& service, const RpcCall& call) {
  return Unary<pb::GetLinkTargetRequestProto, pb::GetLinkTargetResponseProto>(
      service, call,
      [&](const OpContext& context, const auto& request) {
        return service.namesystem.GetLinkTarget(context, request.path());
      },
      [](const std::string& target, auto* response) { response->set_targetpath(target); });
}

}  // namespace

void AddClientReadMethods(MethodTable& table) {
  table.Add("getBlockLocations", GetBlockLocations);
  table.Add("getFileInfo", GetFileInfo);
  table.Add("getFileLinkInfo", GetFileLinkInfo);
  table.Add("getLocatedFileInfo", GetLocatedFileInfo);
  table.Add("getListing", GetListing);
  table.Add("getContentSummary", GetContentSummary, /*slow=*/true);
  table.Add("getQuotaUsage", GetQuotaUsage, /*slow=*/true);
  table.Add("getPreferredBlockSize", GetPreferredBlockSize);
  table.Add("isFileClosed", IsFileClosed);
  table.Add("checkAccess", CheckAccess);
  table.Add("getLinkTarget", GetLinkTarget);
}

}  // namespace cairn::namenode
