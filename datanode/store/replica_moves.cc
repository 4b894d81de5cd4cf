// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/replica_moves.h"

#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace cairn::datanode {
namespace {

constexpr size_t kCopyBytes = 1 << 20;

// Makes a directory "finalized/subdirI/subdirJ" durably: there are at most 1024, each is made once.
Status EnsureDirectory(io::Disk& disk, const std::string& directory) {
  if (disk.IsDirectory(directory)) return Status();
  CAIRN_TRY(disk.MakeDirectories(directory));
  const std::string parent = io::ParentOf(directory);
  CAIRN_TRY(disk.SyncDirectory(parent));
  return disk.SyncDirectory(io::ParentOf(parent));
}

template <typename From, typename To>
Result<To> Move(const From& from, GenerationStamp new_generation_stamp, bool sync) {
  io::Disk& disk = from.volume->disk();
  To to{from.volume, from.pool_id, from.block};
  to.block.generation_stamp = new_generation_stamp;
  const std::string to_directory = to.Directory();
  CAIRN_TRY(EnsureDirectory(disk, to_directory));

  const std::string to_meta = to.MetaPath();
  Status linked = disk.Link(from.MetaPath(), to_meta);
  if (linked.code() == Code::kAlreadyExists) {
    // Left by a move that did not get to its rename.
    CAIRN_TRY(disk.Remove(to_meta));
    linked = disk.Link(from.MetaPath(), to_meta);
  }
  CAIRN_TRY(linked.WithContext("move meta file of " + ToString(from.block)));

  if (Status s = disk.Rename(from.BlockPath(), to.BlockPath()); !s.ok()) {
    // The replica stays where it was; a meta file that cannot be removed does no harm there.
    const Status undone = disk.Remove(to_meta);
    return s.WithContext(undone.ok() ? "move " + ToString(from.block)
                                     : "move (and undo) " + ToString(from.block));
  }
  // From here on the replica is in its new place, whatever happens to the old name.
  if (Status s = disk.Remove(from.MetaPath()); !s.ok() && s.code() != Code::kNotFound) {
    return s.WithContext("remove old meta file of " + ToString(from.block));
  }
  if (sync) {
    CAIRN_TRY(disk.SyncDirectory(to_directory));
    CAIRN_TRY(disk.SyncDirectory(from.Directory()));
  }
  return to;
}

Status CopyFile(io::Disk& disk, const std::string& from, const std::string& to) {
  CAIRN_ASSIGN(const std::unique_ptr<io::File> source, disk.Open(from, io::OpenMode::kRead));
  CAIRN_ASSIGN(const std::unique_ptr<io::File> target, disk.Open(to, io::OpenMode::kCreate));
  for (uint64_t offset = 0;;) {
    CAIRN_ASSIGN(const std::string bytes, source->ReadAt(offset, kCopyBytes));
    if (bytes.empty()) break;
    CAIRN_TRY(target->WriteAt(offset, bytes));
    offset += bytes.size();
  }
  return target->Sync();
}

Status RemoveOne(io::Disk& disk, const std::string& path, uint64_t* freed) {
  const Result<uint64_t> size = disk.FileSize(path);
  const Status s = disk.Remove(path);
  if (s.code() == Code::kNotFound) return Status();
  if (s.ok() && size.ok()) *freed += *size;
  return s;
}

}  // namespace

Result<FinalizedReplica> Finalize(const RbwReplica& replica, bool sync) {
  return Move<RbwReplica, FinalizedReplica>(replica, replica.block.generation_stamp, sync);
}

Result<FinalizedReplica> Finalize(const RwrReplica& replica, bool sync) {
  return Move<RwrReplica, FinalizedReplica>(replica, replica.block.generation_stamp, sync);
}

Result<FinalizedReplica> Finalize(const TemporaryReplica& replica, bool sync) {
  return Move<TemporaryReplica, FinalizedReplica>(replica, replica.block.generation_stamp, sync);
}

Result<RbwReplica> ReopenForAppend(const FinalizedReplica& replica,
                                   GenerationStamp new_generation_stamp) {
  io::Disk& disk = replica.volume->disk();
  CAIRN_TRY(BreakHardLinks(disk, replica.BlockPath()));
  CAIRN_TRY(BreakHardLinks(disk, replica.MetaPath()));
  // Durably before the first byte is written: after a crash, a longer file whose last bytes are not
  // all there must be found among those that wait for recovery.
  return Move<FinalizedReplica, RbwReplica>(replica, new_generation_stamp, true);
}

Result<RbwReplica> ConvertToRbw(const TemporaryReplica& replica) {
  return Move<TemporaryReplica, RbwReplica>(replica, replica.block.generation_stamp, false);
}

template <ReplicaState kState>
Result<ReplicaIn<kState>> BumpGenerationStamp(const ReplicaIn<kState>& replica,
                                              GenerationStamp new_generation_stamp) {
  ReplicaIn<kState> bumped = replica;
  bumped.block.generation_stamp = new_generation_stamp;
  if (replica.block.generation_stamp == new_generation_stamp) return bumped;
  if (replica.block.generation_stamp > new_generation_stamp) {
    return Status(Code::kInternal, "generation stamp of " + ToString(replica.block) +
                                       " must not go back to " + ToString(new_generation_stamp));
  }
  CAIRN_TRY(replica.volume->disk().Rename(replica.MetaPath(), bumped.MetaPath()));
  return bumped;
}

template Result<FinalizedReplica> BumpGenerationStamp(const FinalizedReplica&, GenerationStamp);
template Result<RbwReplica> BumpGenerationStamp(const RbwReplica&, GenerationStamp);
template Result<RwrReplica> BumpGenerationStamp(const RwrReplica&, GenerationStamp);
template Result<TemporaryReplica> BumpGenerationStamp(const TemporaryReplica&, GenerationStamp);

Result<uint64_t> RemoveReplicaFiles(io::Disk& disk, const std::string& block_path,
                                    const std::string& meta_path) {
  uint64_t freed = 0;
  // The block first: a meta file alone is no replica.
  CAIRN_TRY(RemoveOne(disk, block_path, &freed));
  CAIRN_TRY(RemoveOne(disk, meta_path, &freed));
  return freed;
}

Status BreakHardLinks(io::Disk& disk, const std::string& path) {
  {
    CAIRN_ASSIGN(const std::unique_ptr<io::File> file, disk.Open(path, io::OpenMode::kRead));
    struct stat info{};
    if (file->fd() < 0 || ::fstat(file->fd(), &info) != 0 || info.st_nlink <= 1) return Status();
  }
  const std::string copy = path + ".unlinked";
  CAIRN_TRY(CopyFile(disk, path, copy));
  return disk.Rename(copy, path);
}

}  // namespace cairn::datanode
