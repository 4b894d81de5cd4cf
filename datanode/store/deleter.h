// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "common/model/block.h"

namespace cairn::datanode {

// Deletes replicas in the background, one thread for each volume that has something to delete. The
// queues hold no more than there are replicas.
//
// Thread-safe.
class Deleter {
 public:
  // `remove` does the work of one task.
  Deleter(size_t volumes, std::function<void(const ExtendedBlock&)> remove);
  // Ends after the tasks being worked on; the others are dropped: their files stay, and the
  // namenode asks for them again.
  ~Deleter();

  void Add(size_t volume, ExtendedBlock block);
  // Waits until nothing is queued.
  void Drain();
  uint64_t pending() const;

 private:
  struct Queue {
    std::deque<ExtendedBlock> blocks;
    std::thread thread;
  };
  void Run(Queue& queue);

  const std::function<void(const ExtendedBlock&)> remove_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Queue> queues_;  // By volume; never resized.
  uint64_t pending_ = 0;
  bool stopping_ = false;
};

}  // namespace cairn::datanode
