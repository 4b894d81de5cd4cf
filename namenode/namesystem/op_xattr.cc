// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "namenode/namesystem/file_view.h"
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"
#include "namenode/namesystem/xattr_list.h"

namespace cairn::namenode {
namespace {

constexpr std::array kNamespaces = {"user", "trusted", "security", "system", "raw"};
constexpr char kZoneXattr[] = "hdfs.crypto.encryption.zone";

const Xattr kUnreadableBySuperuser{XattrNamespace::kSecurity, kUnreadableBySuperuserXattr, {}};

std::string PrefixedName(const Xattr& xattr) {
  return std::string(kNamespaces[static_cast<size_t>(xattr.name_space)]) + "." + xattr.name;
}

bool IsUnreadable(const Xattr& xattr) { return SameXattr(xattr, kUnreadableBySuperuser); }

bool IsZone(const Xattr& xattr) {
  return xattr.name_space == XattrNamespace::kRaw && xattr.name == kZoneXattr;
}

Status CheckEnabled(const NamesystemOptions& options) {
  if (options.xattrs_enabled) return Status();
  return Status(Code::kIoError, "The XAttr operation has been rejected.  Support for XAttrs has "
                                "been disabled by setting dfs.namenode.xattrs.enabled to false.");
}

// Who sees which attribute: trusted ones superusers, raw ones whoever asks for a raw path, system
// ones nobody. Superusers are such even where permissions are off.
bool IsVisible(const Operation& op, bool raw_path, const Xattr& xattr) {
  switch (xattr.name_space) {
    case XattrNamespace::kUser: return true;
    case XattrNamespace::kTrusted: return op.context.caller.superuser;
    case XattrNamespace::kRaw: return raw_path;
    case XattrNamespace::kSecurity:
    case XattrNamespace::kSystem: return IsUnreadable(xattr);
  }
  return false;
}

// Whether the caller may name such an attribute at all.
Status CheckAsked(const Operation& op, const std::string& path, const Xattr& xattr) {
  if (!IsVisible(op, IsReservedRaw(path), xattr)) {
    return Status(Code::kAccessDenied,
                  "User doesn't have permission for xattr: " + PrefixedName(xattr));
  }
  if (IsUnreadable(xattr) && xattr.value) {
    return Status(Code::kAccessDenied, "Attempt to set a value for '" + PrefixedName(xattr) +
                                           "'. Values are not allowed for this xattr.");
  }
  return Status();
}

// Attributes of users belong to who may write; in a directory with the sticky bit, to its owner.
Status CheckMayChange(const Mutation& m, const ResolvedPath& where, const Xattr& xattr) {
  const NamesystemState& s = m.state;
  if (!s.options.permissions_enabled || xattr.name_space != XattrNamespace::kUser) return Status();
  const bool sticky = where.exists() && s.tree.inodes().IsDirectory(where.last()) &&
                      (s.tree.inodes().Permission(where.last()).mode & kStickyBit) != 0;
  return sticky ? m.checker.CheckOwner(where) : m.checker.CheckTarget(where, Access::kWrite);
}

Status CannotFind(const ResolvedPath& where) {
  return Status(Code::kNotFound, "cannot find " + where.path().text());
}

std::vector<Xattr> XattrsOf(const Tree& tree, InodeHandle inode) {
  const std::vector<Xattr>* xattrs = tree.features().Xattrs(inode);
  return xattrs == nullptr ? std::vector<Xattr>() : *xattrs;
}

Status CheckSize(const NamesystemOptions& options, const Xattr& xattr) {
  const size_t size = xattr.name.size() + (xattr.value ? xattr.value->size() : 0);
  if (size <= options.xattr_bytes_max) return Status();
  return Status(Code::kInvalidArgument,
                "The XAttr is too big. The maximum combined size of the name and value is " +
                    std::to_string(options.xattr_bytes_max) + ", but the total size is " +
                    std::to_string(size));
}

Status CheckFlags(const SetXattrRequest& request, bool exists) {
  const bool create = (request.flags & kXattrCreate) != 0;
  const bool replace = (request.flags & kXattrReplace) != 0;
  if (!create && !replace) return Status(Code::kInvalidArgument, "A flag must be specified.");
  if (exists ? replace : create) return Status();
  return Status(Code::kIoError,
                "XAttr: " + request.xattr.name +
                    (exists ? " already exists. The REPLACE flag must be specified."
                            : " does not exist. The CREATE flag must be specified."));
}

Status CheckNewList(const Mutation& m, InodeHandle inode, const std::vector<Xattr>& xattrs) {
  const auto counted = std::count_if(xattrs.begin(), xattrs.end(), [](const Xattr& xattr) {
    return xattr.name_space == XattrNamespace::kUser ||
           xattr.name_space == XattrNamespace::kTrusted;
  });
  const uint32_t limit = m.state.options.xattrs_per_inode_max;
  if (static_cast<size_t>(counted) > limit) {
    return Status(Code::kIoError, "Cannot add additional XAttr to inode, would exceed limit of " +
                                      std::to_string(limit));
  }
  if (m.state.tree.inodes().IsFile(inode)) return Status();
  for (const Xattr& xattr : xattrs) {
    if (!IsUnreadable(xattr)) continue;
    return Status(Code::kIoError, "Can only set '" + PrefixedName(xattr) + "' on a file.");
  }
  return Status();
}

Result<Done> DoSetXattr(Mutation& m, const SetXattrRequest& request) {
  const Xattr& xattr = request.xattr;
  if (m.EarlierCopy() != nullptr) {
    m.audit.skip = true;
    return Done{};
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot set XAttr on " + request.path));
  CAIRN_TRY(CheckEnabled(m.state.options));
  CAIRN_TRY(CheckSize(m.state.options, xattr));
  CAIRN_TRY(CheckAsked(m, request.path, xattr));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, request.path, PathUse::kWrite));
  CAIRN_TRY(CheckMayChange(m, where, xattr));
  if (!where.exists()) return CannotFind(where);
  if (IsZone(xattr)) {
    return Status(Code::kUnsupported, "encryption zones are not built: " + PrefixedName(xattr) +
                                          " cannot be set");
  }
  const std::vector<Xattr> existing = XattrsOf(m.state.tree, where.last());
  CAIRN_TRY(CheckFlags(request, FindXattr(existing, xattr) != nullptr));
  CAIRN_TRY(CheckNewList(m, where.last(), WithXattrs(existing, {xattr})));
  CAIRN_TRY(m.Record(
      op::SetXattr{.path = where.path().text(), .xattrs = {xattr}, .retry = m.retry()},
      {.path = &where}));
  m.audit.permission = AuditPermission(m.state, where.last());
  return Done{};
}

// What must never go, in Apache's order; only asked where there are attributes at all.
Status CheckRemovable(const Xattr& xattr) {
  if (IsZone(xattr)) {
    return Status(Code::kInvalidArgument, "The encryption zone xattr should never be deleted.");
  }
  if (IsUnreadable(xattr)) {
    return Status(Code::kAccessDenied, "The xattr '" + PrefixedName(xattr) +
                                           "' can not be deleted.");
  }
  return Status();
}

Result<Done> DoRemoveXattr(Mutation& m, const std::string& path, const Xattr& xattr) {
  if (m.EarlierCopy() != nullptr) {
    m.audit.skip = true;
    return Done{};
  }
  CAIRN_TRY(m.CheckNotInSafeMode("Cannot remove XAttr entry on " + path));
  CAIRN_TRY(CheckEnabled(m.state.options));
  CAIRN_TRY(CheckAsked(m, path, xattr));
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(m, path, PathUse::kWrite));
  CAIRN_TRY(CheckMayChange(m, where, xattr));
  if (!where.exists()) return CannotFind(where);
  const std::vector<Xattr> existing = XattrsOf(m.state.tree, where.last());
  if (!existing.empty()) CAIRN_TRY(CheckRemovable(xattr));
  if (FindXattr(existing, xattr) == nullptr) {
    return Status(Code::kIoError, "No matching attributes found for remove operation");
  }
  CAIRN_TRY(m.Record(
      op::RemoveXattr{.path = where.path().text(), .xattrs = {xattr}, .retry = m.retry()},
      {.path = &where}));
  m.audit.permission = AuditPermission(m.state, where.last());
  return Done{};
}

Result<std::vector<Xattr>> VisibleXattrs(Operation& op, const std::string& path) {
  CAIRN_ASSIGN(ResolvedPath where, ResolvePath(op, path, PathUse::kRead));
  CAIRN_TRY(op.checker.CheckTarget(where, Access::kRead));
  if (!where.exists()) return CannotFind(where);
  std::vector<Xattr> visible = XattrsOf(op.state.tree, where.last());
  const bool raw = IsReservedRaw(path);
  std::erase_if(visible, [&](const Xattr& xattr) { return !IsVisible(op, raw, xattr); });
  return visible;
}

Result<std::vector<Xattr>> DoGetXattrs(Operation& op, const std::string& path,
                                       const std::vector<Xattr>& wanted) {
  CAIRN_TRY(CheckEnabled(op.state.options));
  for (const Xattr& want : wanted) CAIRN_TRY(CheckAsked(op, path, want));
  CAIRN_ASSIGN(std::vector<Xattr> visible, VisibleXattrs(op, path));
  if (wanted.empty()) return visible;
  std::vector<Xattr> found;
  for (const Xattr& want : wanted) {
    const Xattr* xattr = FindXattr(visible, want);
    if (xattr == nullptr) {
      return Status(Code::kXAttrNotFound,
                    "At least one of the attributes provided was not found.");
    }
    found.push_back(*xattr);
  }
  return found;
}

Result<std::vector<Xattr>> DoListXattrs(Operation& op, const std::string& path) {
  CAIRN_TRY(CheckEnabled(op.state.options));
  return VisibleXattrs(op, path);
}

}  // namespace

Outcome<Done> Namesystem::SetXattr(const OpContext& context, const SetXattrRequest& request) {
  return RunExclusive<Done>(state_, context, Category::kWrite,
                            {.command = "setXAttr", .source = request.path},
                            [&](Mutation& m) { return DoSetXattr(m, request); });
}

Outcome<Done> Namesystem::RemoveXattr(const OpContext& context, const std::string& path,
                                      const Xattr& xattr) {
  return RunExclusive<Done>(state_, context, Category::kWrite,
                            {.command = "removeXAttr", .source = path},
                            [&](Mutation& m) { return DoRemoveXattr(m, path, xattr); });
}

Outcome<std::vector<Xattr>> Namesystem::GetXattrs(const OpContext& context,
                                                  const std::string& path,
                                                  const std::vector<Xattr>& wanted) {
  return RunShared<std::vector<Xattr>>(
      state_, context, Category::kRead, {.command = "getXAttrs", .source = path},
      [&](Operation& op) { return DoGetXattrs(op, path, wanted); });
}

Outcome<std::vector<Xattr>> Namesystem::ListXattrs(const OpContext& context,
                                                   const std::string& path) {
  return RunShared<std::vector<Xattr>>(state_, context, Category::kRead,
                                       {.command = "listXAttrs", .source = path},
                                       [&](Operation& op) { return DoListXattrs(op, path); });
}

}  // namespace cairn::namenode
