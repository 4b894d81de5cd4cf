// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace cairn::client {

// Pauses between tries that end at once when the client is closed.
//
// Thread-safe.
class Pauser {
 public:
  virtual ~Pauser() = default;

  // False when it was cancelled.
  virtual bool Pause(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    return !wake_.wait_for(lock, time, [this] { return cancelled_; });
  }

  virtual void Cancel() {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    wake_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool cancelled_ = false;
};

}  // namespace cairn::client
