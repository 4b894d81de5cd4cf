// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "common/util/result.h"
#include "namenode/journal/edit_log.h"
#include "namenode/journal/record.h"
#include "namenode/journal/storage.h"
#include "namenode/namesystem/state.h"

namespace cairn::namenode {

// How a namenode starts:
//
//   storage = NameStorage::Open(…); storage->RecoverSegments();
//   state = NamesystemState({.info = storage->info(), …}, …);
//   LoadState(state, *storage);
//   log = EditLog::Start(*storage, state.last_applied, …);
//   Activate(state, log.get(), storage.get());

// Fills a new state with the newest whole image and the edits after it. A failure says which file,
// section or transaction; then the state is to be thrown away.
Status LoadState(NamesystemState& state, NameStorage& storage);

// Applies a record that another namenode wrote, the next in order: at a start, and while following
// an active one (then what it deletes is freed by the monitor). Exclusive.
Status Replay(NamesystemState& state, const EditRecord& record);
Status FollowRecord(NamesystemState& state, const EditRecord& record);

// Reads dfs.hosts and dfs.hosts.exclude. Fails when a file that is set cannot be read. Reads disks:
// never inside the section.
Result<std::shared_ptr<const HostFilter>> ReadHostLists(const NamesystemOptions& options);

// Starts serving: usage is counted, leases begin anew, safe mode is entered with the blocks that
// were loaded. `log` and `storage` must outlive the state; null where there is no disk (tests).
void Activate(NamesystemState& state, EditLog* log, NameStorage* storage);
// What every start does, whatever the service state will be: the rest of Activate and of
// StartStandby (role.h). Exclusive.
void FinishStart(NamesystemState& state, EditLog* log, NameStorage* storage);

}  // namespace cairn::namenode
