// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "common/metrics/bean.h"
#include "common/metrics/metrics.h"

namespace cairn::metrics {

// What the system says of this process. Sizes in bytes. Plain value.
struct ProcessStats {
  uint64_t resident = 0;          // Memory that is in RAM.
  uint64_t data = 0;              // Private memory that was asked for.
  uint64_t machine_memory = 0;    // RAM of the machine.
  uint64_t threads = 0;
  uint64_t open_files = 0;
  double cpu_seconds = 0;

  // What cannot be read stays 0.
  static ProcessStats Read();
};

// The host's own name, for "tag.Hostname"; "localhost" when it has none.
std::string MachineName();

// cairn_process_…
void AddProcessMetrics(MetricsRegistry& registry);

// The memory of JvmMetrics and of java.lang:type=Memory, which exporters of Apache's daemons
// require: heap is the process's memory. What only a JVM has is left out.
// `service` is "NameNode" or "DataNode".
void AddProcessBeans(BeanRegistry& registry, const std::string& service,
                     const std::string& host_name);

}  // namespace cairn::metrics
