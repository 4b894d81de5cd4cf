// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/util/json.h"
#include "namenode/namesystem/statistics.h"

// Inside the folder: datanodes as NameNodeInfo shows them, one member a datanode, by
// "host name:transfer port".
namespace cairn::namenode {

// Apache's text: "In Service".
const char* AdminStateText(AdminState state);

JsonText LiveNodes(const std::vector<DatanodeStatistics>& datanodes, int64_t now_ms);
JsonText DeadNodes(const std::vector<DatanodeStatistics>& datanodes);
// Those that are alive and in this state.
JsonText LeavingNodes(const std::vector<DatanodeStatistics>& datanodes, AdminState state);

}  // namespace cairn::namenode
