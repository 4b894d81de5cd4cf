// SPDX-License-Identifier: Apache-2.0
#include "libclient/client_config.h"

#include <gtest/gtest.h>

#include "libclient/replace_policy.h"

namespace cairn::client {
namespace {

TEST(ClientConfigTest, UmaskIsOctalOrSymbolic) {
  EXPECT_EQ(*ParseUmask("022"), 022);
  EXPECT_EQ(*ParseUmask("0077"), 077);
  EXPECT_EQ(*ParseUmask("u=rwx,g=rx,o="), 027);
  EXPECT_EQ(*ParseUmask("u=rwx,go=r"), 033);
  EXPECT_EQ(*ParseUmask("a=rwx"), 0);
  for (const char* bad : {"", "9", "u+w", "u=z", "99999", "u=rwx,"}) {
    EXPECT_EQ(ParseUmask(bad).status().code(), Code::kInvalidArgument) << bad;
  }
}

TEST(ClientConfigTest, UriOfOneNamenode) {
  config::Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://nn.example:9000/");
  const auto service = ResolveNameservice(configuration, "");
  ASSERT_TRUE(service.ok()) << service.status().ToString();
  EXPECT_EQ(service->uri, "hdfs://nn.example:9000");
  EXPECT_EQ(service->namenodes, (std::vector<net::HostPort>{{"nn.example", 9000}}));
  EXPECT_FALSE(service->logical);
  EXPECT_EQ(ResolveNameservice(configuration, "hdfs://other/x")->namenodes[0].port, 8020);
  EXPECT_EQ(ResolveNameservice(configuration, "hdfs:///x")->uri, "hdfs://nn.example:9000");
}

TEST(ClientConfigTest, NameserviceHasItsNamenodesInOrder) {
  config::Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://ns1");
  configuration.Set("dfs.nameservices", "ns1");
  configuration.Set("dfs.ha.namenodes.ns1", "b, a");
  configuration.Set("dfs.namenode.rpc-address.ns1.a", "ha:1");
  configuration.Set("dfs.namenode.rpc-address.ns1.b", "hb:2");
  const auto service = ResolveNameservice(configuration, "");
  ASSERT_TRUE(service.ok()) << service.status().ToString();
  EXPECT_TRUE(service->logical);
  EXPECT_EQ(service->namenodes, (std::vector<net::HostPort>{{"hb", 2}, {"ha", 1}}));
  configuration.Set("dfs.ha.namenodes.ns1", "a,c");
  EXPECT_EQ(ResolveNameservice(configuration, "").status().code(), Code::kInvalidArgument);
}

TEST(ClientConfigTest, OtherSchemesAreRefused) {
  EXPECT_FALSE(ResolveNameservice({}, "").ok());
  EXPECT_FALSE(ResolveNameservice({}, "file:///x").ok());
  EXPECT_FALSE(ResolveNameservice({}, "hdfs:///x").ok());
}

TEST(ClientConfigTest, WrongValuesAreNamed) {
  config::Configuration configuration;
  configuration.Set("dfs.checksum.type", "SHA");
  const Status status = ReadClientConfig(configuration).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("dfs.checksum.type=SHA"), std::string::npos);
}

TEST(ClientConfigTest, NamenodesDefaultsHoldUnlessTheFilesSaySomething) {
  config::Configuration configuration;
  EXPECT_EQ(ReadClientConfig(configuration)->write.replication, 0u);
  configuration.Set("dfs.replication", "2");
  EXPECT_EQ(ReadClientConfig(configuration)->write.replication, 2u);
}

TEST(ReplacePolicyTest, DefaultReplacesWhenHalfIsLeftOrReadersHaveSeenData) {
  const auto needs = [](uint32_t replication, size_t left, bool flushed = false) {
    return NeedsReplacement(ReplacePolicy::kDefault, {replication, left, false, flushed});
  };
  EXPECT_FALSE(needs(3, 2));
  EXPECT_TRUE(needs(3, 1));
  EXPECT_TRUE(needs(3, 2, true));
  EXPECT_FALSE(needs(3, 3, true));
  EXPECT_FALSE(needs(2, 1, true));
  EXPECT_TRUE(needs(5, 2));
  EXPECT_FALSE(needs(5, 3));
  EXPECT_TRUE(NeedsReplacement(ReplacePolicy::kDefault, {3, 2, true, false}));
  EXPECT_TRUE(NeedsReplacement(ReplacePolicy::kAlways, {2, 1, false, false}));
  EXPECT_FALSE(NeedsReplacement(ReplacePolicy::kAlways, {2, 0, false, false}));
  EXPECT_FALSE(NeedsReplacement(ReplacePolicy::kNever, {3, 1, true, true}));
}

}  // namespace
}  // namespace cairn::client
