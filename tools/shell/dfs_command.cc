// SPDX-License-Identifier: Apache-2.0
// cairn dfs: `hdfs dfs`.
#include <cstdio>

#include "tools/commands.h"
#include "tools/shell/shell.h"

namespace cairn::tools {

int RunDfs(const Invocation& invocation) {
  shell::Console console(stdin, stdout, stderr);
  return shell::RunShell(invocation.configuration, invocation.arguments, console);
}

}  // namespace cairn::tools
