// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/io/disk.h"

namespace cairn::io {

// A disk in memory that forgets what was not synced, and can crash between any two operations.
//
// Bytes of a file become durable by File::Sync, names by SyncDirectory on their directory. After a
// crash every operation fails; Reboot brings back what was durable, and of the rest nothing, all
// of it, or a random part: any of the 512-byte sectors of any write, and the first changes of
// names.
//
// Thread-safe.
class FaultDisk final : public Disk {
 public:
  enum class Survival { kNothing, kEverything, kTorn };

  FaultDisk() { now_["/"] = durable_["/"] = MakeNode(true); }

  // The operation after the next `operations` changing ones fails, and all that follow.
  void CrashAfter(uint64_t operations);
  bool crashed() const;
  // Changing operations so far: creations, writes, syncs, renames, removals.
  uint64_t operations() const;
  void Reboot(Survival survival, uint32_t seed);

  // Everything below `prefix` fails from now on, as on a broken disk.
  void Break(const std::string& prefix);
  void Mend();

  // Changes bytes behind everybody's back, durably.
  void Corrupt(const std::string& path, uint64_t offset, const std::string& bytes);

  Result<std::unique_ptr<File>> Open(const std::string& path, OpenMode mode) override;
  Result<std::string> ReadFile(const std::string& path, uint64_t size_max) override;
  Status Rename(const std::string& from, const std::string& to) override;
  Status Link(const std::string& from, const std::string& to) override;
  Status Remove(const std::string& path) override;
  Status RemoveTree(const std::string& path) override;
  Status MakeDirectories(const std::string& path) override;
  Result<std::vector<std::string>> List(const std::string& path) override;
  bool Exists(const std::string& path) override;
  bool IsDirectory(const std::string& path) override;
  Result<uint64_t> FileSize(const std::string& path) override;
  Status SyncDirectory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path,
                                         const std::string& text) override;
  Result<Space> SpaceOf(const std::string& path) override;

 private:
  friend class FaultFile;
  friend class FaultLock;

  // One write or truncation of a file that was not synced yet.
  struct Change {
    uint64_t offset = 0;
    std::string bytes;
    bool truncates = false;  // To `offset`.
  };
  struct Node {
    bool directory = false;
    std::string now;
    std::string durable;
    std::vector<Change> pending;
  };
  using NodePtr = std::shared_ptr<Node>;
  using Names = std::map<std::string, NodePtr>;
  // A change of names in one directory; null: the name goes.
  struct NameChange {
    std::string directory;
    std::vector<std::pair<std::string, NodePtr>> names;
  };

  static NodePtr MakeNode(bool directory);
  static void ApplyTo(std::string& bytes, const Change& change);
  static void ApplyTo(Names& names, const NameChange& change);

  // Fails on a crashed or broken disk; counts when the operation changes something.
  Status Enter(const std::string& path, bool changes);
  void ChangeNames(NameChange change);
  Status ChangeFile(const std::string& path, Node& node, Change change);
  Status SyncFile(const std::string& path, Node& node);
  void KeepSomeSectors(Node& node, std::mt19937& random);

  mutable std::recursive_mutex mutex_;
  Names now_;
  Names durable_;
  std::vector<NameChange> pending_names_;
  std::set<std::string> locked_;
  std::set<std::string> broken_;
  uint64_t operations_ = 0;
  uint64_t crash_at_ = UINT64_MAX;
  bool crashed_ = false;
  uint64_t boots_ = 0;
};

}  // namespace cairn::io
