// SPDX-License-Identifier: Apache-2.0
// The grammar of haadmin: what stands on the command line, and what is printed when it is wrong.
#include "tools/admin/haadmin.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "tools/commands.h"
#include "tools/shell/help_text.h"
#include "tools/shell/utf8.h"

namespace cairn::tools {
namespace {

constexpr char kForceManual[] = "forcemanual";

void PrintUsage(shell::Console& console, const HaCommandRow* row) {
  std::string text = HaUsage(row);
  text.pop_back();  // ErrorLine ends the line.
  console.ErrorLine(text);
}

int Refuse(shell::Console& console, const std::string& why, const HaCommandRow* row = nullptr) {
  if (!why.empty()) console.ErrorLine(why);
  PrintUsage(console, row);
  return kHaFailed;
}

const HaCommandRow* Find(std::string_view name) {
  const auto rows = AllHaCommands();
  const auto it = std::find_if(rows.begin(), rows.end(),
                               [&](const HaCommandRow& row) { return row.name == name; });
  return it == rows.end() ? nullptr : &*it;
}

int PrintHelp(shell::Console& console, const std::vector<std::string>& words) {
  if (words.size() == 1) {
    console.Print(HaUsage(nullptr));
    return 0;
  }
  if (words.size() != 2) return Refuse(console, "", Find("help"));
  const std::string dashed = words[1].starts_with('-') ? words[1] : "-" + words[1];
  const HaCommandRow* row = Find(dashed.substr(1));
  if (row == nullptr) return Refuse(console, dashed + ": Unknown command");
  const std::string arguments =
      row->arguments == nullptr ? "" : std::string(" [") + row->arguments + "]";
  console.PrintLine(dashed + arguments + ": " + row->help);
  return 0;
}

// Takes options, with one dash or two, out of `words`; false when one is unknown.
bool TakeOptions(const HaCommandRow& row, const std::vector<std::string>& words, HaCall& call) {
  bool only_arguments = false;
  for (const std::string& word : words) {
    if (only_arguments || word.size() < 2 || !word.starts_with('-')) {
      call.arguments.push_back(word);
      continue;
    }
    if (word == "--") {
      only_arguments = true;
      continue;
    }
    const std::string option = word.substr(word.find_first_not_of('-') == 1 ? 1 : 2);
    const bool known = std::any_of(row.options.begin(), row.options.end(),
                                   [&](const char* other) { return option == other; });
    if (!known) return false;
    call.options.insert(option);
  }
  return true;
}

bool ConfirmForceManual(shell::Console& console) {
  constexpr char kQuestion[] =
      "You have specified the --forcemanual flag. This flag is dangerous, as it can induce a "
      "split-brain scenario that WILL CORRUPT your HDFS namespace, possibly irrecoverably.\n\n"
      "It is recommended not to use this flag, but instead to shut down the cluster and disable "
      "automatic failover if you prefer to manually manage your HA state.\n\n"
      "You may abort safely by answering 'n' or hitting ^C now.\n\n"
      "Are you sure you want to continue? (Y or N) ";
  while (const std::optional<std::string> answer = console.Ask(kQuestion)) {
    const std::string word = shell::ToLower(*answer);
    if (word == "y" || word == "yes") return true;
    if (word == "n" || word == "no") return false;
    console.ErrorLine("Invalid input: " + *answer);
  }
  return false;
}

int RunCommand(const HaCommandRow& row, const std::vector<std::string>& words, HaCall call) {
  shell::Console& console = call.console;
  if (!TakeOptions(row, words, call)) {
    return Refuse(console, std::string(row.name) + ": incorrect arguments", &row);
  }
  if (call.Has(kForceManual) && !ConfirmForceManual(console)) {
    console.ErrorLine("Aborted");
    return kHaFailed;
  }
  const Result<int> exit_code = row.run(call);
  console.Flush();
  if (exit_code.ok()) return *exit_code;
  const Status& status = exit_code.status();
  const bool ours = status.remote_class().empty() && status.code() == Code::kInvalidArgument;
  console.ErrorLine((ours ? "Illegal argument: " : "Operation failed: ") + status.message());
  return kHaFailed;
}

}  // namespace

std::string HaUsage(const HaCommandRow* row) {
  const auto command = [](const HaCommandRow& one) {
    const std::string arguments = one.arguments == nullptr ? "" : " " + std::string(one.arguments);
    return "[-" + std::string(one.name) + arguments + "]";
  };
  const std::string head = "Usage: haadmin [-ns <nameserviceId>]";
  if (row != nullptr) return head + " " + command(*row) + "\n";
  std::string text = head + "\n";
  for (const HaCommandRow& one : AllHaCommands()) text += "    " + command(one) + "\n";
  return text + "\n" + shell::GenericOptionsUsage();
}

int RunHaAdmin(const config::Configuration& configuration, shell::Console& console,
               const std::vector<std::string>& words) {
  std::vector<std::string> rest = words;
  HaCall call{.configuration = configuration, .console = console, .service = "", .arguments = {},
              .options = {}};
  if (!rest.empty() && rest.front() == "-ns") {
    if (rest.size() < 2) return Refuse(console, "Missing nameservice ID");
    if (rest.size() < 3) return Refuse(console, "Missing command");
    call.service = rest[1];
    rest.erase(rest.begin(), rest.begin() + 2);
  }
  if (rest.empty()) return Refuse(console, "");
  const std::string& name = rest.front();
  if (!name.starts_with('-')) {
    return Refuse(console, "Bad command '" + name + "': expected command starting with '-'");
  }
  const HaCommandRow* row = Find(name.substr(1));
  if (row == nullptr) return Refuse(console, name.substr(1) + ": Unknown command");
  if (row->run == nullptr) return PrintHelp(console, rest);
  return RunCommand(*row, {rest.begin() + 1, rest.end()}, std::move(call));
}

int RunHaAdmin(const Invocation& invocation) {
  shell::Console console(stdin, stdout, stderr);
  const int exit_code = RunHaAdmin(invocation.configuration, console, invocation.arguments);
  console.Flush();
  return exit_code;
}

}  // namespace cairn::tools
