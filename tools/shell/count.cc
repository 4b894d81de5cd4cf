// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tools/shell/commands.h"
#include "tools/shell/java_format.h"
#include "tools/shell/storage_types.h"
#include "tools/shell/utf8.h"

namespace cairn::shell {
namespace {

std::string Columns(std::initializer_list<std::pair<std::string, size_t>> cells) {
  std::string line;
  for (const auto& [text, width] : cells) line += PadLeft(text, width) + " ";
  return line;
}

class Count final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 1}, {"q", "h", "v", "u", "x", "e", "s"});
    format.WithValue("t");
    CAIRN_TRY(format.Parse(arguments));
    quotas_ = format.Has("q");
    human_ = format.Has("h");
    usage_only_ = format.Has("u");
    without_snapshots_ = format.Has("x");
    erasure_coding_ = format.Has("e");
    snapshots_ = format.Has("s");
    if (quotas_ || usage_only_) {
      if (const std::optional<std::string> types = format.Value("t")) {
        by_type_ = true;
        CAIRN_ASSIGN(types_, ParseStorageTypes(*types));
      }
      if (without_snapshots_) {
        PrintLine("q or u option is given, the -x option is ignored.");
        without_snapshots_ = false;
      }
    }
    if (format.Has("v")) PrintLine(Header());
    return Status();
  }

  std::string Header() const {
    std::string line;
    if (by_type_) {
      for (const StorageType type : types_) {
        const std::string name = StorageTypeName(type);
        line += Columns({{name + "_QUOTA", 14}, {"REM_" + name + "_QUOTA", 18}});
      }
    } else {
      if (quotas_ || usage_only_) {
        line += Columns(
            {{"QUOTA", 12}, {"REM_QUOTA", 15}, {"SPACE_QUOTA", 15}, {"REM_SPACE_QUOTA", 15}});
      }
      if (!usage_only_) {
        line += Columns({{"DIR_COUNT", 12}, {"FILE_COUNT", 12}, {"CONTENT_SIZE", 18}});
      }
    }
    if (erasure_coding_) line += Columns({{"ERASURECODING_POLICY", 20}});
    if (snapshots_) {
      line += Columns({{"SNAPSHOT_LENGTH", 18},
                       {"SNAPSHOT_FILE_COUNT", 24},
                       {"SNAPSHOT_DIR_COUNT", 24},
                       {"SNAPSHOT_SPACE_CONSUMED", 28}});
    }
    return line + "PATHNAME";
  }

  Status ProcessPath(PathData& item) override {
    std::string line;
    ContentSummary summary;
    const bool counts = !usage_only_ && !by_type_;
    if (counts || erasure_coding_ || snapshots_) {
      CAIRN_ASSIGN(summary, item.fs->GetContentSummary(item.path));
    }
    if (counts) {
      if (quotas_) {
        line += Quotas({.file_and_directory_count = summary.file_count + summary.directory_count,
                        .quota = summary.quota,
                        .space_consumed = summary.space_consumed,
                        .space_quota = summary.space_quota,
                        .types = {}});
      }
      line += Counts(summary);
    } else {
      CAIRN_ASSIGN(const client::QuotaUsage usage, Usage(item));
      line += by_type_ ? TypeQuotas(usage) : Quotas(usage);
    }
    if (erasure_coding_) {
      const std::string& policy = summary.erasure_coding_policy;
      line += Columns({{policy == "Replicated" ? policy : "EC:" + policy, 20}});
    }
    if (snapshots_) {
      line += Columns({{Size(summary.snapshot_length), 18},
                       {Size(summary.snapshot_file_count), 24},
                       {Size(summary.snapshot_directory_count), 24},
                       {Size(summary.snapshot_space_consumed), 28}});
    }
    PrintLine(line + item.Text());
    return Status();
  }

  static Result<client::QuotaUsage> Usage(const PathData& item) {
    if (item.fs->hdfs() != nullptr) return item.fs->hdfs()->GetQuotaUsage(item.path);
    CAIRN_ASSIGN(const ContentSummary summary, item.fs->GetContentSummary(item.path));
    client::QuotaUsage usage;
    usage.file_and_directory_count = summary.file_count + summary.directory_count;
    usage.space_consumed = summary.space_consumed;
    return usage;
  }

  std::string Counts(const ContentSummary& summary) const {
    ContentSummary shown = summary;
    if (without_snapshots_) {
      shown.directory_count -= summary.snapshot_directory_count;
      shown.file_count -= summary.snapshot_file_count;
      shown.length -= summary.snapshot_length;
    }
    return Columns({{Size(shown.directory_count), 12},
                    {Size(shown.file_count), 12},
                    {Size(shown.length), 18}});
  }

  std::string Quotas(const client::QuotaUsage& usage) const {
    const bool names = usage.quota > 0;
    const bool space = usage.space_quota >= 0;
    const int64_t names_left =
        usage.quota - static_cast<int64_t>(usage.file_and_directory_count);
    const int64_t space_left = usage.space_quota - static_cast<int64_t>(usage.space_consumed);
    return Columns({{names ? Size(usage.quota) : "none", 12},
                    {names ? Size(names_left) : "inf", 15},
                    {space ? Size(usage.space_quota) : "none", 15},
                    {space ? Size(space_left) : "inf", 15}});
  }

  std::string TypeQuotas(const client::QuotaUsage& usage) const {
    std::string line;
    for (const StorageType type : types_) {
      client::QuotaUsage::ByType found;
      for (const client::QuotaUsage::ByType& entry : usage.types) {
        if (entry.type == type) found = entry;
      }
      const bool limited = found.quota >= 0;
      const int64_t left = found.quota - static_cast<int64_t>(found.consumed);
      line += Columns(
          {{limited ? Size(found.quota) : "none", 14}, {limited ? Size(left) : "inf", 18}});
    }
    return line;
  }

  std::string Size(uint64_t size) const { return Size(static_cast<int64_t>(size)); }
  std::string Size(int64_t size) const {
    return human_ ? HumanSize(size) : std::to_string(size);
  }

  bool quotas_ = false;
  bool human_ = false;
  bool usage_only_ = false;
  bool without_snapshots_ = false;
  bool erasure_coding_ = false;
  bool snapshots_ = false;
  bool by_type_ = false;
  std::vector<StorageType> types_;
};

}  // namespace

std::unique_ptr<Command> MakeCount() { return std::make_unique<Count>(); }

}  // namespace cairn::shell
