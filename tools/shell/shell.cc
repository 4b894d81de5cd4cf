// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/shell.h"

#include <algorithm>

#include "tools/shell/commands.h"
#include "tools/shell/help_text.h"

namespace cairn::shell {
namespace {

constexpr int kUsageExitCode = 255;

void PrintToErrors(Console& console, std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  console.ErrorLine(text);
}

// A usage error of `word`, with the usage of all commands and of this one.
int Refuse(Console& console, const std::string& word, const std::string& message,
           const CommandRow* row) {
  for (size_t start = 0; start <= message.size();) {
    const size_t end = std::min(message.find('\n', start), message.size());
    console.ErrorLine(word + ": " + message.substr(start, end - start));
    start = end + 1;
  }
  if (!word.starts_with('-') && FindCommand(word) != nullptr) {
    console.ErrorLine("Did you mean -" + word + "?  This command begins with a dash.");
  }
  PrintToErrors(console, AllUsages(false));
  if (row != nullptr) PrintToErrors(console, UsageLine(*row));
  return kUsageExitCode;
}

}  // namespace

int RunShell(const config::Configuration& configuration, const std::vector<std::string>& words,
             Console& console) {
  if (words.empty()) {
    PrintToErrors(console, AllUsages(false));
    return kUsageExitCode;
  }
  const std::string& word = words.front();
  const CommandRow* row = word.starts_with('-') ? FindCommand(word.substr(1)) : nullptr;
  if (row == nullptr) return Refuse(console, word, "Unknown command", nullptr);
  if (row->make == nullptr) {
    console.ErrorLine(word + ": is not supported yet");
    return kUsageExitCode;
  }
  if (row->replacement != nullptr) {
    console.ErrorLine(word.substr(1) + ": DEPRECATED: Please use '" + row->replacement +
                      "' instead.");
  }
  FileSystems file_systems(configuration);
  ShellContext context{configuration, file_systems, console};
  const std::unique_ptr<Command> command = row->make();
  command->Attach(context, word.substr(1));
  const Result<int> exit_code = command->Run(Arguments(words.begin() + 1, words.end()));
  console.Flush();
  if (exit_code.ok()) return *exit_code;
  return Refuse(console, word, exit_code.status().message(), row);
}

}  // namespace cairn::shell
