// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/config/configuration.h"
#include "common/model/permission.h"
#include "common/util/clock.h"
#include "common/util/result.h"

namespace cairn::namenode {

// Turns a user's name into a Caller: groups, and whether it is a superuser.
//
// Groups come from `hadoop.user.group.static.mapping.overrides`, else from the system's own user
// database (never from a shell), and are remembered for `hadoop.security.groups.cache.secs`. A
// user that the system does not know has no groups.
//
// Thread-safe. May wait for the system's database; answers from memory mostly.
class GroupResolver {
 public:
  struct Options {
    std::string superuser;   // The user that the namenode runs as.
    std::string supergroup;
    std::chrono::milliseconds cache_ttl{300'000};
    std::map<std::string, std::vector<std::string>> overrides;
  };
  static Result<Options> ReadOptions(const config::Configuration& configuration);

  // `clock` must outlive this object.
  GroupResolver(Options options, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {}

  // Never null. Shared: the same answer serves many calls while a newer one may replace it.
  std::shared_ptr<const Caller> Resolve(const std::string& user);
  // Forgets everything, as `dfsadmin -refreshUserToGroupsMappings` asks.
  void Clear();

 private:
  struct Entry {
    std::shared_ptr<const Caller> caller;
    Clock::TimePoint until;
  };

  std::shared_ptr<const Caller> Look(const std::string& user) const;

  const Options options_;
  const Clock& clock_;
  std::mutex mutex_;
  std::unordered_map<std::string, Entry> cache_;  // Guarded by mutex_; bounded.
};

// Who this process runs as.
std::string ProcessUser();

}  // namespace cairn::namenode
