// SPDX-License-Identifier: Apache-2.0
#include "common/net/worker_pool.h"

#include "common/net/io_threads.h"

namespace cairn::net {

WorkerPool::WorkerPool(const std::string& name, int threads, size_t queue_max)
    : queue_max_(queue_max) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back(&WorkerPool::Loop, this, name + "-" + std::to_string(i));
  }
}

bool WorkerPool::TryRun(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= queue_max_) return false;
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return true;
}

size_t WorkerPool::queued() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void WorkerPool::Loop(const std::string& name) {
  NameThisThread(name);
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    work = nullptr;  // What it holds is released outside of the lock.
    lock.lock();
  }
}

}  // namespace cairn::net
