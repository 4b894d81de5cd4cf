// SPDX-License-Identifier: Apache-2.0
// The smallest parts that the large figures are made of.
#include <benchmark/benchmark.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "common/util/clock.h"
#include "common/util/crc.h"
#include "common/util/path.h"
#include "common/util/random.h"
#include "common/wire/block_list.h"
#include "common/wire/data_transfer.h"
#include "common/wire/rpc_frames.h"
#include "namenode/blocks/block_manager.h"
#include "namenode/journal/codec.h"
#include "namenode/tree/tree.h"

namespace cairn::bench {
namespace {

using namenode::BlockManager;
using namenode::Tree;

constexpr size_t kPacketBytes = 64 << 10;
constexpr size_t kChunkBytes = 512;

// As a client and the last datanode do it: one checksum for each chunk.
void BM_Crc32cOfChunks(benchmark::State& state) {
  const std::string data(kPacketBytes, 'x');
  for (auto _ : state) {
    for (size_t i = 0; i < data.size(); i += kChunkBytes) {
      benchmark::DoNotOptimize(Crc32c(0, data.data() + i, kChunkBytes));
    }
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * data.size()));
}
BENCHMARK(BM_Crc32cOfChunks);

void BM_Crc32(benchmark::State& state) {
  const std::string data(static_cast<size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(Crc32(0, data.data(), data.size()));
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * data.size()));
}
BENCHMARK(BM_Crc32)->Arg(kChunkBytes)->Arg(kPacketBytes);

void BM_PacketHeader(benchmark::State& state) {
  std::array<char, wire::kPacketLengthsBytes + wire::kPacketHeaderBytesMax> buffer;
  wire::PacketHeader header{.data_bytes = 126 * kChunkBytes, .checksum_bytes = 126 * 4};
  for (auto _ : state) {
    ++header.seqno;
    header.offset_in_block += header.data_bytes;
    const size_t n = wire::EncodePacketHeader(header, buffer.data());
    const std::string_view bytes(buffer.data(), n);
    const auto lengths = wire::ParsePacketLengths(bytes);
    benchmark::DoNotOptimize(wire::ParsePacketHeader(bytes.substr(wire::kPacketLengthsBytes),
                                                     lengths->body_bytes));
  }
}
BENCHMARK(BM_PacketHeader);

void BM_RequestFrame(benchmark::State& state) {
  const std::string frame =
      wire::EncodeRequest({.call_id = 7, .client_id = std::string(16, 'c')},
                          {.method = "getFileInfo",
                           .protocol = "org.apache.hadoop.hdfs.protocol.ClientProtocol",
                           .request = "\x0A\x0B/some/where"});
  const std::string_view inside = std::string_view(frame).substr(wire::kFrameLengthBytes);
  for (auto _ : state) {
    const auto request = wire::DecodeRequestFrame(inside);
    benchmark::DoNotOptimize(wire::DecodeRequestCall(request->payload));
  }
}
BENCHMARK(BM_RequestFrame);

// Five levels deep, random over a million files: from memory, not from the cache.
void BM_PathResolve(benchmark::State& state) {
  constexpr uint32_t kFiles = 1'000'000;
  constexpr uint32_t kEach = 100;
  Tree tree{namenode::NewInode{.permission = {"root", "supergroup", 0755}}};
  uint64_t next_id = kRootInodeId.value;
  const auto directory = [&](namenode::InodeHandle parent, const std::string& name) {
    return *tree.AddDirectory(parent, {InodeId(++next_id), name, {"u", "g", 0755}, 1, 0});
  };
  std::vector<std::string> paths;
  const auto top = directory(directory(tree.root(), "user"), "somebody");
  for (uint32_t a = 0; a < kFiles / kEach / kEach; ++a) {
    const std::string a_name = "a" + std::to_string(a);
    const auto middle = directory(top, a_name);
    for (uint32_t b = 0; b < kEach; ++b) {
      const std::string b_name = "b" + std::to_string(b);
      const auto leaf = directory(middle, b_name);
      for (uint32_t f = 0; f < kEach; ++f) {
        const std::string name = "part-" + std::to_string(f);
        (void)tree.AddFile(leaf, {InodeId(++next_id), name, {"u", "g", 0644}, 1, 1},
                           {.replication = 3, .block_size = 128 << 20});
      }
      paths.push_back("/user/somebody/" + a_name + "/" + b_name + "/part-");
    }
  }
  SeededRandom random(1);
  for (auto _ : state) {
    const std::string text =
        paths[random.Below(paths.size())] + std::to_string(random.Below(kEach));
    const auto path = Path::Parse(text);
    benchmark::DoNotOptimize(tree.Resolve(*path));
  }
}
BENCHMARK(BM_PathResolve);

void BM_EditEncodeCreate(benchmark::State& state) {
  namenode::EditRecord record;
  record.txid = TxId(1);
  record.op = namenode::op::Add{.inode_id = InodeId(16390),
                                .path = "/user/somebody/a17/b42/part-00017",
                                .replication = 3,
                                .mtime = 1'700'000'000'000,
                                .atime = 1'700'000'000'000,
                                .block_size = 128 << 20,
                                .permission = {"user", "group", 0644},
                                .client_name = "DFSClient_NONMAPREDUCE_1_1",
                                .client_machine = "127.0.0.1",
                                .retry = {std::string(16, 'c'), 7}};
  std::string out;
  for (auto _ : state) {
    out.clear();
    benchmark::DoNotOptimize(
        namenode::EncodeRecord(record, namenode::kNewestEditLayout, out).ok());
  }
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations() * out.size()));
}
BENCHMARK(BM_EditEncodeCreate);

// Lines of the wire, as the namenode's front-end hands them to the block manager.
class WireReport final : public namenode::ReportedBlocks {
 public:
  WireReport(uint64_t count, const std::vector<std::string>& buffers)
      : reader_(*wire::BlockListReader::OfBuffers(count, {buffers.begin(), buffers.end()})) {}
  bool Next(namenode::ReportedBlock* block) override {
    const auto replica = reader_.Next();
    if (!replica.ok() || !*replica) return false;
    *block = {(*replica)->block, (*replica)->state};
    return true;
  }

 private:
  wire::BlockListReader reader_;
};

// A full report of a million replicas that are all known already: what every datanode sends every
// six hours.
void BM_FullReport(benchmark::State& state) {
  constexpr int64_t kBlocks = 1'000'000;
  const SystemClock clock;
  SeededRandom random(1);
  BlockManager blocks(namenode::BlockManagerOptions(), clock, random, nullptr);
  blocks.SetLastGenerationStamp(GenerationStamp(1001));
  wire::BlockListWriter writer;
  for (int64_t n = 1; n <= kBlocks; ++n) {
    const Block block{BlockId(kLastReservedBlockId.value + n), 4096, GenerationStamp(1001)};
    (void)blocks.LoadBlock(InodeId(16390), block, 1, namenode::BlockState::kComplete);
    writer.Add({block, ReplicaState::kFinalized});
  }
  blocks.FinishLoading();
  // Out of start-up safe mode, where a second first report would be ignored.
  (void)blocks.LeaveSafeMode(true);
  const std::vector<std::string> buffers = writer.Take();
  BlockManager::FullReportArgs args;
  args.id = {.ip = "10.0.0.1", .host_name = "dn", .uuid = "u", .transfer_port = 9866};
  args.storage.uuid = "DS-1";
  (void)blocks.RegisterDatanode({args.id, "/default-rack", "3.5.0"});
  namenode::HeartbeatArgs beat;
  beat.id = args.id;
  beat.storages.push_back(
      {.storage = args.storage, .capacity = 1ULL << 40, .remaining = 1ULL << 40});
  (void)blocks.Heartbeat(beat);
  for (auto _ : state) {
    WireReport lines(kBlocks, buffers);
    const auto report = blocks.BeginFullReport(args, lines);
    if (!report.ok() || *report == nullptr) {
      state.SkipWithError("the report is not taken");
      break;
    }
    for (;;) {
      const auto more = (*report)->Step(10'000);
      if (!more.ok() || !*more) break;
    }
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * kBlocks);
}
BENCHMARK(BM_FullReport)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace cairn::bench

BENCHMARK_MAIN();
