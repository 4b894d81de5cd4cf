// SPDX-License-Identifier: Apache-2.0
#include "datanode/frontend/hadoop_rpc/superuser.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <string_view>
#include <vector>

#include "common/config/namenode_keys.h"
#include "datanode/agent/agent_options.h"

namespace cairn::datanode {
namespace {

constexpr size_t kNameBufferBytes = 16 << 10;
constexpr int kGroupsMax = 65536;

std::vector<gid_t> GroupsOf(const std::string& user) {
  std::vector<char> buffer(kNameBufferBytes);
  passwd entry{};
  passwd* found = nullptr;
  const int failed =
      ::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (failed != 0 || found == nullptr) return {};
  int count = 64;
  std::vector<gid_t> groups(static_cast<size_t>(count));
  if (::getgrouplist(user.c_str(), entry.pw_gid, groups.data(), &count) < 0) {
    if (count > kGroupsMax) return {};
    groups.resize(static_cast<size_t>(count));
    if (::getgrouplist(user.c_str(), entry.pw_gid, groups.data(), &count) < 0) return {};
  }
  groups.resize(static_cast<size_t>(count));
  return groups;
}

bool HasName(gid_t group, std::string_view name) {
  std::vector<char> buffer(kNameBufferBytes);
  struct group entry {};
  struct group* found = nullptr;
  return ::getgrgid_r(group, &entry, buffer.data(), buffer.size(), &found) == 0 &&
         found != nullptr && name == found->gr_name;
}

}  // namespace

Result<SuperuserCheck> SuperuserCheck::Read(const config::Configuration& configuration) {
  SuperuserCheck check;
  CAIRN_ASSIGN(check.enabled_, configuration.Get(config::kPermissionsEnabled));
  CAIRN_ASSIGN(check.group_, configuration.Get(config::kSuperGroup));
  check.own_user_ = ProcessUser();
  return check;
}

Status SuperuserCheck::Check(const std::string& user) const {
  if (!enabled_ || user == own_user_) return Status();
  for (const gid_t group : GroupsOf(user)) {
    if (HasName(group, group_)) return Status();
  }
  return Status(Code::kAccessDenied, "Permission denied.");
}

}  // namespace cairn::datanode
