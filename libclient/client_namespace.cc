// SPDX-License-Identifier: Apache-2.0
// The namespace's side of the client: one call of the namenode each.
#include <utility>

#include "common/wire/converters.h"
#include "libclient/client_core.h"
#include "libclient/dfs.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

Status NoSuchFile(const std::string& path) {
  return Status(Code::kNotFound, "File does not exist: " + path);
}

class PagedDirectory final : public DirectoryIterator {
 public:
  PagedDirectory(NamenodeProxy& namenode, std::string path, bool with_locations)
      : namenode_(namenode), path_(std::move(path)), with_locations_(with_locations) {}

  // The first page tells whether there is such a directory.
  Status FetchFirst() {
    CAIRN_TRY(Fetch());
    if (!page_) return NoSuchFile(path_);
    return Status();
  }

  Result<std::optional<std::vector<FileStatus>>> NextPage() override {
    if (!page_ && more_) CAIRN_TRY(Fetch());
    if (!page_) return std::optional<std::vector<FileStatus>>();
    return std::exchange(page_, std::nullopt);
  }

 private:
  Status Fetch() {
    pb::GetListingRequestProto request;
    request.set_src(path_);
    request.set_startafter(start_after_);
    request.set_needlocation(with_locations_);
    pb::GetListingResponseProto response;
    CAIRN_TRY(namenode_.Call("getListing", request, &response));
    more_ = false;
    // The directory may have been deleted between two pages: then it has no more entries.
    if (!response.has_dirlist()) return Status();
    DirectoryListing listing = wire::FromProto(response.dirlist());
    more_ = listing.remaining > 0 && !listing.entries.empty();
    if (more_) start_after_ = listing.entries.back().name;
    page_ = std::move(listing.entries);
    return Status();
  }

  NamenodeProxy& namenode_;
  const std::string path_;
  const bool with_locations_;
  std::optional<std::vector<FileStatus>> page_;
  std::string start_after_;
  bool more_ = true;
};

}  // namespace

Result<FileStatus> Client::GetFileInfo(const std::string& path) {
  pb::GetFileInfoRequestProto request;
  request.set_src(path);
  pb::GetFileInfoResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getFileInfo", request, &response));
  if (!response.has_fs()) return NoSuchFile(path);
  return wire::FromProto(response.fs());
}

Result<FileStatus> Client::GetFileLinkInfo(const std::string& path) {
  pb::GetFileLinkInfoRequestProto request;
  request.set_src(path);
  pb::GetFileLinkInfoResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getFileLinkInfo", request, &response));
  if (!response.has_fs()) return NoSuchFile(path);
  return wire::FromProto(response.fs());
}

Result<std::unique_ptr<DirectoryIterator>> Client::ListDirectory(const std::string& path,
                                                                 bool with_locations) {
  auto directory = std::make_unique<PagedDirectory>(core_->namenode(), path, with_locations);
  CAIRN_TRY(directory->FetchFirst());
  return std::unique_ptr<DirectoryIterator>(std::move(directory));
}

Result<std::vector<FileStatus>> Client::List(const std::string& path) {
  CAIRN_ASSIGN(const std::unique_ptr<DirectoryIterator> directory, ListDirectory(path));
  std::vector<FileStatus> all;
  for (;;) {
    CAIRN_ASSIGN(std::optional<std::vector<FileStatus>> page, directory->NextPage());
    if (!page) return all;
    if (all.empty()) {
      all = std::move(*page);
    } else {
      all.insert(all.end(), std::make_move_iterator(page->begin()),
                 std::make_move_iterator(page->end()));
    }
  }
}

Result<bool> Client::Mkdirs(const std::string& path, uint16_t mode, bool create_parents) {
  pb::MkdirsRequestProto request;
  request.set_src(path);
  wire::ModeToProto(static_cast<uint16_t>(mode & ~umask()), request.mutable_masked());
  wire::ModeToProto(mode, request.mutable_unmasked());
  request.set_createparent(create_parents);
  pb::MkdirsResponseProto response;
  CAIRN_TRY(core_->namenode().Call("mkdirs", request, &response));
  return response.result();
}

Result<bool> Client::Delete(const std::string& path, bool recursive) {
  pb::DeleteRequestProto request;
  request.set_src(path);
  request.set_recursive(recursive);
  pb::DeleteResponseProto response;
  CAIRN_TRY(core_->namenode().Call("delete", request, &response));
  return response.result();
}

Result<bool> Client::Rename(const std::string& from, const std::string& to) {
  pb::RenameRequestProto request;
  request.set_src(from);
  request.set_dst(to);
  pb::RenameResponseProto response;
  CAIRN_TRY(core_->namenode().Call("rename", request, &response));
  return response.result();
}

Status Client::Rename2(const std::string& from, const std::string& to, bool overwrite,
                       bool to_trash) {
  pb::Rename2RequestProto request;
  request.set_src(from);
  request.set_dst(to);
  request.set_overwritedest(overwrite);
  request.set_movetotrash(to_trash);
  pb::Rename2ResponseProto response;
  return core_->namenode().Call("rename2", request, &response);
}

Status Client::Concat(const std::string& target, const std::vector<std::string>& sources) {
  pb::ConcatRequestProto request;
  request.set_trg(target);
  for (const std::string& source : sources) request.add_srcs(source);
  pb::ConcatResponseProto response;
  return core_->namenode().Call("concat", request, &response);
}

Result<bool> Client::Truncate(const std::string& path, uint64_t length) {
  pb::TruncateRequestProto request;
  request.set_src(path);
  request.set_newlength(length);
  request.set_clientname(core_->client_name());
  pb::TruncateResponseProto response;
  CAIRN_TRY(core_->namenode().Call("truncate", request, &response));
  return response.result();
}

Status Client::CreateSymlink(const std::string& target, const std::string& link,
                             bool create_parents) {
  constexpr uint16_t kParentMode = 0777;
  pb::CreateSymlinkRequestProto request;
  request.set_target(target);
  request.set_link(link);
  wire::ModeToProto(static_cast<uint16_t>(kParentMode & ~umask()), request.mutable_dirperm());
  request.set_createparent(create_parents);
  pb::CreateSymlinkResponseProto response;
  return core_->namenode().Call("createSymlink", request, &response);
}

Result<std::string> Client::GetLinkTarget(const std::string& path) {
  pb::GetLinkTargetRequestProto request;
  request.set_path(path);
  pb::GetLinkTargetResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getLinkTarget", request, &response));
  return response.targetpath();
}

Status Client::SetPermission(const std::string& path, uint16_t mode) {
  pb::SetPermissionRequestProto request;
  request.set_src(path);
  wire::ModeToProto(mode, request.mutable_permission());
  pb::SetPermissionResponseProto response;
  return core_->namenode().Call("setPermission", request, &response);
}

Status Client::SetOwner(const std::string& path, const std::string& user,
                        const std::string& group) {
  pb::SetOwnerRequestProto request;
  request.set_src(path);
  if (!user.empty()) request.set_username(user);
  if (!group.empty()) request.set_groupname(group);
  pb::SetOwnerResponseProto response;
  return core_->namenode().Call("setOwner", request, &response);
}

Status Client::SetTimes(const std::string& path, int64_t modification_ms, int64_t access_ms) {
  pb::SetTimesRequestProto request;
  request.set_src(path);
  request.set_mtime(static_cast<uint64_t>(modification_ms));
  request.set_atime(static_cast<uint64_t>(access_ms));
  pb::SetTimesResponseProto response;
  return core_->namenode().Call("setTimes", request, &response);
}

Result<bool> Client::SetReplication(const std::string& path, uint32_t replication) {
  pb::SetReplicationRequestProto request;
  request.set_src(path);
  request.set_replication(replication);
  pb::SetReplicationResponseProto response;
  CAIRN_TRY(core_->namenode().Call("setReplication", request, &response));
  return response.result();
}

Status Client::CheckAccess(const std::string& path, uint8_t access) {
  pb::CheckAccessRequestProto request;
  request.set_path(path);
  request.set_mode(static_cast<pb::AclEntryProto::FsActionProto>(access & 7));
  pb::CheckAccessResponseProto response;
  return core_->namenode().Call("checkAccess", request, &response);
}

Result<ContentSummary> Client::GetContentSummary(const std::string& path) {
  pb::GetContentSummaryRequestProto request;
  request.set_path(path);
  pb::GetContentSummaryResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getContentSummary", request, &response));
  return wire::FromProto(response.summary());
}

Result<QuotaUsage> Client::GetQuotaUsage(const std::string& path) {
  pb::GetQuotaUsageRequestProto request;
  request.set_path(path);
  pb::GetQuotaUsageResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getQuotaUsage", request, &response));
  const pb::QuotaUsageProto& in = response.usage();
  QuotaUsage usage{.file_and_directory_count = in.fileanddirectorycount(),
                   .quota = static_cast<int64_t>(in.quota()),
                   .space_consumed = in.spaceconsumed(),
                   .space_quota = static_cast<int64_t>(in.spacequota()),
                   .types = {}};
  for (const auto& type : in.typequotainfos().typequotainfo()) {
    usage.types.push_back({.type = wire::FromProto(type.type()),
                           .quota = static_cast<int64_t>(type.quota()),
                           .consumed = type.consumed()});
  }
  return usage;
}

Result<uint64_t> Client::GetPreferredBlockSize(const std::string& path) {
  pb::GetPreferredBlockSizeRequestProto request;
  request.set_filename(path);
  pb::GetPreferredBlockSizeResponseProto response;
  CAIRN_TRY(core_->namenode().Call("getPreferredBlockSize", request, &response));
  return response.bsize();
}

Result<bool> Client::RecoverLease(const std::string& path) {
  pb::RecoverLeaseRequestProto request;
  request.set_src(path);
  request.set_clientname(core_->client_name());
  pb::RecoverLeaseResponseProto response;
  CAIRN_TRY(core_->namenode().Call("recoverLease", request, &response));
  return response.result();
}

Result<bool> Client::IsFileClosed(const std::string& path) {
  pb::IsFileClosedRequestProto request;
  request.set_src(path);
  pb::IsFileClosedResponseProto response;
  CAIRN_TRY(core_->namenode().Call("isFileClosed", request, &response));
  return response.result();
}

}  // namespace cairn::client
