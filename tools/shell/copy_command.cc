// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/copy_command.h"

#include <algorithm>

#include "tools/shell/copying.h"
#include "tools/shell/java_format.h"

namespace cairn::shell {
namespace {

constexpr char kTemporarySuffix[] = "._COPYING_";
constexpr std::string_view kReservedRaw = "/.reserved/raw";
constexpr size_t kThreadsMax = 1024;

// Raw paths may only be copied to raw paths. Gives whether both are.
Result<bool> BothRaw(const PathData& source, const PathData& target) {
  const bool from = source.path.starts_with(kReservedRaw);
  const bool to = target.path.starts_with(kReservedRaw);
  if (from == to) return from;
  const std::string raw(kReservedRaw);
  const std::string rule = ". Either both source and target must be in '" + raw + "' or neither.";
  const std::string subject = "'" + (from ? source : target).Qualified() + "' copy from ";
  return OperationNotSupported(subject + (from ? "'" + raw + "' to non '" + raw + "'"
                                               : "non '" + raw + "' to '" + raw + "'") + rule);
}

// A file that goes away unless it has been renamed.
class TemporaryFile {
 public:
  TemporaryFile(FileSystem& fs, std::string path) : fs_(fs), path_(std::move(path)) {}
  ~TemporaryFile() {
    // Nothing more can be done about a failure.
    if (armed_) static_cast<void>(fs_.Delete(path_, true).ok());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void Arm() { armed_ = true; }
  void Keep() { armed_ = false; }

 private:
  FileSystem& fs_;
  const std::string path_;
  bool armed_ = false;
};

}  // namespace

CopyCommand::~CopyCommand() = default;

Status CopyCommand::TakeThreads(const CommandFormat& format) {
  if (const std::optional<std::string> threads = format.Value("t")) {
    CAIRN_ASSIGN(const int64_t count, ParseLong(*threads));
    options_.threads = static_cast<size_t>(std::clamp<int64_t>(count, 1, kThreadsMax));
  }
  if (const std::optional<std::string> queue = format.Value("q")) {
    CAIRN_ASSIGN(const int64_t size, ParseLong(*queue));
    if (size >= 1) options_.queue = static_cast<size_t>(size);
  }
  return Status();
}

Status CopyCommand::TakeLocalDestination(Arguments& arguments) {
  std::string text = ".";
  if (arguments.size() >= 2) {
    text = arguments.back();
    arguments.pop_back();
  }
  CAIRN_ASSIGN(destination_, MakeLocalPath(context().file_systems, text));
  return Status();
}

Status CopyCommand::TakeDestination(Arguments& arguments) {
  if (arguments.size() < 2) {
    CAIRN_ASSIGN(destination_, MakePath(context().file_systems, "."));
    return Status();
  }
  const std::string text = arguments.back();
  arguments.pop_back();
  CAIRN_ASSIGN(std::vector<PathData> items, ExpandGlob(context().file_systems, text));
  if (items.empty()) return NoSuchFile(text);
  if (items.size() > 1) return PathError(Code::kIoError, text, "Too many matches");
  destination_ = std::move(items.front());
  return Status();
}

Status CopyCommand::CheckDestination(size_t sources) const {
  if (sources > 1) {
    if (!destination_.exists()) return NoSuchFile(destination_.Text());
    if (!destination_.is_directory()) return IsNotADirectory(destination_.Text());
    return Status();
  }
  if (destination_.exists()) {
    if (!destination_.is_directory() && !options_.overwrite) {
      return FileExists(destination_.Text());
    }
    return Status();
  }
  CAIRN_ASSIGN(const bool parent, destination_.ParentExists());
  return parent ? Status() : NoSuchFile(destination_.Text(), destination_.QualifiedUri());
}

Status CopyCommand::ProcessArguments(std::vector<PathData>& items) {
  progress_ = std::make_unique<TransferProgress>(context().console, clock_);
  const bool several =
      items.size() > 1 || (items.size() == 1 && items.front().is_directory());
  if (options_.threads > 1 && several) {
    pool_ = std::make_unique<CopyPool>(options_.threads, options_.queue);
  }
  Status status = CheckDestination(items.size());
  if (status.ok()) status = Command::ProcessArguments(items);
  if (pool_ != nullptr) pool_->Wait();
  progress_->Finish();
  return status;
}

Status CopyCommand::ProcessPathArgument(PathData& item) {
  if (item.is_directory() && item.fs == destination_.fs) {
    CAIRN_ASSIGN(const PathData target, TargetOf(item));
    const std::string from = item.Qualified();
    const std::string to = target.Qualified();
    if (from == to) {
      return PathError(Code::kIoError, item.Text(), "are identical",
                       {.operation = "", .target = to, .qualified = ""});
    }
    if (to.starts_with(JoinPath(from, ""))) {
      return PathError(Code::kIoError, item.Text(), "is a subdirectory of itself",
                       {.operation = "", .target = target.Text(), .qualified = ""});
    }
  }
  return Command::ProcessPathArgument(item);
}

Status CopyCommand::ProcessPath(PathData& item) {
  CAIRN_ASSIGN(PathData target, TargetOf(item));
  return ProcessPair(item, target);
}

Status CopyCommand::ProcessPair(PathData& source, PathData& target) {
  if (source.is_symlink()) return OperationNotSupported(source.Text());
  if (source.is_file()) return CopyFile(source, target);
  return recursive() ? Status() : IsADirectory(source.Text());
}

Result<PathData> CopyCommand::TargetOf(const PathData& source) const {
  if (depth() > 0 || destination_.is_directory()) return destination_.LookUpChild(source.name());
  if (destination_.RepresentsDirectory()) return destination_.LookUpChild(source.name());
  return destination_;
}

Status CopyCommand::RecursePath(PathData& source) {
  const PathData saved = destination_;
  const auto walk = [&]() -> Status {
    CAIRN_ASSIGN(destination_, TargetOf(source));
    CAIRN_ASSIGN([[maybe_unused]] const bool raw, BothRaw(source, destination_));
    if (destination_.exists()) {
      if (!destination_.is_directory()) return IsNotADirectory(destination_.Text());
    } else {
      CAIRN_ASSIGN(const bool made, destination_.fs->Mkdirs(destination_.path, 0777));
      if (!made) {
        return InputOutputError(destination_.Text(),
                                {.operation = "mkdir", .target = "", .qualified = ""});
      }
      CAIRN_TRY(destination_.Refresh());
    }
    CAIRN_TRY(Command::RecursePath(source));
    return PreserveAttributes(source, destination_);
  };
  const Status status = walk();
  destination_ = saved;
  return status;
}

Status CopyCommand::CopyFile(const PathData& source, PathData target) {
  if (pool_ == nullptr) return CopyFileNow(source, std::move(target));
  pool_->Submit([this, source, target = std::move(target)] {
    if (const Status status = CopyFileNow(source, target); !status.ok()) DisplayError(status);
  });
  return Status();
}

Status CopyCommand::CopyFileNow(const PathData& source, PathData target) {
  CAIRN_ASSIGN([[maybe_unused]] const bool raw, BothRaw(source, target));
  CAIRN_ASSIGN(const std::unique_ptr<Source> stream,
               source.fs->Open(source.path, options_.verify_checksums));
  progress_->Expect(source.status->length);
  CAIRN_TRY(CopyStream(*stream, target));
  return PreserveAttributes(source, target);
}

Status CopyCommand::CopyStream(Source& source, PathData& target) {
  if (target.exists() && (target.is_directory() || !options_.overwrite)) {
    return FileExists(target.Text());
  }
  if (options_.direct) return WriteTo(source, target, target);
  CAIRN_ASSIGN(const PathData temporary, target.WithSuffix(kTemporarySuffix));
  return WriteTo(source, temporary, target);
}

Status CopyCommand::WriteTo(Source& source, const PathData& temporary, PathData& target) {
  FileSystem& fs = *target.fs;
  TemporaryFile remains(fs, temporary.path);
  CAIRN_ASSIGN(const std::unique_ptr<Sink> sink,
               fs.Create(temporary.path, {.overwrite = true,
                                          .lazy_persist = options_.lazy_persist,
                                          .write_checksums = options_.write_checksums}));
  if (!options_.direct) remains.Arm();
  CAIRN_TRY(CopyAll(source, *sink, progress_.get()));
  CAIRN_TRY(sink->Close());
  if (options_.direct) return Status();
  if (target.exists()) {
    CAIRN_ASSIGN(const bool deleted, fs.Delete(target.path, false));
    if (!deleted) {
      return InputOutputError(target.Text(),
                              {.operation = "delete", .target = "", .qualified = ""});
    }
  }
  CAIRN_ASSIGN(const bool renamed, fs.Rename(temporary.path, target.path));
  if (!renamed) {
    return InputOutputError(temporary.Text(), {.operation = "rename",
                                               .target = target.Text(),
                                               .qualified = ""});
  }
  remains.Keep();
  return Status();
}

Status CopyCommand::PreserveAttributes(const PathData& source, const PathData& target) {
  const Preserve& preserve = options_.preserve;
  const FileStatus& status = *source.status;
  FileSystem& fs = *target.fs;
  if (preserve.times) {
    CAIRN_TRY(fs.SetTimes(target.path, static_cast<int64_t>(status.modification_time_ms),
                          static_cast<int64_t>(status.access_time_ms)));
  }
  if (preserve.owner) CAIRN_TRY(fs.SetOwner(target.path, status.owner, status.group));
  if (preserve.permission || preserve.acl) {
    CAIRN_TRY(fs.SetPermission(target.path, status.mode));
  }
  if (preserve.acl && status.has_acl) CAIRN_TRY(PreserveAcl(source, target));
  CAIRN_ASSIGN(const bool raw, BothRaw(source, target));
  if (preserve.xattrs || raw) CAIRN_TRY(PreserveXattrs(source, target));
  return Status();
}

Status CopyCommand::PreserveAcl(const PathData& source, const PathData& target) {
  if (source.fs->hdfs() == nullptr || target.fs->hdfs() == nullptr) return Status();
  CAIRN_ASSIGN(const client::AclStatus acl, source.fs->hdfs()->GetAclStatus(source.path));
  const uint16_t mode = source.status->mode;
  const auto bits = [mode](int shift) { return static_cast<uint8_t>(mode >> shift & 7); };
  std::vector<AclEntry> entries = acl.entries;
  const bool extended = std::any_of(entries.begin(), entries.end(), [](const AclEntry& entry) {
    return entry.scope == AclScope::kAccess;
  });
  // With entries beyond owner, group and others, the mode's group bits are the mask.
  const AclType middle = extended ? AclType::kMask : AclType::kGroup;
  entries.push_back({AclScope::kAccess, AclType::kUser, bits(6), ""});
  entries.push_back({AclScope::kAccess, middle, bits(3), ""});
  entries.push_back({AclScope::kAccess, AclType::kOther, bits(0), ""});
  return target.fs->hdfs()->SetAcl(target.path, entries);
}

Status CopyCommand::PreserveXattrs(const PathData& source, const PathData& target) {
  if (source.fs->hdfs() == nullptr || target.fs->hdfs() == nullptr) return Status();
  CAIRN_ASSIGN(const std::vector<Xattr> attributes,
               source.fs->hdfs()->GetXattrs(source.path, {}));
  for (const Xattr& attribute : attributes) {
    if (!options_.preserve.xattrs && attribute.name_space != XattrNamespace::kRaw) continue;
    CAIRN_TRY(target.fs->hdfs()->SetXattr(target.path, attribute, true, true));
  }
  return Status();
}

}  // namespace cairn::shell
