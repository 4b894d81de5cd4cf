// SPDX-License-Identifier: Apache-2.0
#include "common/config/configuration.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "common/config/common_keys.h"
#include "common/config/datanode_keys.h"
#include "common/config/namenode_keys.h"
#include "common/config/security.h"
#include "tests/fakes/temp_dir.h"

namespace cairn::config {
namespace {

std::string Site(const std::string& properties) {
  return "<?xml version=\"1.0\"?><!-- c --><configuration>" + properties + "</configuration>";
}

std::string Property(const std::string& name, const std::string& value) {
  return "<property><name>" + name + "</name><value>" + value + "</value></property>";
}

Configuration Load(const std::string& properties) {
  Configuration configuration;
  const Status status = configuration.AddXml(Site(properties), "test.xml");
  EXPECT_TRUE(status.ok()) << status.ToString();
  return configuration;
}

TEST(ConfigurationTest, DefaultsApplyWhereNothingIsSet) {
  const Configuration configuration;
  EXPECT_EQ(*configuration.Get(kReplication), 3);
  EXPECT_EQ(*configuration.Get(kBlockSize), 128 << 20);
  EXPECT_EQ(*configuration.Get(kHeartbeatInterval), 3000);
  EXPECT_TRUE(*configuration.Get(kPermissionsEnabled));
}

TEST(ConfigurationTest, SizesAndTimesTakeSuffixes) {
  const Configuration configuration =
      Load(Property("dfs.blocksize", " 64m ") + Property("dfs.heartbeat.interval", "1500ms") +
           Property("dfs.namenode.checkpoint.period", "120"));
  EXPECT_EQ(*configuration.Get(kBlockSize), 64 << 20);
  EXPECT_EQ(*configuration.Get(kHeartbeatInterval), 1500);
  EXPECT_EQ(*configuration.Get(kCheckpointPeriod), 120'000);
}

TEST(ConfigurationTest, WrongValueIsNamedWithItsFile) {
  const Configuration configuration = Load(Property("dfs.replication", "three"));
  const Status status = configuration.Get(kReplication).status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("dfs.replication"), std::string::npos);
  EXPECT_NE(status.message().find("three"), std::string::npos);
  EXPECT_NE(status.message().find("test.xml"), std::string::npos);
}

TEST(ConfigurationTest, OutOfBoundsIsRefused) {
  EXPECT_FALSE(Load(Property("dfs.replication", "0")).Get(kReplication).ok());
  EXPECT_FALSE(Load(Property("dfs.blocksize", "9999999999p")).Get(kBlockSize).ok());
  EXPECT_FALSE(Load(Property("dfs.permissions.enabled", "yes")).Get(kPermissionsEnabled).ok());
}

TEST(ConfigurationTest, FloatsTakeJavasSuffix) {
  EXPECT_DOUBLE_EQ(*Load(Property("dfs.namenode.safemode.threshold-pct", "0.5f"))
                        .Get(kSafeModeThreshold),
                   0.5);
}

TEST(ConfigurationTest, VariablesAreExpanded) {
  ::setenv("CAIRN_TEST_ENV", "/env", 1);
  const Configuration configuration =
      Load(Property("hadoop.tmp.dir", "${env.CAIRN_TEST_ENV}/t") +
           Property("a", "${b}") + Property("b", "${a}") + Property("c", "${nowhere}") +
           Property("d", "${env.CAIRN_UNSET:-x}"));
  EXPECT_EQ(*configuration.Get(kNameDirs), std::vector<std::string>{"file:///env/t/dfs/name"});
  EXPECT_EQ(configuration.Find("c"), "${nowhere}");
  EXPECT_EQ(configuration.Find("d"), "x");
  EXPECT_TRUE(configuration.Find("a").has_value());  // A cycle ends.
}

TEST(ConfigurationTest, LaterFilesWinButForFinalOnes) {
  Configuration configuration = Load(Property("a", "1") +
                                     "<property><name>b</name><value>1</value>"
                                     "<final>true</final></property>");
  ASSERT_TRUE(configuration.AddXml(Site(Property("a", "2") + Property("b", "2")), "2.xml").ok());
  EXPECT_EQ(configuration.Find("a"), "2");
  EXPECT_EQ(configuration.Find("b"), "1");
  configuration.Set("b", "3");
  EXPECT_EQ(configuration.Find("b"), "3");
}

TEST(ConfigurationTest, IncludesAreReadBesideTheFile) {
  TempDir dir;
  std::ofstream(dir.path() + "/inner.xml") << Site(Property("x", "inner"));
  std::ofstream(dir.path() + "/core-site.xml")
      << Site("<xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" href=\"inner.xml\"/>"
              "<xi:include href=\"none.xml\"><xi:fallback>" +
              Property("y", "fallback") + "</xi:fallback></xi:include>");
  auto configuration = Configuration::LoadDirectory(dir.path());
  ASSERT_TRUE(configuration.ok()) << configuration.status().ToString();
  EXPECT_EQ(configuration->Find("x"), "inner");
  EXPECT_EQ(configuration->Find("y"), "fallback");
}

TEST(ConfigurationTest, IncludesAreCounted) {
  const TempDir dir;
  std::ofstream(dir.path() + "/inner.xml") << Site("");
  std::string includes;
  for (int i = 0; i < 257; ++i) includes += "<xi:include href=\"inner.xml\"/>";
  std::ofstream(dir.path() + "/core-site.xml") << Site(includes);
  const auto loaded = Configuration::LoadDirectory(dir.path());
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.status().ToString().find("more than 256 includes"), std::string::npos)
      << loaded.status().ToString();
}

TEST(ConfigurationTest, IncludeOfItselfEndsWithAnError) {
  TempDir dir;
  std::ofstream(dir.path() + "/core-site.xml") << Site("<xi:include href=\"core-site.xml\"/>");
  EXPECT_FALSE(Configuration::LoadDirectory(dir.path()).ok());
}

TEST(ConfigurationTest, BrokenXmlIsNamedWithItsOffset) {
  Configuration configuration;
  const Status status = configuration.AddXml("<configuration><property>", "broken.xml");
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("broken.xml"), std::string::npos);
  EXPECT_FALSE(configuration.AddXml("<html/>", "html.xml").ok());
  EXPECT_FALSE(configuration.AddXml(Site("<property><value>1</value></property>"), "n.xml").ok());
}

TEST(ConfigurationTest, SecurityThatIsNotBuiltIsRefusedByName) {
  EXPECT_TRUE(CheckSecurityIsBuilt(Configuration()).ok());
  EXPECT_TRUE(
      CheckSecurityIsBuilt(Load(Property("hadoop.security.authentication", "simple"))).ok());
  for (const auto& [key, value] :
       {std::pair{"hadoop.security.authentication", "kerberos"},
        std::pair{"dfs.block.access.token.enable", "true"},
        std::pair{"dfs.encrypt.data.transfer", "true"}}) {
    const Status status = CheckSecurityIsBuilt(Load(Property(key, value)));
    EXPECT_EQ(status.code(), Code::kUnsupported);
    EXPECT_NE(status.message().find(key), std::string::npos);
  }
}

TEST(ConfigurationTest, EveryKeyHasAUniqueNameAndASentence) {
  std::set<std::string> names;
  for (const KeyRow& row : AllKeys()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(std::string(row.description).ends_with(".")) << row.name;
  }
}

}  // namespace
}  // namespace cairn::config
