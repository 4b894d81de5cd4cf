// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/chmod_mode.h"

#include <gtest/gtest.h>

namespace cairn::shell {
namespace {

uint16_t Apply(const std::string& text, uint16_t mode, bool directory = false) {
  const Result<ChmodMode> parsed = ChmodMode::Parse(text);
  EXPECT_TRUE(parsed.ok()) << text;
  return parsed.ok() ? parsed->Apply(mode, directory) : 0;
}

TEST(ChmodMode, OctalReplacesEverything) {
  EXPECT_EQ(Apply("644", 01777), 0644);
  EXPECT_EQ(Apply("1755", 0), 01755);
  EXPECT_EQ(Apply("0755", 01000), 0755);
  EXPECT_EQ(Apply(" +750 ", 0), 0750);
}

TEST(ChmodMode, SymbolicAddsAndRemoves) {
  EXPECT_EQ(Apply("u+x", 0644), 0744);
  EXPECT_EQ(Apply("go-r", 0644), 0600);
  EXPECT_EQ(Apply("a=r", 0777), 0444);
  EXPECT_EQ(Apply("+w", 0444), 0666);
  EXPECT_EQ(Apply("u+x,g+w", 0644), 0764);
}

TEST(ChmodMode, ConditionalExecuteNeedsADirectoryOrSomeExecuteBit) {
  EXPECT_EQ(Apply("a+X", 0644), 0644);
  EXPECT_EQ(Apply("a+X", 0744), 0755);
  EXPECT_EQ(Apply("a+X", 0644, true), 0755);
}

TEST(ChmodMode, StickyBitGoesWithTheOthers) {
  EXPECT_EQ(Apply("+t", 0777), 01777);
  EXPECT_EQ(Apply("-t", 01777), 0777);
  EXPECT_EQ(Apply("u+t", 0777), 0777);
}

TEST(ChmodMode, NonsenseIsRefused) {
  for (const char* text :
       {"", "8", "888", "12345", "2755", "u", "u+", "u+q", "x", "u+x g+x", "+"}) {
    EXPECT_FALSE(ChmodMode::Parse(text).ok()) << text;
  }
}

TEST(ConfiguredUmask, OctalAndSymbolic) {
  config::Configuration configuration;
  EXPECT_EQ(*ConfiguredUmask(configuration), 022);
  configuration.Set("fs.permissions.umask-mode", "077");
  EXPECT_EQ(*ConfiguredUmask(configuration), 077);
  configuration.Set("fs.permissions.umask-mode", "u=rwx,g=rx,o=r");
  EXPECT_EQ(*ConfiguredUmask(configuration), 023);
}

}  // namespace
}  // namespace cairn::shell
