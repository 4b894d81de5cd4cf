// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/active_namenode.h"

#include "common/log/log.h"

namespace cairn::datanode {

bool ActiveNamenode::Claim(size_t link, bool says_active, int64_t txid) {
  const std::lock_guard lock(mutex_);
  if (!says_active) {
    if (active_ == link) {
      LOG(kInfo, "namenode is no longer active", {"link", link}, {"txid", txid});
      active_.reset();
    }
    return false;
  }
  if (active_ != link) {
    if (txid <= last_txid_) {
      LOG(kWarn, "claim of a namenode to be active is too old", {"link", link}, {"txid", txid},
          {"last_txid", last_txid_});
      return false;
    }
    LOG(kInfo, "namenode is active", {"link", link}, {"txid", txid});
    active_ = link;
  }
  last_txid_ = txid;
  return true;
}

void ActiveNamenode::Handshake(size_t link, bool says_active) {
  const std::lock_guard lock(mutex_);
  if (says_active && !active_) active_ = link;
}

void ActiveNamenode::Leave(size_t link) {
  const std::lock_guard lock(mutex_);
  if (active_ == link) active_.reset();
}

std::optional<size_t> ActiveNamenode::active() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

}  // namespace cairn::datanode
