// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "namenode/ha/types.h"

namespace cairn::namenode {

// Exit status of a namenode that wants to be started again: what it has in memory does not belong
// to its log any more.
inline constexpr int kStartAgain = 75;

// Runs a namenode in a process of its own under this one, whose only work is to see it die and to
// say so: a peer that is told needs to wait for no lease. Each start gets a new incarnation.
//
//   body   the namenode, in the child; what it returns is its exit status
//   tell   in this process, after an incarnation was reaped, however it ended
//
// SIGTERM, SIGINT and SIGHUP that come to this process go to the child. A child whose parent dies
// is killed. A child that ends with kStartAgain is started again at once, and counts as dead
// nevertheless. Returns the exit status of the last child, or 128 and the number of the signal that
// killed it. To be called while this process has one thread.
int RunWatched(const std::function<int(ha::Incarnation)>& body,
               const std::function<void(ha::Incarnation)>& tell);

}  // namespace cairn::namenode
