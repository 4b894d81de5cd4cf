// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "common/util/result.h"

namespace cairn::bench {

// What /proc says of a process. CPU time has the kernel's tick (10 ms) as its grain, so that it
// means something over seconds only.
struct ProcessUsage {
  double cpu_seconds = 0;  // User and system time of all threads.
  uint64_t resident_bytes = 0;
};

// kNotFound when there is no such process.
Result<ProcessUsage> UsageOf(pid_t pid);

}  // namespace cairn::bench
