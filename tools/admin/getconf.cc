// SPDX-License-Identifier: Apache-2.0
// cairn getconf: what the configuration says, in the words of `hdfs getconf`.
#include <cstdio>
#include <string>
#include <vector>

#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/nameservices.h"
#include "common/net/address.h"
#include "tools/admin/java_address.h"
#include "tools/commands.h"

namespace cairn::tools {
namespace {

constexpr char kUsage[] =
    "hdfs getconf is utility for getting configuration information from the config file.\n\n"
    "hadoop getconf \n"
    "\t[-namenodes]\t\t\tgets list of namenodes in the cluster.\n"
    "\t[-secondaryNameNodes]\t\t\tgets list of secondary namenodes in the cluster.\n"
    "\t[-backupNodes]\t\t\tgets list of backup nodes in the cluster.\n"
    "\t[-journalNodes]\t\t\tgets list of journal nodes in the cluster.\n"
    "\t[-includeFile]\t\t\tgets the include file path that defines the datanodes that can join "
    "the cluster.\n"
    "\t[-excludeFile]\t\t\tgets the exclude file path that defines the datanodes that need to "
    "decommissioned.\n"
    "\t[-nnRpcAddresses]\t\t\tgets the namenode rpc addresses\n"
    "\t[-confKey [key]]\t\t\tgets a specific key from the configuration\n";

// The authority of "hdfs://host:port/…".
std::string AuthorityOf(const std::string& uri) {
  const size_t scheme = uri.find("://");
  if (scheme == std::string::npos) return "";
  const std::string rest = uri.substr(scheme + 3);
  return rest.substr(0, rest.find('/'));
}

using config::Configuration;

constexpr uint16_t kDefaultRpcPort = 8020;

Result<std::vector<net::HostPort>> Parsed(const std::vector<config::NamenodeAddress>& addresses) {
  std::vector<net::HostPort> result;
  for (const config::NamenodeAddress& one : addresses) {
    CAIRN_ASSIGN(net::HostPort address, net::ParseHostPort(one.address, kDefaultRpcPort));
    result.push_back(std::move(address));
  }
  return result;
}

Status NotConfigured(const std::string& what, const std::string& keys) {
  return Status(Code::kInvalidArgument,
                "Incorrect configuration: " + what + " address " + keys + " is not configured.");
}

// The namenodes that datanodes talk to: of a nameservice those that have an address, else the one
// of fs.defaultFS.
Result<std::vector<net::HostPort>> Namenodes(const Configuration& configuration) {
  CAIRN_ASSIGN(const auto services, config::InternalNameservices(configuration));
  const std::vector<std::string_view> keys = {config::kNamenodeServiceRpcAddress.name,
                                              config::kNamenodeRpcAddress.name};
  std::vector<config::NamenodeAddress> found;
  for (const std::string& service : services) {
    for (auto& one : config::AddressesOf(configuration, service, keys)) {
      found.push_back(std::move(one));
    }
  }
  if (services.empty()) found = config::AddressesOf(configuration, "", keys);
  const std::string authority =
      AuthorityOf(configuration.Find(config::kDefaultFs.name).value_or(""));
  if (found.empty() && services.empty() && !authority.empty()) found.push_back({{}, authority});
  if (!found.empty()) return Parsed(found);
  std::string list;
  for (const std::string& service : services) list += (list.empty() ? "" : ", ") + service;
  list = ".[" + list + "]";
  return NotConfigured("namenode", std::string(keys[0]) + list + " or " + std::string(keys[1]) +
                                       list);
}

Result<std::vector<net::HostPort>> OfKey(const Configuration& configuration,
                                         const config::StringKey& key, const char* what) {
  const auto found = config::AllAddresses(configuration, {key.name});
  if (found.empty()) return NotConfigured(what, key.name);
  return Parsed(found);
}

int PrintError(const Status& status) {
  std::fprintf(stderr, "%s\n", status.message().c_str());
  return 255;
}

// On one line.
int PrintHosts(const Result<std::vector<net::HostPort>>& addresses) {
  if (!addresses.ok()) return PrintError(addresses.status());
  std::string line;
  for (const net::HostPort& address : *addresses) {
    line += (line.empty() ? "" : " ") + JavaHostName(address.host);
  }
  std::printf("%s\n", line.c_str());
  return 0;
}

int PrintAddresses(const Result<std::vector<net::HostPort>>& addresses) {
  if (!addresses.ok()) return PrintError(addresses.status());
  for (const net::HostPort& address : *addresses) {
    std::printf("%s:%u\n", JavaHostName(address.host).c_str(), address.port);
  }
  return 0;
}

// A file of hosts, which may be set to nothing.
int PrintFile(const config::Configuration& configuration, const config::StringKey& key) {
  const std::string path = configuration.Find(key.name).value_or("");
  if (path.empty()) {
    std::fprintf(stderr, "Configuration %s is missing.\n", key.name);
    return 255;
  }
  std::printf("%s\n", path.c_str());
  return 0;
}

int PrintKey(const config::Configuration& configuration,
             const std::vector<std::string>& arguments) {
  if (arguments.size() != 2) {
    std::fprintf(stderr, "getconf: -confKey takes one key\n");
    return 255;
  }
  const std::optional<std::string> value = configuration.Find(arguments[1]);
  if (!value) {
    std::fprintf(stderr, "Configuration %s is missing.\n", arguments[1].c_str());
    return 255;
  }
  std::printf("%s\n", value->c_str());
  return 0;
}

// docs/configuration.md.
int PrintDocs() {
  std::printf("# Configuration\n\n"
              "Every key that Cairn reads from `core-site.xml` and `hdfs-site.xml`, generated by "
              "`cairn getconf -docs`\nfrom the rows in `common/config/`. Names and defaults are "
              "Apache Hadoop's; keys that start with `cairn.` are\nour own. Any other key is "
              "accepted and has no effect.\n");
  std::string section;
  for (const config::KeyRow& row : config::AllKeys()) {
    if (section != row.section) {
      section = row.section;
      std::printf("\n## %s\n\n| key | type | default | bounds | what it does |\n"
                  "| --- | --- | --- | --- | --- |\n",
                  section.c_str());
    }
    std::printf("| `%s` | %s | %s | %s | %s |\n", row.name, row.type,
                row.fallback.empty() ? "" : ("`" + row.fallback + "`").c_str(),
                row.bounds.c_str(), row.description);
  }
  return 0;
}

}  // namespace

int RunGetConf(const Invocation& invocation) {
  const config::Configuration& configuration = invocation.configuration;
  const std::string option = invocation.arguments.empty() ? "" : invocation.arguments[0];
  if (option == "-namenodes") return PrintHosts(Namenodes(configuration));
  if (option == "-nnRpcAddresses") return PrintAddresses(Namenodes(configuration));
  if (option == "-secondaryNameNodes") {
    return PrintHosts(OfKey(configuration, config::kSecondaryHttpAddress, "secondary namenode"));
  }
  if (option == "-backupNodes") {
    return PrintHosts(OfKey(configuration, config::kBackupAddress, "backup node"));
  }
  // There are none: the log is kept by the namenodes.
  if (option == "-journalNodes") return PrintHosts(std::vector<net::HostPort>());
  if (option == "-includeFile") return PrintFile(configuration, config::kHostsFile);
  if (option == "-excludeFile") return PrintFile(configuration, config::kHostsExcludeFile);
  if (option == "-confKey") return PrintKey(configuration, invocation.arguments);
  if (option == "-docs") return PrintDocs();
  std::fprintf(stderr, "%s", kUsage);
  return 255;
}

}  // namespace cairn::tools
