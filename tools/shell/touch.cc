// SPDX-License-Identifier: Apache-2.0
#include "common/util/clock.h"
#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

Status CreateEmpty(const PathData& item) {
  CAIRN_ASSIGN(const std::unique_ptr<Sink> sink, item.fs->Create(item.path, {}));
  return sink->Close();
}

Status CheckParent(const PathData& item) {
  CAIRN_ASSIGN(const bool parent, item.ParentExists());
  return parent ? Status() : NoSuchFile(item.Text(), item.QualifiedUri());
}

class Touchz final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {});
    return format.Parse(arguments);
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory()) return IsADirectory(item.Text());
    if (item.status->length != 0) {
      return PathError(Code::kIoError, item.Text(), "Not a zero-length file");
    }
    return CreateEmpty(item);
  }

  Status ProcessMissingPath(PathData& item) override {
    CAIRN_TRY(CheckParent(item));
    return CreateEmpty(item);
  }
};

class Touch final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CAIRN_TRY(PopOptionWithArgument("-t", arguments, &timestamp_));
    CommandFormat format({.least = 1}, {"t", "a", "m", "c"});
    CAIRN_TRY(format.Parse(arguments));
    modification_ = format.Has("m");
    access_ = format.Has("a");
    create_ = !format.Has("c");
    return Status();
  }

  Status ProcessPath(PathData& item) override { return SetTime(item); }

  Status ProcessMissingPath(PathData& item) override {
    CAIRN_TRY(CheckParent(item));
    if (!create_) return Status();
    CAIRN_TRY(CreateEmpty(item));
    return timestamp_ ? SetTime(item) : Status();
  }

  Status SetTime(const PathData& item) {
    int64_t time = SystemClock().WallMs();
    if (timestamp_) {
      CAIRN_ASSIGN(time, ParseTimestamp(*timestamp_));
    }
    const bool both = modification_ == access_;
    return item.fs->SetTimes(item.path, both || modification_ ? time : -1,
                             both || access_ ? time : -1);
  }

  std::optional<std::string> timestamp_;
  bool modification_ = false;
  bool access_ = false;
  bool create_ = true;
};

}  // namespace

std::unique_ptr<Command> MakeTouch() { return std::make_unique<Touch>(); }
std::unique_ptr<Command> MakeTouchz() { return std::make_unique<Touchz>(); }

}  // namespace cairn::shell
