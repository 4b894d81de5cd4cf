// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/chmod_mode.h"
#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

class Chmod final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 2}, {"R"});
    // A mode may begin with a dash.
    format.IgnoreUnknown();
    CAIRN_TRY(format.Parse(arguments));
    set_recursive(format.Has("R"));
    const std::string text = arguments.front();
    arguments.erase(arguments.begin());
    Result<ChmodMode> mode = ChmodMode::Parse(text);
    if (!mode.ok()) {
      return UsageError("chmod : mode '" + text + "' does not match the expected pattern.");
    }
    mode_ = *mode;
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    const uint16_t mode = mode_.Apply(item.status->mode, item.is_directory());
    if (mode == item.status->mode) return Status();
    const Status status = item.fs->SetPermission(item.path, mode);
    if (status.ok() || IsUsageError(status)) return status;
    return Status(Code::kIoError,
                  "changing permissions of '" + item.Text() + "': " + status.message());
  }

  ChmodMode mode_;
};

}  // namespace

std::unique_ptr<Command> MakeChmod() { return std::make_unique<Chmod>(); }

}  // namespace cairn::shell
