// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "common/util/random.h"
#include "namenode/image/checkpoint.h"
#include "namenode/image/image_reader.h"
#include "namenode/image/image_writer.h"
#include "namenode/image/snapshot_guard.h"
#include "namenode/tree/state_hash.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/fault_disk.h"

namespace cairn::namenode {

// A namespace in memory, to be loaded and written.
struct TestNamespace {
  FakeClock clock;
  SeededRandom random{1};
  Tree tree{NewInode{.permission = {"root", "supergroup", 0755}}};
  BlockManager blocks{BlockManagerOptions(), clock, random, nullptr};
  LeaseManager leases{clock, {}};
  LoadedImage image;

  Status Load(io::Disk& disk, const std::string& path) {
    Result<LoadedImage> loaded = LoadImage(disk, path, {tree, blocks, leases});
    if (loaded.ok()) image = std::move(*loaded);
    return loaded.status();
  }

  ImageSource Source(TxId txid, int32_t layout = -67) const {
    return {.tree = tree,
            .blocks = &blocks,
            .carried = image.carried,
            .ids = image.ids,
            .info = {.layout_version = layout, .namespace_id = 7, .cluster_id = "CID-test",
                     .block_pool_id = "BP-1-127.0.0.1-1"},
            .txid = txid};
  }

  InodeHandle At(const std::string& path) const {
    InodeHandle h = tree.root();
    for (size_t i = 1; i < path.size();) {
      const size_t end = std::min(path.find('/', i), path.size());
      h = tree.Child(h, path.substr(i, end - i));
      if (h == kNoInode) return h;
      i = end + 1;
    }
    return h;
  }
};

// Directories, files of 0 to 3 blocks, links, open files, names from all over Unicode.
inline void FillTree(TestNamespace& ns, uint64_t seed, int count) {
  SeededRandom random(seed);
  const std::string names[] = {"a", "z", "\xC3\xA9", "\xE6\x97\xA5", "\xF0\x9F\x98\x80", "-", "~"};
  std::vector<InodeHandle> dirs = {ns.tree.root()};
  for (int i = 0; i < count; ++i) {
    const InodeId id(++ns.image.ids.last_inode_id.value);
    const std::string name = names[random.Below(std::size(names))] + std::to_string(i);
    const NewInode inode{id, name,
                         {"user" + std::to_string(random.Below(5)),
                          "group" + std::to_string(random.Below(3)),
                          static_cast<uint16_t>(random.Below(01777))},
                         1'700'000'000'000 + random.Below(1'000'000), 0};
    const InodeHandle parent = dirs[random.Below(dirs.size())];
    switch (random.Below(8)) {
      case 0:
      case 1: {
        const Result<InodeHandle> dir = ns.tree.AddDirectory(parent, inode);
        ASSERT_TRUE(dir.ok());
        dirs.push_back(*dir);
        if (random.Below(4) == 0) {
          ns.tree.features().EnsureQuota(*dir).limits.names = 1000;
          ns.tree.features().EnsureQuota(*dir).limits.by_type[2] = 5000;
        }
        break;
      }
      case 2:
        ASSERT_TRUE(ns.tree.AddSymlink(parent, inode, "/target" + name).ok());
        break;
      default: {
        NewInode file_inode = inode;
        file_inode.access_time_ms = inode.modification_time_ms + 5;
        const Result<InodeHandle> file =
            ns.tree.AddFile(parent, file_inode, {.replication = 3, .block_size = 1 << 20});
        ASSERT_TRUE(file.ok());
        std::vector<BlockId> ids;
        const bool open = random.Below(10) == 0;
        for (uint64_t b = random.Below(4); b > 0; --b) {
          const BlockId block(++ns.image.ids.last_block_id.value);
          ids.push_back(block);
          const auto state = open && b == 1 ? BlockState::kUnderConstruction
                                            : BlockState::kComplete;
          ASSERT_TRUE(ns.blocks.LoadBlock(id, {block, 1000 + b, GenerationStamp(2000)}, 3, state)
                          .ok());
        }
        ns.tree.inodes().SetBlocks(*file, ids);
        if (open) ns.tree.features().SetWriter(*file, {"client" + name, "host"});
        if (random.Below(6) == 0) {
          ns.tree.features().SetXattrs(*file, {{XattrNamespace::kRaw, "k" + name, "v"},
                                               {XattrNamespace::kUser, "empty", std::nullopt}});
          ns.tree.features().SetAcl(*file, {{AclScope::kAccess, AclType::kUser, 7, "bob"},
                                            {AclScope::kAccess, AclType::kGroup, 5, ""}});
        }
      }
    }
  }
}

}  // namespace cairn::namenode
