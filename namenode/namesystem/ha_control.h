// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/util/status.h"
#include "namenode/namesystem/role.h"

namespace cairn::namenode {

// Carries out what operators and failover controllers ask over HAServiceProtocol. A namenode
// without one is alone: "HA for namenode is not enabled".
//
// Implementations are thread-safe. Both calls wait until the change is done, and fail with
// kServiceFailed and the reason when it could not be.
class HaControl {
 public:
  virtual ~HaControl() = default;
  virtual Status ToActive() = 0;
  virtual Status ToStandby() = 0;
};

// By hand: whoever asks must see to it that there is never another active one.
class ManualControl final : public HaControl {
 public:
  // `role` must outlive this object.
  explicit ManualControl(Role& role) : role_(role) {}
  Status ToActive() override { return role_.BecomeActive(); }
  Status ToStandby() override { return role_.BecomeStandby(); }

 private:
  Role& role_;
};

}  // namespace cairn::namenode
