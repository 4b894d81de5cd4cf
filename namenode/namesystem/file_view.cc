// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/file_view.h"

#include <limits>
#include <utility>

namespace cairn::namenode {
namespace {

bool Finished(const BlockView& view) { return view.state == BlockState::kComplete; }

uint64_t End(uint64_t offset, uint64_t length) {
  return length > std::numeric_limits<uint64_t>::max() - offset
             ? std::numeric_limits<uint64_t>::max()
             : offset + length;
}

std::vector<BlockView> ViewsOf(const NamesystemState& state, InodeHandle file) {
  std::vector<BlockView> views;
  const InodeTable& inodes = state.tree.inodes();
  const size_t count = inodes.BlockCount(file);
  views.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    std::optional<BlockView> view = state.blocks.Find(inodes.BlockAt(file, i));
    if (view) views.push_back(std::move(*view));
  }
  return views;
}

uint64_t LengthOf(const std::vector<BlockView>& views, bool with_unfinished_last) {
  uint64_t length = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    const bool last = i + 1 == views.size();
    if (!last || with_unfinished_last || Finished(views[i])) length += views[i].block.length;
  }
  return length;
}

}  // namespace

uint64_t FileLength(const NamesystemState& state, InodeHandle file, bool with_unfinished_last) {
  // The most frequent question of all: it allocates nothing.
  const InodeTable& inodes = state.tree.inodes();
  const size_t count = inodes.BlockCount(file);
  uint64_t length = 0;
  for (size_t i = 0; i < count; ++i) {
    const std::optional<BlockView> view = state.blocks.Find(inodes.BlockAt(file, i));
    if (!view) continue;
    const bool last = i + 1 == count;
    if (!last || with_unfinished_last || Finished(*view)) length += view->block.length;
  }
  return length;
}

std::vector<Block> BlocksOf(const NamesystemState& state, InodeHandle file) {
  std::vector<Block> blocks;
  for (const BlockView& view : ViewsOf(state, file)) blocks.push_back(view.block);
  return blocks;
}

FileStatus MakeFileStatus(const NamesystemState& state, InodeHandle inode, std::string name) {
  const Tree& tree = state.tree;
  const InodeTable& inodes = tree.inodes();
  const PermissionStatus& permission = inodes.Permission(inode);
  FileStatus status;
  status.type = inodes.Type(inode);
  status.name = std::move(name);
  status.mode = permission.mode;
  status.owner = permission.owner;
  status.group = permission.group;
  status.modification_time_ms = inodes.ModificationTimeMs(inode);
  status.access_time_ms = inodes.AccessTimeMs(inode);
  status.inode_id = inodes.Id(inode);
  status.has_acl = tree.features().Acl(inode) != nullptr;
  status.children = 0;
  switch (status.type) {
    case FileType::kFile: {
      const FileLayout& layout = inodes.Layout(inode);
      status.length = FileLength(state, inode, true);
      status.replication = layout.replication;
      status.block_size = layout.block_size;
      status.storage_policy = EffectiveStoragePolicy(tree, inode);
      break;
    }
    case FileType::kDirectory:
      // Apache's root is always snapshottable, though with room for no snapshot.
      status.snapshot_enabled = inode == tree.root();
      status.children = static_cast<int32_t>(tree.ChildCount(inode));
      status.storage_policy = EffectiveStoragePolicy(tree, inode);
      if (const OpaqueFeatures* opaque = tree.features().Opaque(inode); opaque != nullptr) {
        for (const auto& [kind, bytes] : *opaque) {
          if (kind == kSnapshottable) status.snapshot_enabled = true;
        }
      }
      break;
    case FileType::kSymlink:
      status.symlink_target = tree.features().SymlinkTarget(inode);
      break;
  }
  return status;
}

FileStatus ReservedStatus(std::string name, uint16_t mode) {
  FileStatus status;
  status.type = FileType::kDirectory;
  status.name = std::move(name);
  status.mode = mode;
  status.inode_id = InodeId(std::numeric_limits<uint64_t>::max());
  status.children = 0;
  return status;
}

LocatedBlocks MakeLocatedBlocks(const NamesystemState& state, InodeHandle file, uint64_t offset,
                                uint64_t length, const std::string& reader) {
  const std::vector<BlockView> views = ViewsOf(state, file);
  const std::string& pool = state.info.block_pool_id;
  LocatedBlocks out;
  out.under_construction = state.tree.features().Writer(file) != nullptr;
  if (views.empty()) return out;
  out.file_length = LengthOf(views, false);

  // A file whose first block is still empty shows that block whatever the range is.
  const bool first_is_empty = views.front().block.length == 0;
  const uint64_t end = End(offset, length);
  uint64_t at = 0;
  for (const BlockView& view : views) {
    const uint64_t block_end = at + view.block.length;
    const bool starts_before_end = out.blocks.empty() || at < end;
    if ((block_end > offset || (first_is_empty && out.blocks.empty())) && starts_before_end) {
      out.blocks.push_back(state.blocks.Locate(view.block.id, at, pool, reader));
    }
    at = block_end;
  }
  const BlockView& last = views.back();
  const uint64_t last_at =
      Finished(last) ? out.file_length - last.block.length : out.file_length;
  out.last_block = state.blocks.Locate(last.block.id, last_at, pool, reader);
  out.last_block_complete = Finished(last);
  return out;
}

AppendResult MakeAppendResult(const NamesystemState& state, InodeHandle file, bool new_block,
                              const std::string& reader) {
  AppendResult result;
  result.status = MakeFileStatus(state, file, "");
  const std::vector<BlockView> views = ViewsOf(state, file);
  if (views.empty()) return result;
  const BlockView& last = views.back();
  const std::string& pool = state.info.block_pool_id;
  if (new_block) {
    // The client learns the block's length, and that there is nothing to write to in it.
    result.last_block = LocatedBlock{.block = {pool, last.block}};
  } else if (!Finished(last)) {
    const uint64_t at = LengthOf(views, true) - last.block.length;
    result.last_block = state.blocks.Locate(last.block.id, at, pool, reader);
  }
  return result;
}

std::string AuditPermission(const NamesystemState& state, InodeHandle inode) {
  const PermissionStatus& permission = state.tree.inodes().Permission(inode);
  return permission.owner + ":" + permission.group + ":" + ModeString(permission.mode);
}

}  // namespace cairn::namenode
