// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/net/async.h"

namespace cairn::net {

// N threads, each the only one to run its io_context: what belongs to one context needs no lock.
// They run from construction to Stop, work or no work.
//
// Thread-safe; Stop and the destructor belong to the owner, who is not one of these threads.
class IoThreads {
 public:
  // Threads are named "`name`-0", "`name`-1" … `count` is at least 1.
  IoThreads(const std::string& name, int count);
  ~IoThreads() { Stop(); }

  IoThreads(const IoThreads&) = delete;
  IoThreads& operator=(const IoThreads&) = delete;

  int size() const { return static_cast<int>(contexts_.size()); }
  IoContext& at(int index) { return *contexts_[index]; }
  // Round-robin.
  IoContext& Next();

  // Ends the loops and joins. What is still queued is destroyed with this object, not run.
  // Idempotent.
  void Stop();

 private:
  using Work = boost::asio::executor_work_guard<IoContext::executor_type>;

  std::vector<std::unique_ptr<IoContext>> contexts_;
  std::vector<Work> work_;
  std::vector<std::thread> threads_;
  std::atomic<unsigned> next_{0};
};

// One per core, at least 1 and at most 16.
int DefaultIoThreadCount();

// The system's name of the calling thread, cut to the 15 bytes that it takes.
void NameThisThread(const std::string& name);

}  // namespace cairn::net
