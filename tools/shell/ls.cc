// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "common/model/permission.h"
#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

// Entries that are laid out together when a tree is listed.
constexpr size_t kGroupSize = 100;

struct Options {
  bool path_only = false;
  bool directories_as_files = false;
  bool human = false;
  bool hide_unprintable = false;
  bool reverse = false;
  bool by_time = false;
  bool by_size = false;
  bool access_time = false;
  bool erasure_coding = false;
};

// -ls: columns grow with what has been listed so far, and never shrink.
class Ls : public Command {
 protected:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({}, {"C", "d", "h", "q", "R", "r", "t", "S", "u", "e"});
    CAIRN_TRY(format.Parse(arguments));
    options_.path_only = format.Has("C");
    options_.directories_as_files = format.Has("d");
    set_recursive(format.Has("R") && !options_.directories_as_files);
    options_.human = format.Has("h");
    options_.hide_unprintable = format.Has("q");
    options_.reverse = format.Has("r");
    options_.by_time = format.Has("t");
    options_.by_size = !options_.by_time && format.Has("S");
    options_.access_time = format.Has("u");
    options_.erasure_coding = format.Has("e");
    if (arguments.empty()) arguments.push_back(".");
    return Status();
  }

  Status ProcessPathArgument(PathData& item) override {
    if (!options_.directories_as_files && item.is_directory()) return RecursePath(item);
    return Command::ProcessPathArgument(item);
  }

  bool IsSorted() const override {
    return !recursive() || options_.by_time || options_.by_size || options_.reverse;
  }

  size_t GroupSize() const override { return options_.path_only ? 1 : kGroupSize; }

  Status ProcessPaths(bool within, std::vector<PathData>& items) override {
    if (within && !recursive() && !items.empty()) {
      if (!options_.path_only) PrintLine("Found " + std::to_string(items.size()) + " items");
      Sort(items);
    }
    if (!options_.path_only) CAIRN_TRY(WidenColumns(items));
    return Command::ProcessPaths(within, items);
  }

  Status ProcessPath(PathData& item) override {
    if (options_.path_only) {
      PrintLine(item.Text());
      return Status();
    }
    const FileStatus& status = *item.status;
    std::string line = item.is_directory() ? "d" : "-";
    line += ModeString(status.mode) + (status.has_acl ? "+" : " ");
    line += PadLeft(item.is_file() ? std::to_string(status.replication) : "-", replication_) + " ";
    line += Column(status.owner, owner_) + Column(status.group, group_);
    if (options_.erasure_coding) {
      CAIRN_ASSIGN(const std::string policy, Policy(item));
      line += Column(policy, policy_);
    }
    line += PadLeft(Size(status), length_) + " ";
    const uint64_t time =
        options_.access_time ? status.access_time_ms : status.modification_time_ms;
    line += FormatTime(static_cast<int64_t>(time), "%Y-%m-%d %H:%M") + " ";
    line += options_.hide_unprintable ? Printable(item.Text()) : item.Text();
    PrintLine(line);
    return Status();
  }

 private:
  static std::string Column(const std::string& text, size_t width) {
    return width == 0 ? text : PadRight(text, width) + " ";
  }

  std::string Size(const FileStatus& status) const {
    return options_.human ? HumanSize(static_cast<int64_t>(status.length))
                          : std::to_string(status.length);
  }

  static Result<std::string> Policy(const PathData& item) {
    CAIRN_ASSIGN(const ContentSummary summary, item.fs->GetContentSummary(item.path));
    return summary.erasure_coding_policy;
  }

  Status WidenColumns(const std::vector<PathData>& items) {
    for (const PathData& item : items) {
      const FileStatus& status = *item.status;
      replication_ = std::max(replication_, std::to_string(status.replication).size());
      length_ = std::max(length_, std::to_string(status.length).size());
      owner_ = std::max(owner_, Utf16Length(status.owner));
      group_ = std::max(group_, Utf16Length(status.group));
    }
    if (!options_.erasure_coding) return Status();
    policy_ = 0;
    for (const PathData& item : items) {
      CAIRN_ASSIGN(const std::string policy, Policy(item));
      policy_ = std::max(policy_, policy.size());
    }
    return Status();
  }

  uint64_t Time(const PathData& item) const {
    return options_.access_time ? item.status->access_time_ms
                                : item.status->modification_time_ms;
  }

  // Negative when `a` comes first.
  int Compare(const PathData& a, const PathData& b) const {
    const auto later_first = [](uint64_t x, uint64_t y) { return x > y ? -1 : x < y ? 1 : 0; };
    int order = 0;
    if (options_.by_time) {
      order = later_first(Time(a), Time(b));
    } else if (options_.by_size) {
      order = later_first(a.status->length, b.status->length);
    } else {
      order = ComparePaths(a.path, b.path);
    }
    return options_.reverse ? -order : order;
  }

  void Sort(std::vector<PathData>& items) const {
    std::stable_sort(items.begin(), items.end(), [this](const PathData& a, const PathData& b) {
      return Compare(a, b) < 0;
    });
  }

  Options options_;
  size_t replication_ = 3;
  size_t length_ = 10;
  size_t owner_ = 0;
  size_t group_ = 0;
  size_t policy_ = 0;
};

class Lsr final : public Ls {
  Status ProcessOptions(Arguments& arguments) override {
    arguments.insert(arguments.begin(), "-R");
    return Ls::ProcessOptions(arguments);
  }
};

}  // namespace

std::unique_ptr<Command> MakeLs() { return std::make_unique<Ls>(); }
std::unique_ptr<Command> MakeLsr() { return std::make_unique<Lsr>(); }

}  // namespace cairn::shell
