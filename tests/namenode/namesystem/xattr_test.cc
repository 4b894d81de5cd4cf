// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/namesystem/fixture.h"

namespace cairn::namenode {
namespace {

class XattrTest : public NamesystemFixture {
 protected:
  XattrTest() {
    MustMkdirs("/d");
    EXPECT_TRUE(ns_->SetOwner(Super(), "/d", "alice", "staff").ok());
  }

  std::string Set(const OpContext& who, XattrNamespace name_space, const std::string& name,
                  std::optional<std::string> value = {}, uint32_t flags = 3,
                  const std::string& path = "/d") {
    return Why(ns_->SetXattr(
        who, {.path = path, .xattr = {name_space, name, std::move(value)}, .flags = flags}));
  }
  std::string Names(const OpContext& who, const std::string& path = "/d") {
    const Outcome<std::vector<Xattr>> xattrs = ns_->GetXattrs(who, path, {});
    if (!xattrs.ok()) return Why(xattrs);
    std::string names;
    for (const Xattr& xattr : xattrs.value()) names += xattr.name + " ";
    return names;
  }

  static constexpr XattrNamespace kUser = XattrNamespace::kUser;
  static constexpr XattrNamespace kTrusted = XattrNamespace::kTrusted;
  static constexpr XattrNamespace kSecurity = XattrNamespace::kSecurity;
  static constexpr XattrNamespace kSystem = XattrNamespace::kSystem;
  static constexpr XattrNamespace kRaw = XattrNamespace::kRaw;
};

TEST_F(XattrTest, WhatWasSetLastComesFirstAndLongValuesComeLast) {
  ASSERT_EQ(Set(As("alice"), kUser, "one", "1"), "ok");
  ASSERT_EQ(Set(As("alice"), kUser, "long", std::string(1025, 'x')), "ok");
  ASSERT_EQ(Set(As("alice"), kUser, "two", ""), "ok");
  EXPECT_EQ(Names(As("alice")), "two one long ");
  EXPECT_EQ(audit_.lines[audit_.lines.size() - 2], "ok setXAttr /d alice:staff:rwxr-xr-x");
  ASSERT_EQ(Set(As("alice"), kUser, "one", "2"), "ok");
  const std::vector<Xattr> got =
      ns_->GetXattrs(As("alice"), "/d", {{kUser, "two", {}}, {kUser, "one", {}}}).value();
  ASSERT_EQ(got.size(), 2u);
  EXPECT_EQ(got[0].value, std::nullopt);
  EXPECT_EQ(got[1].value, "2");
  EXPECT_EQ(ns_->ListXattrs(As("alice"), "/d")->size(), 3u);
}

TEST_F(XattrTest, FlagsSayWhetherItMayBeThere) {
  EXPECT_EQ(Set(Super(), kUser, "a", "1", 0),
            "invalid argument: A flag must be specified.");
  EXPECT_EQ(Set(Super(), kUser, "a", "1", kXattrReplace),
            "i/o error: XAttr: a does not exist. The CREATE flag must be specified.");
  EXPECT_EQ(Set(Super(), kUser, "a", "1", kXattrCreate), "ok");
  EXPECT_EQ(Set(Super(), kUser, "a", "1", kXattrCreate),
            "i/o error: XAttr: a already exists. The REPLACE flag must be specified.");
}

TEST_F(XattrTest, EachNamespaceHasItsPeople) {
  EXPECT_EQ(Set(As("alice"), kTrusted, "t"),
            "access denied: User doesn't have permission for xattr: trusted.t");
  EXPECT_EQ(Set(Super(), kTrusted, "t"), "ok");
  EXPECT_EQ(Set(Super(), kSystem, "s"),
            "access denied: User doesn't have permission for xattr: system.s");
  EXPECT_EQ(Set(Super(), kSecurity, "s"),
            "access denied: User doesn't have permission for xattr: security.s");
  EXPECT_EQ(Set(Super(), kRaw, "r"),
            "access denied: User doesn't have permission for xattr: raw.r");
  EXPECT_EQ(Set(Super(), kRaw, "r", "x", 3, "/.reserved/raw/d"), "ok");
  EXPECT_EQ(Names(Super()), "t ");
  EXPECT_EQ(Names(Super(), "/.reserved/raw/d"), "r t ");
  EXPECT_EQ(Names(As("alice")), "");
  EXPECT_EQ(Set(Super(), kRaw, "hdfs.crypto.encryption.zone", "x", 3, "/.reserved/raw/d"),
            "unsupported: encryption zones are not built: raw.hdfs.crypto.encryption.zone cannot "
            "be set");
}

TEST_F(XattrTest, AttributesOfUsersNeedWriteAccess) {
  EXPECT_EQ(Set(As("bob"), kUser, "a"),
            "access denied: Permission denied: user=bob, access=WRITE, "
            "inode=\"/d\":alice:staff:drwxr-xr-x");
  // In a directory with the sticky bit they are its owner's.
  ASSERT_TRUE(ns_->SetPermission(Super(), "/d", 01777).ok());
  EXPECT_EQ(Set(As("bob"), kUser, "a"),
            "access denied: Permission denied. user=bob is not the owner of inode=/d");
  EXPECT_EQ(Set(As("alice"), kUser, "a"), "ok");
  ASSERT_TRUE(ns_->SetPermission(Super(), "/d", 0700).ok());
  EXPECT_EQ(Names(As("bob")),
            "access denied: Permission denied: user=bob, access=READ, "
            "inode=\"/d\":alice:staff:drwx------");
}

TEST_F(XattrTest, NumberAndSizeAreLimited) {
  EXPECT_EQ(Set(Super(), kUser, "name", std::string(16381, 'x')),
            "invalid argument: The XAttr is too big. The maximum combined size of the name and "
            "value is 16384, but the total size is 16385");
  for (int i = 0; i < 32; ++i) {
    ASSERT_EQ(Set(Super(), i % 2 == 0 ? kUser : kTrusted, "n" + std::to_string(i)), "ok");
  }
  EXPECT_EQ(Set(Super(), kUser, "more"),
            "i/o error: Cannot add additional XAttr to inode, would exceed limit of 32");
  EXPECT_EQ(Set(Super(), kUser, "n0", "again"), "ok");
  EXPECT_EQ(Set(Super(), kRaw, "uncounted", "", 3, "/.reserved/raw/d"), "ok");
}

TEST_F(XattrTest, RemovalNeedsWhatIsThere) {
  const Xattr a{kUser, "a", {}};
  EXPECT_EQ(Why(ns_->RemoveXattr(Super(), "/d", a)),
            "i/o error: No matching attributes found for remove operation");
  ASSERT_EQ(Set(Super(), kUser, "a"), "ok");
  EXPECT_EQ(ns_->RemoveXattr(As("bob"), "/d", a).status().code(), Code::kAccessDenied);
  EXPECT_TRUE(ns_->RemoveXattr(As("alice"), "/d", a).ok());
  EXPECT_EQ(audit_.lines.back(), "ok removeXAttr /d alice:staff:rwxr-xr-x");
  EXPECT_EQ(Names(Super()), "");
  EXPECT_EQ(Why(ns_->GetXattrs(Super(), "/d", {a})),
            std::string(CodeName(Code::kXAttrNotFound)) +
                ": At least one of the attributes provided was not found.");
  EXPECT_EQ(Why(ns_->RemoveXattr(Super(), "/none", a)), "not found: cannot find /none");
}

TEST_F(XattrTest, AFileCanBeKeptFromSuperusers) {
  const std::string name = "hdfs.unreadable.by.superuser";
  WriteFile("/d/f", 0);
  ASSERT_TRUE(ns_->SetOwner(Super(), "/d/f", "alice", "staff").ok());
  EXPECT_EQ(Set(As("alice"), kSecurity, name),
            "i/o error: Can only set 'security.hdfs.unreadable.by.superuser' on a file.");
  EXPECT_EQ(Set(As("alice"), kSecurity, name, "x", 3, "/d/f"),
            "access denied: Attempt to set a value for 'security.hdfs.unreadable.by.superuser'. "
            "Values are not allowed for this xattr.");
  ASSERT_EQ(Set(As("alice"), kSecurity, name, {}, 3, "/d/f"), "ok");
  EXPECT_EQ(Why(ns_->GetBlockLocations(Super(), "/d/f", 0, 1)),
            "access denied: Access is denied for hdfs since the superuser is not allowed to "
            "perform this operation.");
  EXPECT_TRUE(ns_->GetBlockLocations(As("alice"), "/d/f", 0, 1).ok());
  EXPECT_EQ(Why(ns_->RemoveXattr(Super(), "/d/f", {kSecurity, name, {}})),
            "access denied: The xattr 'security.hdfs.unreadable.by.superuser' can not be deleted.");
}

TEST_F(XattrTest, ARepeatedCallIsAnsweredAsTheFirst) {
  const OpContext call = Call("alice", 7);
  const SetXattrRequest request{.path = "/d", .xattr = {kUser, "a", "1"}, .flags = kXattrCreate};
  const Outcome<Done> first = ns_->SetXattr(call, request);
  ASSERT_TRUE(first.ok()) << Why(first);
  const Outcome<Done> second = ns_->SetXattr(call, request);
  EXPECT_TRUE(second.ok()) << Why(second);
  EXPECT_EQ(second.wait_for, first.wait_for);
  Sync();
  Restart();
  EXPECT_TRUE(ns_->SetXattr(Call("alice", 7), request).ok());
  const Xattr a{kUser, "a", {}};
  ASSERT_TRUE(ns_->RemoveXattr(Call("alice", 8), "/d", a).ok());
  EXPECT_TRUE(ns_->RemoveXattr(Call("alice", 8), "/d", a).ok());
  EXPECT_FALSE(ns_->RemoveXattr(Call("alice", 9), "/d", a).ok());
}

TEST_F(XattrTest, SwitchedOffTheyCannotBeTouched) {
  ASSERT_EQ(Set(Super(), kUser, "a"), "ok");
  Sync();
  options_.xattrs_enabled = false;
  Restart();
  const std::string refusal =
      "i/o error: The XAttr operation has been rejected.  Support for XAttrs has been disabled by "
      "setting dfs.namenode.xattrs.enabled to false.";
  EXPECT_EQ(Set(Super(), kUser, "a"), refusal);
  EXPECT_EQ(Names(Super()), refusal);
  EXPECT_EQ(Why(ns_->ListXattrs(Super(), "/d")), refusal);
  EXPECT_EQ(Why(ns_->RemoveXattr(Super(), "/d", {kUser, "a", {}})), refusal);
}

}  // namespace
}  // namespace cairn::namenode
