// SPDX-License-Identifier: Apache-2.0
#include "libclient/stream_keeper.h"

#include <pthread.h>

#include <algorithm>

#include "common/log/log.h"

namespace cairn::client {
namespace {

using std::chrono::seconds;

// Half of the soft limit of a lease, as the namenode counts it.
constexpr seconds kRenewPeriod{30};
// How long the thread waits for another file before it ends.
constexpr seconds kLinger{5};

}  // namespace

StreamKeeper::StreamKeeper(BlockCalls& calls, const Clock& clock, Milliseconds silence_max)
    : calls_(calls),
      clock_(clock),
      period_(std::clamp(silence_max / 4, Milliseconds(100), Milliseconds(5000))) {}

void StreamKeeper::Add(KeptStream* stream) {
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  // The namenode has just given the lease, or had it renewed by another file.
  if (streams_.empty()) renewed_at_ = clock_.Now();
  streams_.push_back(stream);
  if (running_) return;
  if (thread_.joinable()) thread_.join();  // It has ended: running_ is false.
  running_ = true;
  thread_ = std::thread(&StreamKeeper::Run, this);
  pthread_setname_np(thread_.native_handle(), "stream-keeper");
}

void StreamKeeper::Remove(KeptStream* stream) {
  const std::lock_guard lock(mutex_);
  std::erase(streams_, stream);
}

void StreamKeeper::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void StreamKeeper::Run() {
  std::unique_lock lock(mutex_);
  Clock::TimePoint used_at = clock_.Now();
  while (!stopping_) {
    wake_.wait_for(lock, period_, [this] { return stopping_; });
    if (stopping_) break;
    const Clock::TimePoint now = clock_.Now();
    if (streams_.empty()) {
      if (now - used_at > kLinger) break;
      continue;
    }
    used_at = now;
    for (KeptStream* stream : streams_) stream->KeepAlive();
    if (now - renewed_at_ < kRenewPeriod) continue;
    renewed_at_ = now;
    lock.unlock();
    RenewLease();
    lock.lock();
  }
  running_ = false;
}

void StreamKeeper::RenewLease() {
  const Status status = calls_.RenewLease();
  // The namenode lets the lease live for a while: the next renewal may succeed.
  if (!status.ok()) {
    LOG(kWarn, "lease was not renewed", {"holder", calls_.client_name()}, {"error", status});
  }
}

}  // namespace cairn::client
