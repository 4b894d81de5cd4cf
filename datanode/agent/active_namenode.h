// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace cairn::datanode {

// Which of the namenodes is obeyed. One that claims to be active wins when its claim is more recent
// than any before: its transaction id is higher. An old active that does not know of its end yet
// can therefore never take a datanode back.
//
// Thread-safe.
class ActiveNamenode {
 public:
  // What a heartbeat's answer (or a handshake) says of link `link`. Returns whether the link is the
  // active one now.
  bool Claim(size_t link, bool says_active, int64_t txid);
  // A handshake counts only while nobody is active.
  void Handshake(size_t link, bool says_active);
  // The link has ended.
  void Leave(size_t link);

  std::optional<size_t> active() const;

 private:
  mutable std::mutex mutex_;
  std::optional<size_t> active_;
  int64_t last_txid_ = -1;
};

}  // namespace cairn::datanode
