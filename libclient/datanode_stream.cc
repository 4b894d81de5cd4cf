// SPDX-License-Identifier: Apache-2.0
#include "libclient/datanode_stream.h"

#include <algorithm>

#include "common/wire/message_codec.h"

namespace cairn::client {

Result<net::BlockingSocket> ConnectDatanode(const ClientConfig& config, const DatanodeId& node,
                                            size_t datanodes) {
  const Milliseconds silence = config.ReadTimeout(datanodes);
  // A datanode that takes nothing for as long as it may be silent is as good as gone.
  const net::SocketOptions options{
      .read_timeout = silence, .write_timeout = std::min(silence, config.socket_write_timeout)};
  return net::BlockingSocket::Connect(config.TransferAddress(node), config.socket_timeout, options);
}

Result<std::string> ReadDelimited(net::BlockingSocket& socket, uint32_t max) {
  const auto read_byte = [&socket]() -> Result<uint8_t> {
    uint8_t byte = 0;
    CAIRN_TRY(socket.ReadFull(&byte, 1));
    return byte;
  };
  CAIRN_ASSIGN(const uint32_t length, wire::ReadVarintLength(read_byte, max));
  std::string bytes(length, '\0');
  CAIRN_TRY(socket.ReadFull(bytes.data(), bytes.size()));
  return bytes;
}

Result<wire::OpAnswer> ReadOpAnswer(net::BlockingSocket& socket) {
  CAIRN_ASSIGN(const std::string bytes, ReadDelimited(socket, wire::kOpMessageBytesMax));
  return wire::ParseOpAnswer(bytes);
}

std::string NodeName(const DatanodeInfo& node) { return node.id.TransferAddress(); }

std::string BlockName(const ExtendedBlock& block) {
  return block.pool_id + ":" + ToString(block.block);
}

}  // namespace cairn::client
