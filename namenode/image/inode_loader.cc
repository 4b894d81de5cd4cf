// SPDX-License-Identifier: Apache-2.0
#include "namenode/image/inode_loader.h"

#include <algorithm>

#include "common/wire/field_writer.h"

namespace cairn::namenode {

namespace {

enum Type : uint64_t { kFile = 1, kDirectory = 2, kSymlink = 3 };

constexpr uint64_t kStriped = 1;
// XAttrFormat: 5 bits reserved, then the namespace's high bit, then the name, then two bits more.
constexpr int kXattrExtensionShift = 5;
constexpr int kXattrNameShift = 6;
constexpr int kXattrNamespaceShift = 30;
// AclEntryStatusFormat: permission 3 bits, type 2, scope 1, name 24.
constexpr int kAclTypeShift = 3;
constexpr int kAclScopeShift = 5;
constexpr int kAclNameShift = 6;

Status Malformed(const char* section) {
  return Status(Code::kCorrupt, std::string("a message of section ") + section +
                                    " does not decode");
}

}  // namespace

// The three messages use different numbers for the same things; unused ones stay zero.
struct InodeLoader::Fields {
  uint64_t type = 0;
  InodeId id;
  std::string_view name;
  uint64_t mtime = 0;
  uint64_t atime = 0;
  uint64_t permission = 0;
  std::string_view acl;
  std::string_view xattrs;
  // Of a file.
  uint64_t replication = 0;
  uint64_t block_size = 0;
  uint64_t storage_policy = 0;
  uint64_t block_type = 0;
  uint64_t erasure_coding_policy = 0;
  bool open = false;
  std::string_view writer;
  // Of a directory.
  int64_t name_quota = kNoQuota;
  int64_t space_quota = kNoQuota;
  std::string_view type_quotas;
  // Of a symbolic link.
  std::string_view target;

  bool ReadFile(std::string_view message, std::vector<Block>& blocks);
  bool ReadDirectory(std::string_view message);
  bool ReadSymlink(std::string_view message);
};

bool InodeLoader::Fields::ReadFile(std::string_view message, std::vector<Block>& blocks) {
  ProtoCursor c(message);
  while (c.Next()) {
    switch (c.field()) {
      case 1: replication = c.number(); break;
      case 2: mtime = c.number(); break;
      case 3: atime = c.number(); break;
      case 4: block_size = c.number(); break;
      case 5: permission = c.number(); break;
      case 6: {
        Block& block = blocks.emplace_back();
        ProtoCursor b(c.bytes());
        while (b.Next()) {
          if (b.field() == 1) block.id = BlockId(static_cast<int64_t>(b.number()));
          if (b.field() == 2) block.generation_stamp = GenerationStamp(b.number());
          if (b.field() == 3) block.length = b.number();
        }
        if (!b.ok()) return false;
        break;
      }
      case 7: open = true; writer = c.bytes(); break;
      case 8: acl = c.bytes(); break;
      case 9: xattrs = c.bytes(); break;
      case 10: storage_policy = c.number(); break;
      case 11: block_type = c.number(); break;
      case 12: erasure_coding_policy = c.number(); break;
      default: break;
    }
  }
  return c.ok();
}

bool InodeLoader::Fields::ReadDirectory(std::string_view message) {
  ProtoCursor c(message);
  while (c.Next()) {
    switch (c.field()) {
      case 1: mtime = c.number(); break;
      case 2: name_quota = static_cast<int64_t>(c.number()); break;
      case 3: space_quota = static_cast<int64_t>(c.number()); break;
      case 4: permission = c.number(); break;
      case 5: acl = c.bytes(); break;
      case 6: xattrs = c.bytes(); break;
      case 7: type_quotas = c.bytes(); break;
      default: break;
    }
  }
  return c.ok();
}

bool InodeLoader::Fields::ReadSymlink(std::string_view message) {
  ProtoCursor c(message);
  while (c.Next()) {
    switch (c.field()) {
      case 1: permission = c.number(); break;
      case 2: target = c.bytes(); break;
      case 3: mtime = c.number(); break;
      case 4: atime = c.number(); break;
      default: break;
    }
  }
  return c.ok();
}

void InodeLoader::Reserve(uint64_t inodes) {
  // What a header claims is no reason to take memory without bound.
  constexpr uint64_t kReserveMax = 100'000'000;
  handles_.reserve(std::min(inodes, kReserveMax));
  target_.blocks.ReserveBlocks(std::min(inodes, kReserveMax));
}

Status InodeLoader::LoadInode(std::string_view message) {
  Fields fields;
  std::string_view file, directory, symlink;
  ProtoCursor c(message);
  while (c.Next()) {
    switch (c.field()) {
      case 1: fields.type = c.number(); break;
      case 2: fields.id = InodeId(c.number()); break;
      case 3: fields.name = c.bytes(); break;
      case 4: file = c.bytes(); break;
      case 5: directory = c.bytes(); break;
      case 6: symlink = c.bytes(); break;
      default: break;
    }
  }
  bool good = c.ok();
  blocks_.clear();
  if (fields.type == kFile) good &= fields.ReadFile(file, blocks_);
  if (fields.type == kDirectory) good &= fields.ReadDirectory(directory);
  if (fields.type == kSymlink) good &= fields.ReadSymlink(symlink);
  if (!good) return Malformed("INODE");

  CAIRN_ASSIGN(const PermissionStatus* permission, strings_.Permission(fields.permission));
  new_inode_.id = fields.id;
  new_inode_.name = fields.name;
  new_inode_.permission = *permission;
  new_inode_.modification_time_ms = fields.mtime;
  new_inode_.access_time_ms = fields.atime;
  switch (fields.type) {
    case kFile:
      return LoadFile(fields);
    case kDirectory:
      return fields.id == kRootInodeId ? LoadRoot(fields) : LoadDirectory(fields);
    case kSymlink:
      return LoadSymlink(fields);
    default:
      return Status(Code::kCorrupt, "inode " + ToString(fields.id) + " has the unknown type " +
                                        std::to_string(fields.type));
  }
}

Status InodeLoader::LoadFile(const Fields& fields) {
  const bool striped = fields.block_type == kStriped;
  if (fields.replication > UINT16_MAX || fields.storage_policy > UINT8_MAX ||
      fields.erasure_coding_policy > UINT8_MAX) {
    return Status(Code::kCorrupt, "inode " + ToString(fields.id) + " has values out of range");
  }
  FileLayout layout;
  layout.replication = static_cast<uint16_t>(fields.replication);
  layout.block_size = fields.block_size;
  layout.storage_policy = static_cast<uint8_t>(fields.storage_policy);
  layout.striped = striped;
  layout.erasure_coding_policy = static_cast<uint8_t>(fields.erasure_coding_policy);
  CAIRN_ASSIGN(const InodeHandle file, target_.tree.AddFile(kNoInode, new_inode_, layout));
  handles_.push_back(file);

  uint16_t replication = layout.replication;
  if (const auto it = facts_.replication.find(fields.id); it != facts_.replication.end()) {
    replication = std::max(replication, it->second);
  }
  CAIRN_TRY(LoadBlocks(fields.id, replication, striped, fields.open));
  if (block_ids_.size() == 1) {
    target_.tree.inodes().AppendBlock(file, block_ids_[0]);
  } else if (!block_ids_.empty()) {
    target_.tree.inodes().SetBlocks(file, block_ids_);
  }
  if (fields.open) {
    UnderConstruction writer;
    ProtoCursor c(fields.writer);
    while (c.Next()) {
      if (c.field() == 1) writer.client_name = std::string(c.bytes());
      if (c.field() == 2) writer.client_machine = std::string(c.bytes());
    }
    if (!c.ok()) return Malformed("INODE");
    writers_.emplace_back(file, writer.client_name);
    target_.tree.features().SetWriter(file, std::move(writer));
  }
  return SetFeatures(file, fields);
}

Status InodeLoader::LoadBlocks(InodeId id, uint16_t replication, bool striped, bool open) {
  block_ids_.clear();
  if (striped && !blocks_.empty()) {
    // A namenode that does not know groups would order their blocks to be deleted.
    return Status(Code::kUnsupported, "inode " + ToString(id) +
                                          " is an erasure-coded file; this version cannot serve "
                                          "an image that has one");
  }
  for (size_t i = 0; i < blocks_.size(); ++i) {
    const bool being_written = open && i + 1 == blocks_.size();
    CAIRN_TRY(target_.blocks.LoadBlock(
        id, blocks_[i], replication,
        being_written ? BlockState::kUnderConstruction : BlockState::kComplete));
    block_ids_.push_back(blocks_[i].id);
  }
  return Status();
}

Status InodeLoader::LoadDirectory(const Fields& fields) {
  new_inode_.access_time_ms = 0;
  CAIRN_ASSIGN(const InodeHandle dir, target_.tree.AddDirectory(kNoInode, new_inode_));
  handles_.push_back(dir);
  SetQuota(dir, fields);
  return SetFeatures(dir, fields);
}

Status InodeLoader::LoadRoot(const Fields& fields) {
  const InodeHandle root = target_.tree.root();
  handles_.push_back(root);
  target_.tree.inodes().SetPermission(root, new_inode_.permission);
  target_.tree.inodes().SetModificationTime(root, fields.mtime);
  SetQuota(root, fields);
  return SetFeatures(root, fields);
}

Status InodeLoader::LoadSymlink(const Fields& fields) {
  CAIRN_ASSIGN(const InodeHandle link, target_.tree.AddSymlink(kNoInode, new_inode_,
                                                               std::string(fields.target)));
  handles_.push_back(link);
  return SetFeatures(link, fields);
}

void InodeLoader::SetQuota(InodeHandle dir, const Fields& fields) {
  QuotaLimits limits;
  limits.names = std::max(fields.name_quota, kNoQuota);
  limits.space = std::max(fields.space_quota, kNoQuota);
  ProtoCursor quotas(fields.type_quotas);
  while (quotas.Next()) {
    uint64_t type = 0;
    int64_t quota = kNoQuota;
    ProtoCursor entry(quotas.bytes());
    while (entry.Next()) {
      if (entry.field() == 1) type = entry.number();
      if (entry.field() == 2) quota = static_cast<int64_t>(entry.number());
    }
    if (type < limits.by_type.size() && quota >= 0) limits.by_type[type] = quota;
  }
  const bool is_root = dir == target_.tree.root();
  if (is_root && limits.names == kNoQuota) limits.names = kRootNameQuota;
  if (limits.any() || is_root) target_.tree.features().EnsureQuota(dir).limits = limits;
}

Status InodeLoader::SetFeatures(InodeHandle inode, const Fields& fields) {
  if (!fields.acl.empty()) CAIRN_TRY(SetAcl(inode, fields.acl));
  if (!fields.xattrs.empty()) CAIRN_TRY(SetXattrs(inode, fields.xattrs));
  MarkSnapshots(inode, fields.id);
  return Status();
}

Status InodeLoader::SetAcl(InodeHandle inode, std::string_view message) {
  std::vector<AclEntry> entries;
  const auto add = [&](uint32_t bits) -> Status {
    AclEntry& entry = entries.emplace_back();
    entry.permission = bits & 7;
    entry.type = static_cast<AclType>((bits >> kAclTypeShift) & 3);
    entry.scope = static_cast<AclScope>((bits >> kAclScopeShift) & 1);
    const StringKind kind =
        entry.type == AclType::kGroup ? StringKind::kGroup : StringKind::kUser;
    CAIRN_ASSIGN(entry.name, strings_.Get(kind, (bits >> kAclNameShift) & kStringNumberMax));
    return Status();
  };
  ProtoCursor c(message);
  while (c.Next()) {
    if (c.field() != 2) continue;
    if (c.bytes().empty()) {
      CAIRN_TRY(add(static_cast<uint32_t>(c.number())));
      continue;
    }
    if (c.bytes().size() % sizeof(uint32_t) != 0) return Malformed("INODE");
    for (size_t i = 0; i < c.bytes().size(); i += sizeof(uint32_t)) {
      uint32_t bits = 0;
      for (size_t b = sizeof(uint32_t); b-- > 0;) {
        bits = (bits << 8) | static_cast<uint8_t>(c.bytes()[i + b]);
      }
      CAIRN_TRY(add(bits));
    }
  }
  if (!c.ok()) return Malformed("INODE");
  target_.tree.features().SetAcl(inode, std::move(entries));
  return Status();
}

Status InodeLoader::SetXattrs(InodeHandle inode, std::string_view message) {
  std::vector<Xattr> xattrs;
  ProtoCursor c(message);
  while (c.Next()) {
    if (c.field() != 1) continue;
    Xattr& xattr = xattrs.emplace_back();
    ProtoCursor entry(c.bytes());
    while (entry.Next()) {
      if (entry.field() == 1) {
        const auto bits = static_cast<uint32_t>(entry.number());
        const uint32_t name_space =
            (bits >> kXattrNamespaceShift) | ((bits >> kXattrExtensionShift) & 1) << 2;
        if (name_space > 4) return Status(Code::kCorrupt, "attribute of an unknown namespace");
        xattr.name_space = static_cast<XattrNamespace>(name_space);
        CAIRN_ASSIGN(xattr.name, strings_.Get(StringKind::kXattr,
                                              (bits >> kXattrNameShift) & kStringNumberMax));
      }
      if (entry.field() == 2) xattr.value = std::string(entry.bytes());
    }
    if (!entry.ok()) return Malformed("INODE");
  }
  if (!c.ok()) return Malformed("INODE");
  target_.tree.features().SetXattrs(inode, std::move(xattrs));
  return Status();
}

void InodeLoader::MarkSnapshots(InodeHandle inode, InodeId id) {
  if (facts_.snapshottable.contains(id)) AddOpaque(inode, kSnapshottable, "");
  if (facts_.snapshotted.contains(id)) AddOpaque(inode, kHasSnapshots, "");
  if (facts_.with_diffs.contains(id)) AddOpaque(inode, kHasDiffs, "");
}

void InodeLoader::AddOpaque(InodeHandle inode, const std::string& kind, std::string value) {
  OpaqueFeatures features;
  if (const OpaqueFeatures* present = target_.tree.features().Opaque(inode)) features = *present;
  features.emplace_back(kind, std::move(value));
  target_.tree.features().SetOpaque(inode, std::move(features));
}

Status InodeLoader::LoadChildren(std::string_view message) {
  InodeId parent_id;
  std::string_view children, references;
  std::vector<uint64_t> single_children, single_references;
  ProtoCursor c(message);
  while (c.Next()) {
    if (c.field() == 1) parent_id = InodeId(c.number());
    if (c.field() == 2 && c.bytes().empty()) single_children.push_back(c.number());
    if (c.field() == 2) children = c.bytes();
    if (c.field() == 3 && c.bytes().empty()) single_references.push_back(c.number());
    if (c.field() == 3) references = c.bytes();
  }
  if (!c.ok()) return Malformed("INODE_DIR");
  InodeTable& inodes = target_.tree.inodes();
  const InodeHandle parent = inodes.Find(parent_id);
  if (parent == kNoInode || !inodes.IsDirectory(parent)) {
    return Status(Code::kCorrupt, "section INODE_DIR: " + ToString(parent_id) +
                                      " is no directory of section INODE");
  }
  const auto attach = [&](uint64_t id) -> Status {
    const InodeHandle child = inodes.Find(InodeId(id));
    if (child == kNoInode) {
      return Status(Code::kCorrupt, "section INODE_DIR: child " + std::to_string(id) + " of " +
                                        ToString(parent_id) + " is not in section INODE");
    }
    return target_.tree.Attach(parent, child).WithContext("section INODE_DIR");
  };
  // A packed number takes one byte at least.
  target_.tree.ReserveChildren(parent, single_children.size() + children.size() / 3);
  uint64_t number = 0;
  ProtoCursor packed(children);
  while (packed.NextPacked(&number)) CAIRN_TRY(attach(number));
  if (!packed.ok()) return Malformed("INODE_DIR");
  for (const uint64_t id : single_children) CAIRN_TRY(attach(id));
  ProtoCursor packed_references(references);
  while (packed_references.NextPacked(&number)) CAIRN_TRY(AttachReference(parent, number));
  if (!packed_references.ok()) return Malformed("INODE_DIR");
  for (const uint64_t n : single_references) CAIRN_TRY(AttachReference(parent, n));
  return Status();
}

Status InodeLoader::AttachReference(InodeHandle parent, uint64_t number) {
  if (number >= facts_.references.size()) {
    return Status(Code::kCorrupt, "section INODE_DIR: there is no reference " +
                                      std::to_string(number));
  }
  const SnapshotFacts::Reference& reference = facts_.references[number];
  InodeTable& inodes = target_.tree.inodes();
  const InodeHandle child = inodes.Find(reference.referred);
  if (child == kNoInode) {
    return Status(Code::kCorrupt, "section INODE_REFERENCE: inode " +
                                      ToString(reference.referred) + " is not in section INODE");
  }
  if (!reference.with_name && inodes.Parent(child) == kNoInode) {
    CAIRN_TRY(target_.tree.Attach(parent, child).WithContext("section INODE_DIR"));
    AddOpaque(child, kReference, std::to_string(number));
    return Status();
  }
  std::string varint;
  PutVarint(varint, number);
  AddOpaque(parent, kReferences, std::move(varint));
  return Status();
}

Status InodeLoader::Finish(CarriedSections& carried) {
  const InodeTable& inodes = target_.tree.inodes();
  for (const InodeHandle inode : handles_) {
    if (inode != target_.tree.root() && inodes.Parent(inode) == kNoInode) {
      carried.snapshot_only.push_back(inode);
    }
  }
  for (const SnapshotFacts::KeptBlock& kept : facts_.kept_blocks) {
    if (target_.blocks.Find(kept.block.id)) continue;
    CAIRN_TRY(target_.blocks.LoadBlock(kept.owner, kept.block, kept.replication,
                                       BlockState::kComplete));
  }
  for (const auto& [file, client] : writers_) {
    const InodeId id = inodes.Id(file);
    if (target_.tree.Find(id) != kNoInode) target_.leases.Acquire(id, client);
  }
  return Status();
}

}  // namespace cairn::namenode
