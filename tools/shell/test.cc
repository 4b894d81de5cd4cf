// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

// -test: answers by the exit status.
class Test final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1, .most = 1}, {"e", "d", "f", "s", "z", "w", "r"});
    CAIRN_TRY(format.Parse(arguments));
    const std::vector<std::string> given = format.Given();
    if (given.empty()) return UsageError("No test flag given");
    if (given.size() > 1) return UsageError("Only one test flag is allowed");
    flag_ = given.front().front();
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    CAIRN_ASSIGN(const bool yes, Answer(item));
    if (!yes) set_exit_code(1);
    return Status();
  }

  Status ProcessMissingPath(PathData&) override {
    set_exit_code(1);
    return Status();
  }

  Result<bool> Answer(const PathData& item) const {
    switch (flag_) {
      case 'd':
        return item.is_directory();
      case 'f':
        return item.is_file();
      case 's':
        return item.status->length > 0;
      case 'z':
        return item.status->length == 0;
      case 'w':
        return MayAccess(item, Access::kWrite);
      case 'r':
        return MayAccess(item, Access::kRead);
      default:
        return true;
    }
  }

  static Result<bool> MayAccess(const PathData& item, Access access) {
    const Status status = item.fs->CheckAccess(item.path, access);
    if (status.ok()) return true;
    const bool answered =
        status.code() == Code::kAccessDenied || status.code() == Code::kNotFound;
    return answered ? Result<bool>(false) : Result<bool>(status);
  }

  char flag_ = 'e';
};

}  // namespace

std::unique_ptr<Command> MakeTest() { return std::make_unique<Test>(); }

}  // namespace cairn::shell
