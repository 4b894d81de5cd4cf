// SPDX-License-Identifier: Apache-2.0
#include "common/net/io_threads.h"

#include <pthread.h>

#include <algorithm>

#include "common/log/log.h"
#include "common/util/scheduling.h"

namespace cairn::net {
namespace {

void RunLoop(IoContext& io, const std::string& name) {
  NameThisThread(name);
  AskForShortSlices();
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& e) {
      // A handler threw: the loop itself is sound, and the other connections go on.
      LOG(kError, "I/O thread caught an exception", {"thread", name}, {"what", e.what()});
    }
  }
}

}  // namespace

IoThreads::IoThreads(const std::string& name, int count) {
  for (int i = 0; i < std::max(count, 1); ++i) {
    // 1: only one thread runs it, which saves wake-ups of others.
    contexts_.push_back(std::make_unique<IoContext>(1));
    work_.emplace_back(contexts_.back()->get_executor());
  }
  for (size_t i = 0; i < contexts_.size(); ++i) {
    threads_.emplace_back(RunLoop, std::ref(*contexts_[i]), name + "-" + std::to_string(i));
  }
}

IoContext& IoThreads::Next() {
  return *contexts_[next_.fetch_add(1, std::memory_order_relaxed) % contexts_.size()];
}

void IoThreads::Stop() {
  work_.clear();
  for (auto& context : contexts_) context->stop();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

int DefaultIoThreadCount() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, 16);
}

void NameThisThread(const std::string& name) {
  pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
}

}  // namespace cairn::net
