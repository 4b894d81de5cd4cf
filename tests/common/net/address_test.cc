// SPDX-License-Identifier: Apache-2.0
#include "common/net/address.h"

#include <gtest/gtest.h>

namespace cairn::net {
namespace {

TEST(AddressTest, HostAndPortAreParsed) {
  EXPECT_EQ(*ParseHostPort("namenode.example:8020"), (HostPort{"namenode.example", 8020}));
  EXPECT_EQ(*ParseHostPort("10.0.0.1", 9866), (HostPort{"10.0.0.1", 9866}));
  EXPECT_EQ(*ParseHostPort("10.0.0.1:0"), (HostPort{"10.0.0.1", 0}));
}

TEST(AddressTest, Ipv6NeedsBrackets) {
  EXPECT_EQ(*ParseHostPort("[::1]:8020"), (HostPort{"::1", 8020}));
  EXPECT_EQ(*ParseHostPort("[fe80::2]", 1), (HostPort{"fe80::2", 1}));
  EXPECT_EQ(ParseHostPort("::1:8020").status().code(), Code::kInvalidArgument);
  EXPECT_EQ(ToString(HostPort{"::1", 8020}), "[::1]:8020");
}

TEST(AddressTest, NonsenseIsRefused) {
  for (const char* text : {"", ":8020", "host", "host:", "host:x", "host:65536", "host:-1", "[::1",
                           "[::1]x:1", "host:80 "}) {
    EXPECT_EQ(ParseHostPort(text).status().code(), Code::kInvalidArgument) << text;
  }
}

TEST(AddressTest, LiteralAddressesResolveToThemselves) {
  const auto found = Resolve({"127.0.0.1", 8020});
  ASSERT_TRUE(found.ok());
  EXPECT_EQ(found->front().ToHostPort(), (HostPort{"127.0.0.1", 8020}));
}

TEST(AddressTest, UnknownHostIsANetworkErrorThatNamesIt) {
  const auto found = Resolve({"no-such-host.invalid", 1});
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.status().code(), Code::kNetwork);
  EXPECT_NE(found.status().message().find("no-such-host.invalid"), std::string::npos);
}

TEST(AddressTest, OnlyThisMachinesAddressesAreLocal) {
  EXPECT_TRUE(IsLocalAddress("127.0.0.1"));
  EXPECT_FALSE(IsLocalAddress("192.0.2.1"));
  EXPECT_FALSE(IsLocalAddress("no.such.host.invalid"));
}

}  // namespace
}  // namespace cairn::net
