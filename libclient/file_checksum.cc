// SPDX-License-Identifier: Apache-2.0
#include "libclient/file_checksum.h"

#include <algorithm>
#include <utility>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "common/util/md5.h"
#include "libclient/datanode_stream.h"

namespace cairn::client {
namespace {

constexpr size_t kMd5Bytes = 16;
constexpr size_t kCompositeBytes = 4;
// Apache hashes the buffer that holds the blocks' checksums, with the zeros behind them: it has 32
// bytes and doubles as it grows. It has always done so, so that must be kept.
constexpr size_t kFirstBufferBytes = 32;

wire::BlockChecksumKind KindOf(ChecksumMode mode) {
  return mode == ChecksumMode::kMd5Md5Crc ? wire::BlockChecksumKind::kMd5OfCrcs
                                          : wire::BlockChecksumKind::kCompositeCrc;
}

Result<wire::BlockChecksumAnswer> AskDatanode(const ClientConfig& config, const DatanodeInfo& node,
                                              const wire::BlockChecksumOp& op) {
  CAIRN_ASSIGN(net::BlockingSocket socket, ConnectDatanode(config, node.id, 1));
  // Without all data in the page cache a large block takes its time.
  CAIRN_TRY(socket.SetReadTimeout(config.ReadTimeout(12)));
  CAIRN_TRY(socket.WriteAll(wire::Encode(op)));
  CAIRN_ASSIGN(wire::OpAnswer answer, ReadOpAnswer(socket));
  CAIRN_TRY(wire::StatusOf(answer));
  if (!answer.block_checksum) return Status(Code::kCorrupt, "the answer has no checksum");
  return std::move(*answer.block_checksum);
}

Result<wire::BlockChecksumAnswer> AskReplicas(const ClientConfig& config, const LocatedBlock& block,
                                              const wire::BlockChecksumOp& op,
                                              const std::string& path) {
  Status last_error(Code::kIoError, "no live datanode has it");
  for (const DatanodeTarget& target : block.locations) {
    auto answer = AskDatanode(config, target.node, op);
    if (answer.ok()) return answer;
    last_error = answer.status().WithContext("datanode " + NodeName(target.node));
    LOG(kInfo, "checksum of a block failed", {"block", op.block.block}, {"error", last_error});
  }
  return last_error.WithContext(path + ": Fail to get block MD5 for " + BlockName(op.block));
}

Status CheckAnswer(const wire::BlockChecksumAnswer& answer, const wire::BlockChecksumAnswer& first,
                   ChecksumMode mode) {
  const size_t expected = mode == ChecksumMode::kMd5Md5Crc ? kMd5Bytes : kCompositeBytes;
  if (answer.checksum.size() != expected) {
    return Status(Code::kCorrupt, "a block's checksum has " +
                                      std::to_string(answer.checksum.size()) + " bytes");
  }
  if (answer.crc_type != first.crc_type) {
    return Status(Code::kUnsupported, "the blocks have checksums of different types");
  }
  if (mode == ChecksumMode::kMd5Md5Crc && answer.bytes_per_crc != first.bytes_per_crc) {
    return Status(Code::kIoError,
                  "Byte-per-checksum not matched: bpc=" + std::to_string(answer.bytes_per_crc) +
                      " but bytesPerCRC=" + std::to_string(first.bytes_per_crc));
  }
  return Status();
}

FileChecksum Md5Checksum(uint32_t bytes_per_crc, uint64_t crcs_per_block, const char* crc_name,
                         std::string digests) {
  size_t padded = kFirstBufferBytes;
  while (padded < digests.size()) padded *= 2;
  digests.resize(padded, '\0');
  FileChecksum checksum;
  checksum.algorithm = "MD5-of-" + std::to_string(crcs_per_block) + "MD5-of-" +
                       std::to_string(bytes_per_crc) + crc_name;
  PutU32(checksum.bytes, bytes_per_crc);
  PutU64(checksum.bytes, crcs_per_block);
  checksum.bytes += Md5Of(digests);
  return checksum;
}

FileChecksum CompositeChecksum(const std::vector<BlockChecksum>& blocks, const char* crc_name) {
  const bool castagnoli = blocks.front().answer.crc_type == ChecksumType::kCrc32c;
  const auto kind = castagnoli ? CrcCombiner::Kind::kCrc32c : CrcCombiner::Kind::kCrc32;
  uint32_t crc = 0;
  for (const BlockChecksum& block : blocks) {
    const uint32_t own = LoadU32(block.answer.checksum.data());
    crc = CrcCombiner(kind, block.bytes).Combine(crc, own);
  }
  FileChecksum checksum{.algorithm = std::string("COMPOSITE-") + crc_name, .bytes = {}};
  PutU32(checksum.bytes, crc);
  return checksum;
}

}  // namespace

Result<FileChecksum> ComputeFileChecksum(ClientCore& core, const std::string& path,
                                         uint64_t length, ChecksumMode mode) {
  CAIRN_ASSIGN(LocatedBlocks located, core.calls().GetBlockLocations(
                                          path, 0, std::min<uint64_t>(length, INT64_MAX)));
  uint64_t remaining = length;
  // Only the finished part of a snapshot's file is its own.
  if (path.find("/.snapshot/") != std::string::npos) {
    remaining = std::min(remaining, located.file_length);
  }
  std::vector<BlockChecksum> blocks;
  for (LocatedBlock& block : located.blocks) {
    if (block.block.block.id.value < 0) {
      return Status(Code::kUnsupported, path + " is erasure-coded, which this client cannot read");
    }
    wire::BlockChecksumOp op{.block = block.block, .kind = KindOf(mode)};
    op.block.block.length = std::min(remaining, block.block.block.length);
    remaining -= op.block.block.length;
    BlockChecksum& part = blocks.emplace_back();
    part.bytes = op.block.block.length;
    CAIRN_ASSIGN(part.answer, AskReplicas(core.config(), block, op, path));
  }
  auto checksum = CombineChecksums(blocks, mode);
  if (!checksum.ok()) return checksum.status().WithContext("checksum of " + path);
  return checksum;
}

Result<FileChecksum> CombineChecksums(const std::vector<BlockChecksum>& blocks,
                                      ChecksumMode mode) {
  if (blocks.empty()) return Md5Checksum(0, 0, "CRC32", {});
  const wire::BlockChecksumAnswer& first = blocks.front().answer;
  if (first.crc_type == ChecksumType::kNull) {
    return Status(Code::kUnsupported, "the file has no checksums");
  }
  const char* crc_name = first.crc_type == ChecksumType::kCrc32c ? "CRC32C" : "CRC32";
  std::string digests;
  for (const BlockChecksum& block : blocks) {
    CAIRN_TRY(CheckAnswer(block.answer, first, mode));
    digests += block.answer.checksum;
  }
  if (mode == ChecksumMode::kCompositeCrc) return CompositeChecksum(blocks, crc_name);
  return Md5Checksum(first.bytes_per_crc, blocks.size() > 1 ? first.crcs_per_block : 0, crc_name,
                     std::move(digests));
}

}  // namespace cairn::client
