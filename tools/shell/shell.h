// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "tools/shell/console.h"

namespace cairn::shell {

// Runs one command, "-ls", "/", as `hdfs dfs` does; gives the exit status of the process.
int RunShell(const config::Configuration& configuration, const std::vector<std::string>& words,
             Console& console);

}  // namespace cairn::shell
