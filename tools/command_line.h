// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::tools {

// What every subcommand gets: the configuration that files and generic options give, and the
// arguments that are left for it.
struct Invocation {
  std::string program;  // How the executable was called, for usage texts.
  std::string command;  // "dfs", "namenode", …
  std::string config_directory;  // Empty when there is none.
  bool log_level_given = false;
  config::Configuration configuration;
  std::vector<std::string> arguments;
};

// Parses `argv` by the grammar of Apache's launcher:
//   cairn [--config DIR] [--loglevel LEVEL] COMMAND [-conf FILE] [-D KEY=VALUE] [-fs URI] …
// The configuration directory is --config, else HADOOP_CONF_DIR. Called under the name "dfs",
// COMMAND is "dfs"; under "hdfs" nothing changes. Generic options are taken wherever they stand
// before the first word that is none of them, as Apache's parser does.
Result<Invocation> ParseCommandLine(int argc, char** argv);

}  // namespace cairn::tools
