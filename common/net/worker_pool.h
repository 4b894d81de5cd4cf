// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace cairn::net {

// A few named threads and a bounded queue, for work that waits: it must not wait on I/O threads.
//
// Thread-safe; Stop and the destructor belong to the owner, who is not one of these threads.
class WorkerPool {
 public:
  // Threads are named "`name`-0" …
  WorkerPool(const std::string& name, int threads, size_t queue_max);
  ~WorkerPool() { Stop(); }

  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when the queue is full or the pool has stopped; then `work` is gone without having run.
  // `work` must not throw.
  bool TryRun(std::function<void()> work);
  // Work that waits for a thread.
  size_t queued() const;
  // Runs what is queued, then joins. Idempotent.
  void Stop();

 private:
  void Loop(const std::string& name);

  const size_t queue_max_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cairn::net
