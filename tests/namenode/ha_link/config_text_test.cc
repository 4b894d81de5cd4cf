// SPDX-License-Identifier: Apache-2.0
#include "namenode/ha_link/config_text.h"

#include <gtest/gtest.h>

namespace cairn::namenode::ha {
namespace {

Config Pair() {
  return {.epoch = Epoch(7),
          .primary = NodeId("nn1"),
          .incarnation = Incarnation(0xFEDCBA9876543210),
          .in_sync = {{NodeId("nn1"), LogId("log-a")}, {NodeId("nn2"), LogId("log-b")}},
          .start = TxId(1201)};
}

constexpr char kText[] =
    "cairn-ha-config 1\n"
    "epoch 7\n"
    "primary nn1\n"
    "incarnation 18364758544493064720\n"
    "start 1201\n"
    "in-sync nn1 log-a\n"
    "in-sync nn2 log-b\n";

TEST(ConfigTextTest, ConfigurationComesBack) {
  EXPECT_EQ(FormatConfig(Pair()), kText);
  const Result<Config> parsed = ParseConfig(kText);
  ASSERT_TRUE(parsed.ok()) << parsed.status().ToString();
  EXPECT_EQ(*parsed, Pair());
}

TEST(ConfigTextTest, AnotherVersionIsToldApartFromDamage) {
  std::string text = kText;
  text.replace(text.find(" 1\n"), 3, " 2\n");
  EXPECT_EQ(ParseConfig(text).status().code(), Code::kIncorrectVersion);
}

TEST(ConfigTextTest, EveryDamagedTextIsRefused) {
  const std::string text = kText;
  for (size_t n = 0; n < text.size(); ++n) {
    // A text that ends behind a whole member is whole; the primary must be among them.
    const bool whole = text.substr(0, n).ends_with("log-a\n");
    EXPECT_EQ(ParseConfig(text.substr(0, n)).ok(), whole) << n;
  }
  const std::pair<const char*, const char*> changes[] = {
      {"epoch 7", "epoch -7"},        {"epoch 7", "epoch 07x"},     {"epoch 7", "epoch  7"},
      {"primary nn1", "primary n/1"}, {"primary nn1", "primary "},  {"start 1201", "start 0"},
      {"primary nn1", "primary nn3"}, {"nn2 log-b", "nn1 log-b"},   {"nn2 log-b", "nn2"},
      {"nn2 log-b", "nn2 a b"},       {"in-sync nn2", "unknown 1"}, {"epoch 7\n", ""},
  };
  for (const auto& [from, to] : changes) {
    std::string changed = text;
    changed.replace(changed.find(from), std::string(from).size(), to);
    EXPECT_EQ(ParseConfig(changed).status().code(), Code::kCorrupt) << to;
  }
  EXPECT_FALSE(ParseConfig(text + "in-sync " + std::string(100, 'x') + " y\n").ok());
  std::string many = text;
  for (int i = 0; i < 10; ++i) many += "in-sync m" + std::to_string(i) + " x\n";
  EXPECT_FALSE(ParseConfig(many).ok());
  EXPECT_FALSE(ParseConfig(text + std::string(kConfigBytesMax, '\n')).ok());
}

}  // namespace
}  // namespace cairn::namenode::ha
