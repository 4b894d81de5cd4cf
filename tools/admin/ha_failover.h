// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/config/configuration.h"
#include "common/util/status.h"
#include "libclient/ha_service.h"
#include "tools/admin/ha_target.h"

namespace cairn::tools {

struct FailoverOptions {
  bool force_fence = false;   // Fence even if the old active has become standby.
  bool force_active = false;  // Even if the new one says that it is not ready.
  client::HaRequestSource source = client::HaRequestSource::kUser;
};

// Makes `from` standby, or fences it when it does not answer, and `to` active. When that fails it
// makes `from` active again, unless it was fenced. Changes nothing while `to` is not a healthy
// standby.
//
// Of a pair of ours (HaTarget::pair) nobody is fenced.
//
// kInvalidArgument when no fencing is configured; else the message is what Apache's
// FailoverController says.
Status FailOver(const config::Configuration& configuration, const HaTarget& from,
                const HaTarget& to, const FailoverOptions& options);

}  // namespace cairn::tools
