// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/inode_encoder.h"

#include "common/util/bytes.h"
#include "common/wire/field_writer.h"
#include "namenode/image/proto_cursor.h"

namespace cairn::namenode {

using wire::PutBytesField;
using wire::PutVarintField;

Result<std::string_view> InodeEncoder::Encode(InodeHandle inode) {
  const InodeTable& inodes = tree_.inodes();
  body_.clear();
  uint32_t body_field = 0;
  switch (inodes.Type(inode)) {
    case FileType::kFile:
      body_field = 4;
      CAIRN_TRY(EncodeFile(inode));
      break;
    case FileType::kDirectory:
      body_field = 5;
      CAIRN_TRY(EncodeDirectory(inode));
      break;
    case FileType::kSymlink:
      body_field = 6;
      CAIRN_TRY(EncodeSymlink(inode));
      break;
  }
  message_.clear();
  // The types have other numbers in an image than in the protocol.
  PutVarintField(message_, 1, body_field - 3);
  PutVarintField(message_, 2, inodes.Id(inode).value);
  PutBytesField(message_, 3, inodes.Name(inode));
  PutBytesField(message_, body_field, body_);
  return std::string_view(message_);
}

Status InodeEncoder::EncodeFile(InodeHandle file) {
  const InodeTable& inodes = tree_.inodes();
  const FileLayout& layout = inodes.Layout(file);
  if (!layout.striped) PutVarintField(body_, 1, layout.replication);
  PutVarintField(body_, 2, inodes.ModificationTimeMs(file));
  PutVarintField(body_, 3, inodes.AccessTimeMs(file));
  PutVarintField(body_, 4, layout.block_size);
  CAIRN_TRY(PutPermission(file, 5));
  CAIRN_TRY(PutBlocks(file));
  if (const UnderConstruction* writer = tree_.features().Writer(file)) {
    scratch_.clear();
    PutBytesField(scratch_, 1, writer->client_name);
    PutBytesField(scratch_, 2, writer->client_machine);
    PutBytesField(body_, 7, scratch_);
  }
  CAIRN_TRY(PutAcl(file, 8));
  CAIRN_TRY(PutXattrs(file, 9));
  PutVarintField(body_, 10, layout.storage_policy);
  PutVarintField(body_, 11, layout.striped ? 1 : 0);
  if (layout.striped) PutVarintField(body_, 12, layout.erasure_coding_policy);
  return Status();
}

Status InodeEncoder::PutBlocks(InodeHandle file) {
  const size_t count = tree_.inodes().BlockCount(file);
  for (size_t i = 0; i < count; ++i) {
    const BlockId id = tree_.inodes().BlockAt(file, i);
    const std::optional<BlockView> view =
        blocks_ == nullptr ? std::nullopt : blocks_->Find(id);
    if (!view) {
      return Status(Code::kInternal, "block " + ToString(id) + " of inode " +
                                         ToString(tree_.inodes().Id(file)) +
                                         " is not in the block map");
    }
    scratch_.clear();
    PutVarintField(scratch_, 1, static_cast<uint64_t>(id.value));
    PutVarintField(scratch_, 2, view->block.generation_stamp.value);
    PutVarintField(scratch_, 3, view->block.length);
    PutBytesField(body_, 6, scratch_);
  }
  return Status();
}

Status InodeEncoder::EncodeDirectory(InodeHandle dir) {
  const DirectoryQuota* quota = tree_.features().Quota(dir);
  const QuotaLimits limits = quota == nullptr ? QuotaLimits() : quota->limits;
  PutVarintField(body_, 1, tree_.inodes().ModificationTimeMs(dir));
  PutVarintField(body_, 2, static_cast<uint64_t>(limits.names));
  PutVarintField(body_, 3, static_cast<uint64_t>(limits.space));
  CAIRN_TRY(PutPermission(dir, 4));
  CAIRN_TRY(PutAcl(dir, 5));
  CAIRN_TRY(PutXattrs(dir, 6));
  if (limits.any_type()) PutTypeQuotas(limits);
  return Status();
}

void InodeEncoder::PutTypeQuotas(const QuotaLimits& limits) {
  std::string quotas;
  for (size_t type = 0; type < limits.by_type.size(); ++type) {
    if (limits.by_type[type] < 0) continue;
    scratch_.clear();
    PutVarintField(scratch_, 1, type);
    PutVarintField(scratch_, 2, static_cast<uint64_t>(limits.by_type[type]));
    PutBytesField(quotas, 1, scratch_);
  }
  PutBytesField(body_, 7, quotas);
}

Status InodeEncoder::EncodeSymlink(InodeHandle link) {
  CAIRN_TRY(PutPermission(link, 1));
  PutBytesField(body_, 2, tree_.features().SymlinkTarget(link));
  PutVarintField(body_, 3, tree_.inodes().ModificationTimeMs(link));
  PutVarintField(body_, 4, tree_.inodes().AccessTimeMs(link));
  return Status();
}

Status InodeEncoder::PutPermission(InodeHandle inode, uint32_t field) {
  CAIRN_ASSIGN(const uint64_t bits, strings_.PermissionBits(tree_.inodes().Permission(inode)));
  PutFixed64Field(body_, field, bits);
  return Status();
}

Status InodeEncoder::PutAcl(InodeHandle inode, uint32_t field) {
  const std::vector<AclEntry>* acl = tree_.features().Acl(inode);
  if (acl == nullptr) return Status();
  std::string entries;
  for (const AclEntry& entry : *acl) {
    uint32_t name = 0;
    if (!entry.name.empty()) {
      const StringKind kind =
          entry.type == AclType::kGroup ? StringKind::kGroup : StringKind::kUser;
      CAIRN_ASSIGN(name, strings_.Number(kind, entry.name));
    }
    PutFixed(entries,
             (name << 6) | (static_cast<uint32_t>(entry.scope) << 5) |
                 (static_cast<uint32_t>(entry.type) << 3) | (entry.permission & 7u),
             sizeof(uint32_t));
  }
  scratch_.clear();
  PutBytesField(scratch_, 2, entries);
  PutBytesField(body_, field, scratch_);
  return Status();
}

Status InodeEncoder::PutXattrs(InodeHandle inode, uint32_t field) {
  const std::vector<Xattr>* xattrs = tree_.features().Xattrs(inode);
  if (xattrs == nullptr) return Status();
  std::string list;
  for (const Xattr& xattr : *xattrs) {
    CAIRN_ASSIGN(const uint32_t name, strings_.Number(StringKind::kXattr, xattr.name));
    const auto name_space = static_cast<uint32_t>(xattr.name_space);
    scratch_.clear();
    PutFixed32Field(scratch_, 1, (name_space & 3) << 30 | name << 6 | (name_space >> 2) << 5);
    if (xattr.value) PutBytesField(scratch_, 2, *xattr.value);
    PutBytesField(list, 1, scratch_);
  }
  PutBytesField(body_, field, list);
  return Status();
}

}  // namespace cairn::namenode
