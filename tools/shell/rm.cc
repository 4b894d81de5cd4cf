// SPDX-License-Identifier: Apache-2.0
#include "common/util/clock.h"
#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"
#include "tools/shell/trash.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {
namespace {

constexpr char kSafelyLimit[] = "hadoop.shell.safely.delete.limit.num.files";
constexpr int64_t kSafelyLimitDefault = 100;

// -rm: into the trash where there is one.
class Rm : public Command {
 protected:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"f", "r", "R", "skipTrash", "safely"});
    CAIRN_TRY(format.Parse(arguments));
    ignore_missing_ = format.Has("f");
    directories_ = format.Has("r") || format.Has("R");
    skip_trash_ = format.Has("skipTrash");
    safely_ = format.Has("safely");
    return Status();
  }

  Result<std::vector<PathData>> ExpandArgument(const std::string& argument) override {
    Result<std::vector<PathData>> items = Command::ExpandArgument(argument);
    if (ignore_missing_ && items.status().code() == Code::kNotFound) {
      return std::vector<PathData>();
    }
    return items;
  }

  Status ProcessMissingPath(PathData& item) override {
    return ignore_missing_ ? Status() : Command::ProcessMissingPath(item);
  }

  Status ProcessPath(PathData& item) override {
    if (item.is_directory() && !directories_) return IsADirectory(item.Text());
    if (!skip_trash_) {
      Trash trash(*item.fs, context(), clock_);
      const Result<bool> moved = trash.Move(item.path);
      if (!moved.ok()) return TrashFailure(moved.status());
      if (*moved) return Status();
    }
    CAIRN_ASSIGN(const bool safe, IsSafe(item));
    if (!safe) return Status();
    CAIRN_ASSIGN(const bool deleted, item.fs->Delete(item.path, directories_));
    if (!deleted) return InputOutputError(item.Text());
    PrintLine("Deleted " + item.Text());
    return Status();
  }

 private:
  static Status TrashFailure(const Status& status) {
    if (status.code() == Code::kNotFound || IsUsageError(status)) return status;
    return Status(Code::kIoError, status.message() + ". Consider using -skipTrash option");
  }

  // Asks before many files go.
  Result<bool> IsSafe(const PathData& item) {
    if (!safely_) return true;
    int64_t limit = kSafelyLimitDefault;
    if (const auto text = context().configuration.Find(kSafelyLimit)) {
      CAIRN_ASSIGN(limit, ParseLong(*text));
    }
    if (limit <= 0) return true;
    CAIRN_ASSIGN(const ContentSummary summary, item.fs->GetContentSummary(item.path));
    const uint64_t files = summary.file_count;
    if (files <= static_cast<uint64_t>(limit)) return true;
    for (;;) {
      const std::optional<std::string> answer = context().console.Ask(
          "Proceed deleting " + std::to_string(files) + " files? (Y or N) ");
      const std::string word = ToLower(answer.value_or("no"));
      if (word == "y" || word == "yes") return true;
      if (word == "n" || word == "no") break;
      context().console.ErrorLine("Invalid input: " + *answer);
    }
    context().console.ErrorLine("Delete aborted at user request.\n");
    return false;
  }

  SystemClock clock_;
  bool ignore_missing_ = false;
  bool directories_ = false;
  bool skip_trash_ = false;
  bool safely_ = false;
};

class Rmr final : public Rm {
  Status ProcessOptions(Arguments& arguments) override {
    arguments.insert(arguments.begin(), "-r");
    return Rm::ProcessOptions(arguments);
  }
};

class Rmdir final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"-ignore-fail-on-non-empty"});
    CAIRN_TRY(format.Parse(arguments));
    ignore_full_ = format.Has("-ignore-fail-on-non-empty");
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    if (!item.is_directory()) return IsNotADirectory(item.Text());
    CAIRN_ASSIGN(const std::vector<FileStatus> entries, ListAll(*item.fs, item.path));
    if (!entries.empty()) return ignore_full_ ? Status() : NotEmpty(item.Text());
    CAIRN_ASSIGN(const bool deleted, item.fs->Delete(item.path, false));
    return deleted ? Status() : InputOutputError(item.Text());
  }

  bool ignore_full_ = false;
};

// -expunge.
class Expunge final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 0, .most = 2}, {"immediate"});
    format.WithValue("fs");
    CAIRN_TRY(format.Parse(arguments));
    immediate_ = format.Has("immediate");
    const std::string uri = format.Value("fs").value_or("");
    if (!uri.empty()) context().file_systems.SetDefault(uri);
    return Status();
  }

  Status ProcessArguments(std::vector<PathData>&) override {
    CAIRN_ASSIGN(FileSystem* const fs, context().file_systems.Default());
    Trash trash(*fs, context(), clock_);
    if (immediate_) CAIRN_TRY(trash.CreateCheckpoint());
    CAIRN_TRY(trash.DeleteCheckpoints(immediate_));
    return immediate_ ? Status() : trash.CreateCheckpoint();
  }

  SystemClock clock_;
  bool immediate_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeRm() { return std::make_unique<Rm>(); }
std::unique_ptr<Command> MakeRmr() { return std::make_unique<Rmr>(); }
std::unique_ptr<Command> MakeRmdir() { return std::make_unique<Rmdir>(); }
std::unique_ptr<Command> MakeExpunge() { return std::make_unique<Expunge>(); }

}  // namespace cairn::shell
