// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "common/model/datanode_info.h"
#include "common/net/blocking_socket.h"
#include "common/util/result.h"
#include "common/wire/data_transfer_ops.h"
#include "libclient/client_config.h"

namespace cairn::client {

// A connection to a datanode's data port, with the timeouts of a stream through `datanodes` of
// them.
Result<net::BlockingSocket> ConnectDatanode(const ClientConfig& config, const DatanodeId& node,
                                            size_t datanodes);

// The next varint-delimited message's bytes, at most `max` of them.
Result<std::string> ReadDelimited(net::BlockingSocket& socket, uint32_t max);

// The answer to an operation.
Result<wire::OpAnswer> ReadOpAnswer(net::BlockingSocket& socket);

// "127.0.0.1:9866", as messages name a datanode.
std::string NodeName(const DatanodeInfo& node);
// "BP-1:blk_7_1001".
std::string BlockName(const ExtendedBlock& block);

}  // namespace cairn::client
