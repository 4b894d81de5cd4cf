// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/model/block.h"
#include "common/util/result.h"

namespace cairn::shell {

// Those that may have a quota, in Apache's order.
std::vector<StorageType> TypesWithQuota();
// By its name in any case; a usage error, in Java's words, when there is none.
Result<StorageType> ParseStorageType(const std::string& name);
// "disk,ssd"; "" and "all" are all that may have a quota.
Result<std::vector<StorageType>> ParseStorageTypes(const std::string& names);

}  // namespace cairn::shell
