// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copying.h"

namespace cairn::shell {
namespace {

constexpr uint64_t kShownBytes = 1024;

class Head final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1, .most = 1}, {});
    return format.Parse(arguments);
  }

  Result<std::vector<PathData>> ExpandArgument(const std::string& argument) override {
    CAIRN_ASSIGN(PathData item, MakePath(context().file_systems, argument));
    return std::vector<PathData>{std::move(item)};
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return IsADirectory(item.Text());
    CAIRN_ASSIGN(const std::unique_ptr<Source> source, item.fs->Open(item.path, true));
    return PrintSome(*source, context().console, kShownBytes).status();
  }
};

}  // namespace

std::unique_ptr<Command> MakeHead() { return std::make_unique<Head>(); }

}  // namespace cairn::shell
