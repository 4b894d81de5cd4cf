// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/report_leases.h"

#include "common/log/log.h"

namespace cairn::namenode {

uint64_t ReportLeases::Request(DatanodeIndex node) {
  leases_.erase(node);
  std::erase_if(leases_, [this](const auto& entry) { return IsExpired(entry.second); });
  if (leases_.size() >= options_.report_leases_max) return 0;
  // 0 means "no lease" on the wire.
  do {
    ++next_id_;
  } while (next_id_ == 0);
  leases_[node] = {next_id_, clock_.Now()};
  return next_id_;
}

bool ReportLeases::Check(DatanodeIndex node, uint64_t lease_id) {
  if (lease_id == 0) return true;
  auto it = leases_.find(node);
  const char* problem = nullptr;
  if (it == leases_.end()) {
    problem = "the datanode has no lease";
  } else if (IsExpired(it->second)) {
    problem = "the lease has expired";
    leases_.erase(it);
  } else if (it->second.id != lease_id) {
    problem = "the datanode has another lease";
  }
  if (problem == nullptr) return true;
  LOG(kWarn, "full block report is refused", {"reason", problem}, {"lease", lease_id});
  return false;
}

}  // namespace cairn::namenode
