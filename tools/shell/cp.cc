// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copy_command.h"

namespace cairn::shell {
namespace {

class Cp final : public CopyCommand {
  Status ProcessOptions(Arguments& arguments) override {
    CAIRN_TRY(TakePreserve(arguments));
    CommandFormat format({.least = 2}, {"f", "d"});
    format.WithValue("t").WithValue("q");
    CAIRN_TRY(format.Parse(arguments));
    options().direct = format.Has("d");
    options().overwrite = format.Has("f");
    CAIRN_TRY(TakeThreads(format));
    set_recursive(true);
    return TakeDestination(arguments);
  }

  // "-p" alone, or with letters of what is kept.
  Status TakePreserve(Arguments& arguments) {
    for (auto it = arguments.begin(); it != arguments.end() && *it != "--"; ++it) {
      if (!it->starts_with("-p")) continue;
      const std::string letters = it->size() == 2 ? "top" : it->substr(2);
      arguments.erase(it);
      for (const char letter : letters) CAIRN_TRY(Keep(letter));
      return Status();
    }
    return Status();
  }

  Status Keep(char letter) {
    switch (letter) {
      case 't':
      case 'T':
        options().preserve.times = true;
        return Status();
      case 'o':
      case 'O':
        options().preserve.owner = true;
        return Status();
      case 'p':
      case 'P':
        options().preserve.permission = true;
        return Status();
      case 'a':
      case 'A':
        options().preserve.acl = true;
        return Status();
      case 'x':
      case 'X':
        options().preserve.xattrs = true;
        return Status();
      default:
        return UsageError(std::string("No attribute for ") + letter);
    }
  }
};

}  // namespace

std::unique_ptr<Command> MakeCp() { return std::make_unique<Cp>(); }

}  // namespace cairn::shell
