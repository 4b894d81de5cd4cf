// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/tree.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

namespace cairn::namenode {
namespace {

constexpr std::string_view kReserved = ".reserved";
constexpr std::string_view kInodes = ".inodes";
constexpr std::string_view kRaw = "raw";

bool IsReservedRaw(const Path& path) {
  return path.size() >= 2 && path[0] == kReserved && path[1] == kRaw;
}

std::vector<std::string_view> ComponentsFrom(const Path& path, size_t from) {
  std::vector<std::string_view> components;
  for (size_t i = from; i < path.size(); ++i) components.push_back(path[i]);
  return components;
}

}  // namespace

Tree::Tree(const NewInode& root) {
  NewInode attributes = root;
  attributes.id = kRootInodeId;
  attributes.name = {};
  attributes.access_time_ms = 0;
  const Result<InodeHandle> handle = inodes_.Allocate(FileType::kDirectory, attributes);
  assert(handle.ok());  // Nothing is there that could be in its way.
  root_ = *handle;
  inodes_.At(root_).payload = children_.NewList();
  DirectoryQuota& quota = features_.EnsureQuota(root_);
  quota.limits.names = kRootNameQuota;
  quota.usage.names = 1;
}

Tree::~Tree() = default;

InodeHandle Tree::Find(InodeId id) const {
  const InodeHandle inode = inodes_.Find(id);
  if (inode == kNoInode || (detached_roots_ == 0 && discarded_.empty())) return inode;
  return IsUnder(inode, root_) ? inode : kNoInode;
}

InodeHandle Tree::Child(InodeHandle dir, std::string_view name) const {
  return index_.Find(dir, name);
}

Result<ResolvedPath> Tree::Resolve(const Path& path) const {
  Path canonical = path;
  if (path.size() >= 2 && path[0] == kReserved) {
    CAIRN_ASSIGN(canonical, ResolveReserved(path));
  }
  std::vector<InodeHandle> inodes;
  inodes.reserve(canonical.size() + 1);
  inodes.push_back(root_);
  for (size_t i = 0; i < canonical.size(); ++i) {
    const InodeHandle next = Child(inodes.back(), canonical[i]);
    if (next == kNoInode) break;
    inodes.push_back(next);
  }
  return ResolvedPath(std::move(canonical), std::move(inodes), IsReservedRaw(path));
}

Result<Path> Tree::ResolveReserved(const Path& path) const {
  if (path[1] == kInodes && path.size() > 2) return ResolveInodePath(path);
  if (path[1] != kRaw) return path;
  if (path.size() == 3 && path[2] == kReserved) return path;
  return Path::FromComponents(ComponentsFrom(path, 2));
}

Result<Path> Tree::ResolveInodePath(const Path& path) const {
  const std::string_view text = path[2];
  int64_t id = 0;
  // Java's Long.parseLong takes a plus sign.
  const char* begin = text.data() + (text.size() > 1 && text[0] == '+' && text[1] != '-' ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) {
    return Status(Code::kNotFound, "Invalid inode path: " + path.text());
  }
  const InodeHandle inode = id > 0 ? Find(InodeId(static_cast<uint64_t>(id))) : kNoInode;
  if (inode == kNoInode) {
    return Status(Code::kNotFound, "File for given inode path does not exist: " + path.text());
  }
  if (path.size() > 3 && path[3] == "..") {
    // For NFS: the parent, whatever follows.
    const InodeHandle parent = inodes_.Parent(inode);
    return parent == kNoInode ? Path() : ResolveInode(parent).path();
  }
  const ResolvedPath own = ResolveInode(inode);
  std::vector<std::string_view> components = ComponentsFrom(own.path(), 0);
  const std::vector<std::string_view> below = ComponentsFrom(path, 3);
  components.insert(components.end(), below.begin(), below.end());
  return Path::FromComponents(components);
}

ResolvedPath Tree::ResolveInode(InodeHandle inode) const {
  std::vector<InodeHandle> inodes;
  std::vector<std::string_view> names;
  for (InodeHandle h = inode; h != kNoInode; h = inodes_.Parent(h)) {
    inodes.push_back(h);
    if (h != root_) names.push_back(inodes_.Name(h));
  }
  std::reverse(inodes.begin(), inodes.end());
  std::reverse(names.begin(), names.end());
  return ResolvedPath(Path::FromComponents(names), std::move(inodes), false);
}

std::string Tree::PathOf(InodeHandle inode) const {
  if (inode == root_) return "/";
  size_t size = 0;
  for (InodeHandle h = inode; h != kNoInode && h != root_; h = inodes_.Parent(h)) {
    size += 1 + inodes_.Name(h).size();
  }
  std::string path(size, '/');
  for (InodeHandle h = inode; h != kNoInode && h != root_; h = inodes_.Parent(h)) {
    const std::string_view name = inodes_.Name(h);
    size -= name.size();
    name.copy(path.data() + size, name.size());
    --size;
  }
  return path;
}

bool Tree::IsUnder(InodeHandle inode, InodeHandle ancestor) const {
  while (inode != kNoInode && inode != ancestor) inode = inodes_.Parent(inode);
  return inode == ancestor;
}

Status Tree::CheckPlace(InodeHandle parent, std::string_view name) const {
  if (!inodes_.IsDirectory(parent)) {
    return Status(Code::kParentNotDirectory, PathOf(parent) + " (is not a directory)");
  }
  if (name.empty() || name.find('/') != std::string_view::npos) {
    return Status(Code::kInvalidArgument, "\"" + std::string(name) + "\" cannot be a name");
  }
  if (Child(parent, name) != kNoInode) {
    return Status(Code::kAlreadyExists,
                  (parent == root_ ? "" : PathOf(parent)) + "/" + std::string(name) +
                      " already exists");
  }
  return Status();
}

Result<InodeHandle> Tree::Add(FileType type, InodeHandle parent, const NewInode& inode) {
  if (parent != kNoInode) CAIRN_TRY(CheckPlace(parent, inode.name));
  CAIRN_ASSIGN(const InodeHandle added, inodes_.Allocate(type, inode));
  if (parent == kNoInode) {
    ++detached_roots_;
  } else {
    Link(parent, added);
  }
  return added;
}

Result<InodeHandle> Tree::AddDirectory(InodeHandle parent, const NewInode& inode) {
  CAIRN_ASSIGN(const InodeHandle added, Add(FileType::kDirectory, parent, inode));
  inodes_.At(added).payload = children_.NewList();
  return added;
}

Result<InodeHandle> Tree::AddFile(InodeHandle parent, const NewInode& inode,
                                  const FileLayout& layout) {
  CAIRN_ASSIGN(const InodeHandle added, Add(FileType::kFile, parent, inode));
  inodes_.At(added).layout = inodes_.layouts_.Acquire(layout);
  return added;
}

Result<InodeHandle> Tree::AddSymlink(InodeHandle parent, const NewInode& inode,
                                     std::string target) {
  CAIRN_ASSIGN(const InodeHandle added, Add(FileType::kSymlink, parent, inode));
  features_.SetSymlinkTarget(added, std::move(target));
  return added;
}

Status Tree::Attach(InodeHandle parent, InodeHandle child) {
  if (inodes_.Parent(child) != kNoInode || child == root_) {
    return Status(Code::kCorrupt, "inode " + ToString(inodes_.Id(child)) + " has a parent already");
  }
  if (IsUnder(parent, child)) {
    return Status(Code::kCorrupt,
                  "inode " + ToString(inodes_.Id(child)) + " would be under itself");
  }
  CAIRN_TRY(CheckPlace(parent, inodes_.Name(child)));
  Link(parent, child);
  --detached_roots_;
  return Status();
}

Status Tree::Move(InodeHandle inode, InodeHandle new_parent, std::string_view new_name) {
  if (inode == root_ || IsUnder(new_parent, inode)) {
    return Status(Code::kInvalidArgument, PathOf(inode) + " cannot be moved into itself");
  }
  if (inodes_.Parent(inode) == new_parent && inodes_.Name(inode) == new_name) return Status();
  CAIRN_TRY(CheckPlace(new_parent, new_name));
  if (new_name.size() > NameArena::kNameBytesMax) {
    return Status(Code::kInvalidArgument, "name of " + std::to_string(new_name.size()) +
                                              " bytes cannot be stored");
  }
  if (inodes_.Parent(inode) == kNoInode) {
    --detached_roots_;
  } else {
    Unlink(inode);
  }
  if (inodes_.Name(inode) != new_name) inodes_.SetName(inode, new_name);
  Link(new_parent, inode);
  return Status();
}

void Tree::Link(InodeHandle parent, InodeHandle child) {
  inodes_.At(child).parent = parent.value;
  index_.Insert(child);
  children_.Add(ListOf(parent), child);
}

void Tree::Unlink(InodeHandle child) {
  const InodeHandle parent = inodes_.Parent(child);
  children_.Remove(ListOf(parent), child);
  index_.Erase(child);
  inodes_.At(child).parent = kNoInode.value;
}

void Tree::Detach(InodeHandle inode) {
  assert(inode != root_ && inodes_.Parent(inode) != kNoInode);
  Unlink(inode);
  ++detached_roots_;
}

void Tree::Discard(InodeHandle detached) {
  assert(detached != root_ && inodes_.Parent(detached) == kNoInode);
  --detached_roots_;
  discarded_.push_back(detached);
}

bool Tree::CollectSlice(size_t inodes_max, Collected& out) {
  while (inodes_max > 0 && !discarded_.empty()) {
    const InodeHandle inode = discarded_.back();
    if (inodes_.IsDirectory(inode) && children_.Count(ListOf(inode)) > 0) {
      // Its parent is below it on the stack, and so lives until it has been freed.
      discarded_.push_back(children_.TakeAny(ListOf(inode)));
      continue;
    }
    discarded_.pop_back();
    FreeOne(inode, out);
    --inodes_max;
  }
  return !discarded_.empty();
}

void Tree::FreeOne(InodeHandle inode, Collected& out) {
  if (inodes_.Parent(inode) != kNoInode) index_.Erase(inode);
  if (inodes_.IsDirectory(inode)) {
    children_.FreeList(ListOf(inode));
  } else if (inodes_.IsFile(inode)) {
    if (features_.Writer(inode) != nullptr) out.files.push_back(inodes_.Id(inode));
    for (size_t i = 0; i < inodes_.BlockCount(inode); ++i) {
      out.blocks.push_back(inodes_.BlockAt(inode, i));
    }
  }
  features_.Drop(inode);
  inodes_.Free(inode);
  ++out.inodes;
}

uint32_t Tree::ListOf(InodeHandle dir) const {
  assert(inodes_.IsDirectory(dir));
  return static_cast<uint32_t>(inodes_.At(dir).payload);
}

size_t Tree::ChildCount(InodeHandle dir) const { return children_.Count(ListOf(dir)); }

Tree::Page Tree::Children(InodeHandle dir, std::string_view start_after, size_t limit) const {
  Page page;
  page.children.reserve(std::min(limit, ChildCount(dir)));
  page.remaining = children_.Page(ListOf(dir), start_after, limit, page.children);
  return page;
}

void Tree::ReserveChildren(InodeHandle dir, size_t count) {
  children_.Reserve(ListOf(dir), count);
}

size_t Tree::Memory::total() const {
  return inodes.records + inodes.names + inodes.ids + inodes.interned + inodes.blocks + index +
         children + features;
}

Tree::Memory Tree::MemoryBytes() const {
  return {.inodes = inodes_.MemoryBytes(),
          .index = index_.MemoryBytes(),
          .children = children_.MemoryBytes(),
          .features = features_.MemoryBytes()};
}

}  // namespace cairn::namenode
