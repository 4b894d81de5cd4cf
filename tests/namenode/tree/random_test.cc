// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "namenode/tree/state_hash.h"
#include "tests/namenode/tree/tree_fixture.h"

namespace cairn::namenode {
namespace {

// The same namespace as a map of paths, done in the plainest way.
class Model {
 public:
  struct Node {
    InodeId id;
    bool directory;
  };

  Model() { nodes_["/"] = {kRootInodeId, true}; }

  static std::string Join(const std::string& dir, const std::string& name) {
    return dir == "/" ? "/" + name : dir + "/" + name;
  }
  static bool Under(const std::string& path, const std::string& top) {
    return path == top || top == "/" || path.starts_with(top + "/");
  }

  bool Has(const std::string& path) const { return nodes_.contains(path); }
  const std::map<std::string, Node>& nodes() const { return nodes_; }
  void Put(const std::string& path, Node node) { nodes_[path] = node; }

  size_t Erase(const std::string& top) {
    return std::erase_if(nodes_, [&](const auto& entry) { return Under(entry.first, top); });
  }

  void Move(const std::string& from, const std::string& to) {
    std::map<std::string, Node> moved;
    for (const auto& [path, node] : nodes_) {
      moved[Under(path, from) ? to + path.substr(from.size()) : path] = node;
    }
    nodes_ = std::move(moved);
  }

  std::vector<std::string> Children(const std::string& dir) const {
    std::vector<std::string> names;
    const std::string prefix = Join(dir, "");
    for (const auto& [path, node] : nodes_) {
      if (path.size() > prefix.size() && path.starts_with(prefix) &&
          path.find('/', prefix.size()) == std::string::npos) {
        names.push_back(path.substr(prefix.size()));
      }
    }
    std::sort(names.begin(), names.end(), [](const std::string& a, const std::string& b) {
      return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                          [](char x, char y) {
                                            return static_cast<signed char>(x) <
                                                   static_cast<signed char>(y);
                                          });
    });
    return names;
  }

 private:
  std::map<std::string, Node> nodes_;
};

class RandomTest : public TreeTest, public ::testing::WithParamInterface<int> {
 protected:
  std::string RandomPath(bool directory_only) {
    for (;;) {
      auto it = model_.nodes().begin();
      std::advance(it, random_() % model_.nodes().size());
      if (!directory_only || it->second.directory) return it->first;
    }
  }

  std::string RandomName() {
    static const std::vector<std::string> kNames = {"a", "b", "ab", "é", "日", "z", "Z", "0", "-"};
    return kNames[random_() % kNames.size()] + std::to_string(random_() % 4);
  }

  void Add() {
    const std::string dir = RandomPath(false);
    const std::string path = Model::Join(dir, RandomName());
    const bool directory = random_() % 2 == 0;
    const InodeId id(next_id_++);
    const std::string name(P(path).name());
    const NewInode named{id, name, {"u", "g", 0755}};
    const Result<InodeHandle> added = directory ? tree_.AddDirectory(At(dir), named)
                                                : tree_.AddFile(At(dir), named, {3, 1});
    const bool expected = model_.nodes().at(dir).directory && !model_.Has(path);
    ASSERT_EQ(added.ok(), expected) << path;
    if (expected) model_.Put(path, {id, directory});
  }

  void Remove() {
    const std::string path = RandomPath(false);
    if (path == "/") return;
    const InodeHandle inode = At(path);
    tree_.Detach(inode);
    if (random_() % 4 == 0) {
      ASSERT_TRUE(tree_.Attach(At(std::string(P(path).Prefix(P(path).size() - 1))), inode).ok());
      return;
    }
    tree_.Discard(inode);
    pending_ += model_.Erase(path);
  }

  void Collect() {
    Tree::Collected collected;
    tree_.CollectSlice(random_() % 5, collected);
    ASSERT_LE(collected.inodes, pending_);
    pending_ -= collected.inodes;
  }

  void Rename() {
    const std::string from = RandomPath(false);
    const std::string dir = RandomPath(false);
    const std::string name = RandomName();
    const std::string to = Model::Join(dir, name);
    const bool expected =
        from != "/" && !Model::Under(dir, from) &&
        (to == from || (model_.nodes().at(dir).directory && !model_.Has(to)));
    ASSERT_EQ(tree_.Move(At(from), At(dir), name).ok(), expected) << from << " to " << to;
    if (expected && to != from) model_.Move(from, to);
  }

  void List() {
    const std::string dir = RandomPath(true);
    const std::vector<std::string> expected = model_.Children(dir);
    ASSERT_EQ(Names(At(dir)), expected);
    ASSERT_EQ(tree_.ChildCount(At(dir)), expected.size());
    std::vector<std::string> paged;
    const size_t limit = 1 + random_() % 3;
    for (;;) {
      const Tree::Page page = tree_.Children(At(dir), paged.empty() ? "" : paged.back(), limit);
      for (const InodeHandle child : page.children) {
        paged.emplace_back(tree_.inodes().Name(child));
      }
      ASSERT_EQ(page.remaining, expected.size() - paged.size());
      if (page.remaining == 0) break;
    }
    ASSERT_EQ(paged, expected);
  }

  void CompareAll() {
    ASSERT_EQ(tree_.inodes().size(), model_.nodes().size() + pending_);
    for (const auto& [path, node] : model_.nodes()) {
      const InodeHandle inode = At(path);
      ASSERT_NE(inode, kNoInode) << path;
      ASSERT_EQ(tree_.inodes().Id(inode), node.id);
      ASSERT_EQ(tree_.Find(node.id), inode);
      ASSERT_EQ(tree_.inodes().IsDirectory(inode), node.directory);
      ASSERT_EQ(tree_.PathOf(inode), path);
      ASSERT_EQ(tree_.ResolveInode(inode).path().text(), path);
    }
  }

  std::mt19937 random_{static_cast<uint32_t>(GetParam())};
  Model model_;
  size_t pending_ = 0;  // Deleted, not collected yet.
};

TEST_P(RandomTest, TheTreeAgreesWithTheModel) {
  for (int i = 0; i < 4000; ++i) {
    switch (random_() % 10) {
      case 0:
        Remove();
        break;
      case 1:
        Rename();
        break;
      case 2:
        Collect();
        break;
      case 3:
        List();
        break;
      default:
        Add();
    }
    if (HasFatalFailure()) return;
    if (i % 400 == 0) CompareAll();
  }
  CompareAll();
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTest, ::testing::Range(1, 9));

}  // namespace
}  // namespace cairn::namenode
