// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "common/model/ids.h"
#include "common/util/result.h"
#include "namenode/image/checkpoint.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// Writes an image of the state while it goes on serving or following: an active one rolls the log;
// forks inside the section, waits for the child outside. Returns the last transaction in the image;
// kAlreadyExists when another checkpoint is going on.
//
// From any thread, without the section.
Result<TxId> WriteCheckpoint(NamesystemState& state);

// Takes an image that another namenode of the same log wrote: `download` brings it into the
// storage. kAlreadyExists as above; kInvalidArgument when it covers more than is durable here.
Status TakeCheckpoint(NamesystemState& state, TxId txid, const std::function<Status()>& download);

// Rolls the edit log. Exclusive. Returns the first transaction of the new segment.
Result<EditLog::Rolled> RollLog(NamesystemState& state);

}  // namespace cairn::namenode
