// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cairn::shell {

// Threads that share jobs. When as many wait as may, the one who brings a job does it.
//
// Submit and Wait: from one thread.
class CopyPool {
 public:
  CopyPool(size_t threads, size_t queue_max);
  // Waits for all jobs.
  ~CopyPool();

  void Submit(std::function<void()> job);
  // Returns when every job is done; none may be submitted after it.
  void Wait();

 private:
  void Work();

  const size_t queue_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;  // Guarded by mutex_.
  bool closed_ = false;                     // Guarded by mutex_.
  std::vector<std::thread> threads_;
};

}  // namespace cairn::shell
