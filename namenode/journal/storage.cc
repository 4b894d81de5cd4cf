// SPDX-License-Identifier: Apache-2.0
#include "namenode/journal/storage.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <map>

#include "common/log/log.h"
#include "namenode/journal/codec.h"
#include "namenode/journal/storage_names.h"
#include "namenode/journal/version_file.h"

namespace cairn::namenode {

namespace {

constexpr char kLockName[] = "in_use.lock";
// What our lock files end with; Apache's end with the name of the host.
constexpr std::string_view kLockOwner = "@cairn";

// Apache writes over the text that is there without cutting the rest, so that an end is no proof.
bool IsOurLock(std::string_view text) {
  const size_t digits = text.find_first_not_of("0123456789");
  return text.empty() || (digits != std::string_view::npos && text.substr(digits) == kLockOwner);
}
constexpr uint64_t kSmallFileBytesMax = 64 << 10;

std::string CurrentOf(const std::string& root) { return root + "/current"; }

bool IsWithin(const std::string& path, const std::string& root) {
  return path == root || (path.size() > root.size() && path.compare(0, root.size(), root) == 0 &&
                          path[root.size()] == '/');
}

// Directories that are given for images and for edits are one.
std::vector<NameStorage::Directory> Merge(const std::vector<NameStorage::Directory>& directories) {
  std::vector<NameStorage::Directory> merged;
  for (NameStorage::Directory directory : directories) {
    while (directory.root.size() > 1 && directory.root.back() == '/') directory.root.pop_back();
    auto same = std::find_if(merged.begin(), merged.end(),
                             [&](const auto& other) { return other.root == directory.root; });
    if (same == merged.end()) {
      merged.push_back(std::move(directory));
    } else {
      same->images |= directory.images;
      same->edits |= directory.edits;
    }
  }
  return merged;
}

// What a format that was broken off can leave.
bool IsOfNewNamespace(const std::string& name) {
  const std::string image = ImageName(TxId(0));
  return name == "seen_txid" || name == image || name == image + ".md5" ||
         name == CheckpointName(TxId(0)) || name.ends_with(".tmp");
}

}  // namespace

Result<std::unique_ptr<NameStorage>> NameStorage::Open(io::Disk& disk,
                                                       std::vector<Directory> directories) {
  std::unique_ptr<NameStorage> storage(new NameStorage(disk));
  CAIRN_TRY(storage->LockAll(Merge(directories)));
  CAIRN_TRY(storage->ReadVersions());
  CAIRN_TRY(storage->AdoptEmptyDirectories());
  return storage;
}

Status NameStorage::LockAll(std::vector<Directory> directories) {
  for (Directory& directory : directories) {
    Entry entry;
    entry.directory = std::move(directory);
    const std::string& root = entry.directory.root;
    if (!disk_.IsDirectory(root)) {
      LOG(kError, "name directory is missing", {"directory", root});
      entry.failed = true;
      entries_.push_back(std::move(entry));
      continue;
    }
    Result<std::unique_ptr<io::FileLock>> lock =
        disk_.Lock(root + "/" + kLockName, std::to_string(getpid()) + std::string(kLockOwner));
    if (lock.ok()) {
      if (!IsOurLock((*lock)->previous_text())) last_used_by_others_ = true;
      entry.lock = std::move(*lock);
    } else if (lock.status().code() == Code::kAlreadyExists) {
      return lock.status().WithContext("name directory " + root + " is in use");
    } else {
      LOG(kError, "name directory failed", {"directory", root}, {"reason", lock.status()});
      entry.failed = true;
    }
    entries_.push_back(std::move(entry));
  }
  return Status();
}

Status NameStorage::ReadVersions() {
  const Entry* first = nullptr;
  for (Entry& entry : entries_) {
    if (entry.failed) continue;
    const std::string path = CurrentOf(entry.directory.root) + "/VERSION";
    if (!disk_.Exists(path)) continue;
    Result<std::string> text = disk_.ReadFile(path, kSmallFileBytesMax);
    if (!text.ok()) {
      LOG(kError, "name directory failed", {"directory", entry.directory.root},
          {"reason", text.status()});
      entry.failed = true;
      continue;
    }
    const Result<NamespaceInfo> info = ParseVersion(*text);
    if (!info.ok()) return info.status().WithContext(path);
    if (info->layout_version > kOldestEditLayout || info->layout_version < kNewestEditLayout) {
      return Status(Code::kIncorrectVersion,
                    path + " has layout version " + std::to_string(info->layout_version) +
                        "; this namenode reads " + std::to_string(kOldestEditLayout) + " to " +
                        std::to_string(kNewestEditLayout));
    }
    if (first != nullptr && !(*info == info_)) {
      return Status(Code::kCorrupt, entry.directory.root + " and " + first->directory.root +
                                        " belong to different namespaces (" + info->cluster_id +
                                        ", " + info_.cluster_id + ")");
    }
    info_ = *info;
    first = &entry;
    entry.formatted = true;
  }
  if (first == nullptr) {
    std::string roots;
    for (const Entry& entry : entries_) roots += " " + entry.directory.root;
    return Status(Code::kNotFound, "no name directory is formatted:" + roots +
                                       " (cairn namenode -format makes them)");
  }
  return Status();
}

// A new disk beside good ones joins; one that has anything in it is not ours to empty.
Status NameStorage::AdoptEmptyDirectories() {
  for (Entry& entry : entries_) {
    if (entry.failed || entry.formatted) continue;
    const std::string current = CurrentOf(entry.directory.root);
    Status status;
    if (disk_.Exists(current)) {
      const Result<std::vector<std::string>> names = disk_.List(current);
      status = names.ok() ? Status() : names.status();
      if (names.ok() && !std::all_of(names->begin(), names->end(), IsOfNewNamespace)) {
        status = Status(Code::kCorrupt, "it has files but no VERSION");
      }
      if (status.ok()) status = disk_.RemoveTree(current);
    }
    if (status.ok()) status = disk_.MakeDirectories(current);
    if (status.ok()) status = disk_.SyncDirectory(entry.directory.root);
    if (status.ok()) status = WriteSeenTxId(current, TxId(0));
    if (status.ok()) status = WriteVersion(current);
    if (status.ok()) {
      LOG(kInfo, "name directory was empty and is used from now on",
          {"directory", entry.directory.root});
      entry.formatted = true;
    } else {
      LOG(kError, "name directory failed", {"directory", entry.directory.root},
          {"reason", status});
      entry.failed = true;
    }
  }
  return Status();
}

Result<std::unique_ptr<NameStorage>> NameStorage::StartFormat(io::Disk& disk,
                                                              std::vector<Directory> directories,
                                                              const NamespaceInfo& info) {
  std::unique_ptr<NameStorage> storage(new NameStorage(disk));
  storage->info_ = info;
  std::vector<Directory> merged = Merge(directories);
  for (const Directory& directory : merged) {
    CAIRN_TRY(disk.MakeDirectories(directory.root));
    CAIRN_TRY(disk.SyncDirectory(io::ParentOf(directory.root)));
  }
  CAIRN_TRY(storage->LockAll(std::move(merged)));
  // First no directory is formatted any more, then each is emptied: a format that is broken off
  // never leaves two namespaces behind.
  for (const Entry& entry : storage->entries_) {
    if (entry.failed) {
      return Status(Code::kIoError, "name directory " + entry.directory.root +
                                        " cannot be formatted");
    }
    const std::string current = CurrentOf(entry.directory.root);
    if (!disk.Exists(current + "/VERSION")) continue;
    CAIRN_TRY(disk.Remove(current + "/VERSION"));
    CAIRN_TRY(disk.SyncDirectory(current));
  }
  for (const Entry& entry : storage->entries_) {
    const std::string current = CurrentOf(entry.directory.root);
    CAIRN_TRY(disk.RemoveTree(current));
    CAIRN_TRY(disk.MakeDirectories(current));
    CAIRN_TRY(disk.SyncDirectory(entry.directory.root));
    CAIRN_TRY(storage->WriteSeenTxId(current, TxId(0)));
  }
  return storage;
}

Status NameStorage::MarkFormatted() {
  for (Entry& entry : entries_) {
    CAIRN_TRY(WriteVersion(CurrentOf(entry.directory.root)));
    entry.formatted = true;
  }
  return Status();
}

bool NameStorage::HasData(io::Disk& disk, const std::vector<Directory>& directories) {
  for (const Directory& directory : directories) {
    const std::string current = CurrentOf(directory.root);
    if (!disk.IsDirectory(current)) continue;
    const Result<std::vector<std::string>> names = disk.List(current);
    if (!names.ok() || !names->empty()) return true;
  }
  return false;
}

std::vector<std::string> NameStorage::Currents(bool Directory::*kind) const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> currents;
  for (const Entry& entry : entries_) {
    if (!entry.failed && entry.directory.*kind) {
      currents.push_back(CurrentOf(entry.directory.root));
    }
  }
  return currents;
}

std::vector<std::string> NameStorage::ImageDirectories() const {
  return Currents(&Directory::images);
}

std::vector<std::string> NameStorage::EditDirectories() const {
  return Currents(&Directory::edits);
}

size_t NameStorage::FailedCount() const { return FailedRoots().size(); }

std::vector<std::string> NameStorage::FailedRoots() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> roots;
  for (const Entry& entry : entries_) {
    if (entry.failed) roots.push_back(entry.directory.root);
  }
  return roots;
}

void NameStorage::Fail(const std::string& path, const Status& why) {
  std::lock_guard lock(mutex_);
  size_t good = 0;
  const Entry* dropped = nullptr;
  for (Entry& entry : entries_) {
    if (!entry.failed && IsWithin(path, entry.directory.root)) {
      entry.failed = true;
      dropped = &entry;
    }
    if (!entry.failed) ++good;
  }
  if (dropped != nullptr) {
    LOG(kError, "name directory failed and is dropped", {"directory", dropped->directory.root},
        {"reason", why}, {"left", good}, {"of", entries_.size()});
  }
}

Status NameStorage::WriteVersion(const std::string& current) {
  return io::WriteFileAtomically(disk_, current + "/VERSION", FormatVersion(info_));
}

Status NameStorage::WriteSeenTxId(const std::string& current, TxId txid) {
  return io::WriteFileAtomically(disk_, current + "/seen_txid", ToString(txid) + "\n");
}

Result<TxId> NameStorage::SeenTxId() const {
  TxId seen;
  for (const std::string& current : EditDirectories()) {
    const std::string path = current + "/seen_txid";
    if (!disk_.Exists(path)) continue;
    CAIRN_ASSIGN(const std::string text, disk_.ReadFile(path, kSmallFileBytesMax));
    int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) {
      return Status(Code::kCorrupt, path + " has no number");
    }
    seen = std::max(seen, TxId(value));
  }
  return seen;
}

Result<std::vector<ImageFile>> NameStorage::Images() const {
  std::map<TxId, ImageFile, std::greater<>> images;
  for (const std::string& current : ImageDirectories()) {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(current));
    for (const std::string& name : names) {
      const std::optional<TxId> txid = ParseImageName(name);
      if (!txid) continue;
      ImageFile& image = images[*txid];
      image.txid = *txid;
      image.paths.push_back(current + "/" + name);
    }
  }
  std::vector<ImageFile> newest_first;
  for (auto& [txid, image] : images) newest_first.push_back(std::move(image));
  return newest_first;
}

Result<std::vector<Segment>> NameStorage::Segments() const {
  std::map<std::pair<TxId, TxId>, Segment> found;
  for (const std::string& current : EditDirectories()) {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(current));
    for (const std::string& name : names) {
      const std::optional<std::pair<TxId, TxId>> range = ParseSegmentName(name);
      if (!range) continue;
      Segment& segment = found[*range];
      segment.first = range->first;
      segment.last = range->second;
      segment.paths.push_back(current + "/" + name);
    }
  }
  std::vector<Segment> segments;
  for (auto& [range, segment] : found) segments.push_back(std::move(segment));
  return segments;
}

Result<std::optional<TxId>> NameStorage::NewestSegment() const {
  std::optional<TxId> newest;
  for (const std::string& current : EditDirectories()) {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(current));
    for (const std::string& name : names) {
      std::optional<TxId> first = ParseUnfinishedSegmentName(name);
      if (const auto range = ParseSegmentName(name)) first = range->first;
      if (first && (!newest || *first > *newest)) newest = first;
    }
  }
  return newest;
}

// Files that can have `txid`, with their first ids; those that begin latest first.
Result<std::vector<std::pair<TxId, std::string>>> NameStorage::FilesWith(TxId txid) const {
  std::vector<std::pair<TxId, std::string>> files;
  for (const std::string& current : EditDirectories()) {
    CAIRN_ASSIGN(const std::vector<std::string> names, disk_.List(current));
    for (const std::string& name : names) {
      if (const auto range = ParseSegmentName(name);
          range && range->first <= txid && txid <= range->second) {
        files.emplace_back(range->first, current + "/" + name);
      } else if (const auto first = ParseUnfinishedSegmentName(name); first && *first <= txid) {
        files.emplace_back(*first, current + "/" + name);
      }
    }
  }
  std::stable_sort(files.begin(), files.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  return files;
}

Result<std::vector<std::string>> NameStorage::PathsOf(TxId txid) const {
  CAIRN_ASSIGN(auto files, FilesWith(txid));
  std::vector<std::string> paths;
  for (auto& [first, path] : files) paths.push_back(std::move(path));
  return paths;
}

Result<std::optional<TxId>> NameStorage::FirstOfFileWith(TxId txid) const {
  CAIRN_ASSIGN(const auto files, FilesWith(txid));
  return files.empty() ? std::optional<TxId>() : std::optional<TxId>(files.front().first);
}

NamespaceInfo NameStorage::NewNamespace(const std::string& cluster_id, const std::string& ip,
                                        int64_t now_ms, uint64_t random) {
  NamespaceInfo info;
  // Apache's namespace ids are positive 31-bit numbers.
  info.namespace_id = static_cast<uint32_t>(random & 0x7FFFFFFF) | 1;
  info.cluster_id = cluster_id;
  info.ctime_ms = now_ms;
  info.block_pool_id = "BP-" + std::to_string((random >> 31) & 0x7FFFFFFF) + "-" + ip + "-" +
                       std::to_string(now_ms);
  return info;
}

}  // namespace cairn::namenode
