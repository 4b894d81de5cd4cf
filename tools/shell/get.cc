// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/copy_command.h"

namespace cairn::shell {
namespace {

class Get final : public CopyCommand {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"crc", "ignoreCrc", "p", "f"});
    format.WithValue("t").WithValue("q");
    CAIRN_TRY(format.Parse(arguments));
    options().write_checksums = format.Has("crc");
    options().verify_checksums = !format.Has("ignoreCrc");
    if (format.Has("p")) {
      options().preserve = {
          .times = true, .owner = true, .permission = true, .acl = false, .xattrs = false};
    }
    options().overwrite = format.Has("f");
    CAIRN_TRY(TakeThreads(format));
    set_recursive(true);
    return TakeLocalDestination(arguments);
  }
};

// Apache never built it.
class MoveToLocal final : public Command {
  Status ProcessOptions(Arguments&) override {
    return Status(Code::kUnsupported, "Option '-moveToLocal' is not implemented yet.");
  }
};

}  // namespace

std::unique_ptr<Command> MakeGet() { return std::make_unique<Get>(); }
std::unique_ptr<Command> MakeMoveToLocal() { return std::make_unique<MoveToLocal>(); }

}  // namespace cairn::shell
