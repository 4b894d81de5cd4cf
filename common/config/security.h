// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/configuration.h"
#include "common/util/status.h"

namespace cairn::config {

// kUnsupported when the configuration asks for security that is not built: a daemon that went on
// without it would serve everybody what was meant to be protected. Daemons call it at start.
Status CheckSecurityIsBuilt(const Configuration& configuration);

}  // namespace cairn::config
