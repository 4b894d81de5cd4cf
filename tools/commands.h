// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/command_line.h"

namespace cairn::tools {

// The subcommands. Each returns the exit status of the process and prints its own errors.
int RunDfs(const Invocation& invocation);
int RunDfsAdmin(const Invocation& invocation);
int RunHaAdmin(const Invocation& invocation);
int RunNamenode(const Invocation& invocation);
int RunDatanode(const Invocation& invocation);
int RunMini(const Invocation& invocation);
int RunGetConf(const Invocation& invocation);
int RunVersion(const Invocation& invocation);

}  // namespace cairn::tools
