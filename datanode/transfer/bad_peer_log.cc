// SPDX-License-Identifier: Apache-2.0
#include "datanode/transfer/bad_peer_log.h"

#include <chrono>

#include "common/log/log.h"

namespace cairn::datanode {
namespace {

constexpr std::chrono::minutes kInterval{1};
constexpr size_t kHostsMax = 1024;

}  // namespace

bool BadPeerLog::Report(const std::string& host, const std::string& peer, const Status& what) {
  uint64_t left_out = 0;
  {
    std::lock_guard lock(mutex_);
    const Clock::TimePoint now = clock_.Now();
    const auto known = hosts_.find(host);
    if (known != hosts_.end() && now - known->second.logged_at < kInterval) {
      ++known->second.left_out;
      return false;
    }
    if (known != hosts_.end()) left_out = known->second.left_out;
    if (known == hosts_.end() && hosts_.size() >= kHostsMax) hosts_.clear();
    hosts_[host] = {now, 0};
  }
  LOG(kWarn, "bad data transfer request", {"peer", peer}, {"reason", what},
      {"not_logged_before", left_out});
  return true;
}

}  // namespace cairn::datanode
