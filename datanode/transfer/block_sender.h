// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/net/blocking_socket.h"
#include "common/util/result.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/transfer/context.h"

namespace cairn::datanode {

// Sends bytes of a replica as packets: stored checksums in front, then the data from the page cache
// to the socket without a copy. Reads begin and end at chunks, so more than was asked for may go
// out; an empty packet ends the stream.
//
// Of a replica that is being written, exactly the bytes of the moment of Open are sent: an append
// that runs meanwhile changes none of them, and the checksum of a partial last chunk is the one of
// that moment.
//
// Not thread-safe: belongs to the stream's thread.
class BlockSender {
 public:
  struct Request {
    ExtendedBlock block;
    uint64_t offset = 0;
    std::optional<uint64_t> length;  // Unset: all that clients may see.
    bool send_checksums = true;
    // A reader that verifies gets zeros for checksums that cannot be read, and reports the replica.
    // Otherwise such a replica is not sent.
    bool missing_checksums_ok = false;
    wire::CachingStrategy caching;
  };

  // Fails as ReplicaStore::OpenForRead, and with kIoError in Apache's words for a range that the
  // replica does not have. `context` must outlive this object.
  static Result<BlockSender> Open(TransferContext& context, const Request& request);

  // What the answer to the operation says.
  wire::ReadAnswer answer() const { return {checksum_, begin_}; }
  const ExtendedBlock& block() const { return replica_.block; }
  uint64_t length() const { return end_ - begin_; }

  // Sends `preface` (the answer to the operation, or the operation itself), the packets and the
  // end. `throttler` may be null. kCorrupt, and kEndOfFile of the block file: the replica is bad,
  // and has been reported; else as the socket.
  Status Send(net::BlockingSocket& socket, std::string preface, Throttler* throttler);

  // Data and checksum bytes that went out.
  uint64_t bytes_sent() const { return bytes_sent_; }

 private:
  BlockSender(TransferContext& context, const Request& request, OpenReplica replica);

  Status ChooseRange(const Request& request);
  bool is_long_read() const;
  void Advise(uint64_t position);
  void DropBehind(uint64_t position, bool at_end);
  // Adds packet header and checksums of `n` data bytes at `position`.
  Status AddHead(uint64_t position, uint32_t n);
  Status AddChecksums(uint64_t position, uint32_t n);
  Status LoadChecksums(uint64_t position, size_t bytes);
  Status SendData(net::BlockingSocket& socket, uint64_t position, uint32_t n);
  void AddEnd();
  bool IsStillThere() const;
  Status Bad(Status why);

  TransferContext* context_;
  OpenReplica replica_;
  ChecksumSpec checksum_;
  bool missing_checksums_ok_;
  wire::CachingStrategy caching_;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  int64_t seqno_ = 0;
  uint64_t bytes_sent_ = 0;
  std::string head_;             // Bytes that wait to be sent in front of data.
  std::string sums_;             // A piece of the meta file, read ahead.
  uint64_t sums_begin_ = 0;      // Where in the meta file.
  uint64_t advised_to_ = 0;
  uint64_t dropped_to_ = 0;
};

}  // namespace cairn::datanode
