// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "libclient/client_config.h"

namespace cairn::client {

// A pipeline that has lost a datanode.
struct ShrunkPipeline {
  uint32_t replication = 0;  // What the file asks for.
  size_t datanodes = 0;      // What is left.
  bool appending = false;
  bool flushed = false;
};

// Whether another datanode is to take the place of one that failed. ReplacePolicy::kDefault: for
// three replicas or more, when half of them or fewer are left, or when readers have seen the data.
bool NeedsReplacement(ReplacePolicy policy, const ShrunkPipeline& pipeline);

}  // namespace cairn::client
