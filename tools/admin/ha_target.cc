// SPDX-License-Identifier: Apache-2.0
#include "tools/admin/ha_target.h"

#include <unistd.h>

#include <array>

#include "common/config/client_keys.h"
#include "common/config/ha_keys.h"
#include "common/config/namenode_keys.h"
#include "tools/admin/java_address.h"

namespace cairn::tools {
namespace {

constexpr uint16_t kDefaultRpcPort = 8020;

Status NoNameservice(const config::Configuration& configuration) {
  const std::string text = configuration.Find(config::kNameservices.name).value_or("");
  const std::vector<std::string> names = config::SplitList(text);
  if (names.size() < 2) {
    return Status(Code::kInvalidArgument, "Unable to determine the name service ID.");
  }
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return Status(Code::kInvalidArgument,
                "Unable to determine the name service ID. This is an HA configuration with "
                "multiple name services configured. " +
                    std::string(config::kNameservices.name) + " is set to [" + list +
                    "]. Please re-run with the -ns option.");
}

}  // namespace

std::string HaTarget::HostAndPort() const { return host + ":" + std::to_string(address.port); }

std::string HaTarget::ToString(bool used) const {
  return "NameNode at " + JavaAddress(address, used);
}

Result<HaTarget> ResolveHaTarget(const config::Configuration& configuration,
                                 const std::string& service, const std::string& id) {
  HaTarget target;
  target.name = {.service = service, .namenode = id};
  if (service.empty()) target.name.service = config::OnlyNameservice(configuration);
  if (target.name.service.empty()) return NoNameservice(configuration);
  std::string address;
  for (const config::StringKey* key :
       {&config::kNamenodeRpcAddress, &config::kNamenodeServiceRpcAddress}) {
    const auto found = configuration.FindSuffixed(key->name, target.name.Suffix());
    if (found) address = *found;
  }
  if (address.empty()) {
    return Status(Code::kInvalidArgument,
                  "Unable to determine service address for namenode '" + id + "'");
  }
  CAIRN_ASSIGN(target.address, net::ParseHostPort(config::Trim(address), kDefaultRpcPort));
  target.host = JavaHostName(target.address.host);
  const config::Configuration own = config::ForNamenode(configuration, target.name);
  const std::string suffix = target.name.Suffix();
  target.pair = configuration.FindSuffixed(config::kJournalAddress.name, suffix).has_value();
  CAIRN_ASSIGN(const bool automatic, own.Get(config::kAutomaticFailover));
  target.automatic_failover = automatic && !target.pair;
  CAIRN_ASSIGN(const int64_t port, own.Get(config::kFailoverControllerPort));
  target.failover_controller = {target.address.host, static_cast<uint16_t>(port)};
  CAIRN_ASSIGN(const std::string methods, own.Get(config::kFencingMethods));
  if (!methods.empty()) target.fencing_methods = methods;
  return target;
}

std::string CallErrorText(const HaTarget& target, const Status& status) {
  const bool refused = status.remote_class().empty() && status.code() == Code::kNetwork &&
                       status.message().find("Connection refused") != std::string::npos;
  if (!refused) return status.message();
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) name = {"localhost"};
  return std::string("Call From ") + name.data() + "/" + IpOf(name.data()) + " to " +
         target.HostAndPort() +
         " failed on connection exception: java.net.ConnectException: Connection refused; For more "
         "details see:  http://wiki.apache.org/hadoop/ConnectionRefused";
}

}  // namespace cairn::tools
