// SPDX-License-Identifier: Apache-2.0
#include "datanode/agent/agent_options.h"

#include <gtest/gtest.h>

namespace cairn::datanode {
namespace {

using config::Configuration;

std::vector<net::HostPort> Addresses(const Configuration& configuration) {
  const auto addresses = NamenodeAddresses(configuration);
  EXPECT_TRUE(addresses.ok()) << addresses.status().ToString();
  return addresses.ok() ? *addresses : std::vector<net::HostPort>();
}

using List = std::vector<net::HostPort>;

TEST(NamenodeAddressesTest, TheDefaultFileSystemNamesTheNamenode) {
  Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://nn.example:9000/some/path");
  EXPECT_EQ(Addresses(configuration), (List{{"nn.example", 9000}}));
  configuration.Set("fs.defaultFS", "hdfs://nn.example");
  EXPECT_EQ(Addresses(configuration), (List{{"nn.example", 8020}}));
}

TEST(NamenodeAddressesTest, TheServiceAddressWins) {
  Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://nn.example:9000");
  configuration.Set("dfs.namenode.rpc-address", "rpc.example:9001");
  EXPECT_EQ(Addresses(configuration), (List{{"rpc.example", 9001}}));
  configuration.Set("dfs.namenode.servicerpc-address", "service.example:9002");
  EXPECT_EQ(Addresses(configuration), (List{{"service.example", 9002}}));
}

TEST(NamenodeAddressesTest, ANameserviceHasSeveralNamenodes) {
  Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://cluster");
  configuration.Set("dfs.nameservices", "cluster");
  configuration.Set("dfs.ha.namenodes.cluster", "a, b");
  configuration.Set("dfs.namenode.rpc-address.cluster.a", "a.example:8020");
  configuration.Set("dfs.namenode.rpc-address.cluster.b", "b.example:8021");
  EXPECT_EQ(Addresses(configuration), (List{{"a.example", 8020}, {"b.example", 8021}}));
}

TEST(NamenodeAddressesTest, WhatIsMissingIsNamed) {
  Configuration configuration;
  EXPECT_EQ(NamenodeAddresses(configuration).status().code(), Code::kInvalidArgument);
  configuration.Set("fs.defaultFS", "hdfs://cluster");
  configuration.Set("dfs.nameservices", "cluster");
  configuration.Set("dfs.ha.namenodes.cluster", "a");
  const Status status = NamenodeAddresses(configuration).status();
  EXPECT_NE(status.message().find("dfs.namenode.rpc-address.cluster.a"), std::string::npos)
      << status.ToString();
  configuration.Set("dfs.nameservices", "one,two");
  EXPECT_FALSE(NamenodeAddresses(configuration).ok());
}

TEST(AgentOptionsTest, TimesHaveApachesUnits) {
  Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://nn.example");
  configuration.Set("dfs.heartbeat.interval", "2");
  configuration.Set("dfs.blockreport.intervalMsec", "5000");
  configuration.Set("dfs.blockreport.initialDelay", "7");
  configuration.Set("dfs.datanode.hostname", "dn.example");
  const auto options = ReadAgentOptions(configuration);
  ASSERT_TRUE(options.ok()) << options.status().ToString();
  EXPECT_EQ(options->heartbeat_interval, std::chrono::seconds(2));
  EXPECT_EQ(options->full_report_interval, std::chrono::seconds(5));
  EXPECT_EQ(options->full_report_delay.count(), 0) << "longer than the interval";
  EXPECT_EQ(options->host_name, "dn.example");
  configuration.Set("dfs.heartbeat.interval", "0");
  EXPECT_EQ(ReadAgentOptions(configuration).status().code(), Code::kInvalidArgument);
}

TEST(VersionTest, NumbersAreCompared) {
  EXPECT_TRUE(VersionAtLeast("3.5.0", "2.1.0-beta"));
  EXPECT_TRUE(VersionAtLeast("2.10.0", "2.9.1"));
  EXPECT_TRUE(VersionAtLeast("2.1.0", "2.1.0-beta"));
  EXPECT_TRUE(VersionAtLeast("2.1.0-beta", "2.1.0-beta"));
  EXPECT_FALSE(VersionAtLeast("2.1.0-alpha", "2.1.0-beta"));
  EXPECT_FALSE(VersionAtLeast("2.1.0-beta", "2.1.0"));
  EXPECT_FALSE(VersionAtLeast("2.0.5", "2.1.0-beta"));
  EXPECT_FALSE(VersionAtLeast("", "2.1.0-beta"));
  EXPECT_TRUE(VersionAtLeast("3", "2.1.0"));
}

}  // namespace
}  // namespace cairn::datanode
