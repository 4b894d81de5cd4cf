// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

constexpr char kUsage[] = "<target path> <src path> <src path> ...";

class Concat final : public Command {
  Status ProcessArguments(std::vector<PathData>& items) override {
    if (items.empty()) {
      return Status(Code::kIoError, std::string("Target path not specified. ") + kUsage);
    }
    if (items.size() < 3) {
      return Status(Code::kIoError,
                    std::string("The number of source paths is less than 2. ") + kUsage);
    }
    const PathData& target = items.front();
    if (!target.is_file()) {
      return Status(Code::kNotFound, "Target path " + target.Qualified() +
                                         " does not exist or is not file.");
    }
    std::vector<std::string> sources;
    for (size_t i = 1; i < items.size(); ++i) {
      if (!items[i].is_file()) {
        return Status(Code::kNotFound,
                      items[i].Qualified() + " does not exist or is not file.");
      }
      sources.push_back(items[i].path);
    }
    if (target.fs->hdfs() == nullptr) {
      return InputOutputError("Dest filesystem '" + target.fs->scheme() +
                              "' doesn't support concat.");
    }
    return target.fs->hdfs()->Concat(target.path, sources);
  }
};

}  // namespace

std::unique_ptr<Command> MakeConcat() { return std::make_unique<Concat>(); }

}  // namespace cairn::shell
