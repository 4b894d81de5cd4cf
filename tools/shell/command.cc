// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/command.h"

#include <iterator>

namespace cairn::shell {
namespace {

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

void Command::Attach(ShellContext& context, const std::string& name) {
  context_ = &context;
  name_ = name;
}

Result<int> Command::Run(Arguments arguments) {
  Status status = ProcessOptions(arguments);
  if (status.ok()) status = ProcessRawArguments(arguments);
  CAIRN_TRY(Absorb(status));
  return errors_ == 0 ? exit_code_ : 1;
}

Status Command::ProcessOptions(Arguments&) { return Status(); }

Status Command::ProcessRawArguments(const Arguments& arguments) {
  std::vector<PathData> items;
  for (const std::string& argument : arguments) {
    Result<std::vector<PathData>> expanded = ExpandArgument(argument);
    CAIRN_TRY(Absorb(expanded.status()));
    if (!expanded.ok()) continue;
    items.insert(items.end(), std::make_move_iterator(expanded->begin()),
                 std::make_move_iterator(expanded->end()));
  }
  return ProcessArguments(items);
}

Result<std::vector<PathData>> Command::ExpandArgument(const std::string& argument) {
  CAIRN_ASSIGN(std::vector<PathData> items, ExpandGlob(context().file_systems, argument));
  if (items.empty()) return NoSuchFile(argument);
  return items;
}

Status Command::ProcessArguments(std::vector<PathData>& items) {
  for (PathData& item : items) {
    CAIRN_TRY(Absorb(item.exists() ? ProcessPathArgument(item) : ProcessMissingPath(item)));
  }
  return Status();
}

Status Command::ProcessPathArgument(PathData& item) {
  depth_ = 0;
  std::vector<PathData> items = {item};
  return ProcessPaths(false, items);
}

Status Command::ProcessMissingPath(PathData& item) { return NoSuchFile(item.Text()); }

Status Command::ProcessPaths(bool, std::vector<PathData>& items) {
  for (PathData& item : items) CAIRN_TRY(Absorb(ProcessOne(item)));
  return Status();
}

Status Command::ProcessOne(PathData& item) {
  CAIRN_TRY(ProcessPath(item));
  if (recursive_ && IsRecursable(item)) CAIRN_TRY(RecursePath(item));
  return AfterPath(item);
}

Status Command::ProcessPath(PathData&) { return Status(); }

Status Command::AfterPath(PathData&) { return Status(); }

bool Command::IsRecursable(const PathData& item) { return item.is_directory(); }

Status Command::RecursePath(PathData& item) {
  ++depth_;
  Status status;
  if (IsSorted()) {
    Result<std::vector<PathData>> contents = SortedContents(item);
    status = contents.ok() ? ProcessPaths(true, *contents) : contents.status();
  } else {
    status = WalkUnsorted(item);
  }
  --depth_;
  return status;
}

Status Command::WalkUnsorted(PathData& item) {
  if (!item.is_directory()) return IsNotADirectory(item.Text());
  CAIRN_ASSIGN(const std::unique_ptr<client::DirectoryIterator> listing,
               item.fs->List(item.path));
  std::vector<PathData> group;
  for (;;) {
    CAIRN_ASSIGN(std::optional<std::vector<FileStatus>> page, listing->NextPage());
    if (!page) break;
    for (FileStatus& entry : *page) {
      group.push_back(item.ListedChild(std::move(entry)));
      if (group.size() < GroupSize()) continue;
      CAIRN_TRY(ProcessPaths(true, group));
      group.clear();
    }
  }
  return group.empty() ? Status() : ProcessPaths(true, group);
}

Status Command::Absorb(const Status& status) {
  if (status.ok()) return status;
  if (IsUsageError(status)) return status;
  DisplayError(status);
  return Status();
}

void Command::DisplayError(const Status& status) {
  ++errors_;
  DisplayWarning(FirstLine(status.message()));
}

void Command::DisplayWarning(const std::string& message) {
  context().console.ErrorLine(name_ + ": " + message);
}

}  // namespace cairn::shell
