// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fault_disk.h"

#include <algorithm>

namespace cairn::io {

namespace {

constexpr size_t kSector = 512;

Status NotFound(const std::string& path) {
  return Status(Code::kNotFound, "no such file: " + path);
}

}  // namespace

class FaultFile final : public File {
 public:
  FaultFile(FaultDisk& disk, std::string path, FaultDisk::NodePtr node, uint64_t boot)
      : disk_(disk), path_(std::move(path)), node_(std::move(node)), boot_(boot) {
    end_ = node_->now.size();
  }

  Status Append(std::string_view bytes) override {
    CAIRN_TRY(WriteAt(end_, bytes));
    end_ += bytes.size();
    return Status();
  }
  Status WriteAt(uint64_t offset, std::string_view bytes) override {
    std::lock_guard lock(disk_.mutex_);
    CAIRN_TRY(CheckBoot());
    return disk_.ChangeFile(path_, *node_, {offset, std::string(bytes), false});
  }
  Result<std::string> ReadAt(uint64_t offset, size_t n) override {
    std::lock_guard lock(disk_.mutex_);
    CAIRN_TRY(CheckBoot());
    CAIRN_TRY(disk_.Enter(path_, false));
    if (offset >= node_->now.size()) return std::string();
    return node_->now.substr(offset, n);
  }
  Status Sync() override {
    std::lock_guard lock(disk_.mutex_);
    CAIRN_TRY(CheckBoot());
    return disk_.SyncFile(path_, *node_);
  }
  Status Truncate(uint64_t size) override {
    std::lock_guard lock(disk_.mutex_);
    CAIRN_TRY(CheckBoot());
    end_ = std::min(end_, size);
    return disk_.ChangeFile(path_, *node_, {size, "", true});
  }
  Status Preallocate(uint64_t) override { return Status(); }
  Result<uint64_t> Size() override {
    std::lock_guard lock(disk_.mutex_);
    CAIRN_TRY(CheckBoot());
    return static_cast<uint64_t>(node_->now.size());
  }
  int fd() const override { return -1; }

 private:
  // A file that was open before the crash does not come back.
  Status CheckBoot() const {
    if (boot_ == disk_.boots_) return Status();
    return Status(Code::kIoError, path_ + " was opened before the crash");
  }

  FaultDisk& disk_;
  const std::string path_;
  const FaultDisk::NodePtr node_;
  const uint64_t boot_;
  uint64_t end_;
};

class FaultLock final : public FileLock {
 public:
  FaultLock(FaultDisk& disk, std::string path, std::string previous_text)
      : FileLock(std::move(previous_text)), disk_(disk), path_(std::move(path)) {}
  ~FaultLock() override {
    std::lock_guard lock(disk_.mutex_);
    disk_.locked_.erase(path_);
  }

 private:
  FaultDisk& disk_;
  const std::string path_;
};

FaultDisk::NodePtr FaultDisk::MakeNode(bool directory) {
  auto node = std::make_shared<Node>();
  node->directory = directory;
  return node;
}

void FaultDisk::ApplyTo(std::string& bytes, const Change& change) {
  if (change.truncates) {
    bytes.resize(change.offset, '\0');
    return;
  }
  if (bytes.size() < change.offset + change.bytes.size()) {
    bytes.resize(change.offset + change.bytes.size(), '\0');
  }
  bytes.replace(change.offset, change.bytes.size(), change.bytes);
}

void FaultDisk::ApplyTo(Names& names, const NameChange& change) {
  for (const auto& [path, node] : change.names) {
    if (node == nullptr) {
      names.erase(path);
    } else {
      names[path] = node;
    }
  }
}

void FaultDisk::CrashAfter(uint64_t operations) {
  std::lock_guard lock(mutex_);
  crash_at_ = operations_ + operations;
}

bool FaultDisk::crashed() const {
  std::lock_guard lock(mutex_);
  return crashed_;
}

uint64_t FaultDisk::operations() const {
  std::lock_guard lock(mutex_);
  return operations_;
}

void FaultDisk::Break(const std::string& prefix) {
  std::lock_guard lock(mutex_);
  broken_.insert(prefix);
}

void FaultDisk::Mend() {
  std::lock_guard lock(mutex_);
  broken_.clear();
}

void FaultDisk::Corrupt(const std::string& path, uint64_t offset, const std::string& bytes) {
  std::lock_guard lock(mutex_);
  Node& node = *now_.at(path);
  ApplyTo(node.now, {offset, bytes, false});
  ApplyTo(node.durable, {offset, bytes, false});
}

Status FaultDisk::Enter(const std::string& path, bool changes) {
  if (changes && !crashed_) {
    if (operations_ >= crash_at_) crashed_ = true;
    ++operations_;
  }
  if (crashed_) return Status(Code::kIoError, "the disk has crashed: " + path);
  for (const std::string& prefix : broken_) {
    if (path.starts_with(prefix)) return Status(Code::kIoError, "the disk is broken: " + path);
  }
  return Status();
}

void FaultDisk::ChangeNames(NameChange change) {
  ApplyTo(now_, change);
  pending_names_.push_back(std::move(change));
}

Status FaultDisk::ChangeFile(const std::string& path, Node& node, Change change) {
  CAIRN_TRY(Enter(path, true));
  ApplyTo(node.now, change);
  node.pending.push_back(std::move(change));
  return Status();
}

Status FaultDisk::SyncFile(const std::string& path, Node& node) {
  CAIRN_TRY(Enter(path, true));
  node.durable = node.now;
  node.pending.clear();
  return Status();
}

void FaultDisk::KeepSomeSectors(Node& node, std::mt19937& random) {
  for (const Change& change : node.pending) {
    if (change.truncates) {
      if (random() % 2 == 0) ApplyTo(node.durable, change);
      continue;
    }
    for (size_t at = 0; at < change.bytes.size();) {
      const size_t room = kSector - (change.offset + at) % kSector;
      const size_t n = std::min(room, change.bytes.size() - at);
      if (random() % 2 == 0) {
        ApplyTo(node.durable, {change.offset + at, change.bytes.substr(at, n), false});
      }
      at += n;
    }
  }
}

void FaultDisk::Reboot(Survival survival, uint32_t seed) {
  std::lock_guard lock(mutex_);
  std::mt19937 random(seed);
  size_t kept = 0;
  if (survival == Survival::kEverything) kept = pending_names_.size();
  if (survival == Survival::kTorn) kept = random() % (pending_names_.size() + 1);
  for (size_t i = 0; i < kept; ++i) ApplyTo(durable_, pending_names_[i]);
  pending_names_.clear();
  // What lies in a directory that is not there is not there either.
  std::erase_if(durable_, [this](const auto& entry) {
    return entry.first != "/" && !durable_.contains(ParentOf(entry.first));
  });
  for (auto& [path, node] : durable_) {
    if (survival == Survival::kEverything) node->durable = node->now;
    if (survival == Survival::kTorn) KeepSomeSectors(*node, random);
    node->now = node->durable;
    node->pending.clear();
  }
  now_ = durable_;
  locked_.clear();
  crashed_ = false;
  crash_at_ = UINT64_MAX;
  ++boots_;
}

Result<std::unique_ptr<File>> FaultDisk::Open(const std::string& path, OpenMode mode) {
  std::lock_guard lock(mutex_);
  const auto it = now_.find(path);
  const bool exists = it != now_.end();
  const bool must_exist = mode == OpenMode::kRead || mode == OpenMode::kReadWrite;
  CAIRN_TRY(Enter(path, !must_exist && (!exists || mode == OpenMode::kCreate)));
  if (exists && it->second->directory) return Status(Code::kIoError, path + " is a directory");
  if (!exists && must_exist) return NotFound(path);
  if (exists && mode == OpenMode::kCreateNew) {
    return Status(Code::kAlreadyExists, "file exists: " + path);
  }
  NodePtr node;
  if (exists) {
    node = it->second;
    if (mode == OpenMode::kCreate) {
      node->now.clear();
      node->pending.push_back({0, "", true});
    }
  } else {
    if (!IsDirectory(ParentOf(path))) return NotFound(ParentOf(path));
    node = MakeNode(false);
    ChangeNames({ParentOf(path), {{path, node}}});
  }
  return std::unique_ptr<File>(new FaultFile(*this, path, node, boots_));
}

Result<std::string> FaultDisk::ReadFile(const std::string& path, uint64_t size_max) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, false));
  const auto it = now_.find(path);
  if (it == now_.end()) return NotFound(path);
  if (it->second->now.size() > size_max) return Status(Code::kCorrupt, path + " is too large");
  return it->second->now;
}

Status FaultDisk::Rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(from, true));
  const auto it = now_.find(from);
  if (it == now_.end()) return NotFound(from);
  ChangeNames({ParentOf(to), {{from, nullptr}, {to, NodePtr(it->second)}}});
  return Status();
}

Status FaultDisk::Link(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(from, true));
  const auto it = now_.find(from);
  if (it == now_.end()) return NotFound(from);
  if (now_.contains(to)) return Status(Code::kAlreadyExists, "file exists: " + to);
  ChangeNames({ParentOf(to), {{to, it->second}}});
  return Status();
}

Status FaultDisk::Remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, true));
  if (!now_.contains(path)) return NotFound(path);
  ChangeNames({ParentOf(path), {{path, nullptr}}});
  return Status();
}

Status FaultDisk::RemoveTree(const std::string& path) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, true));
  NameChange change{ParentOf(path), {}};
  for (const auto& [name, node] : now_) {
    if (name == path || name.starts_with(path + "/")) change.names.emplace_back(name, nullptr);
  }
  if (!change.names.empty()) ChangeNames(std::move(change));
  return Status();
}

Status FaultDisk::MakeDirectories(const std::string& path) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, true));
  std::vector<std::string> missing;
  for (std::string p = path; !now_.contains(p); p = ParentOf(p)) missing.push_back(p);
  for (auto it = missing.rbegin(); it != missing.rend(); ++it) {
    ChangeNames({ParentOf(*it), {{*it, MakeNode(true)}}});
  }
  return IsDirectory(path) ? Status() : Status(Code::kAlreadyExists, path + " is a file");
}

Result<std::vector<std::string>> FaultDisk::List(const std::string& path) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, false));
  if (!IsDirectory(path)) return NotFound(path);
  std::vector<std::string> names;
  for (const auto& [name, node] : now_) {
    if (name != "/" && ParentOf(name) == path) names.push_back(name.substr(name.rfind('/') + 1));
  }
  return names;
}

bool FaultDisk::Exists(const std::string& path) {
  std::lock_guard lock(mutex_);
  return Enter(path, false).ok() && now_.contains(path);
}

bool FaultDisk::IsDirectory(const std::string& path) {
  std::lock_guard lock(mutex_);
  const auto it = now_.find(path);
  return it != now_.end() && it->second->directory;
}

Result<uint64_t> FaultDisk::FileSize(const std::string& path) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, false));
  const auto it = now_.find(path);
  if (it == now_.end()) return NotFound(path);
  return static_cast<uint64_t>(it->second->now.size());
}

Status FaultDisk::SyncDirectory(const std::string& path) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, true));
  if (!IsDirectory(path)) return NotFound(path);
  std::erase_if(pending_names_, [&](const NameChange& change) {
    if (change.directory != path) return false;
    ApplyTo(durable_, change);
    return true;
  });
  return Status();
}

Result<std::unique_ptr<FileLock>> FaultDisk::Lock(const std::string& path,
                                                  const std::string& text) {
  std::lock_guard lock(mutex_);
  CAIRN_TRY(Enter(path, false));
  if (!locked_.insert(path).second) return Status(Code::kAlreadyExists, path + " is locked");
  // Only a file that somebody has put there is read and written.
  std::string previous;
  if (const auto file = now_.find(path); file != now_.end()) {
    previous = std::exchange(file->second->now, text);
    file->second->durable = text;
  }
  return std::unique_ptr<FileLock>(new FaultLock(*this, path, std::move(previous)));
}

Result<Space> FaultDisk::SpaceOf(const std::string&) {
  return Space{uint64_t{1} << 40, uint64_t{1} << 39};
}

}  // namespace cairn::io
