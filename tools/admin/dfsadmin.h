// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"
#include "common/util/result.h"
#include "libclient/dfs.h"
#include "tools/shell/console.h"

// `hdfs dfsadmin`, in Apache's words.
namespace cairn::tools {

// What its commands work with. All references must outlive it.
//
// Not thread-safe.
class AdminContext {
 public:
  AdminContext(const config::Configuration& configuration, shell::Console& console)
      : configuration_(configuration), console_(console) {}

  // The namenode of fs.defaultFS. A usage error when that is not HDFS.
  Result<client::Client*> client();
  // A namenode of fs.defaultFS's nameservice, on its own.
  struct Namenode {
    std::unique_ptr<client::Client> client;
    std::string address;  // "host/ip:port", for messages.
  };
  // All of them, in order; empty when fs.defaultFS is no nameservice: then client() is the only
  // one.
  Result<std::vector<Namenode>> namenodes() const;
  const config::Configuration& configuration() const { return configuration_; }
  shell::Console& console() { return console_; }
  void Print(std::string_view line) { console_.PrintLine(line); }

 private:
  const config::Configuration& configuration_;
  shell::Console& console_;
  std::unique_ptr<client::Client> client_;
};

using AdminArguments = std::vector<std::string>;

struct AdminCommandRow {
  const char* name;   // Without dash.
  const char* usage;  // As the list of all commands has it.
  size_t least;       // Arguments.
  size_t most;
  const char* help;
  // The exit status; null: known, and not built.
  Result<int> (*run)(AdminContext& context, const AdminArguments& arguments);
  const char* own_usage = nullptr;  // Where the usage of the command alone differs.
};

std::span<const AdminCommandRow> AllAdminCommands();
const AdminCommandRow* FindAdminCommand(std::string_view name);

// Usages: of one command, or of all.
std::string AdminUsage(const AdminCommandRow* row);
std::string AdminHelp(const AdminCommandRow* row);

inline constexpr int kAdminFailed = 255;

// Does `what` at every namenode of a nameservice, or at the only one, and prints the line that it
// gives, with "for" and the namenode's address behind where there are several. An error at one of
// them is told as `failed` with its address, and the others are asked all the same; it is the
// result.
struct AtEachNamenode {
  std::function<Result<std::string>(client::Client&)> what;
  const char* failed;
};
Result<int> RunAtEach(AdminContext& context, const AtEachNamenode& each);

// The whole tool: "-report", …
int RunAdmin(AdminContext& context, const std::vector<std::string>& words);

// Commands; see the table.
Result<int> AdminReport(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminSafeMode(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminSaveNamespace(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminRollEdits(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminRefreshNodes(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminFinalizeUpgrade(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminUpgrade(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminMetaSave(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminPrintTopology(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminSetBalancerBandwidth(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminSetQuota(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminClearQuota(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminSetSpaceQuota(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminClearSpaceQuota(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminGetDatanodeInfo(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminShutdownDatanode(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminEvictWriters(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminRefreshNamenodes(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminDeleteBlockPool(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminGetBalancerBandwidth(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminTriggerBlockReport(AdminContext& context, const AdminArguments& arguments);
Result<int> AdminPrintHelp(AdminContext& context, const AdminArguments& arguments);

}  // namespace cairn::tools
