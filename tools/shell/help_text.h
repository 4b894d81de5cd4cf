// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tools/shell/commands.h"

namespace cairn::shell {

// "-ls [-C] …".
std::string UsageOf(const CommandRow& row);
// "Usage: hadoop fs [generic options] -ls …" and a line's end.
std::string UsageLine(const CommandRow& row);
// Of all commands, with explanations or without.
std::string AllUsages(bool explained);
// What -help prints for one command.
std::string Explanation(const CommandRow& row);
// What follows the usage of every tool of Apache's.
std::string GenericOptionsUsage();

// Cuts text at blanks into lines of at most `width`; longer words are cut.
std::vector<std::string> Wrap(const std::string& text, size_t width);

}  // namespace cairn::shell
