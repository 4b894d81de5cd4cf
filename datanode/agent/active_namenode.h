// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace cairn::datanode {

// What a heartbeat's answer says of its namenode.
struct NamenodeClaim {
  bool active = false;
  int64_t txid = 0;    // Its last transaction.
  uint64_t epoch = 0;  // Of the pair; 0: the namenode knows no epochs.
};

// Which of the namenodes is obeyed. Only one that claims to be active, and only when its claim is
// more recent than any before:
//
// - Claims with an epoch: the highest epoch that any namenode of the pair has told, and in one
//   epoch only the first that claims it. A standby that tells a higher epoch ends what an old
//   active claims.
// - Claims without one (Apache's, or a single namenode's): the higher transaction id.
//
// An old active that does not know of its end yet can therefore never take a datanode back.
//
// Thread-safe.
class ActiveNamenode {
 public:
  // Returns whether link `link` is the active one now.
  bool Claim(size_t link, const NamenodeClaim& claim);
  // A handshake counts only while nobody is active and no epoch is known.
  void Handshake(size_t link, bool says_active);
  // The link has ended.
  void Leave(size_t link);

  std::optional<size_t> active() const;

 private:
  // Whether the claim of a link that is not the active one wins.
  bool WinsLocked(size_t link, const NamenodeClaim& claim) const;
  void LearnEpochLocked(size_t link, uint64_t epoch);

  mutable std::mutex mutex_;  // Guards the following.
  std::optional<size_t> active_;
  int64_t last_txid_ = -1;   // Of the last claim that counted.
  uint64_t last_epoch_ = 0;  // The highest that was told; 0: the last claim had none.
  std::optional<size_t> epoch_owner_;  // Who was active in it.
};

}  // namespace cairn::datanode
