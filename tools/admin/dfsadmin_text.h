// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "common/model/datanode_info.h"

namespace cairn::tools {

// What -report prints of a datanode, with an empty line behind.
std::string DatanodeReportText(const DatanodeInfo& node);
// "In Service", …
const char* AdminStateText(AdminState state);
// The name of "ip:port" by reverse lookup, or the address itself.
std::string HostNameOf(const std::string& ip);
// Names in the order in which a java.util.HashMap of them gives its entries.
std::vector<std::string> HashMapOrder(const std::vector<std::string>& names);

}  // namespace cairn::tools
