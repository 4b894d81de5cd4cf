// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/model/datanode_info.h"

namespace cairn::tools {

// What -report prints of a datanode, with an empty line behind.
std::string DatanodeReportText(const DatanodeInfo& node);
// "In Service", …
const char* AdminStateText(AdminState state);
// The name of "ip:port" by reverse lookup, or the address itself.
std::string HostNameOf(const std::string& ip);

}  // namespace cairn::tools
