// SPDX-License-Identifier: Apache-2.0
#include "namenode/frontend/group_resolver.h"

#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "common/config/common_keys.h"
#include "common/config/namenode_keys.h"

namespace cairn::namenode {
namespace {

constexpr size_t kCacheEntriesMax = 100'000;
constexpr size_t kNameBytesMax = 256;

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string GroupName(gid_t id) {
  group entry{};
  group* found = nullptr;
  std::vector<char> buffer(16 << 10);
  if (::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return std::to_string(id);
  }
  return found->gr_name;
}

std::vector<std::string> SystemGroups(const std::string& user) {
  if (user.empty() || user.size() > kNameBytesMax) return {};
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16 << 10);
  if (::getpwnam_r(user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return {};
  }
  int count = 64;
  std::vector<gid_t> ids(static_cast<size_t>(count));
  if (::getgrouplist(user.c_str(), found->pw_gid, ids.data(), &count) < 0) {
    ids.resize(static_cast<size_t>(count));
    if (::getgrouplist(user.c_str(), found->pw_gid, ids.data(), &count) < 0) return {};
  }
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back(GroupName(ids[static_cast<size_t>(i)]));
  return names;
}

}  // namespace

std::string ProcessUser() {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> buffer(16 << 10);
  if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 ||
      found == nullptr) {
    return std::to_string(::geteuid());
  }
  return found->pw_name;
}

Result<GroupResolver::Options> GroupResolver::ReadOptions(
    const config::Configuration& configuration) {
  Options options;
  options.superuser = ProcessUser();
  CAIRN_ASSIGN(options.supergroup, configuration.Get(config::kSuperGroup));
  CAIRN_ASSIGN(const int64_t ttl_ms, configuration.Get(config::kGroupsCache));
  options.cache_ttl = std::chrono::milliseconds(ttl_ms);
  const std::string overrides = configuration.Find(config::kStaticGroups.name).value_or("");
  for (const std::string& row : Split(overrides, ';')) {
    const size_t equals = row.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Status(Code::kInvalidArgument,
                    std::string(config::kStaticGroups.name) + " = \"" + overrides +
                        "\": \"" + row + "\" is not user=group,group");
    }
    options.overrides[row.substr(0, equals)] = Split(row.substr(equals + 1), ',');
  }
  return options;
}

std::shared_ptr<const Caller> GroupResolver::Look(const std::string& user) const {
  auto caller = std::make_shared<Caller>();
  caller->user = user;
  const auto fixed = options_.overrides.find(user);
  caller->groups = fixed != options_.overrides.end() ? fixed->second : SystemGroups(user);
  caller->superuser =
      user == options_.superuser || std::find(caller->groups.begin(), caller->groups.end(),
                                              options_.supergroup) != caller->groups.end();
  return caller;
}

std::shared_ptr<const Caller> GroupResolver::Resolve(const std::string& user) {
  const Clock::TimePoint now = clock_.Now();
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = cache_.find(user); it != cache_.end() && now < it->second.until) {
      return it->second.caller;
    }
  }
  std::shared_ptr<const Caller> caller = Look(user);
  const std::lock_guard lock(mutex_);
  // Names come from clients: a flood of them must not fill the memory.
  if (cache_.size() >= kCacheEntriesMax) cache_.clear();
  cache_[user] = {.caller = caller, .until = now + options_.cache_ttl};
  return caller;
}

void GroupResolver::Clear() {
  const std::lock_guard lock(mutex_);
  cache_.clear();
}

}  // namespace cairn::namenode
