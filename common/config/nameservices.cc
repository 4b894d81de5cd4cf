// SPDX-License-Identifier: Apache-2.0
#include "common/config/nameservices.h"

#include <algorithm>
#include <array>
#include <optional>

#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"

namespace cairn::config {
namespace {

// Keys that may differ from namenode to namenode.
constexpr std::array<const char*, 11> kNamenodeSpecific = {
    kNamenodeRpcAddress.name,  kNamenodeRpcBindHost.name,  kNamenodeServiceRpcAddress.name,
    kNamenodeHttpAddress.name, kNamenodeHttpBindHost.name, kNameDirs.name,
    kEditsDirs.name,           kSecondaryHttpAddress.name, kBackupAddress.name,
    kFencingMethods.name,      kFailoverControllerPort.name};

// Keys that may differ from nameservice to nameservice only.
constexpr std::array<const char*, 1> kNameserviceSpecific = {kAutomaticFailover.name};

// A list that stands for "the one without a name" when it is empty.
std::vector<std::string> OrUnnamed(std::vector<std::string> names) {
  if (names.empty()) names.emplace_back();
  return names;
}

std::vector<std::string> Nameservices(const Configuration& configuration) {
  return *configuration.Get(kNameservices);
}

// The names whose RPC address is this machine's; `known` narrows the search where it is not empty.
Result<NamenodeName> FindLocal(const Configuration& configuration, const NamenodeName& known,
                               const IsLocal& is_local) {
  std::vector<NamenodeName> found;
  for (const auto& [name, address] : AllAddresses(configuration, {kNamenodeRpcAddress.name})) {
    if (!known.service.empty() && name.service != known.service) continue;
    if (!known.namenode.empty() && name.namenode != known.namenode) continue;
    if (is_local(address)) found.push_back(name);
  }
  if (found.size() > 1) {
    return Status(Code::kInvalidArgument,
                  "Configuration has multiple addresses that match local node's address. Please "
                  "configure the system with " +
                      std::string(kNameserviceId.name) + " and " + kHaNamenodeId.name);
  }
  return found.empty() ? NamenodeName{} : found.front();
}

}  // namespace

std::string NamenodeName::Suffix() const {
  return service.empty() || namenode.empty() ? service + namenode : service + "." + namenode;
}

std::vector<std::string> NamenodesOf(const Configuration& configuration,
                                     const std::string& service) {
  return SplitList(configuration.FindSuffixed(kHaNamenodes.name, service).value_or(""));
}

std::vector<NamenodeAddress> AddressesOf(const Configuration& configuration,
                                         const std::string& service,
                                         const std::vector<std::string_view>& keys) {
  std::vector<NamenodeAddress> result;
  for (std::string& namenode : OrUnnamed(NamenodesOf(configuration, service))) {
    NamenodeName name{.service = service, .namenode = std::move(namenode)};
    for (const std::string_view key : keys) {
      const std::string text = configuration.FindSuffixed(key, name.Suffix()).value_or("");
      const std::string_view address = Trim(text);
      if (address.empty()) continue;
      result.push_back({std::move(name), std::string(address)});
      break;
    }
  }
  return result;
}

std::vector<NamenodeAddress> AllAddresses(const Configuration& configuration,
                                          const std::vector<std::string_view>& keys) {
  std::vector<NamenodeAddress> result;
  for (const std::string& service : OrUnnamed(Nameservices(configuration))) {
    for (NamenodeAddress& one : AddressesOf(configuration, service, keys)) {
      result.push_back(std::move(one));
    }
  }
  return result;
}

Result<std::vector<std::string>> InternalNameservices(const Configuration& configuration) {
  std::vector<std::string> all = Nameservices(configuration);
  CAIRN_ASSIGN(std::vector<std::string> internal, configuration.Get(kInternalNameservices));
  if (internal.empty()) return all;
  for (const std::string& service : internal) {
    if (std::find(all.begin(), all.end(), service) == all.end()) {
      return Status(Code::kInvalidArgument, "Unknown nameservice: " + service);
    }
  }
  return internal;
}

std::string OnlyNameservice(const Configuration& configuration) {
  const std::vector<std::string> all = Nameservices(configuration);
  return all.size() == 1 ? all.front() : "";
}

bool IsHa(const Configuration& configuration, const std::string& service) {
  return AddressesOf(configuration, service, {kNamenodeRpcAddress.name}).size() > 1;
}

Result<NamenodeName> LocalNamenode(const Configuration& configuration, const IsLocal& is_local) {
  NamenodeName name{.service = configuration.Find(kNameserviceId.name).value_or(""),
                    .namenode = configuration.Find(kHaNamenodeId.name).value_or("")};
  if (name.service.empty()) name.service = OnlyNameservice(configuration);
  if (name.service.empty() && !Nameservices(configuration).empty()) {
    CAIRN_ASSIGN(name, FindLocal(configuration, name, is_local));
    if (name.service.empty()) {
      return Status(Code::kInvalidArgument,
                    "no namenode of " + std::string(kNameservices.name) +
                        " is on this machine; set " + kNameserviceId.name);
    }
  }
  if (!name.namenode.empty() || NamenodesOf(configuration, name.service).empty()) return name;
  CAIRN_ASSIGN(const NamenodeName local, FindLocal(configuration, name, is_local));
  if (local.namenode.empty()) {
    return Status(Code::kInvalidArgument, "no namenode of nameservice " + name.service +
                                              " is on this machine; set " + kHaNamenodeId.name);
  }
  return local;
}

Configuration ForNamenode(const Configuration& configuration, const NamenodeName& name) {
  Configuration result = configuration;
  if (name == NamenodeName{}) return result;
  const auto replace = [&](const char* key, const NamenodeName& owner) {
    const std::string specific = key + ("." + owner.Suffix());
    const std::optional<std::string> value = configuration.Find(specific);
    if (value) result.Set(key, *value, specific);
    return value.has_value();
  };
  const NamenodeName service{.service = name.service, .namenode = ""};
  for (const char* key : kNamenodeSpecific) {
    if (!replace(key, name)) replace(key, service);
  }
  for (const char* key : kNameserviceSpecific) replace(key, service);
  result.Set(kNameserviceId.name, name.service, "this namenode's name");
  result.Set(kHaNamenodeId.name, name.namenode, "this namenode's name");
  const std::string rpc = result.Find(kNamenodeRpcAddress.name).value_or("");
  if (!rpc.empty()) result.Set(kDefaultFs.name, "hdfs://" + rpc, kNamenodeRpcAddress.name);
  return result;
}

std::vector<NamenodeName> OtherNamenodes(const Configuration& configuration,
                                         const NamenodeName& name) {
  std::vector<NamenodeName> others;
  for (std::string& namenode : NamenodesOf(configuration, name.service)) {
    if (namenode != name.namenode) others.push_back({name.service, std::move(namenode)});
  }
  return others;
}

}  // namespace cairn::config
