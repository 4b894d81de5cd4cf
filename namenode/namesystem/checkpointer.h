// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/model/ids.h"
#include "common/util/result.h"
#include "namenode/image/checkpoint.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// Writes an image of the state while it goes on serving: rolls the log and forks inside the
// section, waits for the child outside. Returns the last transaction in the image; kAlreadyExists
// when another checkpoint is going on.
//
// From any thread, without the section.
Result<TxId> WriteCheckpoint(NamesystemState& state);

// Rolls the edit log. Exclusive. Returns the first transaction of the new segment.
Result<EditLog::Rolled> RollLog(NamesystemState& state);

}  // namespace cairn::namenode
