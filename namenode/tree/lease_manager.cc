// SPDX-License-Identifier: Apache-2.0
#include "namenode/tree/lease_manager.h"

namespace cairn::namenode {

void LeaseManager::Acquire(InodeId file, const std::string& holder) {
  Release(file);
  const auto [it, added] = leases_.try_emplace(holder);
  if (added) {
    by_renewal_.push_back({holder, clock_.Now(), {}});
    it->second = std::prev(by_renewal_.end());
  } else {
    Renew(holder);
  }
  it->second->files.insert(file);
  file_holders_.emplace(file, it->second);
}

void LeaseManager::Release(InodeId file) {
  const auto it = file_holders_.find(file);
  if (it == file_holders_.end()) return;
  const Leases::iterator lease = it->second;
  file_holders_.erase(it);
  lease->files.erase(file);
  if (!lease->files.empty()) return;
  leases_.erase(lease->holder);
  by_renewal_.erase(lease);
}

void LeaseManager::Renew(const std::string& holder) {
  const auto it = leases_.find(holder);
  if (it == leases_.end()) return;
  it->second->renewed_at = clock_.Now();
  by_renewal_.splice(by_renewal_.end(), by_renewal_, it->second);
}

void LeaseManager::RenewAll() {
  const Clock::TimePoint now = clock_.Now();
  for (Lease& lease : by_renewal_) lease.renewed_at = now;
}

void LeaseManager::Clear() {
  file_holders_.clear();
  leases_.clear();
  by_renewal_.clear();
}

const std::string* LeaseManager::HolderOf(InodeId file) const {
  const auto it = file_holders_.find(file);
  return it == file_holders_.end() ? nullptr : &it->second->holder;
}

std::vector<InodeId> LeaseManager::FilesOf(const std::string& holder) const {
  const auto it = leases_.find(holder);
  if (it == leases_.end()) return {};
  return {it->second->files.begin(), it->second->files.end()};
}

bool LeaseManager::SilentFor(const std::string& holder, Clock::Duration limit) const {
  const auto it = leases_.find(holder);
  return it == leases_.end() || clock_.Now() - it->second->renewed_at > limit;
}

bool LeaseManager::SoftExpired(const std::string& holder) const {
  return SilentFor(holder, limits_.soft);
}

bool LeaseManager::HardExpired(const std::string& holder) const {
  return SilentFor(holder, limits_.hard);
}

std::vector<std::pair<InodeId, std::string>> LeaseManager::Expired(size_t files_max) const {
  std::vector<std::pair<InodeId, std::string>> expired;
  const Clock::TimePoint now = clock_.Now();
  for (const Lease& lease : by_renewal_) {
    if (now - lease.renewed_at <= limits_.hard) break;
    for (const InodeId file : lease.files) {
      if (files_max != 0 && expired.size() == files_max) return expired;
      expired.emplace_back(file, lease.holder);
    }
  }
  return expired;
}

std::vector<InodeId> LeaseManager::OpenFiles(InodeId after, size_t limit) const {
  std::vector<InodeId> files;
  for (auto it = file_holders_.upper_bound(after);
       it != file_holders_.end() && files.size() < limit; ++it) {
    files.push_back(it->first);
  }
  return files;
}

}  // namespace cairn::namenode
