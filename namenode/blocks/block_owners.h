// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "common/model/ids.h"

namespace cairn::namenode {

// What the blocks must know of the files that own them. Called inside the namesystem's section.
class BlockOwners {
 public:
  virtual ~BlockOwners() = default;
  // The storage policy in force for the file; 0 when none is specified.
  virtual uint8_t StoragePolicyOf(InodeId owner) const = 0;
};

}  // namespace cairn::namenode
