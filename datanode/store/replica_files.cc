// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_files.h"

#include <algorithm>
#include <utility>

#include "common/util/bytes.h"
#include "datanode/store/meta_file.h"

namespace cairn::datanode {
namespace {

// Bytes of `chunk`, from its beginning, whose checksum is `stored`; the most when several are, 0
// when none are.
size_t LongestMatch(ChecksumType type, std::string_view chunk, uint32_t stored) {
  size_t best = 0;
  uint32_t sum = 0;
  for (size_t n = 1; n <= chunk.size(); ++n) {
    sum = UpdateChecksum(type, sum, chunk.substr(n - 1, 1));
    if (sum == stored) best = n;
  }
  return best;
}

}  // namespace

Result<ReplicaFiles> CreateReplicaFiles(io::Disk& disk, const std::string& block_path,
                                        const std::string& meta_path,
                                        const ChecksumSpec& checksum) {
  CAIRN_TRY(CheckChecksumSpec(checksum));
  ReplicaFiles files;
  files.checksum = checksum;
  CAIRN_ASSIGN(files.data, disk.Open(block_path, io::OpenMode::kCreateNew));
  // A meta file without a block is a remainder, never a replica.
  Result<std::unique_ptr<io::File>> meta = disk.Open(meta_path, io::OpenMode::kCreate);
  Status s = meta.status();
  if (s.ok()) {
    files.meta = std::move(meta).value();
    s = files.meta->WriteAt(0, EncodeMetaHeader(checksum));
  }
  if (s.ok()) return files;
  // Whatever cannot be removed now is found and removed at the next start.
  if (Status undone = disk.Remove(block_path); !undone.ok()) s = s.WithContext(undone.message());
  if (files.meta == nullptr) return s;
  if (Status undone = disk.Remove(meta_path); !undone.ok()) s = s.WithContext(undone.message());
  return s;
}

Result<ReplicaFiles> OpenReplicaFiles(io::Disk& disk, const std::string& block_path,
                                      const std::string& meta_path, io::OpenMode mode) {
  ReplicaFiles files;
  CAIRN_ASSIGN(files.data, disk.Open(block_path, mode));
  CAIRN_ASSIGN(files.meta, disk.Open(meta_path, mode));
  Result<ChecksumSpec> checksum = ReadMetaHeader(*files.meta);
  if (!checksum.ok()) return checksum.status().WithContext(meta_path);
  files.checksum = *checksum;
  return files;
}

Result<std::string> ReadLastChecksum(const ReplicaFiles& files, uint64_t length) {
  if (length % files.checksum.bytes_per_checksum == 0 || ChecksumSize(files.checksum) == 0) {
    return std::string();
  }
  CAIRN_ASSIGN(std::string sum,
               files.meta->ReadAt(ChecksumOffset(files.checksum, length), kChecksumBytes));
  if (sum.size() != kChecksumBytes) {
    return Status(Code::kCorrupt, "meta file has no checksum for byte " + std::to_string(length));
  }
  return sum;
}

Status TruncateReplica(const ReplicaFiles& files, uint64_t length, uint64_t new_length,
                       const std::string& what) {
  const ChecksumSpec& spec = files.checksum;
  const uint64_t begin = new_length / spec.bytes_per_checksum * spec.bytes_per_checksum;
  if (begin != new_length && ChecksumSize(spec) != 0) {
    const uint64_t n = std::min<uint64_t>(spec.bytes_per_checksum, length - begin);
    CAIRN_ASSIGN(const std::string chunk, files.data->ReadAt(begin, static_cast<size_t>(n)));
    CAIRN_ASSIGN(const std::string stored,
                 files.meta->ReadAt(ChecksumOffset(spec, begin), kChecksumBytes));
    if (chunk.size() != n || stored.size() != kChecksumBytes) {
      return Status(Code::kCorrupt, "replica " + what + " is shorter than " +
                                        std::to_string(begin + n) + " bytes");
    }
    if (new_length != length) {
      CAIRN_TRY(VerifyChecksums(spec, begin, chunk, stored, what));
      std::string sum;
      PutU32(sum, UpdateChecksum(spec.type, 0,
                                 std::string_view(chunk).substr(0, new_length - begin)));
      CAIRN_TRY(files.meta->WriteAt(ChecksumOffset(spec, begin), sum));
    }
  }
  CAIRN_TRY(files.data->Truncate(new_length));
  CAIRN_TRY(files.meta->Truncate(MetaFileSize(spec, new_length)));
  CAIRN_TRY(files.data->Sync());
  return files.meta->Sync();
}

Result<uint64_t> RepairTail(const ReplicaFiles& files) {
  const ChecksumSpec& spec = files.checksum;
  CAIRN_ASSIGN(const uint64_t data_size, files.data->Size());
  if (ChecksumSize(spec) == 0) return data_size;
  CAIRN_ASSIGN(const uint64_t meta_size, files.meta->Size());
  const uint64_t sums = (meta_size - kMetaHeaderBytes) / kChecksumBytes;
  const uint64_t chunks = std::min(ChunkCount(spec, data_size), sums);

  uint64_t length = 0;
  if (chunks > 0) {
    const uint64_t begin = (chunks - 1) * spec.bytes_per_checksum;
    const size_t n =
        static_cast<size_t>(std::min<uint64_t>(spec.bytes_per_checksum, data_size - begin));
    CAIRN_ASSIGN(const std::string chunk, files.data->ReadAt(begin, n));
    CAIRN_ASSIGN(const std::string stored,
                 files.meta->ReadAt(ChecksumOffset(spec, begin), kChecksumBytes));
    if (chunk.size() != n || stored.size() != kChecksumBytes) {
      return Status(Code::kCorrupt, "replica changed while it was being repaired");
    }
    const uint32_t sum = LoadU32(stored.data());
    length = begin + (UpdateChecksum(spec.type, 0, chunk) == sum
                          ? n
                          : LongestMatch(spec.type, chunk, sum));
  }
  if (data_size != length) CAIRN_TRY(files.data->Truncate(length));
  const uint64_t meta_wanted = MetaFileSize(spec, length);
  if (meta_size != meta_wanted) CAIRN_TRY(files.meta->Truncate(meta_wanted));
  return length;
}

}  // namespace cairn::datanode
