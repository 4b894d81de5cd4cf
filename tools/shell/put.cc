// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copy_command.h"
#include "tools/shell/copying.h"

namespace cairn::shell {
namespace {

// -put: local files into the destination; "-" is the standard input.
class Put : public CopyCommand {
 protected:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"f", "p", "l", "d"});
    format.WithValue("t").WithValue("q");
    CAIRN_TRY(format.Parse(arguments));
    CAIRN_TRY(TakeThreads(format));
    options().overwrite = format.Has("f");
    if (format.Has("p")) {
      options().preserve = {
          .times = true, .owner = true, .permission = true, .acl = false, .xattrs = false};
    }
    options().lazy_persist = format.Has("l");
    options().direct = format.Has("d");
    CAIRN_TRY(TakeDestination(arguments));
    set_recursive(true);
    return Status();
  }

  Result<std::vector<PathData>> ExpandArgument(const std::string& argument) override {
    CAIRN_ASSIGN(PathData item, MakeLocalPath(context().file_systems, argument));
    return std::vector<PathData>{std::move(item)};
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    if (items.size() != 1 || items.front().Text() != "-") {
      return CopyCommand::ProcessArguments(items);
    }
    CAIRN_ASSIGN(PathData target, TargetOf(items.front()));
    const std::unique_ptr<Source> input = StandardInput(context().console);
    return CopyStream(*input, target);
  }
};

// -moveFromLocal: the source goes when it has been copied, and no directory is merged.
class MoveFromLocal final : public Put {
  Status ProcessOptions(Arguments& arguments) override {
    for (const std::string& argument : arguments) {
      if (argument == "-t") return UsageError("Illegal option -t");
    }
    return Put::ProcessOptions(arguments);
  }

  Status ProcessPair(PathData& source, PathData& target) override {
    if (target.is_directory()) return FileExists(target.Text());
    return Put::ProcessPair(source, target);
  }

  Status AfterPath(PathData& source) override {
    CAIRN_ASSIGN(const bool deleted, source.fs->Delete(source.path, false));
    if (deleted) return Status();
    return InputOutputError(source.Text(),
                            {.operation = "remove", .target = "", .qualified = ""});
  }
};

}  // namespace

std::unique_ptr<Command> MakePut() { return std::make_unique<Put>(); }
std::unique_ptr<Command> MakeMoveFromLocal() { return std::make_unique<MoveFromLocal>(); }

}  // namespace cairn::shell
