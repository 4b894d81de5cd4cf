// SPDX-License-Identifier: Apache-2.0
// Memory and load time of a large namespace, with the parts that the namenode is made of:
//
//   namespace_memory [--files 10000000] [--datanodes 12] [--image FILE]
//
// Files have one block and three replicas, names of 20 bytes, and stand by the thousand in
// directories. First a process builds them in memory and writes the image; then a fresh one loads
// it. Both then take the datanodes' full block reports. Without --image the image is written to a
// temporary file.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "bench/process_usage.h"
#include "common/io/disk.h"
#include "common/log/log.h"
#include "common/util/clock.h"
#include "common/util/random.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/image/image_reader.h"
#include "namenode/image/image_writer.h"

namespace cairn::bench {
namespace {

using namenode::BlockManager;
using namenode::BlockManagerOptions;
using namenode::BlockState;
using namenode::CarriedSections;
using namenode::FullReport;
using namenode::HeartbeatArgs;
using namenode::ImageSource;
using namenode::InodeHandle;
using namenode::kNoInode;
using namenode::LeaseManager;
using namenode::LoadedImage;
using namenode::NamespaceIds;
using namenode::NewInode;
using namenode::ReportedBlock;
using namenode::ReportedBlocks;
using namenode::Tree;
using namenode::WrittenImage;

constexpr uint64_t kFilesInDirectory = 1000;
constexpr uint64_t kReplicas = 3;
constexpr uint64_t kBlockBytes = 4096;
constexpr GenerationStamp kStamp{1001};
constexpr uint32_t kReportStep = 100'000;
constexpr uint64_t kWallMs = 1'700'000'000'000;

struct Arguments {
  uint64_t files = 10'000'000;
  uint64_t datanodes = 12;
  std::string image;
};

class Timer {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// A namespace as the namenode holds it.
struct Namespace {
  SystemClock clock;
  SeededRandom random{1};
  Tree tree{NewInode{.permission = {"root", "supergroup", 0755}}};
  BlockManager blocks{BlockManagerOptions(), clock, random, nullptr};
  LeaseManager leases{clock, {}};
  CarriedSections carried;
  NamespaceIds ids;
};

BlockId BlockOf(uint64_t file) {
  return BlockId(kLastReservedBlockId.value + 1 + static_cast<int64_t>(file));
}

// What datanode `node` reports: the blocks of every file that has it among its three.
class Report final : public ReportedBlocks {
 public:
  Report(uint64_t files, uint64_t datanodes, uint64_t node)
      : files_(files), datanodes_(datanodes), node_(node) {}

  bool Next(ReportedBlock* block) override {
    for (; file_ < files_; ++file_) {
      if ((node_ + datanodes_ - file_ % datanodes_) % datanodes_ >= kReplicas) continue;
      *block = {{BlockOf(file_++), kBlockBytes, kStamp}, ReplicaState::kFinalized};
      return true;
    }
    return false;
  }

 private:
  const uint64_t files_;
  const uint64_t datanodes_;
  const uint64_t node_;
  uint64_t file_ = 0;
};

Status Fill(const Arguments& arguments, Namespace& ns) {
  ns.blocks.ReserveBlocks(arguments.files);
  const PermissionStatus permission{"user", "group", 0644};
  InodeHandle directory = kNoInode;
  char name[32];
  for (uint64_t file = 0; file < arguments.files; ++file) {
    if (file % kFilesInDirectory == 0) {
      std::snprintf(name, sizeof name, "directory-%06u",
                    static_cast<unsigned>(file / kFilesInDirectory));
      CAIRN_ASSIGN(directory,
                   ns.tree.AddDirectory(ns.tree.root(), {InodeId(++ns.ids.last_inode_id.value),
                                                         name, permission, kWallMs}));
    }
    std::snprintf(name, sizeof name, "part-%05u-%09u", static_cast<unsigned>(file % 1000),
                  static_cast<unsigned>(file));
    const InodeId id(++ns.ids.last_inode_id.value);
    CAIRN_ASSIGN(const InodeHandle handle,
                 ns.tree.AddFile(directory, {id, name, permission, kWallMs + file, kWallMs + file},
                                 {.replication = kReplicas, .block_size = 128 << 20}));
    const Block block{BlockOf(file), kBlockBytes, kStamp};
    CAIRN_TRY(ns.blocks.LoadBlock(id, block, kReplicas, BlockState::kComplete));
    ns.tree.inodes().AppendBlock(handle, block.id);
  }
  ns.ids.last_block_id = BlockOf(arguments.files);
  ns.ids.generation_stamp = kStamp;
  return Status();
}

Status TakeReport(const Arguments& arguments, uint64_t node, Namespace& ns) {
  DatanodeId id;
  id.ip = "10.0.0." + std::to_string(node + 1);
  id.host_name = "dn" + std::to_string(node);
  id.uuid = "uuid-" + std::to_string(node);
  id.transfer_port = 9866;
  const DatanodeStorage storage{"DS-" + std::to_string(node)};
  CAIRN_TRY(ns.blocks.RegisterDatanode({id, "/default-rack", "3.5.0"}).status());
  HeartbeatArgs beat;
  beat.id = id;
  beat.storages.push_back({.storage = storage, .capacity = 1ULL << 40, .remaining = 1ULL << 40});
  CAIRN_TRY(ns.blocks.Heartbeat(beat).status());
  Report lines(arguments.files, arguments.datanodes, node);
  BlockManager::FullReportArgs args;
  args.id = id;
  args.storage = storage;
  CAIRN_ASSIGN(const std::unique_ptr<FullReport> report, ns.blocks.BeginFullReport(args, lines));
  if (report == nullptr) return Status(Code::kInternal, "a full report is not taken");
  for (;;) {
    CAIRN_ASSIGN(const bool more, report->Step(kReportStep));
    if (!more) return Status();
  }
}

Result<double> ResidentBytes() {
  CAIRN_ASSIGN(const ProcessUsage usage, UsageOf(::getpid()));
  return static_cast<double>(usage.resident_bytes);
}

// Reports, then the sums.
Status FinishAndPrint(const Arguments& arguments, double empty_bytes, Namespace& ns) {
  const auto files = static_cast<double>(arguments.files);
  ns.blocks.SetLastGenerationStamp(kStamp);
  ns.blocks.FinishLoading();
  const Timer timer;
  for (uint64_t node = 0; node < arguments.datanodes; ++node) {
    CAIRN_TRY(TakeReport(arguments, node, ns));
  }
  const double seconds = timer.Seconds();
  CAIRN_ASSIGN(const double resident, ResidentBytes());
  for (const uint64_t file : {uint64_t{0}, arguments.files / 2, arguments.files - 1}) {
    if (ns.blocks.LiveReplicas(BlockOf(file)) != kReplicas) {
      return Status(Code::kInternal, "a block lacks replicas after the reports");
    }
  }
  const Tree::Memory tree = ns.tree.MemoryBytes();
  std::printf("  full reports       %8.2f s   %.2f M replicas/s\n", seconds,
              files * kReplicas / seconds / 1e6);
  std::printf("  resident           %8.1f bytes a file\n", (resident - empty_bytes) / files);
  std::printf("    inode records %.1f, names %.1f, ids %.1f, index %.1f, children %.1f, "
              "blocks %.1f\n",
              static_cast<double>(tree.inodes.records) / files,
              static_cast<double>(tree.inodes.names) / files,
              static_cast<double>(tree.inodes.ids) / files,
              static_cast<double>(tree.index) / files, static_cast<double>(tree.children) / files,
              static_cast<double>(ns.blocks.MemoryBytes()) / files);
  std::fflush(stdout);
  return Status();
}

Status Build(const Arguments& arguments) {
  CAIRN_ASSIGN(const double empty, ResidentBytes());
  const auto ns = std::make_unique<Namespace>();
  std::printf("built in memory: %.0f files\n", static_cast<double>(arguments.files));
  const Timer filling;
  CAIRN_TRY(Fill(arguments, *ns));
  std::printf("  built              %8.2f s\n", filling.Seconds());
  CAIRN_TRY(FinishAndPrint(arguments, empty, *ns));
  io::PosixDisk disk;
  const ImageSource source{.tree = ns->tree,
                           .blocks = &ns->blocks,
                           .carried = ns->carried,
                           .ids = ns->ids,
                           .info = {.namespace_id = 1, .cluster_id = "CID-bench",
                                    .block_pool_id = "BP-1-127.0.0.1-1"},
                           .txid = TxId(1)};
  const Timer writing;
  CAIRN_ASSIGN(const WrittenImage image, WriteImage(disk, {arguments.image}, source));
  std::printf("  image written      %8.2f s   %.0f MiB\n", writing.Seconds(),
              static_cast<double>(image.bytes) / (1 << 20));
  std::fflush(stdout);
  // Freeing ten million files one by one is no part of the measurement.
  std::quick_exit(0);
}

Status Load(const Arguments& arguments) {
  CAIRN_ASSIGN(const double empty, ResidentBytes());
  const auto ns = std::make_unique<Namespace>();
  io::PosixDisk disk;
  const Timer timer;
  CAIRN_ASSIGN(const LoadedImage image,
               namenode::LoadImage(disk, arguments.image, {ns->tree, ns->blocks, ns->leases}));
  CAIRN_ASSIGN(const ProcessUsage usage, UsageOf(::getpid()));
  std::printf("loaded from the image: %.0f inodes\n  loaded             %8.2f s   %.2f s of CPU\n",
              static_cast<double>(image.inodes), timer.Seconds(), usage.cpu_seconds);
  CAIRN_TRY(FinishAndPrint(arguments, empty, *ns));
  std::quick_exit(0);
}

// In a process of its own, so that nothing of it counts for the next.
Status InChild(const std::function<Status()>& work) {
  const pid_t child = ::fork();
  if (child < 0) return Status(Code::kInternal, "fork failed");
  if (child == 0) {
    std::fprintf(stderr, "namespace_memory: %s\n", work().ToString().c_str());
    ::_exit(1);
  }
  int state = 0;
  ::waitpid(child, &state, 0);
  const bool good = WIFEXITED(state) && WEXITSTATUS(state) == 0;
  return good ? Status() : Status(Code::kInternal, "a part of the benchmark failed");
}

Status Main(Arguments arguments) {
  const bool keep = !arguments.image.empty();
  if (!keep) {
    arguments.image = std::filesystem::temp_directory_path() /
                      ("cairn-bench-" + std::to_string(::getpid()) + ".fsimage");
  }
  Status status = InChild([&] { return Build(arguments); });
  if (status.ok()) status = InChild([&] { return Load(arguments); });
  if (!keep) {
    std::error_code ignored;
    std::filesystem::remove(arguments.image, ignored);
  }
  return status;
}

}  // namespace
}  // namespace cairn::bench

int main(int argc, char** argv) {
  cairn::log::SetLevel(cairn::log::Level::kWarn);
  cairn::bench::Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    if (name == "--files") arguments.files = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--datanodes") arguments.datanodes = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--image") arguments.image = argv[i + 1];
  }
  if (argc % 2 == 0 || arguments.files == 0 || arguments.datanodes < 3) {
    std::fprintf(stderr, "usage: namespace_memory [--files N] [--datanodes 3 or more] "
                         "[--image FILE]\n");
    return 2;
  }
  const cairn::Status status = cairn::bench::Main(arguments);
  if (!status.ok()) std::fprintf(stderr, "namespace_memory: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
