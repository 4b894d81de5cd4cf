// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "common/model/ids.h"
#include "common/util/clock.h"

namespace cairn::namenode {

// Records which client may write each open file. Files are known by id: renames do not matter.
//
// A lease is soft for `soft` after its last renewal: until then nobody else may take the file over.
// After `hard` the namesystem recovers the file itself. A client renews all of its files at once,
// so renewal cost does not depend on how many files it has open, nor on how many clients there are.
//
// Who may take a lease, and what recovery does, is decided in namenode/namesystem.
//
// Not thread-safe: guarded by the namesystem lock; concurrent const calls are fine.
class LeaseManager {
 public:
  struct Limits {
    std::chrono::seconds soft{60};
    std::chrono::seconds hard{20 * 60};  // dfs.namenode.lease-hard-limit-sec
  };

  // `clock` must outlive this object.
  LeaseManager(const Clock& clock, Limits limits) : clock_(clock), limits_(limits) {}
  LeaseManager(const LeaseManager&) = delete;
  LeaseManager& operator=(const LeaseManager&) = delete;

  // Makes `holder` the writer of `file`, in place of whoever it was, and renews its lease.
  void Acquire(InodeId file, const std::string& holder);
  // Forgets the writer of `file`; no-op when there is none.
  void Release(InodeId file);
  // Restarts both limits for every file of `holder`; no-op when it has none.
  void Renew(const std::string& holder);
  // Restarts them for everybody: after a start or a failover nobody could renew.
  void RenewAll();
  void Clear();

  // Null when nobody writes `file`; valid until the next change.
  const std::string* HolderOf(InodeId file) const;
  // Empty when `holder` has no lease.
  std::vector<InodeId> FilesOf(const std::string& holder) const;
  bool HasLease(const std::string& holder) const { return leases_.contains(holder); }
  // Whether `holder` has been silent for longer than the limit; a holder without a lease has.
  bool SoftExpired(const std::string& holder) const;
  bool HardExpired(const std::string& holder) const;

  // Up to `files_max` files (0: all) whose holders are past the hard limit, the longest silent
  // holder first, each with its holder.
  std::vector<std::pair<InodeId, std::string>> Expired(size_t files_max) const;

  // Up to `limit` open files with ids beyond `after`, in the order of their ids.
  std::vector<InodeId> OpenFiles(InodeId after, size_t limit) const;

  size_t lease_count() const { return leases_.size(); }
  size_t file_count() const { return file_holders_.size(); }

 private:
  struct Lease {
    std::string holder;
    Clock::TimePoint renewed_at;
    std::set<InodeId> files;
  };
  using Leases = std::list<Lease>;  // The longest silent first.

  bool SilentFor(const std::string& holder, Clock::Duration limit) const;

  const Clock& clock_;
  const Limits limits_;
  Leases by_renewal_;
  std::unordered_map<std::string, Leases::iterator> leases_;
  std::map<InodeId, Leases::iterator> file_holders_;
};

}  // namespace cairn::namenode
