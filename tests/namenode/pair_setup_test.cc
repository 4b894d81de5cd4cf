// SPDX-License-Identifier: Apache-2.0
#include "namenode/pair_setup.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

namespace cairn::namenode {
namespace {

class PairSetupTest : public ::testing::Test {
 protected:
  PairSetupTest() {
    std::ofstream(secret_) << "a secret of the pair\n";
    EXPECT_EQ(::chmod(secret_.c_str(), 0600), 0);
    keys_ = {{"dfs.nameservices", "ns"},
             {"dfs.ha.namenodes.ns", "nn1,nn2"},
             {"dfs.ha.namenode.id", "nn2"},
             {"dfs.namenode.rpc-address.ns.nn1", "127.0.0.1:8020"},
             {"dfs.namenode.rpc-address.ns.nn2", "127.0.0.1:8021"},
             {"cairn.ha.journal-address.ns.nn1", "127.0.0.1:8024"},
             {"cairn.ha.journal-address.ns.nn2", "127.0.0.1:8025"},
             {"cairn.ha.secret-file", secret_},
             {"ha.zookeeper.quorum", "127.0.0.1:2181"}};
  }
  ~PairSetupTest() override { std::filesystem::remove(secret_); }

  Result<std::optional<PairSetup>> Read() const {
    config::Configuration configuration;
    for (const auto& [key, value] : keys_) configuration.Set(key, value);
    return PairSetup::Read(configuration);
  }

  const std::string secret_ = (std::filesystem::temp_directory_path() /
                               ("pair-secret-" + std::to_string(::getpid()))).string();
  std::map<std::string, std::string> keys_;
};

TEST_F(PairSetupTest, BothMembersAndTheirAddressesAreFound) {
  const Result<std::optional<PairSetup>> setup = Read();
  ASSERT_TRUE(setup.ok()) << setup.status().ToString();
  ASSERT_TRUE(*setup);
  const ha::Driver::Options& driver = (*setup)->driver;
  EXPECT_EQ(driver.self.node, ha::NodeId("nn2"));
  EXPECT_EQ(driver.self.peer, ha::NodeId("nn1"));
  EXPECT_EQ(driver.link.listen.port, 8025);
  EXPECT_EQ(driver.link.peer_address.port, 8024);
  EXPECT_EQ(driver.link.secret, "a secret of the pair");
  EXPECT_EQ(driver.store.nameservice, "ns");
  EXPECT_EQ(driver.store.parent, "/cairn-ha");
  EXPECT_EQ(driver.machine.lease, 400'000);
}

TEST_F(PairSetupTest, NamenodesWithoutJournalAddressesAreNoPair) {
  keys_.erase("cairn.ha.journal-address.ns.nn1");
  keys_.erase("cairn.ha.journal-address.ns.nn2");
  EXPECT_FALSE(*Read());
  keys_ = {{"fs.defaultFS", "hdfs://127.0.0.1:8020"}};
  EXPECT_FALSE(*Read());
}

TEST_F(PairSetupTest, WhatIsMissingIsNamed) {
  for (const char* key : {"cairn.ha.journal-address.ns.nn1", "cairn.ha.secret-file",
                          "ha.zookeeper.quorum"}) {
    const auto all = keys_;
    keys_.erase(key);
    const Status status = Read().status();
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << key;
    EXPECT_NE(status.message().find(key), std::string::npos) << status.message();
    keys_ = all;
  }
  keys_["dfs.ha.namenodes.ns"] = "nn1,nn2,nn3";
  keys_["dfs.namenode.rpc-address.ns.nn3"] = "127.0.0.1:8022";
  EXPECT_EQ(Read().status().code(), Code::kInvalidArgument);
}

TEST_F(PairSetupTest, SecretThatOthersMayReadIsRefused) {
  ASSERT_EQ(::chmod(secret_.c_str(), 0644), 0);
  EXPECT_EQ(Read().status().code(), Code::kAccessDenied);
}

TEST_F(PairSetupTest, IdentityForZooKeeperMayStandInAFile) {
  keys_["ha.zookeeper.auth"] = "@" + secret_;
  EXPECT_EQ((*Read())->driver.store.auth, "a secret of the pair");
}

}  // namespace
}  // namespace cairn::namenode
