// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <thread>

#include "tools/shell/commands.h"
#include "tools/shell/copying.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

constexpr uint64_t kShownBytes = 1024;
constexpr int64_t kDefaultDelayMs = 5000;

// -tail: the end of a file; with -f also what is appended, until somebody ends the command.
class Tail final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1, .most = 1}, {"f"});
    format.WithValue("s");
    CAIRN_TRY(format.Parse(arguments));
    follow_ = format.Has("f");
    const std::string delay = format.Value("s").value_or("");
    if (!follow_ || delay.empty()) return Status();
    CAIRN_ASSIGN(const int64_t delay_ms, ParseLong(delay));
    if (delay_ms > 0) delay_ms_ = delay_ms;
    return Status();
  }

  Result<std::vector<PathData>> ExpandArgument(const std::string& argument) override {
    CAIRN_ASSIGN(PathData item, MakePath(context().file_systems, argument));
    return std::vector<PathData>{std::move(item)};
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return IsADirectory(item.Text());
    CAIRN_TRY(item.Refresh());
    const uint64_t length = item.status->length;
    CAIRN_ASSIGN(uint64_t offset, PrintFrom(item, length - std::min(length, kShownBytes)));
    while (follow_) {
      context().console.Flush();
      std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms_));
      CAIRN_TRY(item.Refresh());
      // A file that was cut is followed from its new end.
      if (item.status->length < offset) {
        offset = item.status->length;
      } else {
        CAIRN_ASSIGN(offset, PrintFrom(item, offset));
      }
    }
    return Status();
  }

  // Gives where the output ended.
  Result<uint64_t> PrintFrom(const PathData& item, uint64_t offset) {
    CAIRN_ASSIGN(const std::unique_ptr<Source> source, item.fs->Open(item.path, true));
    CAIRN_TRY(source->Seek(offset));
    CAIRN_ASSIGN(const uint64_t printed, PrintSome(*source, context().console, UINT64_MAX));
    return offset + printed;
  }

  bool follow_ = false;
  int64_t delay_ms_ = kDefaultDelayMs;
};

}  // namespace

std::unique_ptr<Command> MakeTail() { return std::make_unique<Tail>(); }

}  // namespace cairn::shell
