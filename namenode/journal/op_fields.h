// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "namenode/journal/codec_fields.h"
#include "namenode/journal/record.h"

// The body of each operation, field by field, for writing (A is FieldWriter, O a const operation)
// and reading (A is FieldReader).
namespace cairn::namenode {

template <typename A, typename O>
void AddCloseHead(A& a, O& o) {
  a.LongId(o.inode_id);
  a.String(o.path);
  a.Short(o.replication);
  a.Long(o.mtime);
  a.Long(o.atime);
  a.Long(o.block_size);
  a.Blocks(o.blocks);
  a.Permission(o.permission);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Add*) {
  AddCloseHead(a, o);
  a.Acl(o.acl);
  a.XattrMessage(nullptr, o.xattrs);
  a.String(o.client_name);
  a.String(o.client_machine);
  a.Bool(o.overwrite);
  a.Byte(o.storage_policy);
  if (a.layout() <= -64) a.Byte(o.erasure_coding_policy);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Close*) {
  AddCloseHead(a, o);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Append*) {
  a.String(o.path);
  a.String(o.client_name);
  a.String(o.client_machine);
  a.Bool(o.new_block);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::AddBlock*) {
  a.String(o.path);
  std::vector<Block> blocks;
  if constexpr (A::kReading) {
    a.CompactBlocks(blocks);
    if (blocks.empty() || blocks.size() > 2) return a.Fail("an added block must be one or two");
    if (blocks.size() == 2) o.penultimate = blocks[0];
    o.last = blocks.back();
  } else {
    if (o.penultimate) blocks.push_back(*o.penultimate);
    blocks.push_back(o.last);
    a.CompactBlocks(blocks);
  }
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::UpdateBlocks*) {
  a.String(o.path);
  a.CompactBlocks(o.blocks);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Delete*) {
  a.String(o.path);
  a.Long(o.timestamp);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Mkdir*) {
  a.LongId(o.inode_id);
  a.String(o.path);
  a.Long(o.mtime);
  a.Long(o.atime);
  a.Permission(o.permission);
  a.Acl(o.acl);
  a.XattrMessage(nullptr, o.xattrs);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RenameOld*) {
  a.String(o.src);
  a.String(o.dst);
  a.Long(o.timestamp);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Rename*) {
  a.String(o.src);
  a.String(o.dst);
  a.Long(o.timestamp);
  a.Options(o.options);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetReplication*) {
  a.String(o.path);
  a.Short(o.replication);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetPermissions*) {
  a.String(o.path);
  a.Short(o.mode);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetOwner*) {
  a.String(o.path);
  a.String(o.owner);
  a.String(o.group);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Times*) {
  a.String(o.path);
  a.Long(o.mtime);
  a.Long(o.atime);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Concat*) {
  a.String(o.target);
  a.Strings(o.sources);
  a.Long(o.timestamp);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Truncate*) {
  a.String(o.path);
  a.String(o.client_name);
  a.String(o.client_machine);
  a.Long(o.new_length);
  a.Long(o.timestamp);
  std::vector<Block> blocks;
  if constexpr (A::kReading) {
    a.CompactBlocks(blocks);
    if (blocks.size() > 1) return a.Fail("a truncated block must be one or none");
    if (!blocks.empty()) o.block = blocks[0];
  } else {
    if (o.block) blocks.push_back(*o.block);
    a.CompactBlocks(blocks);
  }
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::Symlink*) {
  a.LongId(o.inode_id);
  a.String(o.path);
  a.String(o.target);
  a.Long(o.mtime);
  a.Long(o.atime);
  a.Permission(o.permission);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetGenstampV1*) {
  a.LongId(o.stamp);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetGenstampV2*) {
  a.LongId(o.stamp);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::AllocateBlockId*) {
  a.LongId(o.block_id);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::ReassignLease*) {
  a.String(o.old_holder);
  a.String(o.path);
  a.String(o.new_holder);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetQuota*) {
  a.String(o.path);
  a.Long(o.namespace_quota);
  a.Long(o.space_quota);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetQuotaByStorageType*) {
  a.String(o.path);
  a.Storage(o.type);
  a.Long(o.quota);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetNamespaceQuota*) {
  a.String(o.path);
  a.Long(o.quota);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::ClearNamespaceQuota*) {
  a.String(o.path);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetStoragePolicy*) {
  a.String(o.path);
  a.Byte(o.policy);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetAcl*) {
  a.AclMessage(o.path, o.acl);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::SetXattr*) {
  a.XattrMessage(&o.path, o.xattrs);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RemoveXattr*) {
  a.XattrMessage(&o.path, o.xattrs);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A&, O&, const op::StartLogSegment*) {}

template <typename A, typename O>
void FieldsOf(A&, O&, const op::EndLogSegment*) {}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RollingUpgradeStart*) {
  a.Long(o.time);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RollingUpgradeFinalize*) {
  a.Long(o.time);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::AllowSnapshot*) {
  a.String(o.path);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::DisallowSnapshot*) {
  a.String(o.path);
}

template <typename A, typename O>
void SnapshotFields(A& a, O& o) {
  a.String(o.path);
  a.String(o.name);
  if (a.layout() <= -66) a.Long(o.mtime);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::CreateSnapshot*) {
  SnapshotFields(a, o);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::DeleteSnapshot*) {
  SnapshotFields(a, o);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RenameSnapshot*) {
  a.String(o.path);
  a.String(o.old_name);
  a.String(o.new_name);
  if (a.layout() <= -66) a.Long(o.mtime);
  a.Retry(o.retry);
}

// A field that is there when its bit of `flags` is set.
template <typename A, typename Field, typename Move>
void Flagged(A&, int32_t flags, int32_t bit, Field& field, Move move) {
  if ((flags & bit) == 0) return;
  if constexpr (A::kReading) field.emplace();
  move(*field);
}

template <typename A, typename O>
void DirectiveFields(A& a, O& d) {
  a.Long(d.id);
  int32_t flags = (d.path ? 1 : 0) | (d.replication ? 2 : 0) | (d.pool ? 4 : 0) |
                  (d.expiration ? 8 : 0);
  a.Int(flags);
  if (flags & ~0xF) return a.Fail("unknown flags of a cache directive");
  Flagged(a, flags, 1, d.path, [&a](auto& v) { a.String(v); });
  Flagged(a, flags, 2, d.replication, [&a](auto& v) { a.Short(v); });
  Flagged(a, flags, 4, d.pool, [&a](auto& v) { a.String(v); });
  Flagged(a, flags, 8, d.expiration, [&a](auto& v) { a.Long(v); });
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::AddCacheDirective*) {
  DirectiveFields(a, o.directive);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::ModifyCacheDirective*) {
  DirectiveFields(a, o.directive);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RemoveCacheDirective*) {
  a.Long(o.id);
  a.Retry(o.retry);
}

template <typename A, typename O>
void PoolFields(A& a, O& p) {
  a.String(p.name);
  int32_t flags = (p.owner ? 1 : 0) | (p.group ? 2 : 0) | (p.mode ? 4 : 0) | (p.limit ? 8 : 0) |
                  (p.max_relative_expiry_ms ? 0x10 : 0) | (p.default_replication ? 0x20 : 0);
  a.Int(flags);
  if (flags & ~0x3F) return a.Fail("unknown flags of a cache pool");
  Flagged(a, flags, 1, p.owner, [&a](auto& v) { a.String(v); });
  Flagged(a, flags, 2, p.group, [&a](auto& v) { a.String(v); });
  Flagged(a, flags, 4, p.mode, [&a](auto& v) { a.Short(v); });
  Flagged(a, flags, 8, p.limit, [&a](auto& v) { a.Long(v); });
  Flagged(a, flags, 0x10, p.max_relative_expiry_ms, [&a](auto& v) { a.Long(v); });
  Flagged(a, flags, 0x20, p.default_replication, [&a](auto& v) { a.Short(v); });
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::AddCachePool*) {
  PoolFields(a, o.pool);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::ModifyCachePool*) {
  PoolFields(a, o.pool);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RemoveCachePool*) {
  a.String(o.name);
  a.Retry(o.retry);
}

template <typename A, typename O>
void TokenFields(A& a, O& t) {
  uint8_t version = 0;
  a.Byte(version);
  if (version != 0) return a.Fail("unknown version of a delegation token");
  a.Text(t.owner);
  a.Text(t.renewer);
  a.Text(t.real_user);
  a.VLong(t.issue_date);
  a.VLong(t.max_date);
  a.VInt(t.sequence_number);
  a.VInt(t.master_key_id);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::GetDelegationToken*) {
  TokenFields(a, o.token);
  a.Long(o.expiry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RenewDelegationToken*) {
  TokenFields(a, o.token);
  a.Long(o.expiry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::CancelDelegationToken*) {
  TokenFields(a, o.token);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::UpdateMasterKey*) {
  a.VInt(o.key_id);
  a.VLong(o.expiry);
  a.OptionalBytes(o.key);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::AddErasureCodingPolicy*) {
  a.String(o.codec);
  a.Int(o.data_units);
  a.Int(o.parity_units);
  a.Int(o.cell_size);
  a.Pairs(o.options);
  a.Retry(o.retry);
}

template <typename A, typename O>
void NameFields(A& a, O& o) {
  a.String(o.name);
  a.Retry(o.retry);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::EnableErasureCodingPolicy*) {
  NameFields(a, o);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::DisableErasureCodingPolicy*) {
  NameFields(a, o);
}

template <typename A, typename O>
void FieldsOf(A& a, O& o, const op::RemoveErasureCodingPolicy*) {
  NameFields(a, o);
}

}  // namespace cairn::namenode
