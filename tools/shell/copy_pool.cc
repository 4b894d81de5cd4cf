// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/copy_pool.h"

#include <pthread.h>

namespace cairn::shell {

CopyPool::CopyPool(size_t threads, size_t queue_max) : queue_max_(queue_max) {
  for (size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
    pthread_setname_np(threads_.back().native_handle(), "copy");
  }
}

CopyPool::~CopyPool() { Wait(); }

void CopyPool::Submit(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    if (jobs_.size() < queue_max_) {
      jobs_.push_back(std::move(job));
      job = nullptr;
    }
  }
  if (job) {
    job();
  } else {
    changed_.notify_one();
  }
}

void CopyPool::Wait() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void CopyPool::Work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
  }
}

}  // namespace cairn::shell
