// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/deleter.h"

#include <pthread.h>

#include <utility>

namespace cairn::datanode {

Deleter::Deleter(size_t volumes, std::function<void(const ExtendedBlock&)> remove)
    : remove_(std::move(remove)), queues_(volumes) {}

Deleter::~Deleter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (Queue& queue : queues_) {
    if (queue.thread.joinable()) queue.thread.join();
  }
}

void Deleter::Add(size_t volume, ExtendedBlock block) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    Queue& queue = queues_[volume];
    queue.blocks.push_back(std::move(block));
    ++pending_;
    if (!queue.thread.joinable()) queue.thread = std::thread([this, &queue] { Run(queue); });
  }
  changed_.notify_all();
}

void Deleter::Drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return pending_ == 0 || stopping_; });
}

uint64_t Deleter::pending() const {
  const std::lock_guard lock(mutex_);
  return pending_;
}

void Deleter::Run(Queue& queue) {
  ::pthread_setname_np(::pthread_self(), "store.delete");
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || !queue.blocks.empty(); });
    if (stopping_) return;
    const ExtendedBlock block = std::move(queue.blocks.front());
    queue.blocks.pop_front();
    lock.unlock();
    remove_(block);
    lock.lock();
    --pending_;
    changed_.notify_all();
  }
}

}  // namespace cairn::datanode
