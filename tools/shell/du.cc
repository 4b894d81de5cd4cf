// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"
#include "tools/shell/table.h"

namespace cairn::shell {
namespace {

std::string Size(bool human, int64_t size) {
  return human ? HumanSize(size) : std::to_string(size);
}

// -df.
class Df final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({}, {"h"});
    CAIRN_TRY(format.Parse(arguments));
    human_ = format.Has("h");
    if (arguments.empty()) arguments.push_back("/");
    return Status();
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    table_.SetHeader({"Filesystem", "Size", "Used", "Available", "Use%"});
    const Status status = Command::ProcessArguments(items);
    table_.Print(context().console);
    return status;
  }

  Status ProcessPath(PathData& item) override {
    CAIRN_ASSIGN(const Capacity capacity, item.fs->GetCapacity(item.path));
    const double part =
        static_cast<double>(capacity.used) / static_cast<double>(capacity.capacity);
    table_.AddRow({item.fs->uri(), Size(human_, capacity.capacity), Size(human_, capacity.used),
                   Size(human_, capacity.remaining), FormatPercent(part, 0)});
    return Status();
  }

  bool human_ = false;
  Table table_{{false, true, true, true, true}};
};

// -du: of each entry of a directory, or with -s of the directory.
class Du : public Command {
 protected:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({}, {"h", "s", "v", "x"});
    CAIRN_TRY(format.Parse(arguments));
    human_ = format.Has("h");
    summary_ = format.Has("s");
    header_ = format.Has("v");
    without_snapshots_ = format.Has("x");
    if (arguments.empty()) arguments.push_back(".");
    return Status();
  }

  Status ProcessArguments(std::vector<PathData>& items) override {
    if (header_) {
      table_.SetHeader({"SIZE", "DISK_SPACE_CONSUMED_WITH_ALL_REPLICAS", "FULL_PATH_NAME"});
    }
    const Status status = Command::ProcessArguments(items);
    table_.Print(context().console);
    return status;
  }

  Status ProcessPathArgument(PathData& item) override {
    if (!summary_ && item.is_directory()) return RecursePath(item);
    return Command::ProcessPathArgument(item);
  }

  Status ProcessPath(PathData& item) override {
    CAIRN_ASSIGN(const ContentSummary summary, item.fs->GetContentSummary(item.path));
    uint64_t length = summary.length;
    uint64_t space = summary.space_consumed;
    if (without_snapshots_) {
      length -= summary.snapshot_length;
      space -= summary.snapshot_space_consumed;
    }
    table_.AddRow({Size(human_, static_cast<int64_t>(length)),
                   Size(human_, static_cast<int64_t>(space)), item.Text()});
    return Status();
  }

 private:
  bool human_ = false;
  bool summary_ = false;
  bool header_ = false;
  bool without_snapshots_ = false;
  Table table_{{false, false, false}};
};

class Dus final : public Du {
  Status ProcessOptions(Arguments& arguments) override {
    arguments.insert(arguments.begin(), "-s");
    return Du::ProcessOptions(arguments);
  }
};

}  // namespace

std::unique_ptr<Command> MakeDf() { return std::make_unique<Df>(); }
std::unique_ptr<Command> MakeDu() { return std::make_unique<Du>(); }
std::unique_ptr<Command> MakeDus() { return std::make_unique<Dus>(); }

}  // namespace cairn::shell
