// SPDX-License-Identifier: Apache-2.0
// The executable: one subcommand for each thing that Apache's `hdfs` launcher can start.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "common/log/log.h"
#include "tools/commands.h"

namespace cairn::tools {
namespace {

struct Command {
  const char* name;
  const char* what;
  int (*run)(const Invocation&);
  bool daemon = false;  // Its log tells what it does; a client's standard error is for errors.
};

constexpr std::array kCommands = {
    Command{"dfs", "work with files, as `hdfs dfs` does", RunDfs},
    Command{"dfsadmin", "ask and steer the cluster, as `hdfs dfsadmin` does", RunDfsAdmin},
    Command{"haadmin", "ask and steer a pair of namenodes, as `hdfs haadmin` does", RunHaAdmin},
    Command{"namenode", "run the namenode, or -format its directories", RunNamenode, true},
    Command{"datanode", "run a datanode", RunDatanode, true},
    Command{"mini", "run a whole cluster in one process", RunMini, true},
    Command{"getconf", "print values of the configuration", RunGetConf},
    Command{"version", "print the version", RunVersion},
};

void PrintUsage(const std::string& program) {
  std::fprintf(stderr,
               "usage: %s [--config DIR] [--loglevel LEVEL] COMMAND [-conf FILE] [-D KEY=VALUE] "
               "[-fs URI] [ARGUMENTS]\n\n",
               program.c_str());
  for (const Command& command : kCommands) {
    std::fprintf(stderr, "  %-10s %s\n", command.name, command.what);
  }
}

int Main(int argc, char** argv) {
  const Result<Invocation> invocation = ParseCommandLine(argc, argv);
  if (!invocation.ok()) {
    std::fprintf(stderr, "cairn: %s\n", invocation.status().message().c_str());
    return 255;
  }
  for (const Command& command : kCommands) {
    if (invocation->command != command.name) continue;
    if (!command.daemon && !invocation->log_level_given) log::SetLevel(log::Level::kError);
    return command.run(*invocation);
  }
  if (!invocation->command.empty() && invocation->command != "--help" &&
      invocation->command != "-help") {
    std::fprintf(stderr, "cairn: there is no command \"%s\"\n", invocation->command.c_str());
    PrintUsage(invocation->program);
    return 1;
  }
  PrintUsage(invocation->program);
  return invocation->command.empty() ? 1 : 0;
}

}  // namespace
}  // namespace cairn::tools

int main(int argc, char** argv) {
  try {
    return cairn::tools::Main(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "cairn: %s\n", e.what());
    return 255;
  }
}
