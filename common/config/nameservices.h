// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::config {

// What the configuration says of nameservices and their namenodes, by Apache's rules:
//
//   dfs.nameservices = ns                        the names of nameservices
//   dfs.ha.namenodes.ns = nn1,nn2                the names of the namenodes of one
//   dfs.namenode.rpc-address.ns.nn1 = host:port  a key with both names behind it is of that
//                                                namenode and wins over the plain key
//
// Without dfs.nameservices the plain keys are those of the only namenode.

// The names of one namenode, by which its keys end. Empty where the configuration has none.
struct NamenodeName {
  std::string service;
  std::string namenode;

  bool operator==(const NamenodeName&) const = default;

  // "ns.nn1", "ns" or "".
  std::string Suffix() const;
};

// A namenode and what one of its keys says: "host:port" as written.
struct NamenodeAddress {
  NamenodeName name;
  std::string address;

  bool operator==(const NamenodeAddress&) const = default;
};

// The namenodes of `service` by dfs.ha.namenodes.<service>, in order; of "" by the plain key. Empty
// when it says none.
std::vector<std::string> NamenodesOf(const Configuration& configuration,
                                     const std::string& service);

// Every namenode of `service` that sets one of `keys` with its names behind it; the first key that
// is set counts. One without an address is left out.
std::vector<NamenodeAddress> AddressesOf(const Configuration& configuration,
                                         const std::string& service,
                                         const std::vector<std::string_view>& keys);

// The same of every nameservice (or of the only namenode, when there is none).
std::vector<NamenodeAddress> AllAddresses(const Configuration& configuration,
                                          const std::vector<std::string_view>& keys);

// dfs.internal.nameservices, which must be among dfs.nameservices, else those: what a datanode
// serves.
Result<std::vector<std::string>> InternalNameservices(const Configuration& configuration);

// The nameservice that is meant when none is said: the only one, or "" when there are none or
// several.
std::string OnlyNameservice(const Configuration& configuration);

// Whether `service` has more than one namenode with an RPC address.
bool IsHa(const Configuration& configuration, const std::string& service);

// Whether "host:port" is an address of this machine.
using IsLocal = std::function<bool(const std::string& address)>;

// Which namenode this process is: dfs.nameservice.id and dfs.ha.namenode.id where they are set,
// else the one whose RPC address is this machine's. Both names are empty without nameservices.
// kInvalidArgument when several addresses are this machine's, or none of a nameservice with several
// namenodes.
Result<NamenodeName> LocalNamenode(const Configuration& configuration, const IsLocal& is_local);

// The configuration as namenode `name` sees it: its own keys in the place of the plain ones, and
// fs.defaultFS its RPC address. Only keys that Apache lets differ between namenodes are looked at.
Configuration ForNamenode(const Configuration& configuration, const NamenodeName& name);

// The namenodes of the nameservice of `name` besides it, in order; empty without HA.
std::vector<NamenodeName> OtherNamenodes(const Configuration& configuration,
                                         const NamenodeName& name);

}  // namespace cairn::config
