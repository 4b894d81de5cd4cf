// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

Outcome<ServiceState> Namesystem::GetServiceState(const OpContext&) {
  return state_.service_state.load();
}

}  // namespace cairn::namenode
