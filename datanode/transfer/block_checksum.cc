// SPDX-License-Identifier: Apache-2.0
// BLOCK_CHECKSUM: what `hdfs dfs -checksum` combines to the checksum of a file.
#include "datanode/transfer/block_checksum.h"

#include <algorithm>
#include <functional>
#include <string>

#include "common/log/log.h"
#include "common/util/bytes.h"
#include "common/util/crc.h"
#include "common/util/md5.h"
#include "datanode/store/meta_file.h"
#include "datanode/transfer/connection.h"

namespace cairn::datanode {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

// Joins CRCs of pieces that follow each other; a stripe's CRC is put out when it is whole.
class StripedComposer {
 public:
  StripedComposer(ChecksumType type, uint64_t chunk_bytes, uint64_t stripe_bytes)
      : kind_(type == ChecksumType::kCrc32 ? CrcCombiner::Kind::kCrc32
                                           : CrcCombiner::Kind::kCrc32c),
        chunk_bytes_(chunk_bytes),
        stripe_bytes_(stripe_bytes),
        whole_chunk_(kind_, chunk_bytes) {}

  Status Add(uint32_t crc, uint64_t bytes) {
    if (in_stripe_ == 0) {
      composite_ = crc;
    } else if (bytes == chunk_bytes_) {
      composite_ = whole_chunk_.Combine(composite_, crc);
    } else {
      composite_ = CrcCombiner(kind_, bytes).Combine(composite_, crc);
    }
    in_stripe_ += bytes;
    if (in_stripe_ > stripe_bytes_) {
      return Status(Code::kInvalidArgument, "stripes of " + std::to_string(stripe_bytes_) +
                                                " bytes do not end where chunks end");
    }
    if (in_stripe_ == stripe_bytes_) PutOut();
    return Status();
  }

  std::string Finish() {
    if (in_stripe_ > 0) PutOut();
    return std::move(result_);
  }

 private:
  void PutOut() {
    PutU32(result_, composite_);
    in_stripe_ = 0;
  }

  const CrcCombiner::Kind kind_;
  const uint64_t chunk_bytes_;
  const uint64_t stripe_bytes_;
  const CrcCombiner whole_chunk_;
  uint32_t composite_ = 0;
  uint64_t in_stripe_ = 0;
  std::string result_;
};

// Gives the stored checksums of [0, length) in pieces, each a whole number of checksums. The last
// one is that of the partial chunk at the end, if there is one: stored when `length` is where the
// replica ends, computed from the data else.
class StoredChecksums {
 public:
  StoredChecksums(OpenReplica& replica, uint64_t length) : replica_(replica), length_(length) {}

  Status ForEachPiece(const std::function<Status(std::string_view)>& use) const {
    const ChecksumSpec& spec = replica_.checksum;
    const uint64_t whole_end = length_ - length_ % spec.bytes_per_checksum;
    const uint64_t begin = ChecksumOffset(spec, 0);
    const uint64_t end = begin + ChunkCount(spec, whole_end) * kChecksumBytes;
    for (uint64_t at = begin; at < end;) {
      const auto n = static_cast<size_t>(std::min<uint64_t>(kPieceBytes, end - at));
      CAIRN_ASSIGN(const std::string piece, ReadMeta(at, n));
      CAIRN_TRY(use(piece));
      at += n;
    }
    if (whole_end == length_) return Status();
    CAIRN_ASSIGN(const std::string last, PartialChunk(whole_end));
    return use(last);
  }

 private:
  Result<std::string> ReadMeta(uint64_t at, size_t n) const {
    CAIRN_ASSIGN(std::string bytes, replica_.meta->ReadAt(at, n));
    if (bytes.size() == n) return bytes;
    return Status(Code::kCorrupt, "the meta file ends at byte " +
                                      std::to_string(at + bytes.size()));
  }

  Result<std::string> PartialChunk(uint64_t from) const {
    if (length_ == replica_.readable_length) {
      if (!replica_.last_checksum.empty()) return replica_.last_checksum;
      return ReadMeta(ChecksumOffset(replica_.checksum, from), kChecksumBytes);
    }
    const auto n = static_cast<size_t>(length_ - from);
    CAIRN_ASSIGN(const std::string data, replica_.data->ReadAt(from, n));
    if (data.size() < n) return Status(Code::kCorrupt, "the block file is too short");
    return ComputeChecksums(replica_.checksum, data);
  }

  OpenReplica& replica_;
  const uint64_t length_;
};

Result<std::string> Md5OfChecksums(const StoredChecksums& sums) {
  Md5 md5;
  CAIRN_TRY(sums.ForEachPiece([&md5](std::string_view piece) {
    md5.Update(piece);
    return Status();
  }));
  return md5.Finish();
}

Result<std::string> CompositeCrc(const StoredChecksums& sums, const ChecksumSpec& spec,
                                 uint64_t length, uint64_t stripe_bytes) {
  if (spec.type == ChecksumType::kNull) {
    return Status(Code::kIoError, "a replica without checksums has no composite CRC");
  }
  if (stripe_bytes == 0 || stripe_bytes > length) stripe_bytes = length;
  StripedComposer composer(spec.type, spec.bytes_per_checksum, stripe_bytes);
  uint64_t left = length;
  CAIRN_TRY(sums.ForEachPiece([&](std::string_view piece) -> Status {
    for (size_t at = 0; at < piece.size(); at += kChecksumBytes) {
      const uint64_t bytes = std::min<uint64_t>(spec.bytes_per_checksum, left);
      CAIRN_TRY(composer.Add(LoadU32(piece.data() + at), bytes));
      left -= bytes;
    }
    return Status();
  }));
  return composer.Finish();
}

}  // namespace

Result<wire::BlockChecksumAnswer> ComputeBlockChecksum(ReplicaStore& store,
                                                       const wire::BlockChecksumOp& op) {
  CAIRN_ASSIGN(OpenReplica replica, store.OpenForRead(op.block));
  const uint64_t length = std::min(op.block.block.length, replica.visible_length);
  wire::BlockChecksumAnswer answer;
  answer.kind = op.kind;
  answer.bytes_per_crc = replica.checksum.bytes_per_checksum;
  answer.crc_type = replica.checksum.type;
  if (ChecksumSize(replica.checksum) > 0) {
    // Of the whole replica, whatever part was asked for: Apache's number.
    answer.crcs_per_block = ChunkCount(replica.checksum, replica.readable_length);
  }
  const bool has_checksums = ChecksumSize(replica.checksum) > 0;
  const StoredChecksums sums(replica, has_checksums ? length : 0);
  if (op.kind == wire::BlockChecksumKind::kMd5OfCrcs) {
    CAIRN_ASSIGN(answer.checksum, Md5OfChecksums(sums));
  } else {
    CAIRN_ASSIGN(answer.checksum,
                 CompositeCrc(sums, replica.checksum, length, op.stripe_length));
  }
  return answer;
}

Status Connection::BlockChecksum(const wire::BlockChecksumOp& op) {
  ends_ = true;
  stream_.SetActivity("BLOCK_CHECKSUM " + BlockText(op.block));
  const TimeCounter timed(context_.clock, context_.metrics.block_checksum_op_nanos);
  ++context_.metrics.block_checksum_ops;
  const std::string name = "blockChecksum " + BlockText(op.block);
  if (const Status ready = context_.events.WaitForPool(op.block.pool_id); !ready.ok()) {
    return Refuse(name, ready);
  }
  const Result<wire::BlockChecksumAnswer> checksum = ComputeBlockChecksum(context_.store, op);
  if (!checksum.ok()) return Refuse(name, checksum.status());
  wire::OpAnswer answer;
  answer.block_checksum = *checksum;
  return Send(wire::Encode(answer));
}

}  // namespace cairn::datanode
