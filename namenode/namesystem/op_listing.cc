// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

using MaybeListing = std::optional<DirectoryListing>;

FileStatus Entry(const Operation& op, InodeHandle inode, std::string name, bool need_location) {
  FileStatus status = MakeFileStatus(op.state, inode, std::move(name));
  if (need_location && status.type == FileType::kFile) {
    status.locations =
        MakeLocatedBlocks(op.state, inode, 0, status.length, op.context.client_machine);
  }
  return status;
}

// A client that lists by inode names the last entry by its inode path.
Result<std::string> StartAfterName(const NamesystemState& s, const std::string& start_after) {
  if (!IsBelowReserved(start_after)) return start_after;
  CAIRN_ASSIGN(Path path, Path::Parse(start_after));
  Result<ResolvedPath> where = s.tree.Resolve(path);
  if (!where.ok()) {
    return Status(Code::kNotFound, "Can't find startAfter " + start_after);
  }
  return std::string(where->name());
}

// "/.reserved" has two entries, which can be seen nowhere else.
DirectoryListing ReservedListing(const NamesystemState& s) {
  DirectoryListing listing;
  for (const char* name : {".inodes", "raw"}) {
    FileStatus& entry = listing.entries.emplace_back(ReservedStatus(name, 0770));
    entry.group = s.options.supergroup;
    entry.modification_time_ms = static_cast<uint64_t>(s.info.ctime_ms);
    entry.access_time_ms = entry.modification_time_ms;
  }
  return listing;
}

Result<MaybeListing> DoList(Operation& op, const ListingRequest& request) {
  const NamesystemState& s = op.state;
  if (IsReservedName(request.path)) return MaybeListing(ReservedListing(s));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, request.path, PathUse::kRead));
  CAIRN_ASSIGN(std::string start_after, StartAfterName(s, request.start_after));
  if (!where.exists()) return MaybeListing();
  const InodeHandle target = where.last();
  DirectoryListing listing;
  if (!s.tree.inodes().IsDirectory(target)) {
    listing.entries.push_back(Entry(op, target, "", request.need_location));
    return MaybeListing(std::move(listing));
  }
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kReadExecute));

  const Tree::Page page = s.tree.Children(target, start_after, s.options.list_limit);
  // With locations wanted a page also ends when as many places were shown as it may have entries.
  int64_t places_left = s.options.list_limit;
  listing.entries.reserve(page.children.size());
  for (const InodeHandle child : page.children) {
    if (places_left <= 0) break;
    op.Saw(child);
    FileStatus status = Entry(op, child, std::string(s.tree.inodes().Name(child)),
                              request.need_location);
    if (status.locations) {
      places_left -= static_cast<int64_t>(status.locations->blocks.size()) * status.replication;
    }
    listing.entries.push_back(std::move(status));
  }
  listing.remaining = static_cast<uint32_t>(page.remaining + page.children.size() -
                                            listing.entries.size());
  return MaybeListing(std::move(listing));
}

}  // namespace

Outcome<MaybeListing> Namesystem::GetListing(const OpContext& context,
                                             const ListingRequest& request) {
  return RunShared<MaybeListing>(state_, context, Category::kRead,
                                 {.command = "listStatus", .source = request.path},
                                 [&](Operation& op) { return DoList(op, request); });
}

}  // namespace cairn::namenode
