// SPDX-License-Identifier: Apache-2.0
#include "namenode/blocks/rack_resolver.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

namespace cairn::namenode {
namespace {

TEST(RackResolverTest, ATableNamesRacksAndTheRestIsInTheDefaultRack) {
  auto racks = TableRackResolver::Parse("# racks\n10.0.0.1 /r1\n\n dn2\t/dc/r2 # two\n");
  ASSERT_TRUE(racks.ok()) << racks.status().ToString();
  TableRackResolver resolver(*racks);
  EXPECT_EQ(*resolver.Resolve("10.0.0.1"), "/r1");
  EXPECT_EQ(*resolver.Resolve("dn2"), "/dc/r2");
  EXPECT_EQ(*resolver.Resolve("dn3"), "/default-rack");
}

TEST(RackResolverTest, ATableThatNamesNoRackIsRefusedWithItsLine) {
  const Status status = TableRackResolver::Parse("a /r1\nb r2\n").status();
  EXPECT_EQ(status.code(), Code::kInvalidArgument);
  EXPECT_NE(status.message().find("line 2"), std::string::npos);
}

TEST(RackResolverTest, ARackHasTheFormOfAnAbsolutePath) {
  EXPECT_TRUE(IsValidRack("/default-rack"));
  EXPECT_TRUE(IsValidRack("/dc/rack"));
  for (const char* bad : {"", "/", "r", "/r/", "//r", "/a b", "/r\n"}) {
    EXPECT_FALSE(IsValidRack(bad)) << bad;
  }
}

class ScriptTest : public ::testing::Test {
 protected:
  std::string Script(const std::string& body) {
    const auto path = std::filesystem::path(::testing::TempDir()) /
                      ("rack" + std::to_string(getpid()) + "_" +
                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::ofstream(path) << "#!/bin/sh\n" << body;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path.string();
  }
};

TEST_F(ScriptTest, TheFirstWordThatAScriptPrintsIsTheRack) {
  ScriptRackResolver resolver(Script("echo \"/rack-of-$1\""));
  const Result<std::string> rack = resolver.Resolve("10.0.0.7");
  ASSERT_TRUE(rack.ok()) << rack.status().ToString();
  EXPECT_EQ(*rack, "/rack-of-10.0.0.7");
}

TEST_F(ScriptTest, AScriptThatFailsOrPrintsNonsenseIsAnError) {
  EXPECT_EQ(ScriptRackResolver(Script("exit 3")).Resolve("h").status().code(), Code::kIoError);
  EXPECT_EQ(ScriptRackResolver(Script("echo nonsense")).Resolve("h").status().code(),
            Code::kInvalidArgument);
  EXPECT_FALSE(ScriptRackResolver("no/such/script").Resolve("h").ok());
}

TEST_F(ScriptTest, AScriptThatHangsIsKilled) {
  ScriptRackResolver resolver(Script("exec sleep 100"), 100);
  EXPECT_EQ(resolver.Resolve("h").status().code(), Code::kTimeout);
}

TEST(RackResolverTest, TheCacheAsksOnceUntilItIsRefreshed) {
  class Counting final : public RackResolver {
   public:
    explicit Counting(int* calls) : calls_(calls) {}
    Result<std::string> Resolve(const std::string&) override {
      ++*calls_;
      return std::string("/r");
    }
    int* calls_;
  };
  int calls = 0;
  CachedRackResolver resolver(std::make_unique<Counting>(&calls));
  EXPECT_EQ(*resolver.Resolve("a"), "/r");
  EXPECT_EQ(*resolver.Resolve("a"), "/r");
  EXPECT_EQ(calls, 1);
  resolver.Refresh();
  EXPECT_EQ(*resolver.Resolve("a"), "/r");
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace cairn::namenode
