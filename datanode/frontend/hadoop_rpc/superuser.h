// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/config/configuration.h"
#include "common/util/result.h"

namespace cairn::datanode {

// Who may administer a datanode: its own user, and members of the superusers' group by the system's
// user database. Everybody where permissions are off.
//
// Immutable; thread-safe.
class SuperuserCheck {
 public:
  static Result<SuperuserCheck> Read(const config::Configuration& configuration);

  // kAccessDenied with Apache's text. May wait for the system's database.
  Status Check(const std::string& user) const;

 private:
  bool enabled_ = true;
  std::string own_user_;
  std::string group_;
};

}  // namespace cairn::datanode
