// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/meta_file.h"

#include <algorithm>

#include "common/util/bytes.h"
#include "common/util/crc.h"

namespace cairn::datanode {
namespace {

constexpr uint64_t kVerifyBytes = 1 << 20;

Status Mismatch(std::string_view what, uint64_t offset) {
  return Status(Code::kChecksum,
                "checksum mismatch: " + std::string(what) + " at " + std::to_string(offset));
}

// Reads exactly `n` bytes, or fails with kCorrupt.
Result<std::string> ReadExactly(io::File& file, uint64_t offset, size_t n, std::string_view what) {
  CAIRN_ASSIGN(std::string bytes, file.ReadAt(offset, n));
  if (bytes.size() != n) {
    return Status(Code::kCorrupt, "file is too short: " + std::string(what) + " has " +
                                      std::to_string(bytes.size()) + " bytes at " +
                                      std::to_string(offset) + ", expected " + std::to_string(n));
  }
  return bytes;
}

}  // namespace

Status CheckChecksumSpec(const ChecksumSpec& spec) {
  const auto type = static_cast<uint8_t>(spec.type);
  if (type > static_cast<uint8_t>(ChecksumType::kCrc32c)) {
    return Status(Code::kInvalidArgument, "unknown checksum type " + std::to_string(type));
  }
  if (spec.bytes_per_checksum == 0 || spec.bytes_per_checksum > kBytesPerChecksumMax) {
    return Status(Code::kInvalidArgument,
                  "bytes per checksum out of range: " + std::to_string(spec.bytes_per_checksum));
  }
  return Status();
}

std::string EncodeMetaHeader(const ChecksumSpec& spec) {
  std::string out;
  PutU16(out, kMetaVersion);
  PutU8(out, static_cast<uint8_t>(spec.type));
  PutU32(out, spec.bytes_per_checksum);
  return out;
}

Result<ChecksumSpec> DecodeMetaHeader(std::string_view bytes) {
  ByteReader reader(bytes);
  if (bytes.size() < kMetaHeaderBytes) {
    return Status(Code::kCorrupt,
                  "meta file header has only " + std::to_string(bytes.size()) + " bytes");
  }
  CAIRN_ASSIGN(const uint16_t version, reader.U16());
  CAIRN_ASSIGN(const uint8_t type, reader.U8());
  CAIRN_ASSIGN(const uint32_t bytes_per_checksum, reader.U32());
  if (version != kMetaVersion) {
    return Status(Code::kCorrupt, "meta file version is " + std::to_string(version));
  }
  const ChecksumSpec spec{static_cast<ChecksumType>(type), bytes_per_checksum};
  if (Status s = CheckChecksumSpec(spec); !s.ok()) {
    return Status(Code::kCorrupt, "meta file header: " + s.message());
  }
  return spec;
}

Result<ChecksumSpec> ReadMetaHeader(io::File& meta) {
  CAIRN_ASSIGN(const std::string bytes, meta.ReadAt(0, kMetaHeaderBytes));
  return DecodeMetaHeader(bytes);
}

uint32_t ChecksumSize(const ChecksumSpec& spec) {
  return spec.type == ChecksumType::kNull ? 0 : kChecksumBytes;
}

uint64_t ChunkCount(const ChecksumSpec& spec, uint64_t length) {
  return length / spec.bytes_per_checksum + (length % spec.bytes_per_checksum == 0 ? 0 : 1);
}

uint64_t MetaFileSize(const ChecksumSpec& spec, uint64_t length) {
  return kMetaHeaderBytes + ChunkCount(spec, length) * ChecksumSize(spec);
}

uint64_t ChecksumOffset(const ChecksumSpec& spec, uint64_t offset) {
  return kMetaHeaderBytes + offset / spec.bytes_per_checksum * ChecksumSize(spec);
}

uint32_t UpdateChecksum(ChecksumType type, uint32_t sum, std::string_view data) {
  switch (type) {
    case ChecksumType::kNull:
      return 0;
    case ChecksumType::kCrc32:
      return Crc32(sum, data.data(), data.size());
    case ChecksumType::kCrc32c:
      return Crc32c(sum, data.data(), data.size());
  }
  return 0;
}

std::string ComputeChecksums(const ChecksumSpec& spec, std::string_view data) {
  std::string out;
  if (ChecksumSize(spec) == 0) return out;
  out.reserve(ChunkCount(spec, data.size()) * kChecksumBytes);
  while (!data.empty()) {
    const size_t n = std::min<size_t>(data.size(), spec.bytes_per_checksum);
    PutU32(out, UpdateChecksum(spec.type, 0, data.substr(0, n)));
    data.remove_prefix(n);
  }
  return out;
}

Status VerifyChecksums(const ChecksumSpec& spec, uint64_t first_byte, std::string_view data,
                       std::string_view sums, std::string_view what) {
  if (ChecksumSize(spec) == 0) return Status();
  const uint32_t chunk = spec.bytes_per_checksum;
  const uint64_t lead = first_byte % chunk;
  const uint64_t count = data.empty() ? 0 : ChunkCount(spec, lead + data.size());
  if (sums.size() != count * kChecksumBytes) {
    return Status(Code::kInvalidArgument,
                  std::string(what) + " has " + std::to_string(sums.size()) +
                      " bytes of checksums for " + std::to_string(data.size()) +
                      " bytes of data, expected " + std::to_string(count * kChecksumBytes));
  }
  uint64_t offset = first_byte;
  for (uint64_t i = 0; i < count; ++i) {
    const size_t n = std::min<size_t>(data.size(), chunk - offset % chunk);
    if (UpdateChecksum(spec.type, 0, data.substr(0, n)) !=
        LoadU32(sums.data() + i * kChecksumBytes)) {
      return Mismatch(what, offset);
    }
    data.remove_prefix(n);
    offset += n;
  }
  return Status();
}

Status VerifyFiles(io::File& data, io::File& meta, const ChecksumSpec& spec, uint64_t offset,
                   uint64_t length, std::string_view last_checksum, std::string_view what) {
  // Whole chunks, so that each read begins at the beginning of one.
  const uint64_t step =
      std::max<uint64_t>(1, kVerifyBytes / spec.bytes_per_checksum) * spec.bytes_per_checksum;
  const uint64_t end = offset + length;
  while (offset < end) {
    const size_t n = static_cast<size_t>(std::min(step, end - offset));
    CAIRN_ASSIGN(const std::string bytes, ReadExactly(data, offset, n, what));
    const size_t sum_bytes = static_cast<size_t>(ChunkCount(spec, n) * ChecksumSize(spec));
    CAIRN_ASSIGN(std::string sums,
                 ReadExactly(meta, ChecksumOffset(spec, offset), sum_bytes, what));
    offset += n;
    if (offset == end && !last_checksum.empty() && sums.size() >= last_checksum.size()) {
      sums.replace(sums.size() - last_checksum.size(), last_checksum.size(), last_checksum);
    }
    CAIRN_TRY(VerifyChecksums(spec, offset - n, bytes, sums, what));
  }
  return Status();
}

}  // namespace cairn::datanode
