// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/namenode/ha/model/protocol.h"

namespace cairn::namenode::ha::model {

struct Verdict {
  size_t states = 0;
  std::string violation;           // Empty: none.
  std::vector<std::string> trace;  // The shortest way to it.
};

// Looks at every state that can be reached, nearest first, until one is wrong.
Verdict Check(const Protocol& protocol);

}  // namespace cairn::namenode::ha::model
