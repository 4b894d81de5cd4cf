// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copying.h"

namespace cairn::shell {
namespace {

// -getmerge: the files of directories, one level deep, one after another into a local file.
class GetMerge final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 2}, {"nl", "skip-empty-file"});
    CAIRN_TRY(format.Parse(arguments));
    newline_ = format.Has("nl");
    skip_empty_ = format.Has("skip-empty-file");
    CAIRN_ASSIGN(destination_, MakeLocalPath(context().file_systems, arguments.back()));
    arguments.pop_back();
    return destination_.is_directory() ? IsADirectory(destination_.Text()) : Status();
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    CAIRN_TRY(Command::ProcessArguments(items));
    if (exit_code() != 0) return Status();  // A path was missing.
    CAIRN_ASSIGN(const std::unique_ptr<Sink> sink, destination_.fs->Create(destination_.path, {}));
    for (const PathData& file : files_) {
      if (file.status->length > 0) {
        CAIRN_ASSIGN(const std::unique_ptr<Source> source, file.fs->Open(file.path, true));
        CAIRN_TRY(CopyAll(*source, *sink, nullptr));
      }
      if (newline_ && (file.status->length > 0 || !skip_empty_)) CAIRN_TRY(sink->Write("\n", 1));
    }
    return sink->Close();
  }

  Status ProcessMissingPath(PathData& item) override {
    set_exit_code(1);
    return Command::ProcessMissingPath(item);
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return depth() == 0 ? RecursePath(item) : Status();
    files_.push_back(item);
    return Status();
  }

  bool IsSorted() const override { return true; }

  PathData destination_;
  bool newline_ = false;
  bool skip_empty_ = false;
  std::vector<PathData> files_;
};

}  // namespace

std::unique_ptr<Command> MakeGetMerge() { return std::make_unique<GetMerge>(); }

}  // namespace cairn::shell
