// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/util/result.h"
#include "tools/admin/ha_target.h"

namespace cairn::tools {

// Making sure that a namenode that does not answer does no harm: dfs.ha.fencing.methods, a line for
// each method, "shell(command)"; what stands behind # is a comment. Other methods are refused.
//
// Immutable.
class Fencer {
 public:
  // kInvalidArgument names the line.
  static Result<Fencer> Parse(const std::string& methods);

  // Whether one of the methods succeeded, first for the namenode that is to be active (which may
  // have to prepare something), then for the one that was. Runs the commands and waits for them.
  bool Fence(const config::Configuration& configuration, const HaTarget& was_active,
             const HaTarget& to_be_active) const;

 private:
  std::vector<std::string> commands_;
};

}  // namespace cairn::tools
