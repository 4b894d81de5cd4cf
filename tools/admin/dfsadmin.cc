// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/dfsadmin.h"

#include <cstdio>

#include "common/config/common_keys.h"
#include "tools/commands.h"
#include "tools/shell/errors.h"

namespace cairn::tools {
namespace {

void PrintToErrors(AdminContext& context, std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  context.console().ErrorLine(text);
}

int Refuse(AdminContext& context, const AdminCommandRow* row) {
  PrintToErrors(context, AdminUsage(row));
  return kAdminFailed;
}

}  // namespace

Result<client::Client*> AdminContext::client() {
  if (client_ != nullptr) return client_.get();
  CAIRN_ASSIGN(const std::string uri, configuration_.Get(config::kDefaultFs));
  if (!uri.starts_with("hdfs:")) {
    const char* const kind =
        uri.starts_with("file:") ? "org.apache.hadoop.fs.LocalFileSystem" : "unknown";
    return shell::UsageError("FileSystem " + uri +
                             " is not an HDFS file system. The fs class is: " + kind);
  }
  CAIRN_ASSIGN(client_, client::Client::Connect(configuration_));
  return client_.get();
}

int RunAdmin(AdminContext& context, const std::vector<std::string>& words) {
  if (words.empty()) return Refuse(context, nullptr);
  const std::string name = words.front().substr(words.front().empty() ? 0 : 1);
  const AdminCommandRow* row = words.front().starts_with('-') ? FindAdminCommand(name) : nullptr;
  if (row == nullptr) {
    context.console().ErrorLine(name + ": Unknown command");
    return Refuse(context, nullptr);
  }
  const AdminArguments arguments(words.begin() + 1, words.end());
  if (arguments.size() < row->least || arguments.size() > row->most) return Refuse(context, row);
  if (row->run == nullptr) {
    context.console().ErrorLine(name + ": is not supported yet");
    return kAdminFailed;
  }
  const Result<int> exit_code = row->run(context, arguments);
  context.console().Flush();
  if (exit_code.ok()) return *exit_code;
  const Status& status = exit_code.status();
  const std::string message = status.remote_class().empty()
                                  ? status.message()
                                  : status.message().substr(0, status.message().find('\n'));
  context.console().ErrorLine(name + ": " + message);
  return shell::IsUsageError(status) ? Refuse(context, row) : kAdminFailed;
}

int RunDfsAdmin(const Invocation& invocation) {
  shell::Console console(stdin, stdout, stderr);
  AdminContext context(invocation.configuration, console);
  return RunAdmin(context, invocation.arguments);
}

}  // namespace cairn::tools
