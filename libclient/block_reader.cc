// SPDX-License-Identifier: Apache-2.0
#include "libclient/block_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "libclient/checksum.h"
#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

constexpr size_t kSkipBytes = 64 << 10;

}  // namespace

BlockReader::BlockReader(const ReaderContext& context, net::BlockingSocket socket,
                         const DatanodeInfo& node, const BlockRange& range)
    : context_(context),
      socket_(std::move(socket)),
      address_(context.config.TransferAddress(node.id)),
      node_name_(NodeName(node)),
      range_(range),
      position_(range.offset),
      end_(range.offset + range.length) {}

Result<std::unique_ptr<BlockReader>> BlockReader::Open(const ReaderContext& context,
                                                       const DatanodeInfo& node,
                                                       const BlockRange& range) {
  const net::HostPort address = context.config.TransferAddress(node.id);
  // A pooled connection may have been closed by the datanode just now: that says nothing of the
  // datanode, so the next one is tried.
  while (auto pooled = context.pool.Take(address)) {
    std::unique_ptr<BlockReader> reader(
        new BlockReader(context, std::move(*pooled), node, range));
    const Status status = reader->Begin();
    if (status.ok()) return reader;
    if (status.code() != Code::kEndOfFile && status.code() != Code::kNetwork) return status;
  }
  auto socket = ConnectDatanode(context.config, node.id, 1);
  if (!socket.ok()) {
    return socket.status().WithContext("read " + BlockName(range.block) + " from datanode " +
                                       NodeName(node));
  }
  std::unique_ptr<BlockReader> reader(new BlockReader(context, std::move(*socket), node, range));
  CAIRN_TRY(reader->Begin());
  return reader;
}

Status BlockReader::Begin() {
  const wire::ReadBlockOp op{.block = range_.block,
                             .client_name = context_.client_name,
                             .offset = range_.offset,
                             .length = range_.length,
                             .send_checksums = range_.verify,
                             .caching = {}};
  const std::string where = "read " + BlockName(range_.block) + " from datanode " + node_name_;
  if (Status s = socket_.WriteAll(wire::Encode(op)); !s.ok()) return s.WithContext(where);
  const auto answer = ReadOpAnswer(socket_);
  if (!answer.ok()) return answer.status().WithContext(where);
  if (Status s = wire::StatusOf(*answer); !s.ok()) return s.WithContext(where);
  if (!answer->read) return Error(Code::kCorrupt, "the answer has no checksum");
  checksum_ = answer->read->checksum;
  packet_offset_ = answer->read->chunk_offset;
  constexpr uint32_t kBytesPerChecksumMax = 64 << 20;
  if (checksum_.bytes_per_checksum == 0 || checksum_.bytes_per_checksum > kBytesPerChecksumMax ||
      packet_offset_ > range_.offset) {
    return Error(Code::kCorrupt, "the answer makes no sense");
  }
  return Status();
}

Status BlockReader::FillHead(size_t n, size_t wanted) {
  if (head_end_ - head_begin_ >= n) return Status();
  if (head_begin_ > 0) {
    std::memmove(head_.data(), head_.data() + head_begin_, head_end_ - head_begin_);
    head_end_ -= head_begin_;
    head_begin_ = 0;
  }
  if (head_.size() < std::max(n, wanted)) head_.resize(std::max(n, wanted));
  while (head_end_ < n) {
    const size_t room = std::max(n, wanted) - head_end_;
    CAIRN_ASSIGN(const size_t got, socket_.ReadSome(head_.data() + head_end_, room));
    if (got == 0) return Error(Code::kEndOfFile, "the datanode closed the connection");
    head_end_ += got;
  }
  return Status();
}

Result<wire::PacketHeader> BlockReader::ReadPacketHead() {
  const size_t expected = std::max(head_expected_, wire::kPacketLengthsBytes);
  CAIRN_TRY(FillHead(wire::kPacketLengthsBytes, expected));
  const auto at = [this](size_t offset) { return head_.data() + head_begin_ + offset; };
  CAIRN_ASSIGN(const wire::PacketLengths lengths,
               wire::ParsePacketLengths({at(0), wire::kPacketLengthsBytes}));
  const size_t header_end = wire::kPacketLengthsBytes + lengths.header_bytes;
  CAIRN_TRY(FillHead(header_end, expected));
  CAIRN_ASSIGN(const wire::PacketHeader header,
               wire::ParsePacketHeader({at(wire::kPacketLengthsBytes), lengths.header_bytes},
                                       lengths.body_bytes));
  CAIRN_TRY(CheckHeader(header));
  const size_t head_bytes = header_end + header.checksum_bytes;
  CAIRN_TRY(FillHead(head_bytes, expected));
  checksums_.assign(at(header_end), at(head_bytes));
  head_begin_ += head_bytes;
  head_expected_ = head_bytes;
  ++next_seqno_;
  packet_offset_ += header.data_bytes;
  return header;
}

Status BlockReader::CheckHeader(const wire::PacketHeader& header) const {
  // Replicas are sent in whole chunks: at most one chunk less one byte comes on either side.
  const bool overlong = header.offset_in_block + header.data_bytes >
                        static_cast<int64_t>(end_) + checksum_.bytes_per_checksum;
  if (header.offset_in_block != static_cast<int64_t>(packet_offset_) ||
      header.seqno != next_seqno_ || overlong ||
      header.checksum_bytes != ChecksumBytes(checksum_, header.data_bytes)) {
    return Error(Code::kCorrupt, "packet " + std::to_string(header.seqno) + " at offset " +
                                     std::to_string(header.offset_in_block) + " with " +
                                     std::to_string(header.data_bytes) + " bytes, where packet " +
                                     std::to_string(next_seqno_) + " at offset " +
                                     std::to_string(packet_offset_) + " was expected");
  }
  return Status();
}

Status BlockReader::ReadData(char* out, size_t n) {
  const size_t buffered = std::min(n, head_end_ - head_begin_);
  std::memcpy(out, head_.data() + head_begin_, buffered);
  head_begin_ += buffered;
  if (buffered == n) return Status();
  return socket_.ReadFull(out + buffered, n - buffered)
      .WithContext("read " + BlockName(range_.block) + " from datanode " + node_name_);
}

Status BlockReader::Verify(const wire::PacketHeader& header, const char* data) {
  if (!range_.verify) return Status();
  const auto mismatch = FindMismatch(checksum_, data, header.data_bytes, checksums_.data());
  if (!mismatch) return Status();
  return Error(Code::kChecksum,
               "checksum error at offset " +
                   std::to_string(static_cast<uint64_t>(header.offset_in_block) + *mismatch));
}

Result<size_t> BlockReader::Read(char* out, size_t n) {
  if (ready_.empty()) {
    if (position_ == end_ || n == 0) return size_t{0};
    CAIRN_ASSIGN(const wire::PacketHeader header, ReadPacketHead());
    if (header.data_bytes == 0) return Error(Code::kEndOfFile, "the replica is too short");
    const auto offset = static_cast<uint64_t>(header.offset_in_block);
    const uint64_t packet_end = offset + header.data_bytes;
    if (packet_end <= position_) return Error(Code::kCorrupt, "a packet before the range");
    if (offset == position_ && header.data_bytes <= n && packet_end <= end_) {
      CAIRN_TRY(ReadData(out, header.data_bytes));
      CAIRN_TRY(Verify(header, out));
      position_ = packet_end;
      if (position_ == end_) CAIRN_TRY(Finish());
      return size_t{header.data_bytes};
    }
    packet_.resize(std::max<size_t>(packet_.size(), header.data_bytes));
    CAIRN_TRY(ReadData(packet_.data(), header.data_bytes));
    CAIRN_TRY(Verify(header, packet_.data()));
    ready_ = std::string_view(packet_.data() + (position_ - offset),
                              std::min(packet_end, end_) - position_);
    if (packet_end >= end_) CAIRN_TRY(Finish());
  }
  const size_t taken = std::min(n, ready_.size());
  std::memcpy(out, ready_.data(), taken);
  ready_.remove_prefix(taken);
  position_ += taken;
  return taken;
}

Status BlockReader::Skip(uint64_t n) {
  std::vector<char> scratch;
  while (n > 0) {
    if (!ready_.empty()) {
      const size_t taken = std::min<uint64_t>(n, ready_.size());
      ready_.remove_prefix(taken);
      position_ += taken;
      n -= taken;
      continue;
    }
    scratch.resize(std::min<uint64_t>(n, kSkipBytes));
    CAIRN_ASSIGN(const size_t got, Read(scratch.data(), scratch.size()));
    if (got == 0) return Error(Code::kEndOfFile, "nothing left to skip");
    n -= got;
  }
  return Status();
}

Status BlockReader::Finish() {
  // All data is here: what goes wrong from now on costs the connection, not the read.
  const auto header = ReadPacketHead();
  if (!header.ok() || !header->last_in_block || header->data_bytes != 0) {
    socket_.Close();
    return Status();
  }
  const wire::OpStatus verdict =
      range_.verify ? wire::OpStatus::kChecksumOk : wire::OpStatus::kSuccess;
  const bool sent = socket_.WriteAll(wire::EncodeClientReadStatus(verdict)).ok();
  if (sent && head_begin_ == head_end_) context_.pool.Put(address_, std::move(socket_));
  socket_.Close();
  return Status();
}

Status BlockReader::Error(Code code, const std::string& what) const {
  return Status(code, "read " + BlockName(range_.block) + " from datanode " + node_name_ + ": " +
                          what);
}

}  // namespace cairn::client
