// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "namenode/namesystem/options.h"

namespace cairn::namenode {

// kIoError, in Apache's words, when a file may not have that many replicas. `client` is the
// creating client's machine, or null.
Status CheckReplication(const NamesystemOptions& options, const std::string& path,
                        uint32_t replication, const std::string* client);

}  // namespace cairn::namenode
