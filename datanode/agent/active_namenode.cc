// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/active_namenode.h"

#include "common/log/log.h"

namespace cairn::datanode {

bool ActiveNamenode::Claim(size_t link, const NamenodeClaim& claim) {
  const std::lock_guard lock(mutex_);
  LearnEpochLocked(link, claim.epoch);
  if (!claim.active) {
    if (active_ == link) {
      LOG(kInfo, "namenode is no longer active", {"link", link}, {"txid", claim.txid});
      active_.reset();
    }
    return false;
  }
  const bool outdated = claim.epoch < last_epoch_ && claim.epoch != 0;
  if (outdated || (active_ != link && !WinsLocked(link, claim))) {
    LOG(kWarn, "claim of a namenode to be active is too old", {"link", link},
        {"txid", claim.txid}, {"last_txid", last_txid_}, {"epoch", claim.epoch},
        {"last_epoch", last_epoch_});
    return false;
  }
  if (active_ != link) {
    LOG(kInfo, "namenode is active", {"link", link}, {"txid", claim.txid},
        {"epoch", claim.epoch});
  }
  active_ = link;
  last_txid_ = claim.txid;
  // Without an epoch (the pair's directories went back to Apache's namenodes) transactions decide.
  last_epoch_ = claim.epoch;
  epoch_owner_ = link;
  return true;
}

void ActiveNamenode::LearnEpochLocked(size_t link, uint64_t epoch) {
  // While transactions decide, only a claim that wins by them brings epochs in.
  if (epoch <= last_epoch_ || (last_epoch_ == 0 && last_txid_ >= 0)) return;
  last_epoch_ = epoch;
  epoch_owner_.reset();
  if (active_ && active_ != link) {
    LOG(kInfo, "active namenode is of an older epoch", {"link", *active_}, {"epoch", epoch});
    active_.reset();
  }
}

bool ActiveNamenode::WinsLocked(size_t link, const NamenodeClaim& claim) const {
  if (claim.epoch == 0 || last_epoch_ == 0) return claim.txid > last_txid_;
  return claim.epoch == last_epoch_ && (!epoch_owner_ || epoch_owner_ == link);
}

void ActiveNamenode::Handshake(size_t link, bool says_active) {
  const std::lock_guard lock(mutex_);
  if (says_active && !active_ && last_epoch_ == 0) active_ = link;
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
