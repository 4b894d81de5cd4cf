// SPDX-License-Identifier: Apache-2.0
#include "common/config/nameservices.h"

#include <gtest/gtest.h>

#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"

namespace cairn::config {
namespace {

using Names = std::vector<std::string>;
using Addresses = std::vector<NamenodeAddress>;

// One nameservice of two namenodes, as conf/ha has it.
Configuration Pair() {
  Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://ns");
  configuration.Set("dfs.nameservices", " ns ");
  configuration.Set("dfs.ha.namenodes.ns", "nn1, nn2");
  configuration.Set("dfs.namenode.rpc-address.ns.nn1", " a.example:8020 ");
  configuration.Set("dfs.namenode.rpc-address.ns.nn2", "b.example:8021");
  return configuration;
}

IsLocal Host(const std::string& host) {
  return [host](const std::string& address) { return address.starts_with(host + ":"); };
}

TEST(NameservicesTest, AddressesComeInOrderWithTheirNames) {
  const Configuration pair = Pair();
  EXPECT_EQ(AllAddresses(pair, {kNamenodeRpcAddress.name}),
            (Addresses{{{"ns", "nn1"}, "a.example:8020"}, {{"ns", "nn2"}, "b.example:8021"}}));
  EXPECT_EQ(NamenodesOf(pair, "ns"), (Names{"nn1", "nn2"}));
  EXPECT_TRUE(NamenodesOf(pair, "other").empty());
  EXPECT_TRUE(IsHa(pair, "ns"));
  EXPECT_FALSE(IsHa(pair, "other"));
  EXPECT_EQ(OnlyNameservice(pair), "ns");
}

TEST(NameservicesTest, TheFirstKeyThatIsSetCounts) {
  Configuration pair = Pair();
  pair.Set("dfs.namenode.servicerpc-address.ns.nn2", "b.example:9000");
  // Without the names behind it a key says nothing of a namenode of a nameservice.
  pair.Set("dfs.namenode.servicerpc-address", "nobody:1");
  EXPECT_EQ(AddressesOf(pair, "ns", {kNamenodeServiceRpcAddress.name, kNamenodeRpcAddress.name}),
            (Addresses{{{"ns", "nn1"}, "a.example:8020"}, {{"ns", "nn2"}, "b.example:9000"}}));
}

TEST(NameservicesTest, WithoutNameservicesThePlainKeysAreTheOnlyNamenodes) {
  Configuration configuration;
  EXPECT_TRUE(AllAddresses(configuration, {kNamenodeRpcAddress.name}).empty());
  configuration.Set("dfs.namenode.rpc-address", "a.example:8020");
  EXPECT_EQ(AllAddresses(configuration, {kNamenodeRpcAddress.name}),
            (Addresses{{{"", ""}, "a.example:8020"}}));
  EXPECT_EQ(*LocalNamenode(configuration, Host("x")), NamenodeName{});
  EXPECT_FALSE(IsHa(configuration, ""));
}

TEST(NameservicesTest, FederatedNamenodesAreNamedByTheirNameservice) {
  Configuration configuration;
  configuration.Set("dfs.nameservices", "one,two");
  configuration.Set("dfs.namenode.rpc-address.one", "a.example:1");
  configuration.Set("dfs.namenode.rpc-address.two", "b.example:2");
  EXPECT_EQ(AllAddresses(configuration, {kNamenodeRpcAddress.name}),
            (Addresses{{{"one", ""}, "a.example:1"}, {{"two", ""}, "b.example:2"}}));
  EXPECT_EQ(OnlyNameservice(configuration), "");
  EXPECT_EQ(*LocalNamenode(configuration, Host("b.example")), (NamenodeName{"two", ""}));
  EXPECT_FALSE(LocalNamenode(configuration, Host("c.example")).ok());
}

TEST(NameservicesTest, InternalNameservicesAreAmongAll) {
  Configuration configuration;
  configuration.Set("dfs.nameservices", "one,two");
  EXPECT_EQ(*InternalNameservices(configuration), (Names{"one", "two"}));
  configuration.Set("dfs.internal.nameservices", "two");
  EXPECT_EQ(*InternalNameservices(configuration), Names{"two"});
  configuration.Set("dfs.internal.nameservices", "three");
  EXPECT_EQ(InternalNameservices(configuration).status().message(), "Unknown nameservice: three");
}

TEST(LocalNamenodeTest, TheAddressTellsWhichWeAre) {
  EXPECT_EQ(*LocalNamenode(Pair(), Host("b.example")), (NamenodeName{"ns", "nn2"}));
}

TEST(LocalNamenodeTest, TwoOnOneMachineMustBeTold) {
  Configuration pair = Pair();
  pair.Set("dfs.namenode.rpc-address.ns.nn1", "b.example:8020");
  const Status status = LocalNamenode(pair, Host("b.example")).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "Configuration has multiple addresses that match local node's address. Please "
            "configure the system with dfs.nameservice.id and dfs.ha.namenode.id");
  pair.Set("dfs.ha.namenode.id", "nn1");
  EXPECT_EQ(*LocalNamenode(pair, Host("b.example")), (NamenodeName{"ns", "nn1"}));
}

TEST(LocalNamenodeTest, OneThatIsNowhereIsRefused) {
  const Status status = LocalNamenode(Pair(), Host("c.example")).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("dfs.ha.namenode.id"), std::string::npos);
}

TEST(ForNamenodeTest, OwnKeysTakeThePlaceOfPlainOnes) {
  Configuration pair = Pair();
  pair.Set("dfs.namenode.http-address", "0.0.0.0:1");
  pair.Set("dfs.namenode.http-address.ns", "0.0.0.0:2");
  pair.Set("dfs.namenode.http-address.ns.nn2", "0.0.0.0:3");
  pair.Set("dfs.namenode.name.dir.ns", "/ns/name");
  pair.Set("dfs.ha.automatic-failover.enabled.ns", "true");
  // Not a key that may differ between namenodes.
  pair.Set("dfs.replication.ns.nn2", "1");
  const Configuration second = ForNamenode(pair, {"ns", "nn2"});
  EXPECT_EQ(*second.Get(kNamenodeHttpAddress), "0.0.0.0:3");
  EXPECT_EQ(*second.Get(kNameDirs), Names{"/ns/name"});
  EXPECT_EQ(*second.Get(kNamenodeRpcAddress), "b.example:8021");
  EXPECT_EQ(*second.Get(kDefaultFs), "hdfs://b.example:8021");
  EXPECT_EQ(*second.Get(kReplication), 3);
  EXPECT_EQ(*second.Get(kNameserviceId), "ns");
  EXPECT_EQ(*second.Get(kHaNamenodeId), "nn2");
  EXPECT_TRUE(*second.Get(kAutomaticFailover));
  EXPECT_EQ(*ForNamenode(pair, {"ns", "nn1"}).Get(kNamenodeHttpAddress), "0.0.0.0:2");
}

TEST(ForNamenodeTest, ASingleNamenodesConfigurationIsUntouched) {
  Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://a.example:9000");
  const Configuration same = ForNamenode(configuration, {});
  EXPECT_EQ(same.properties().size(), 1u);
}

TEST(ForNamenodeTest, TheOthersKeepTheirKeys) {
  EXPECT_EQ(OtherNamenodes(Pair(), {"ns", "nn1"}), (std::vector<NamenodeName>{{"ns", "nn2"}}));
  EXPECT_TRUE(OtherNamenodes({}, {}).empty());
}

}  // namespace
}  // namespace cairn::config
