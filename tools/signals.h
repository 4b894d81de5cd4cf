// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace cairn::tools {

// Turns SIGTERM, SIGINT and SIGHUP into something to wait for, and ignores SIGPIPE and SIGXFSZ: a
// write that may not be done fails, and whoever wrote knows what to do. Make one before any thread
// is started: threads inherit the blocked signals.
//
// Owned by the main thread.
class StopSignal {
 public:
  StopSignal() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
  }

  // Returns the number of the signal that came.
  int Wait() {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

 private:
  sigset_t set_;
};

}  // namespace cairn::tools
