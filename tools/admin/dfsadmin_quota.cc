// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <optional>

#include "tools/admin/dfsadmin.h"
#include "tools/shell/command_format.h"
#include "tools/shell/errors.h"
#include "tools/shell/file_systems.h"
#include "tools/shell/java_format.h"
#include "tools/shell/path_data.h"
#include "tools/shell/storage_types.h"

namespace cairn::tools {
namespace {

struct Quotas {
  int64_t names = client::kQuotaUnchanged;
  int64_t space = client::kQuotaUnchanged;
  std::optional<StorageType> type;
};

// Sets quotas of all directories that patterns match; an error with one is printed.
Result<int> SetAll(AdminContext& context, const std::string& command,
                   const AdminArguments& patterns, const Quotas& quotas) {
  shell::FileSystems file_systems(context.configuration());
  int exit_code = 0;
  const auto fail = [&](const Status& status) {
    exit_code = kAdminFailed;
    const std::string message = status.message();
    context.console().ErrorLine(command + ": " + message.substr(0, message.find('\n')));
  };
  for (const std::string& pattern : patterns) {
    const Result<std::vector<shell::PathData>> items = shell::ExpandGlob(file_systems, pattern);
    if (!items.ok()) {
      if (shell::IsUsageError(items.status())) return items.status();
      fail(items.status());
      continue;
    }
    for (const shell::PathData& item : *items) {
      if (item.fs->hdfs() == nullptr) {
        return shell::UsageError("FileSystem " + item.fs->uri() +
                                 " is not an HDFS file system. The fs class is: "
                                 "org.apache.hadoop.fs.LocalFileSystem");
      }
      const Status status = item.fs->hdfs()->admin().SetQuota(item.path, quotas.names,
                                                              quotas.space, quotas.type);
      if (!status.ok()) fail(status);
    }
  }
  return exit_code;
}

}  // namespace

Result<int> AdminSetQuota(AdminContext& context, const AdminArguments& arguments) {
  AdminArguments rest = arguments;
  shell::CommandFormat format({.least = 2}, {});
  CAIRN_TRY(format.Parse(rest));
  CAIRN_ASSIGN(const int64_t quota, shell::ParseBinaryPrefix(rest.front()));
  rest.erase(rest.begin());
  return SetAll(context, "setQuota", rest,
                {.names = quota, .space = client::kQuotaUnchanged, .type = {}});
}

Result<int> AdminClearQuota(AdminContext& context, const AdminArguments& arguments) {
  AdminArguments rest = arguments;
  shell::CommandFormat format({.least = 1}, {});
  CAIRN_TRY(format.Parse(rest));
  return SetAll(context, "clrQuota", rest,
                {.names = client::kQuotaReset, .space = client::kQuotaUnchanged, .type = {}});
}

Result<int> AdminSetSpaceQuota(AdminContext& context, const AdminArguments& arguments) {
  AdminArguments rest = arguments;
  shell::CommandFormat format({.least = 2}, {});
  CAIRN_TRY(format.Parse(rest));
  Result<int64_t> quota = shell::ParseBinaryPrefix(rest.front());
  if (!quota.ok()) {
    if (!quota.status().message().starts_with("For input string")) return quota.status();
    return shell::UsageError("\"" + rest.front() + "\" is not a valid value for a quota.");
  }
  rest.erase(rest.begin());
  std::optional<std::string> name;
  CAIRN_TRY(shell::PopOptionWithArgument("-storageType", rest, &name));
  Quotas quotas{.names = client::kQuotaUnchanged, .space = *quota, .type = {}};
  if (name) {
    const Result<StorageType> type = shell::ParseStorageType(*name);
    if (!type.ok()) {
      return shell::UsageError("Storage type " + *name +
                               " is not available. Available storage types are [SSD, DISK, "
                               "ARCHIVE, PROVIDED, NVDIMM]");
    }
    quotas.type = *type;
  }
  return SetAll(context, "setSpaceQuota", rest, quotas);
}

Result<int> AdminClearSpaceQuota(AdminContext& context, const AdminArguments& arguments) {
  AdminArguments rest = arguments;
  shell::CommandFormat format({.least = 1}, {});
  format.WithValue("storageType");
  CAIRN_TRY(format.Parse(rest));
  Quotas quotas{.names = client::kQuotaUnchanged, .space = client::kQuotaReset, .type = {}};
  if (const std::optional<std::string> name = format.Value("storageType")) {
    CAIRN_ASSIGN(quotas.type, shell::ParseStorageType(*name));
  }
  return SetAll(context, "clrSpaceQuota", rest, quotas);
}

}  // namespace cairn::tools
