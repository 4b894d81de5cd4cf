// SPDX-License-Identifier: Apache-2.0
#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"

namespace cairn::namenode {

Outcome<ServiceState> Namesystem::GetServiceState(const OpContext&) {
  return state_.service_state.load();
}

HaStatus Namesystem::GetHaStatus() const {
  Section::Shared inside(state_.section);
  const SafeMode& safe_mode = state_.blocks.safe_mode();
  HaStatus status{.state = state_.service_state.load(), .safe_mode = safe_mode.IsOn()};
  if (status.state == ServiceState::kStandby && status.safe_mode) {
    status.not_ready_reason = "The NameNode is in safemode. " + safe_mode.Tip();
  } else if (status.state == ServiceState::kInitializing) {
    status.not_ready_reason = "State is initializing";
  } else {
    status.ready = true;
  }
  return status;
}

Outcome<Done> Namesystem::CheckServes(Category category) {
  if (Status s = CheckServing(state_, category); !s.ok()) return s;
  return Done{};
}

}  // namespace cairn::namenode
