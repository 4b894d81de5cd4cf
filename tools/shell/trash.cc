// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/trash.h"

#include <cmath>
#include <cstdlib>
#include <ctime>

#include "common/config/common_keys.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

constexpr uint16_t kTrashMode = 0700;
constexpr char kCurrent[] = "Current";
constexpr char kCleanRoot[] = "fs.trash.clean.trashroot.enable";

// The time of a checkpoint named yyMMddHHmmss, or yyMMddHHmm as very old ones are.
std::optional<int64_t> CheckpointTime(const std::string& name) {
  const std::string digits = name.substr(0, name.find_first_not_of("0123456789"));
  if (digits.size() < 10) return std::nullopt;
  const std::string text = digits.size() >= 12 ? digits.substr(0, 12) : digits.substr(0, 10) + "00";
  tm fields{};
  fields.tm_isdst = -1;
  if (strptime(text.c_str(), "%y%m%d%H%M%S", &fields) == nullptr) return std::nullopt;
  return static_cast<int64_t>(mktime(&fields)) * 1000;
}

}  // namespace

Result<int64_t> Trash::IntervalMs() {
  Result<int64_t> minutes = fs_.TrashMinutes();
  if (!minutes.ok()) {
    return Status(Code::kIoError, "Failed to get server trash configuration");
  }
  if (*minutes != 0) return *minutes * 60000;
  const char* const key = config::kTrashInterval.name;
  if (!context_.configuration.properties().contains(key)) return 0;
  const std::string text = context_.configuration.Find(key).value_or("0");
  char* end = nullptr;
  const double configured = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !std::isfinite(configured)) {
    return UsageError("For input string: \"" + text + "\"");
  }
  return static_cast<int64_t>(configured * 60000);
}

Result<bool> Trash::MakeDirectory(std::string& target) {
  constexpr int kTriesMax = 100;
  std::string directory = *ParentOf(target);
  for (int tries = 0; tries < kTriesMax; ++tries) {
    const Result<bool> made = fs_.Mkdirs(directory, kTrashMode);
    if (made.ok()) {
      if (!*made) Note("WARN", "Can't create(mkdir) trash directory: " + fs_.Qualify(directory));
      return *made;
    }
    const Code code = made.status().code();
    if (code != Code::kAlreadyExists && code != Code::kParentNotDirectory) return made.status();
    std::string obstacle = directory;
    for (;;) {
      CAIRN_ASSIGN(const bool exists, Exists(fs_, obstacle));
      if (exists) break;
      obstacle = ParentOf(obstacle).value_or("/");
    }
    directory.replace(0, obstacle.size(), obstacle + std::to_string(clock_.WallMs()));
    target = JoinPath(directory, BaseName(target));
  }
  return Status(Code::kIoError, "no free name for " + directory);
}

Result<bool> Trash::Move(const std::string& path) {
  CAIRN_ASSIGN(const int64_t interval_ms, IntervalMs());
  if (interval_ms <= 0) return false;
  CAIRN_TRY(fs_.GetFileStatus(path).status());
  if (path.starts_with(root_)) return false;
  if (fs_.home().starts_with(path)) {
    return Status(Code::kIoError, "Cannot move \"" + fs_.Qualify(path) +
                                      "\" to the trash, as it contains the trash");
  }
  std::string target = JoinPath(root_, kCurrent) + path;
  Status cause;
  // Twice, in case a checkpoint comes between making the directory and moving into it.
  for (int i = 0; i < 2; ++i) {
    const Result<bool> made = MakeDirectory(target);
    if (!made.ok()) {
      cause = made.status();
      break;
    }
    if (!*made) return false;
    const std::string wanted = target;
    for (;;) {
      CAIRN_ASSIGN(const bool taken, Exists(fs_, target));
      if (!taken) break;
      target = wanted + std::to_string(clock_.WallMs());
    }
    cause = fs_.RenameToTrash(path, target);
    if (cause.ok()) {
      Note("INFO", "Moved: '" + fs_.Qualify(path) + "' to trash at: " + fs_.Qualify(target));
      return true;
    }
  }
  return Status(Code::kIoError, "Failed to move " + fs_.Qualify(path) + " to trash " +
                                    fs_.Qualify(target) + ": " + cause.message());
}

Status Trash::CreateCheckpoint() {
  const std::string current = JoinPath(root_, kCurrent);
  CAIRN_ASSIGN(const bool exists, Exists(fs_, current));
  if (!exists) return Status();
  constexpr int kTriesMax = 1000;
  const std::string base = JoinPath(root_, FormatTime(clock_.WallMs(), "%y%m%d%H%M%S"));
  std::string checkpoint = base;
  for (int attempt = 1; attempt <= kTriesMax; ++attempt) {
    const Status renamed = fs_.RenameToTrash(current, checkpoint);
    if (renamed.ok()) {
      Note("INFO", "Created trash checkpoint: " + checkpoint);
      return Status();
    }
    if (renamed.code() != Code::kAlreadyExists) return renamed;
    checkpoint = base + "-" + std::to_string(attempt);
  }
  return Status(Code::kIoError, "Failed to checkpoint trash: " + fs_.Qualify(checkpoint));
}

Status Trash::DeleteCheckpoints(bool all) {
  CAIRN_ASSIGN(const int64_t interval_ms, IntervalMs());
  const Result<std::vector<FileStatus>> entries = ListAll(fs_, root_);
  if (!entries.ok()) {
    return entries.status().code() == Code::kNotFound ? Status() : entries.status();
  }
  for (const FileStatus& entry : *entries) {
    if (entry.name != kCurrent) CAIRN_TRY(DeleteCheckpoint(entry.name, interval_ms, all));
  }
  return Status();
}

Status Trash::DeleteCheckpoint(const std::string& name, int64_t interval_ms, bool all) {
  const std::string path = JoinPath(root_, name);
  const std::optional<int64_t> time = CheckpointTime(name);
  if (!time) {
    const bool clean = context_.configuration.Find(kCleanRoot).value_or("false") == "true";
    if (clean) CAIRN_TRY(fs_.Delete(path, true).status());
    Note("WARN", "Unexpected item in trash: " + path + (clean ? ". Deleting." : ". Ignoring."));
    return Status();
  }
  if (!all && clock_.WallMs() - interval_ms <= *time) return Status();
  CAIRN_ASSIGN(const bool deleted, fs_.Delete(path, true));
  if (deleted) {
    Note("INFO", "Deleted trash checkpoint: " + path);
  } else {
    Note("WARN", "Couldn't delete checkpoint: " + path + " Ignoring.");
  }
  return Status();
}

void Trash::Note(const char* level, const std::string& message) {
  const int64_t now = clock_.WallMs();
  std::string ms = std::to_string(now % 1000);
  ms.insert(0, 3 - ms.size(), '0');
  context_.console.ErrorLine(FormatTime(now, "%Y-%m-%d %H:%M:%S,") + ms + " " + level +
                             " fs.TrashPolicyDefault: " + message);
}

}  // namespace cairn::shell
