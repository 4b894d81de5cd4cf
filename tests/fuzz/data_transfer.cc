// SPDX-License-Identifier: Apache-2.0
// What arrives on a datanode's data port and on a client's side of it. Input: a byte that chooses
// the parser, then the bytes.
#include "common/wire/data_transfer.h"

#include "common/wire/data_transfer_ops.h"
#include "tests/fuzz/targets.h"

namespace cairn::fuzz {
namespace {

constexpr uint8_t kParsers = 15;

// What was parsed can be sent on.
template <typename Op>
void ParseAndSend(const Result<Op>& op) {
  if (op.ok()) Require(!Encode(*op).empty(), "what was parsed can be encoded");
}

void Packet(Input input) {
  if (input.size() < wire::kPacketLengthsBytes) return;
  const auto lengths = wire::ParsePacketLengths(input.substr(0, wire::kPacketLengthsBytes));
  if (!lengths.ok()) return;
  Require(lengths->header_bytes + uint64_t{lengths->body_bytes} <= wire::kPacketBytesMax + 65535u,
          "a packet's size is bounded");
  const auto header = wire::ParsePacketHeader(
      input.substr(wire::kPacketLengthsBytes, lengths->header_bytes), lengths->body_bytes);
  if (!header.ok()) return;
  Require(uint64_t{header->data_bytes} + header->checksum_bytes == lengths->body_bytes,
          "data and checksums are the packet's body");
  (void)wire::EncodePacketHeader(*header);
}

void Ack(Input input) {
  const auto ack = wire::ParsePipelineAck(input);
  if (!ack.ok()) return;
  (void)ack->AllSuccess();
  (void)ack->OutOfBand();
  (void)wire::EncodePipelineAck(*ack);
}

void Answer(Input input) {
  const auto answer = wire::ParseOpAnswer(input);
  if (!answer.ok()) return;
  (void)wire::StatusOf(*answer);
  (void)Encode(*answer);
}

}  // namespace

void RunDataTransfer(Input input) {
  switch (TakeByte(input) % kParsers) {
    case 0:
      if (input.size() >= wire::kOpPrefixBytes) {
        (void)wire::ParseOpPrefix(input.substr(0, wire::kOpPrefixBytes));
      }
      break;
    case 1: ParseAndSend(wire::ParseReadBlock(input)); break;
    case 2: ParseAndSend(wire::ParseWriteBlock(input)); break;
    case 3: ParseAndSend(wire::ParseTransferBlock(input)); break;
    case 4: ParseAndSend(wire::ParseReplaceBlock(input)); break;
    case 5: ParseAndSend(wire::ParseCopyBlock(input)); break;
    case 6: ParseAndSend(wire::ParseBlockChecksum(input)); break;
    case 7: ParseAndSend(wire::ParseRequestShortCircuitFds(input)); break;
    case 8: ParseAndSend(wire::ParseReleaseShortCircuitFds(input)); break;
    case 9: ParseAndSend(wire::ParseRequestShortCircuitShm(input)); break;
    case 10: Packet(input); break;
    case 11: Ack(input); break;
    case 12: Answer(input); break;
    case 13:
      ParseAndSend(wire::ParseShmAnswer(input));
      ParseAndSend(wire::ParseReleaseAnswer(input));
      break;
    case 14: (void)wire::ParseClientReadStatus(input); break;
  }
}

namespace {

// The message behind what leads it: version and opcode, then its length, which is one or two bytes.
std::string Message(uint8_t parser, std::string encoded, size_t prefix_bytes) {
  size_t begin = prefix_bytes;
  while (static_cast<uint8_t>(encoded[begin]) >= 0x80) ++begin;
  return static_cast<char>(parser) + encoded.substr(begin + 1);
}

}  // namespace

Seeds DataTransferSeeds() {
  const ExtendedBlock block{"BP-1-127.0.0.1-1", {BlockId(1073741825), 4096, GenerationStamp(1001)}};
  DatanodeInfo node;
  node.id = {.ip = "127.0.0.1", .host_name = "a", .uuid = "u", .transfer_port = 9866};
  const std::vector<DatanodeInfo> targets(2, node);
  constexpr size_t kPrefix = wire::kOpPrefixBytes;
  return {
      std::string(1, '\0') + wire::EncodeOpPrefix(wire::Op::kWriteBlock),
      Message(1, Encode(wire::ReadBlockOp{.block = block, .client_name = "c", .length = 9}),
              kPrefix),
      Message(2, Encode(wire::WriteBlockOp{.block = block, .client_name = "c", .targets = targets}),
              kPrefix),
      Message(3, Encode(wire::TransferBlockOp{.block = block, .client_name = "c",
                                              .targets = targets}),
              kPrefix),
      Message(6, Encode(wire::BlockChecksumOp{.block = block}), kPrefix),
      "\x0A" + wire::EncodePacketHeader({.seqno = 7, .data_bytes = 512, .checksum_bytes = 4}),
      Message(11, wire::EncodePipelineAck({.seqno = 7, .replies = {{}, {}}}), 0),
      Message(12,
              Encode(wire::OpAnswer{.message = "m", .read = wire::ReadAnswer{.chunk_offset = 512}}),
              0),
  };
}

}  // namespace cairn::fuzz
