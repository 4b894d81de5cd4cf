// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "common/util/clock.h"
#include "common/util/status.h"

namespace cairn::datanode {

// Logs peers that send what is no operation: each host at most once a minute, with the number of
// what was left out since, so that a port scan cannot fill a disk.
//
// Thread-safe.
class BadPeerLog {
 public:
  // `clock` must outlive this object.
  explicit BadPeerLog(const Clock& clock) : clock_(clock) {}

  // Returns whether a line was written.
  bool Report(const std::string& host, const std::string& peer, const Status& what);

 private:
  struct Host {
    Clock::TimePoint logged_at;
    uint64_t left_out = 0;
  };

  const Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, Host> hosts_;
};

}  // namespace cairn::datanode
