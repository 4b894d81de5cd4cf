// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/file_status.h"
#include "common/model/ids.h"
#include "common/util/result.h"
#include "namenode/tree/block_list_pool.h"
#include "namenode/tree/id_index.h"
#include "namenode/tree/inode.h"
#include "namenode/tree/interner.h"
#include "namenode/tree/name_arena.h"

namespace cairn::namenode {

// The inodes: fixed-size records in slabs, addressed by handle, with names in an arena and what
// repeats ({owner, group, mode}, {replication, block size, policies}) interned.
//
// Knows records, not their order: structure (who is whose child) is changed by Tree only.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class InodeTable {
 public:
  InodeTable();
  ~InodeTable();
  InodeTable(const InodeTable&) = delete;
  InodeTable& operator=(const InodeTable&) = delete;

  // kNoInode when there is none. Finds inodes that are detached and not collected yet, too; see
  // Tree::Find.
  InodeHandle Find(InodeId id) const;
  size_t size() const { return live_; }

  // Calls `visit(handle)` for every inode, in no order, detached ones too. `visit` must not add or
  // free inodes.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (uint32_t i = 0; i < next_unused_; ++i) {
      if (At(InodeHandle(i)).type != 0) visit(InodeHandle(i));
    }
  }

  InodeId Id(InodeHandle h) const { return InodeId(At(h).id); }
  FileType Type(InodeHandle h) const { return static_cast<FileType>(At(h).type); }
  bool IsDirectory(InodeHandle h) const { return Type(h) == FileType::kDirectory; }
  bool IsFile(InodeHandle h) const { return Type(h) == FileType::kFile; }
  // Empty for the root.
  std::string_view Name(InodeHandle h) const { return names_.At(At(h).name); }
  // kNoInode for the root and for a detached inode.
  InodeHandle Parent(InodeHandle h) const { return InodeHandle(At(h).parent); }

  const PermissionStatus& Permission(InodeHandle h) const {
    return permissions_.At(At(h).permission);
  }
  uint64_t ModificationTimeMs(InodeHandle h) const { return At(h).mtime.Get(); }
  uint64_t AccessTimeMs(InodeHandle h) const { return At(h).atime.Get(); }

  // Of files only.
  const FileLayout& Layout(InodeHandle file) const { return layouts_.At(At(file).layout); }
  size_t BlockCount(InodeHandle file) const;
  BlockId BlockAt(InodeHandle file, size_t i) const;
  std::vector<BlockId> Blocks(InodeHandle file) const;

  void SetPermission(InodeHandle h, const PermissionStatus& permission);
  void SetModificationTime(InodeHandle h, uint64_t ms) { At(h).mtime.Set(ms); }
  void SetAccessTime(InodeHandle h, uint64_t ms) { At(h).atime.Set(ms); }
  void SetLayout(InodeHandle file, const FileLayout& layout);
  void AppendBlock(InodeHandle file, BlockId block);
  // No-op when there is none.
  void RemoveLastBlock(InodeHandle file);
  void SetBlocks(InodeHandle file, const std::vector<BlockId>& blocks);

  struct Memory {
    size_t records = 0;
    size_t names = 0;
    size_t ids = 0;
    size_t interned = 0;
    size_t blocks = 0;
  };
  Memory MemoryBytes() const;

 private:
  friend class Tree;
  friend class Features;

  // Milliseconds in 48 bits: good for 8,900 years.
  struct Millis {
    uint16_t high = 0;
    uint16_t mid = 0;
    uint16_t low = 0;
    uint64_t Get() const { return (uint64_t{high} << 32) | (uint64_t{mid} << 16) | low; }
    void Set(uint64_t ms);
  };

  // Bits of Record::features: which side table has an entry.
  enum Feature : uint8_t {
    kQuota = 1,
    kAcl = 2,
    kXattr = 4,
    kWriter = 8,
    kTarget = 16,
    kOpaque = 32,
  };

  enum class BlockForm : uint8_t { kNone, kOne, kMany };

  struct Record {
    uint64_t id;
    // A file's only block, or the list of its blocks; a directory's children.
    uint64_t payload;
    uint32_t parent;
    uint32_t name;
    uint32_t permission;
    uint32_t layout;
    Millis mtime;
    Millis atime;
    uint8_t type;  // FileType; 0 in a free record, whose `parent` is the next free one.
    uint8_t features;
    BlockForm block_form;
    uint8_t unused;
  };
  static_assert(sizeof(Record) == 48);

  static constexpr uint32_t kSlabBits = 14;
  static constexpr uint32_t kSlabRecords = 1u << kSlabBits;

  Record& At(InodeHandle h) { return slabs_[h.value >> kSlabBits][h.value & (kSlabRecords - 1)]; }
  const Record& At(InodeHandle h) const {
    return slabs_[h.value >> kSlabBits][h.value & (kSlabRecords - 1)];
  }

  // Fails with kCorrupt when the id is taken or 0, with kInvalidArgument for a name that is too
  // long to be stored.
  Result<InodeHandle> Allocate(FileType type, const NewInode& inode);
  void Free(InodeHandle h);
  void SetName(InodeHandle h, std::string_view name);

  std::vector<std::unique_ptr<Record[]>> slabs_;
  uint32_t next_unused_ = 0;
  uint32_t first_free_ = kNoInode.value;
  size_t live_ = 0;
  NameArena names_;
  IdIndex ids_;
  Interner<PermissionStatus> permissions_;
  Interner<FileLayout> layouts_;
  BlockListPool block_lists_;
};

}  // namespace cairn::namenode
