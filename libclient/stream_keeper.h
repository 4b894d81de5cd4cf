// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "common/util/clock.h"
#include "libclient/block_calls.h"
#include "libclient/client_config.h"

namespace cairn::client {

// A stream that is open for writing, as its keeper sees it.
class KeptStream {
 public:
  virtual ~KeptStream() = default;
  // Sends a heartbeat down the pipeline if nothing was sent for too long. Must not wait: a stream
  // that is in use looks after itself.
  virtual void KeepAlive() = 0;
};

// Keeps the files alive that a client writes: renews its lease every half of the soft limit, and
// wakes idle pipelines. Its one thread lives only while there are such files.
//
// Thread-safe.
class StreamKeeper {
 public:
  // `calls` and `clock` must outlive this object. A pipeline may be silent for `silence_max`.
  StreamKeeper(BlockCalls& calls, const Clock& clock, Milliseconds silence_max);
  ~StreamKeeper() { Stop(); }

  void Add(KeptStream* stream);
  // When it returns, `stream` is not used any more.
  void Remove(KeptStream* stream);
  void Stop();

 private:
  void Run();
  void RenewLease();

  BlockCalls& calls_;
  const Clock& clock_;
  const Milliseconds period_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<KeptStream*> streams_;
  bool running_ = false;   // The thread is there, and will look at streams_ again.
  bool stopping_ = false;
  std::thread thread_;
  Clock::TimePoint renewed_at_{};
};

}  // namespace cairn::client
