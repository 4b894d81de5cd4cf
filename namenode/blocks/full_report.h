// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/util/result.h"

namespace cairn::namenode {

// A full block report of one volume in progress. Step it, with other calls in between, until it is
// done; then it has been applied. Dropping it early leaves what was not reported as it was.
//
// Not thread-safe: guarded by the namesystem lock.
class FullReport {
 public:
  virtual ~FullReport() = default;
  // Handles at most `blocks` lines (a million take about 100 ms). True: there is more to do.
  virtual Result<bool> Step(uint32_t blocks) = 0;
};

}  // namespace cairn::namenode
