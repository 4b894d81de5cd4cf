// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copy_command.h"
#include "tools/shell/copying.h"

namespace cairn::shell {
namespace {

class AppendToFile final : public CopyCommand {
  Status ProcessOptions(Arguments& arguments) override {
    if (arguments.size() < 2) return Status(Code::kIoError, "missing destination argument");
    CommandFormat format({.least = 2}, {"n"});
    CAIRN_TRY(format.Parse(arguments));
    new_block_ = format.Has("n");
    return TakeDestination(arguments);
  }

  Result<std::vector<PathData>> ExpandArgument(const std::string& argument) override {
    std::vector<PathData> items;
    if (argument == "-") {
      from_input_ = true;
      return items;
    }
    CAIRN_ASSIGN(PathData item, MakeLocalPath(context().file_systems, argument));
    items.push_back(std::move(item));
    return items;
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    const PathData& target = destination();
    if (!target.exists()) {
      CAIRN_ASSIGN(const std::unique_ptr<Sink> empty,
                   target.fs->Create(target.path, {.overwrite = false,
                                                   .lazy_persist = false,
                                                   .write_checksums = true}));
      CAIRN_TRY(empty->Close());
    }
    CAIRN_ASSIGN(const std::unique_ptr<Sink> sink, target.fs->Append(target.path, new_block_));
    const Status appended = AppendAll(items, *sink);
    const Status closed = sink->Close();
    return appended.ok() ? closed : appended;
  }

  Status AppendAll(const std::vector<PathData>& items, Sink& sink) {
    if (from_input_) {
      if (!items.empty()) {
        return Status(Code::kIoError, "stdin (-) must be the sole input argument when present");
      }
      const std::unique_ptr<Source> input = StandardInput(context().console);
      CAIRN_TRY(CopyAll(*input, sink, nullptr));
    }
    for (const PathData& item : items) {
      // The words of the class that Apache opens these files with.
      if (!item.exists()) return Status(Code::kNotFound, item.path);
      CAIRN_ASSIGN(const std::unique_ptr<Source> source, item.fs->Open(item.path, false));
      CAIRN_TRY(CopyAll(*source, sink, nullptr));
    }
    return Status();
  }

  bool new_block_ = false;
  bool from_input_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeAppendToFile() { return std::make_unique<AppendToFile>(); }

}  // namespace cairn::shell
