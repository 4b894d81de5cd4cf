// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/blocking_socket.h"
#include "common/util/bytes.h"
#include "common/wire/data_transfer.h"
#include "common/wire/data_transfer_ops.h"
#include "datanode/store/meta_file.h"
#include "tests/datanode/transfer/test_datanode.h"

namespace cairn::datanode {

inline constexpr ChecksumSpec kCrc32c512{ChecksumType::kCrc32c, 512};

// A client's end of a data stream, by hand.
class TestClient {
 public:
  struct Received {
    wire::PacketHeader header;
    std::string checksums;
    std::string data;
  };

  explicit TestClient(uint16_t port) {
    net::SocketOptions options;
    options.read_timeout = std::chrono::seconds(10);
    options.write_timeout = std::chrono::seconds(10);
    auto socket = net::BlockingSocket::Connect({"127.0.0.1", port}, std::chrono::seconds(10),
                                               options);
    EXPECT_TRUE(socket.ok()) << socket.status().ToString();
    if (socket.ok()) socket_ = std::move(*socket);
  }

  net::BlockingSocket& socket() { return socket_; }
  Status Send(const std::string& bytes) { return socket_.WriteAll(bytes); }

  Result<std::string> Read(size_t n) {
    std::string bytes(n, '\0');
    CAIRN_TRY(socket_.ReadFull(bytes.data(), n));
    return bytes;
  }
  Result<std::string> ReadMessage() {
    uint64_t length = 0;
    for (int shift = 0;; shift += 7) {
      CAIRN_ASSIGN(const std::string byte, Read(1));
      length |= static_cast<uint64_t>(byte[0] & 0x7f) << shift;
      if ((byte[0] & 0x80) == 0) break;
    }
    return Read(length);
  }
  Result<wire::OpAnswer> ReadAnswer() {
    CAIRN_ASSIGN(const std::string bytes, ReadMessage());
    return wire::ParseOpAnswer(bytes);
  }
  Result<wire::PipelineAck> ReadAck() {
    CAIRN_ASSIGN(const std::string bytes, ReadMessage());
    return wire::ParsePipelineAck(bytes);
  }
  Result<Received> ReadPacket() {
    CAIRN_ASSIGN(const std::string prefix, Read(wire::kPacketLengthsBytes));
    CAIRN_ASSIGN(const wire::PacketLengths lengths, wire::ParsePacketLengths(prefix));
    CAIRN_ASSIGN(const std::string header, Read(lengths.header_bytes));
    Received received;
    CAIRN_ASSIGN(received.header, wire::ParsePacketHeader(header, lengths.body_bytes));
    CAIRN_ASSIGN(received.checksums, Read(received.header.checksum_bytes));
    CAIRN_ASSIGN(received.data, Read(received.header.data_bytes));
    return received;
  }
  // Whether the server has ended the stream.
  bool AtEnd() {
    char byte;
    const Result<size_t> n = socket_.ReadSome(&byte, 1);
    return n.ok() ? *n == 0 : n.status().code() == Code::kNetwork;
  }

 private:
  net::BlockingSocket socket_;
};

struct PacketParts {
  int64_t seqno = 0;
  uint64_t offset = 0;
  std::string data;
  bool last = false;
  bool sync = false;
  ChecksumSpec checksum = kCrc32c512;
};

inline std::string MakePacket(const PacketParts& parts) {
  wire::PacketHeader header;
  header.offset_in_block = static_cast<int64_t>(parts.offset);
  header.seqno = parts.seqno;
  header.last_in_block = parts.last;
  header.sync_block = parts.sync;
  header.data_bytes = static_cast<uint32_t>(parts.data.size());
  const std::string sums =
      parts.data.empty() ? "" : ComputeChecksums(parts.checksum, parts.data);
  header.checksum_bytes = static_cast<uint32_t>(sums.size());
  return wire::EncodePacketHeader(header) + sums + parts.data;
}

// A WRITE_BLOCK of a client to the first of `nodes`, with the others behind it.
inline wire::WriteBlockOp MakeWrite(const ExtendedBlock& block,
                                    const std::vector<TestDatanode*>& nodes) {
  wire::WriteBlockOp op;
  op.block = block;
  op.client_name = "DFSClient_test";
  op.checksum = kCrc32c512;
  op.pipeline_size = static_cast<uint32_t>(nodes.size());
  op.latest_generation_stamp = GenerationStamp(0);
  for (size_t i = 1; i < nodes.size(); ++i) {
    op.targets.push_back(nodes[i]->info());
    op.target_storage_types.push_back(StorageType::kDisk);
    op.target_storage_uuids.emplace_back();
    op.target_pinnings.push_back(false);
  }
  return op;
}

// A pipeline whose set-up has been answered.
class TestWriter {
 public:
  TestWriter(const wire::WriteBlockOp& op, TestDatanode& first)
      : client_(first.port()), replicas_(op.targets.size() + 1) {
    EXPECT_TRUE(client_.Send(wire::Encode(op)).ok());
    auto answer = client_.ReadAnswer();
    EXPECT_TRUE(answer.ok()) << answer.status().ToString();
    if (answer.ok()) answer_ = *answer;
  }

  const wire::OpAnswer& answer() const { return answer_; }
  TestClient& client() { return client_; }

  Status Send(PacketParts parts) {
    parts.seqno = next_seqno_++;
    return client_.Send(MakePacket(parts));
  }
  // The next acknowledgement must be of packet `seqno`, and good.
  void ExpectAck(int64_t seqno) {
    const auto ack = client_.ReadAck();
    ASSERT_TRUE(ack.ok()) << ack.status().ToString();
    EXPECT_EQ(seqno, ack->seqno);
    EXPECT_EQ(replicas_, ack->replies.size());
    EXPECT_TRUE(ack->AllSuccess());
  }
  // Sends `data` from `offset` on, in packets that end at chunks, and waits for each.
  void Write(uint64_t offset, std::string_view data, size_t packet_bytes = 64 << 10) {
    while (!data.empty()) {
      const size_t in_chunk = offset % 512;
      const size_t most = in_chunk == 0 ? packet_bytes / 512 * 512 : 512 - in_chunk;
      const size_t n = std::min(data.size(), most);
      ASSERT_TRUE(Send({.offset = offset, .data = std::string(data.substr(0, n))}).ok());
      ExpectAck(next_seqno_ - 1);
      offset += n;
      data.remove_prefix(n);
    }
    end_ = offset;
  }
  void Close() {
    ASSERT_TRUE(Send({.offset = end_, .last = true}).ok());
    ExpectAck(next_seqno_ - 1);
  }
  void set_end(uint64_t end) { end_ = end; }

 private:
  TestClient client_;
  const size_t replicas_;
  wire::OpAnswer answer_;
  int64_t next_seqno_ = 0;
  uint64_t end_ = 0;
};

inline void WriteWhole(const ExtendedBlock& block, const std::vector<TestDatanode*>& nodes,
                       const std::string& data) {
  TestWriter writer(MakeWrite(block, nodes), *nodes.front());
  ASSERT_EQ(wire::OpStatus::kSuccess, writer.answer().status) << writer.answer().message;
  writer.Write(0, data);
  writer.Close();
}

// What a read brings: the bytes from `answer.chunk_offset` on, verified.
struct ReadOutcome {
  wire::OpAnswer answer;
  std::string data;
  std::string checksums;
  std::vector<uint32_t> packets;  // Data bytes of each.
};

inline Result<ReadOutcome> ReadRange(TestClient& client, const wire::ReadBlockOp& op) {
  ReadOutcome outcome;
  CAIRN_TRY(client.Send(wire::Encode(op)));
  CAIRN_ASSIGN(outcome.answer, client.ReadAnswer());
  CAIRN_TRY(wire::StatusOf(outcome.answer));
  if (!outcome.answer.read) return Status(Code::kCorrupt, "no checksum information");
  uint64_t at = outcome.answer.read->chunk_offset;
  for (int64_t seqno = 0;; ++seqno) {
    CAIRN_ASSIGN(const TestClient::Received packet, client.ReadPacket());
    if (packet.header.seqno != seqno) return Status(Code::kCorrupt, "wrong seqno");
    if (static_cast<uint64_t>(packet.header.offset_in_block) != at) {
      return Status(Code::kCorrupt, "wrong offset");
    }
    if (!packet.checksums.empty()) {
      CAIRN_TRY(VerifyChecksums(outcome.answer.read->checksum, at, packet.data,
                                packet.checksums, "read"));
    }
    at += packet.data.size();
    outcome.data += packet.data;
    outcome.checksums += packet.checksums;
    if (packet.header.last_in_block) break;
    outcome.packets.push_back(packet.header.data_bytes);
  }
  CAIRN_TRY(client.Send(wire::EncodeClientReadStatus(wire::OpStatus::kChecksumOk)));
  return outcome;
}

inline wire::ReadBlockOp MakeRead(const ExtendedBlock& block, uint64_t offset, uint64_t length) {
  wire::ReadBlockOp op;
  op.block = block;
  op.client_name = "DFSClient_test";
  op.offset = offset;
  op.length = length;
  return op;
}

inline std::string ReadWhole(TestDatanode& node, const ExtendedBlock& block, uint64_t length) {
  TestClient client(node.port());
  const auto outcome = ReadRange(client, MakeRead(block, 0, length));
  EXPECT_TRUE(outcome.ok()) << outcome.status().ToString();
  return outcome.ok() ? outcome->data : "";
}

}  // namespace cairn::datanode
