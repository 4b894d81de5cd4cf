// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/dfsadmin.h"

#include <algorithm>
#include <cstdio>

#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/nameservices.h"
#include "tools/admin/java_address.h"
#include "tools/commands.h"
#include "tools/shell/errors.h"

namespace cairn::tools {
namespace {

constexpr uint16_t kDefaultRpcPort = 8020;

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

Result<std::vector<AdminContext::Namenode>> AdminContext::namenodes() const {
  CAIRN_ASSIGN(const std::string uri, configuration_.Get(config::kDefaultFs));
  constexpr std::string_view kScheme = "hdfs://";
  std::vector<Namenode> result;
  if (!uri.starts_with(kScheme)) return result;
  std::string service = uri.substr(kScheme.size());
  service.resize(std::min(service.size(), service.find('/')));
  CAIRN_ASSIGN(const auto services, configuration_.Get(config::kNameservices));
  if (std::find(services.begin(), services.end(), service) == services.end()) return result;
  for (const auto& [name, text] :
       config::AddressesOf(configuration_, service, {config::kNamenodeRpcAddress.name})) {
    CAIRN_ASSIGN(const net::HostPort address, net::ParseHostPort(text, kDefaultRpcPort));
    CAIRN_ASSIGN(auto client, client::Client::Connect(configuration_,
                                                      std::string(kScheme) +
                                                          net::ToString(address)));
    result.push_back({std::move(client), JavaAddress(address)});
  }
  return result;
}

Result<int> RunAtEach(AdminContext& context, const AtEachNamenode& each) {
  CAIRN_ASSIGN(const auto namenodes, context.namenodes());
  if (namenodes.empty()) {
    CAIRN_ASSIGN(client::Client* const client, context.client());
    CAIRN_ASSIGN(const std::string line, each.what(*client));
    context.Print(line);
    return 0;
  }
  std::vector<Status> errors;
  for (const AdminContext::Namenode& namenode : namenodes) {
    const Result<std::string> line = each.what(*namenode.client);
    if (line.ok()) {
      context.Print(*line + " for " + namenode.address);
    } else {
      context.console().ErrorLine(each.failed + (" for " + namenode.address));
      errors.push_back(line.status());
    }
  }
  if (errors.empty()) return 0;
  if (errors.size() == 1) return errors.front();
  std::string list;
  for (const Status& error : errors) {
    const std::string& name = error.remote_class();
    list += list.empty() ? "" : ", ";
    list += name.empty() ? error.message()
                         : "org.apache.hadoop.ipc.RemoteException(" + name + "): " +
                               error.message() + "\n";
  }
  return Status(Code::kIoError, std::to_string(errors.size()) + " exceptions [" + list + "]");
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
