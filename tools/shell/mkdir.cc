// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

class Mkdir final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"p"});
    CAIRN_TRY(format.Parse(arguments));
    parents_ = format.Has("p");
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    if (!item.is_directory()) return IsNotADirectory(item.Text());
    return parents_ ? Status() : FileExists(item.Text());
  }

  Status ProcessMissingPath(PathData& item) override {
    if (!parents_) {
      const std::string parent = ParentOf(item.path).value_or("/");
      CAIRN_ASSIGN(const bool exists, Exists(*item.fs, parent));
      if (!exists) return NoSuchFile(item.fs->Qualify(parent));
    }
    CAIRN_ASSIGN(const bool made, item.fs->Mkdirs(item.path, 0777));
    return made ? Status() : InputOutputError(item.Text());
  }

  bool parents_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeMkdir() { return std::make_unique<Mkdir>(); }

}  // namespace cairn::shell
