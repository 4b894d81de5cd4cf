// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/model/acl.h"
#include "common/model/permission.h"
#include "common/util/result.h"

namespace cairn::shell {

// "user::rwx,group:staff:r-x", with permissions or without. Failures are usage errors.
Result<std::vector<AclEntry>> ParseAclSpec(const std::string& text, bool with_permissions);

}  // namespace cairn::shell
