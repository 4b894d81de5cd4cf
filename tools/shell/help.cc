// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/help_text.h"

namespace cairn::shell {
namespace {

class Usage : public Command {
  Status ProcessRawArguments(const Arguments& arguments) override {
    Console& console = context().console;
    if (arguments.empty()) console.Print(All());
    for (const std::string& argument : arguments) {
      const CommandRow* row = FindCommand(argument);
      if (row == nullptr) return UsageError("`" + argument + "': Unknown command");
      console.Print(One(*row));
    }
    return Status();
  }

  virtual std::string All() const { return AllUsages(false); }
  virtual std::string One(const CommandRow& row) const { return UsageLine(row); }
};

class Help final : public Usage {
  std::string All() const override { return AllUsages(true); }
  std::string One(const CommandRow& row) const override { return Explanation(row); }
};

}  // namespace

std::unique_ptr<Command> MakeHelp() { return std::make_unique<Help>(); }
std::unique_ptr<Command> MakeUsage() { return std::make_unique<Usage>(); }

}  // namespace cairn::shell
