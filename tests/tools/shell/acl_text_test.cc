// SPDX-License-Identifier: Apache-2.0
#include "tools/shell/acl_text.h"

#include <gtest/gtest.h>

#include "tools/shell/errors.h"

namespace cairn::shell {
namespace {

TEST(AclText, EntriesRoundTrip) {
  const auto entries = *ParseAclSpec("user::rwx,group:ops:r-x,default:other::---", true);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(ToString(entries[0]), "user::rwx");
  EXPECT_EQ(ToString(entries[1]), "group:ops:r-x");
  EXPECT_EQ(ToString(entries[2]), "default:other::---");
}

TEST(AclText, RemovalNeedsNoPermission) {
  const auto entries = *ParseAclSpec("user:bob,default:mask", false);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].name, "bob");
  EXPECT_EQ(entries[1].type, AclType::kMask);
}

TEST(AclText, MistakesAreUsageErrors) {
  for (const char* text : {"user", "user:bob", "who:bob:rwx", "user:bob:rwq", "user:bob:rwx:x",
                           "default", "default:user:bob"}) {
    EXPECT_TRUE(IsUsageError(ParseAclSpec(text, true).status())) << text;
  }
}

}  // namespace
}  // namespace cairn::shell
