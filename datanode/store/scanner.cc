// SPDX-License-Identifier: Apache-2.0
#include "datanode/store/scanner.h"

#include <pthread.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "common/log/log.h"
#include "datanode/store/store_core.h"

namespace cairn::datanode {
namespace {

constexpr uint64_t kCursorBytesMax = 64 << 10;
constexpr size_t kSuspectsMax = 1000;
constexpr Clock::Duration kSuspectRest = std::chrono::minutes(10);
// A scanner with nothing to do looks again after so long.
constexpr std::chrono::seconds kIdleWait{30};
constexpr uint64_t kStepBytes = 1 << 20;
// A replica that is appended to over and over is left for the next round.
constexpr int kTriesMax = 5;

std::string CursorPath(const Volume& volume, const std::string& pool_id) {
  return PoolDirectories::Of(volume.root(), pool_id).pool + "/scanner.cursor";
}

bool IsBadBytes(const Status& s) {
  return s.code() == Code::kChecksum || s.code() == Code::kCorrupt;
}

// Verifies what was opened, a step at a time; `pace` is told of the bytes of each and may end it.
Status VerifyOpened(const OpenReplica& replica, const std::function<Status(uint64_t)>& pace) {
  const std::string what = replica.block.pool_id + ":" + ToString(replica.block.block);
  const uint64_t chunk = replica.checksum.bytes_per_checksum;
  const uint64_t step = std::max<uint64_t>(1, kStepBytes / chunk) * chunk;
  for (uint64_t offset = 0; offset < replica.readable_length; offset += step) {
    const uint64_t n = std::min(step, replica.readable_length - offset);
    const bool last = offset + n == replica.readable_length;
    CAIRN_TRY(VerifyFiles(*replica.data, *replica.meta, replica.checksum, offset, n,
                          last ? std::string_view(replica.last_checksum) : std::string_view(),
                          what));
    CAIRN_TRY(pace(n));
  }
  return Status();
}

Status VerifyPaced(ReplicaStore& store, const ExtendedBlock& block,
                   const std::function<Status(uint64_t)>& pace) {
  Status bad;
  for (int i = 0; i < kTriesMax; ++i) {
    const Result<OpenReplica> replica = store.OpenForRead(block);
    // Deleted meanwhile.
    if (replica.status().code() == Code::kReplicaNotFound) return Status();
    if (!replica.ok()) return replica.status();
    const Status s = VerifyOpened(*replica, pace);
    if (s.ok() || !IsBadBytes(s)) return s;
    // Believed only when the same version of the replica is still there, and complete: a truncation
    // by recovery changes bytes and checksums of what is open.
    const std::optional<ReplicaSnapshot> now = store.Find(block.pool_id, block.block.id);
    if (!now) return Status();
    if (now->state == ReplicaState::kFinalized && replica->state == ReplicaState::kFinalized &&
        now->block == replica->block.block) {
      return s;
    }
    bad = s;
  }
  LOG(kInfo, "replica changes too often to be verified", {"block", block.block}, {"last", bad});
  return Status();
}

// The first of sorted `names` behind `previous`.
std::optional<std::string> NextOf(const std::vector<std::string>& names,
                                  const std::optional<std::string>& previous) {
  const auto it = previous ? std::upper_bound(names.begin(), names.end(), *previous)
                           : names.begin();
  if (it == names.end()) return std::nullopt;
  return *it;
}

std::vector<std::string> ListNames(io::Disk& disk, const std::string& directory,
                                   const std::function<bool(const std::string&)>& wanted) {
  Result<std::vector<std::string>> names = disk.List(directory);
  if (!names.ok()) return {};
  std::erase_if(*names, [&](const std::string& name) { return !wanted(name); });
  return std::move(names).value();
}

bool IsSubdirectory(const std::string& name) { return name.starts_with("subdir"); }

bool IsBlockFile(const std::string& name) {
  const std::optional<ReplicaFileName> parsed = ParseReplicaFileName(name);
  return parsed && !parsed->generation_stamp;
}

}  // namespace

Status VerifyReplica(ReplicaStore& store, const ExtendedBlock& block) {
  return VerifyPaced(store, block, [](uint64_t) { return Status(); });
}

// Where the scan of one volume is.
struct BlockScanner::VolumeScan {
  Volume* volume = nullptr;

  // Guarded by the scanner's mutex.
  std::deque<ExtendedBlock> suspects;
  std::map<std::pair<std::string, BlockId>, Clock::TimePoint> recent;  // Suspects seen.

  // Of the thread that scans.
  std::map<std::string, ScanCursor> cursors;  // By pool.
  std::string listed;                         // The directory whose blocks are in `entries`.
  std::vector<std::string> entries;

  ScanCursor& CursorOf(io::Disk& disk, const std::string& pool_id, int64_t now_ms);
  std::optional<BlockId> NextBlock(io::Disk& disk, const std::string& pool_id, ScanCursor& cursor);
  void Save(io::Disk& disk, const std::string& pool_id, int64_t now_ms);
};

ScanCursor& BlockScanner::VolumeScan::CursorOf(io::Disk& disk, const std::string& pool_id,
                                               int64_t now_ms) {
  const auto it = cursors.find(pool_id);
  if (it != cursors.end()) return it->second;
  ScanCursor& cursor = cursors[pool_id];
  cursor.last_saved_ms = cursor.iteration_start_ms = now_ms;
  const Result<std::string> text = disk.ReadFile(CursorPath(*volume, pool_id), kCursorBytesMax);
  if (!text.ok()) return cursor;
  if (Result<ScanCursor> saved = DecodeCursor(*text); saved.ok()) {
    cursor = *saved;
  } else {
    LOG(kWarn, "scan starts over", {"volume", volume->root()}, {"reason", saved.status()});
  }
  return cursor;
}

// Moves the cursor to the next block file in the order of names; nothing at the end.
std::optional<BlockId> BlockScanner::VolumeScan::NextBlock(io::Disk& disk,
                                                           const std::string& pool_id,
                                                           ScanCursor& cursor) {
  const std::string root = PoolDirectories::Of(volume->root(), pool_id).finalized;
  while (!cursor.at_end) {
    if (cursor.directory && cursor.subdirectory) {
      const std::string directory = root + "/" + *cursor.directory + "/" + *cursor.subdirectory;
      if (listed != directory) {
        entries = ListNames(disk, directory, IsBlockFile);
        listed = directory;
      }
      cursor.entry = NextOf(entries, cursor.entry);
      if (cursor.entry) return ParseReplicaFileName(*cursor.entry)->id;
    }
    if (cursor.directory) {
      cursor.subdirectory = NextOf(ListNames(disk, root + "/" + *cursor.directory, IsSubdirectory),
                                   cursor.subdirectory);
    }
    if (cursor.subdirectory) continue;
    cursor.directory = NextOf(ListNames(disk, root, IsSubdirectory), cursor.directory);
    cursor.at_end = !cursor.directory;
  }
  return std::nullopt;
}

void BlockScanner::VolumeScan::Save(io::Disk& disk, const std::string& pool_id, int64_t now_ms) {
  ScanCursor& cursor = cursors.at(pool_id);
  cursor.last_saved_ms = now_ms;
  const Status s = io::WriteFileAtomically(disk, CursorPath(*volume, pool_id),
                                           EncodeCursor(cursor));
  if (!s.ok()) LOG(kWarn, "scan cursor not saved", {"volume", volume->root()}, {"reason", s});
}

BlockScanner::BlockScanner(ReplicaStore& store, const Clock& clock, StoreEvents& events,
                           ScannerOptions options)
    : store_(store), clock_(clock), events_(events), options_(options) {}

BlockScanner::~BlockScanner() { Stop(); }

BlockScanner::VolumeScan& BlockScanner::ScanOf(Volume& volume) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<VolumeScan>& scan = scans_[&volume];
  if (scan == nullptr) {
    scan = std::make_unique<VolumeScan>();
    scan->volume = &volume;
  }
  return *scan;
}

void BlockScanner::Start() {
  if (options_.bytes_per_second == 0) return;
  {
    const std::lock_guard lock(mutex_);
    paced_ = true;
  }
  for (Volume* volume : store_.Volumes()) {
    threads_.emplace_back([this, &scan = ScanOf(*volume)] { Run(scan); });
  }
}

void BlockScanner::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void BlockScanner::MarkSuspect(const ExtendedBlock& block) {
  const std::optional<ReplicaSnapshot> replica = store_.Find(block.pool_id, block.block.id);
  if (!replica) return;
  for (Volume* volume : store_.Volumes()) {
    if (volume->storage_uuid() != replica->storage_uuid) continue;
    VolumeScan& scan = ScanOf(*volume);
    const std::lock_guard lock(mutex_);
    const Clock::TimePoint now = clock_.Now();
    std::erase_if(scan.recent, [&](const auto& seen) { return now - seen.second >= kSuspectRest; });
    const std::pair key(block.pool_id, block.block.id);
    if (scan.recent.count(key) != 0 || scan.suspects.size() >= kSuspectsMax ||
        scan.recent.size() >= kSuspectsMax) {
      return;
    }
    scan.recent[key] = now;
    scan.suspects.push_back(block);
  }
  wake_.notify_all();
}

std::optional<uint64_t> BlockScanner::ScanOne(Volume& volume) {
  VolumeScan& scan = ScanOf(volume);
  const std::optional<ExtendedBlock> next = Next(scan);
  if (!next) return std::nullopt;
  uint64_t bytes = 0;
  const Status s = VerifyPaced(store_, *next, [&](uint64_t n) {
    bytes += n;
    return Pace(n);
  });
  if (s.ok() || s.code() == Code::kCancelled) return bytes;
  const std::optional<ReplicaSnapshot> replica = store_.Find(next->pool_id, next->block.id);
  if (!replica) return bytes;
  LOG(kWarn, "replica does not verify", {"block", replica->block}, {"volume", volume.root()},
      {"reason", s});
  const ExtendedBlock block{next->pool_id, replica->block};
  // What OpenForRead found out it has reported itself.
  if (s.code() == Code::kChecksum || bytes > 0) {
    events_.OnCorrupt(block, volume.storage());
  }
  if (!IsBadBytes(s)) store_.ReportIoError(block);
  return bytes;
}

std::optional<ExtendedBlock> BlockScanner::Next(VolumeScan& scan) {
  {
    const std::lock_guard lock(mutex_);
    if (!scan.suspects.empty()) {
      ExtendedBlock block = std::move(scan.suspects.front());
      scan.suspects.pop_front();
      block.block.generation_stamp = GenerationStamp();
      return block;
    }
  }
  io::Disk& disk = scan.volume->disk();
  const int64_t now_ms = clock_.WallMs();
  const int64_t period_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(options_.period).count();
  const int64_t save_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(options_.cursor_save_interval).count();
  for (const std::string& pool_id : store_.Pools()) {
    ScanCursor& cursor = scan.CursorOf(disk, pool_id, now_ms);
    if (cursor.at_end && now_ms - cursor.iteration_start_ms < period_ms) continue;
    if (cursor.at_end) {
      cursor = ScanCursor{};
      cursor.last_saved_ms = cursor.iteration_start_ms = now_ms;
      scan.listed.clear();
    }
    const std::optional<BlockId> id = scan.NextBlock(disk, pool_id, cursor);
    if (!id || now_ms - cursor.last_saved_ms >= save_ms) scan.Save(disk, pool_id, now_ms);
    if (!id) continue;
    // Any stamp: the one that the store has now counts.
    return ExtendedBlock{pool_id, Block{*id, 0, GenerationStamp()}};
  }
  return std::nullopt;
}

Status BlockScanner::Pace(uint64_t bytes) {
  std::unique_lock lock(mutex_);
  if (!paced_) return Status();
  const auto pause = std::chrono::nanoseconds(static_cast<int64_t>(
      1e9 * static_cast<double>(bytes) / static_cast<double>(options_.bytes_per_second)));
  wake_.wait_for(lock, pause, [&] { return stopping_; });
  if (stopping_) return Status(Code::kCancelled, "scanner is stopping");
  return Status();
}

void BlockScanner::Run(VolumeScan& scan) {
  ::pthread_setname_np(::pthread_self(), "store.scan");
  for (;;) {
    std::optional<uint64_t> bytes;
    if (!scan.volume->failed()) bytes = ScanOne(*scan.volume);
    std::unique_lock lock(mutex_);
    // A replica of no bytes, or one that has gone, is no work; but a loop of them must yield.
    if (bytes && !stopping_) continue;
    wake_.wait_for(lock, kIdleWait, [&] { return stopping_ || !scan.suspects.empty(); });
    if (stopping_) break;
  }
  const int64_t now_ms = clock_.WallMs();
  if (scan.volume->failed()) return;
  for (const std::string& pool_id : store_.Pools()) {
    if (scan.cursors.count(pool_id) != 0) scan.Save(scan.volume->disk(), pool_id, now_ms);
  }
}

}  // namespace cairn::datanode
