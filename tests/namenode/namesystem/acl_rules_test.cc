// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/acl_rules.h"

#include <gtest/gtest.h>

#include <string>

namespace cairn::namenode {
namespace {

using Entries = std::vector<AclEntry>;

constexpr AclScope kAccess = AclScope::kAccess;
constexpr AclScope kDefault = AclScope::kDefault;

AclEntry User(uint8_t bits, std::string name = "", AclScope scope = kAccess) {
  return {scope, AclType::kUser, bits, std::move(name)};
}
AclEntry Group(uint8_t bits, std::string name = "", AclScope scope = kAccess) {
  return {scope, AclType::kGroup, bits, std::move(name)};
}
AclEntry Mask(uint8_t bits, AclScope scope = kAccess) { return {scope, AclType::kMask, bits, ""}; }
AclEntry Other(uint8_t bits, AclScope scope = kAccess) {
  return {scope, AclType::kOther, bits, ""};
}

// "user::rwx,group::r-x": a list, or why there is none.
std::string Text(const Result<Entries>& acl) {
  if (!acl.ok()) return acl.status().message();
  std::string text;
  for (const AclEntry& entry : *acl) text += (text.empty() ? "" : ",") + ToString(entry);
  return text;
}

const Entries kMinimal = {User(7), Group(5), Other(4)};
const Entries kExtended = {User(7), User(6, "bob"), Group(5), Mask(7), Other(4)};

TEST(AclRules, ANamedEntryBringsAMaskOfAllGroups) {
  EXPECT_EQ(Text(MergeAcl(kMinimal, {User(2, "bob")})),
            "user::rwx,user:bob:-w-,group::r-x,mask::rwx,other::r--");
  EXPECT_EQ(Text(MergeAcl(kMinimal, {Group(2, "ops")})),
            "user::rwx,group::r-x,group:ops:-w-,mask::rwx,other::r--");
}

TEST(AclRules, AGivenMaskStays) {
  EXPECT_EQ(Text(MergeAcl(kMinimal, {User(6, "bob"), Mask(1)})),
            "user::rwx,user:bob:rw-,group::r-x,mask::--x,other::r--");
  // In a scope that does not change, the mask that is there stays, too.
  EXPECT_EQ(Text(MergeAcl({User(7), User(6, "bob"), Group(5), Mask(1), Other(4)},
                          {User(7, "", kDefault)})),
            "user::rwx,user:bob:rw-,group::r-x,mask::--x,other::r--,"
            "default:user::rwx,default:group::r-x,default:other::r--");
}

TEST(AclRules, AChangeInTheScopeMakesTheMaskAnew) {
  EXPECT_EQ(Text(MergeAcl({User(7), User(6, "bob"), Group(5), Mask(1), Other(4)}, {Other(0)})),
            "user::rwx,user:bob:rw-,group::r-x,mask::rwx,other::---");
}

TEST(AclRules, MissingDefaultsAreCopiedFromTheAccessList) {
  EXPECT_EQ(Text(MergeAcl(kMinimal, {User(6, "bob", kDefault)})),
            "user::rwx,group::r-x,other::r--,default:user::rwx,default:user:bob:rw-,"
            "default:group::r-x,default:mask::rwx,default:other::r--");
}

TEST(AclRules, OfTwoWordsOnOneEntryJavasSearchDecides) {
  EXPECT_EQ(Text(MergeAcl(kExtended, {User(1, "bob"), User(2, "bob")})),
            "user::rwx,user:bob:--x,group::r-x,mask::r-x,other::r--");
  EXPECT_EQ(Text(MergeAcl(kMinimal, {User(1, "bob"), User(2, "bob")})),
            "Invalid ACL: multiple entries with same scope, type and name.");
}

TEST(AclRules, WhatIsNamedIsRemovedWhateverItsPermission) {
  EXPECT_EQ(Text(RemoveFromAcl(kExtended, {User(0, "bob")})),
            "user::rwx,group::r-x,mask::r-x,other::r--");
  EXPECT_EQ(Text(RemoveFromAcl(kExtended, {User(0, "bob"), Mask(0)})),
            "user::rwx,group::r-x,other::r--");
  EXPECT_EQ(Text(RemoveFromAcl(kExtended, {User(0, "nobody")})), Text(kExtended));
}

TEST(AclRules, WhatMustBeThereCannotBeRemoved) {
  EXPECT_EQ(Text(RemoveFromAcl(kExtended, {Mask(0)})),
            "Invalid ACL: mask is required and cannot be deleted.");
  EXPECT_EQ(Text(RemoveFromAcl(kMinimal, {Group(0)})),
            "Invalid ACL: the user, group and other entries are required.");
}

TEST(AclRules, ReplacingTouchesNamedScopesOnly) {
  const Entries both = *MergeAcl(kExtended, {User(6, "eve", kDefault)});
  EXPECT_EQ(Text(ReplaceAcl(both, {User(6), Group(0), Other(0)})),
            "user::rw-,group::---,other::---,default:user::rwx,default:user:eve:rw-,"
            "default:group::r-x,default:mask::rwx,default:other::r--");
  EXPECT_EQ(Text(ReplaceAcl(kMinimal, {User(6, "bob")})),
            "Invalid ACL: the user, group and other entries are required.");
  EXPECT_EQ(Text(RemoveDefaults(both)), Text(kExtended));
}

TEST(AclRules, MasksAndOthersHaveNoName) {
  EXPECT_EQ(Text(MergeAcl(kMinimal, {{kDefault, AclType::kOther, 5, "x"}})),
            "Invalid ACL: this entry type must not have a name: default:other:x:r-x.");
  EXPECT_EQ(Text(MergeAcl(kMinimal, {{kAccess, AclType::kMask, 5, "x"}, User(1, "bob")})),
            "Invalid ACL: this entry type must not have a name: mask:x:r-x.");
}

TEST(AclRules, AListHasAtMost32EntriesOfAScope) {
  Entries spec;
  for (int i = 0; i < 28; ++i) spec.push_back(User(4, "u" + std::to_string(i)));
  EXPECT_TRUE(MergeAcl(kMinimal, spec).ok());
  spec.push_back(User(4, "one more"));
  EXPECT_EQ(Text(MergeAcl(kMinimal, spec)),
            "Invalid ACL: ACL has 33 access entries, which exceeds maximum of 32.");
  for (AclEntry& entry : spec) entry.scope = kDefault;
  EXPECT_EQ(Text(MergeAcl(kMinimal, spec)),
            "Invalid ACL: ACL has 33 default entries, which exceeds maximum of 32.");
  for (int i = 0; i < 4; ++i) spec.push_back(User(4, "v" + std::to_string(i), kDefault));
  EXPECT_EQ(Text(RemoveFromAcl(kMinimal, spec)),
            "Invalid ACL: ACL has 33 default entries, which exceeds maximum of 32.");
  EXPECT_EQ(MergeAcl(kMinimal, {User(4, std::string(kAclNameBytesMax + 1, 'x'))}).status().code(),
            Code::kAcl);
}

}  // namespace
}  // namespace cairn::namenode
