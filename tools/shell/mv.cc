// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copy_command.h"

namespace cairn::shell {
namespace {

class Mv final : public CopyCommand {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 2}, {});
    CAIRN_TRY(format.Parse(arguments));
    return TakeDestination(arguments);
  }

  Status ProcessPair(PathData& source, PathData& target) override {
    if (source.fs != target.fs) {
      return PathError(Code::kIoError, source.Text(), "Does not match target filesystem");
    }
    if (target.exists()) return FileExists(target.Text());
    CAIRN_ASSIGN(const bool renamed, target.fs->Rename(source.path, target.path));
    return renamed ? Status() : InputOutputError(source.Text());
  }
};

}  // namespace

std::unique_ptr<Command> MakeMv() { return std::make_unique<Mv>(); }

}  // namespace cairn::shell
