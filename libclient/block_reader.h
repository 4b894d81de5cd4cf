// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/datanode_info.h"
#include "common/net/blocking_socket.h"
#include "common/util/result.h"
#include "common/wire/data_transfer.h"
#include "libclient/client_config.h"
#include "libclient/connection_pool.h"

namespace cairn::client {

// What the readers of one client share. Immutable; what it refers to outlives the readers.
struct ReaderContext {
  const ClientConfig& config;
  ConnectionPool& pool;
  const std::string& client_name;
};

// Which bytes of which replica are wanted.
struct BlockRange {
  ExtendedBlock block;
  uint64_t offset = 0;  // In the block.
  uint64_t length = 0;  // Not 0.
  bool verify = true;
};

// Reads a range of one replica. When all of it has been read, the connection goes to the pool.
//
// Errors: kChecksum; anything else means that this datanode cannot serve the range. After an error
// the reader is of no use.
//
// Not thread-safe.
class BlockReader {
 public:
  // Sends READ_BLOCK over a pooled or new connection.
  static Result<std::unique_ptr<BlockReader>> Open(const ReaderContext& context,
                                                   const DatanodeInfo& node,
                                                   const BlockRange& range);

  // At most `n` bytes, at least one; 0 at the end of the range. Whole packets that fit go from the
  // socket into `out` without another copy.
  Result<size_t> Read(char* out, size_t n);
  // Passes over `n` bytes, which are inside of the range.
  Status Skip(uint64_t n);

  // The next byte's offset in the block.
  uint64_t position() const { return position_; }
  uint64_t end() const { return end_; }

 private:
  BlockReader(const ReaderContext& context, net::BlockingSocket socket, const DatanodeInfo& node,
              const BlockRange& range);

  Status Begin();
  // Waits for `n` bytes behind head_begin_; takes up to `wanted` when they are there.
  Status FillHead(size_t n, size_t wanted);
  // Lengths, header and checksums of the next packet.
  Result<wire::PacketHeader> ReadPacketHead();
  Status CheckHeader(const wire::PacketHeader& header) const;
  Status ReadData(char* out, size_t n);
  Status Verify(const wire::PacketHeader& header, const char* data);
  // The empty last packet, our verdict, and the connection's return.
  Status Finish();
  Status Error(Code code, const std::string& what) const;

  const ReaderContext context_;
  net::BlockingSocket socket_;
  const net::HostPort address_;
  const std::string node_name_;
  const BlockRange range_;

  ChecksumSpec checksum_;
  int64_t next_seqno_ = 0;
  uint64_t packet_offset_ = 0;  // Where the next packet begins, in the block.
  uint64_t position_;
  const uint64_t end_;

  std::vector<char> head_;      // Lengths, header, checksums; data that came with them.
  size_t head_begin_ = 0;
  size_t head_end_ = 0;
  size_t head_expected_ = 0;    // As long as the last packet's.
  std::vector<char> checksums_;
  std::vector<char> packet_;    // Data of a packet that did not fit.
  std::string_view ready_;      // What of it has not been handed out.
};

}  // namespace cairn::client
