// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

class Truncate final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 2}, {"w"});
    CAIRN_TRY(format.Parse(arguments));
    wait_ = format.Has("w");
    const Result<int64_t> length = ParseLong(arguments.front());
    if (!length.ok()) {
      DisplayWarning("Illegal length, a non-negative integer expected");
      return length.status();
    }
    if (*length < 0) return UsageError("length must be >= 0");
    length_ = static_cast<uint64_t>(*length);
    arguments.erase(arguments.begin());
    return Status();
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    CAIRN_TRY(Command::ProcessArguments(items));
    for (PathData& item : waiting_) CAIRN_TRY(WaitFor(item));
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return IsADirectory(item.Text());
    if (length_ > item.status->length) {
      return UsageError("Cannot truncate to a larger file size. Current size: " +
                        std::to_string(item.status->length) +
                        ", truncate size: " + std::to_string(length_) + ".");
    }
    CAIRN_ASSIGN(const bool done, item.fs->Truncate(item.path, length_));
    const std::string what = item.Text() + " to length: " + std::to_string(length_);
    if (done) {
      PrintLine("Truncated " + what);
    } else if (wait_) {
      waiting_.push_back(item);
    } else {
      PrintLine("Truncating " + what +
                ". Wait for block recovery to complete before further updating this file.");
    }
    return Status();
  }

  Status WaitFor(PathData& item) {
    PrintLine("Waiting for " + item.Text() + " ...");
    context().console.Flush();
    for (;;) {
      CAIRN_TRY(item.Refresh());
      if (item.status->length == length_) break;
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
    PrintLine("Truncated " + item.Text() + " to length: " + std::to_string(length_));
    return Status();
  }

  bool wait_ = false;
  uint64_t length_ = 0;
  std::vector<PathData> waiting_;
};

}  // namespace

std::unique_ptr<Command> MakeTruncate() { return std::make_unique<Truncate>(); }

}  // namespace cairn::shell
