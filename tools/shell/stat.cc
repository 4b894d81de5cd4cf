// SPDX-License-Identifier: Apache-2.0
#include "common/model/permission.h"
#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

constexpr char kTimePattern[] = "%Y-%m-%d %H:%M:%S";

std::string Octal(uint16_t mode) {
  return std::to_string((mode >> 9 & 1) * 1000 + (mode >> 6 & 7) * 100 + (mode >> 3 & 7) * 10 +
                        (mode & 7));
}

// What stands for "%<letter>".
std::string Field(const PathData& item, char letter) {
  const FileStatus& status = *item.status;
  const auto modified = static_cast<int64_t>(status.modification_time_ms);
  const auto accessed = static_cast<int64_t>(status.access_time_ms);
  switch (letter) {
    case 'a':
      return Octal(status.mode);
    case 'A':
      return ModeString(status.mode);
    case 'b':
      return std::to_string(status.length);
    case 'F':
      return item.is_directory() ? "directory" : item.is_file() ? "regular file" : "symlink";
    case 'g':
      return status.group;
    case 'n':
      return item.name();
    case 'o':
      return std::to_string(status.block_size);
    case 'r':
      return std::to_string(status.replication);
    case 'u':
      return status.owner;
    case 'x':
      return FormatTime(accessed, kTimePattern);
    case 'X':
      return std::to_string(accessed);
    case 'y':
      return FormatTime(modified, kTimePattern);
    case 'Y':
      return std::to_string(modified);
    default:
      return std::string(1, letter);
  }
}

class Stat final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"R"});
    CAIRN_TRY(format.Parse(arguments));
    set_recursive(format.Has("R"));
    if (arguments.front().find('%') != std::string::npos) {
      format_ = arguments.front();
      arguments.erase(arguments.begin());
    }
    return format.Parse(arguments);
  }

  Status ProcessPath(PathData& item) override {
    std::string line;
    for (size_t i = 0; i < format_.size(); ++i) {
      if (format_[i] != '%') {
        line += format_[i];
      } else if (++i < format_.size()) {
        line += Field(item, format_[i]);
      }
    }
    PrintLine(line);
    return Status();
  }

  std::string format_ = "%y";
};

}  // namespace

std::unique_ptr<Command> MakeStat() { return std::make_unique<Stat>(); }

}  // namespace cairn::shell
