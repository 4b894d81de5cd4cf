// SPDX-License-Identifier: Apache-2.0
#include "libclient/replace_policy.h"

namespace cairn::client {

bool NeedsReplacement(ReplacePolicy policy, const ShrunkPipeline& pipeline) {
  if (pipeline.datanodes == 0 || pipeline.datanodes >= pipeline.replication) return false;
  if (policy == ReplacePolicy::kAlways) return true;
  if (policy == ReplacePolicy::kNever || pipeline.replication < 3) return false;
  return pipeline.datanodes <= pipeline.replication / 2 || pipeline.appending || pipeline.flushed;
}

}  // namespace cairn::client
