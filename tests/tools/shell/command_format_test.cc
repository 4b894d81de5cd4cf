// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/command_format.h"

#include <gtest/gtest.h>

#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

TEST(CommandFormat, OptionsEndAtTheFirstOtherWord) {
  CommandFormat format({.least = 1}, {"a", "b"});
  Arguments arguments = {"-a", "x", "-b"};
  ASSERT_TRUE(format.Parse(arguments).ok());
  EXPECT_TRUE(format.Has("a"));
  EXPECT_FALSE(format.Has("b"));
  EXPECT_EQ(arguments, (Arguments{"x", "-b"}));
}

TEST(CommandFormat, DoubleDashEndsOptions) {
  CommandFormat format({}, {"a"});
  Arguments arguments = {"--", "-a"};
  ASSERT_TRUE(format.Parse(arguments).ok());
  EXPECT_FALSE(format.Has("a"));
  EXPECT_EQ(arguments, (Arguments{"-a"}));
}

TEST(CommandFormat, ADashAloneIsAnArgument) {
  CommandFormat format({}, {});
  Arguments arguments = {"-", "x"};
  ASSERT_TRUE(format.Parse(arguments).ok());
  EXPECT_EQ(arguments.size(), 2U);
}

TEST(CommandFormat, AnOptionTakesTheNextWordUnlessItIsNeeded) {
  CommandFormat format({.least = 1}, {});
  format.WithValue("t");
  Arguments arguments = {"-t", "4", "x"};
  ASSERT_TRUE(format.Parse(arguments).ok());
  EXPECT_EQ(format.Value("t"), "4");

  CommandFormat again({.least = 1}, {});
  again.WithValue("t");
  arguments = {"-t", "x"};
  ASSERT_TRUE(again.Parse(arguments).ok());
  EXPECT_EQ(again.Value("t"), "");
  EXPECT_EQ(arguments, (Arguments{"x"}));
}

TEST(CommandFormat, MistakesAreUsageErrors) {
  CommandFormat format({.least = 1, .most = 2}, {"a"});
  Arguments unknown = {"-z", "x"};
  EXPECT_EQ(format.Parse(unknown).message(), "Illegal option -z");
  Arguments few = {"-a"};
  EXPECT_EQ(format.Parse(few).message(), "Not enough arguments: expected 1 but got 0");
  Arguments many = {"x", "y", "z"};
  const Status status = format.Parse(many);
  EXPECT_EQ(status.message(), "Too many arguments: expected 2 but got 3");
  EXPECT_TRUE(IsUsageError(status));
}

TEST(CommandFormat, UnknownOptionsMayBeLeft) {
  CommandFormat format({}, {"R"});
  format.IgnoreUnknown();
  Arguments arguments = {"-w", "-R", "x"};
  ASSERT_TRUE(format.Parse(arguments).ok());
  EXPECT_TRUE(format.Has("R"));
  EXPECT_EQ(arguments, (Arguments{"-w", "x"}));
}

TEST(PopOption, FindsAnOptionAnywhereBeforeADoubleDash) {
  Arguments arguments = {"x", "-a", "--", "-b"};
  EXPECT_TRUE(PopOption("-a", arguments));
  EXPECT_FALSE(PopOption("-b", arguments));
  std::optional<std::string> value;
  EXPECT_TRUE(PopOptionWithArgument("-n", arguments, &value).ok());
  EXPECT_FALSE(value);
  arguments = {"-n"};
  EXPECT_TRUE(IsUsageError(PopOptionWithArgument("-n", arguments, &value)));
}

TEST(PopFirstNonOption, TakesWhatFollowsADoubleDash) {
  Arguments arguments = {"-a", "x"};
  EXPECT_EQ(PopFirstNonOption(arguments), "x");
  arguments = {"--", "-b"};
  EXPECT_EQ(PopFirstNonOption(arguments), "-b");
  arguments = {"-a"};
  EXPECT_FALSE(PopFirstNonOption(arguments));
}

}  // namespace
}  // namespace cairn::shell
