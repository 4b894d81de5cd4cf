// SPDX-License-Identifier: Apache-2.0
#include "tests/libclient/fake_cluster.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/wire/converters.h"
#include "common/wire/message_codec.h"
#include "libclient/checksum.h"
#include "libclient/datanode_stream.h"
#include "libclient/namenode_proxy.h"

namespace cairn::client {
namespace {

namespace pb = wire::pb;

constexpr size_t kReadPacketBytes = 1024;
const ChecksumSpec kChecksum{};

template <typename Message>
Message Parse(const rpc::RpcCall& call) {
  Message message;
  EXPECT_TRUE(wire::ParseMessage(call.request, &message).ok()) << call.method;
  return message;
}

template <typename Message>
rpc::RpcReply ReplyOf(const Message& message) {
  return rpc::RpcReply(wire::SerializeMessage(message));
}

}  // namespace

struct FakeCluster::Peer {
  net::BlockingSocket socket;
};

FakeCluster::FakeCluster(int datanodes) : nodes_(static_cast<size_t>(datanodes)) {
  for (int i = 0; i < datanodes; ++i) {
    Node& node = nodes_[static_cast<size_t>(i)];
    auto listener = net::BlockingListener::Open({"127.0.0.1", 0});
    EXPECT_TRUE(listener.ok());
    node.listener = std::move(*listener);
    node.info.id.ip = "127.0.0.1";
    node.info.id.host_name = "localhost";
    node.info.id.uuid = "node-" + std::to_string(i);
    node.info.id.transfer_port = node.listener->port();
    node.info.id.ipc_port = 1;
    node.thread = std::thread([this, &node] { Accept(node); });
  }
  server_ = std::make_unique<rpc::RpcServer>(
      threads_, rpc::RpcServerOptions{.address = {"127.0.0.1", 0}});
  server_->Register({.name = kClientProtocol, .java_class = "ClientNamenodeProtocolPB"}, *this);
  EXPECT_TRUE(server_->Start().ok());
}

FakeCluster::~FakeCluster() {
  server_->Stop();
  threads_.Stop();
  for (Node& node : nodes_) {
    node.listener->Wake();
    node.thread.join();
  }
  for (const auto& peer : open_) peer->socket.Shutdown();
  for (std::thread& thread : peers_) thread.join();
}

config::Configuration FakeCluster::Configuration() const {
  config::Configuration configuration;
  configuration.Set("fs.defaultFS", "hdfs://127.0.0.1:" + std::to_string(server_->port()));
  configuration.Set("dfs.blocksize", std::to_string(kBlockSize));
  configuration.Set("dfs.replication", "3");
  configuration.Set("dfs.client-write-packet-size", "1100");  // Two chunks.
  configuration.Set("dfs.client.retry.window.base", "1");
  configuration.Set("dfs.client.datanode-restart.timeout", "50ms");
  configuration.Set("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", "1");
  configuration.Set("ipc.client.connect.max.retries", "0");
  return configuration;
}

LocatedBlock FakeCluster::Locate(const ExtendedBlock& block, const std::vector<int>& nodes) const {
  LocatedBlock located;
  located.block = block;
  for (const int i : nodes) {
    located.locations.push_back(
        {.node = node(i), .storage_uuid = "DS-" + std::to_string(i)});
  }
  return located;
}

int FakeCluster::CallsOf(const std::string& method) const {
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(method);
  return found == calls_.end() ? 0 : found->second;
}

void FakeCluster::WaitForHeartbeats(int n) {
  std::unique_lock lock(mutex_);
  beat_.wait(lock, [&] { return heartbeats_ >= n; });
}

// ---- The namenode.

rpc::RpcReply FakeCluster::Call(const rpc::RpcCall& call) {
  const std::lock_guard lock(mutex_);
  ++calls_[std::string(call.method)];
  return CallLocked(call);
}

rpc::RpcReply FakeCluster::CallLocked(const rpc::RpcCall& call) {
  if (call.method == "create" || call.method == "append") {
    FileStatus status{.length = appended_to ? appended_to->block.block.length : 0,
                      .replication = 3,
                      .block_size = kBlockSize,
                      .inode_id = InodeId(17000)};
    if (call.method == "create") {
      pb::CreateResponseProto response;
      wire::ToProto(status, response.mutable_fs());
      return ReplyOf(response);
    }
    pb::AppendResponseProto response;
    wire::ToProto(status, response.mutable_stat());
    if (appended_to) wire::ToProto(*appended_to, response.mutable_block());
    return ReplyOf(response);
  }
  if (call.method == "addBlock") return AddBlock(call);
  if (call.method == "abandonBlock") return ReplyOf(pb::AbandonBlockResponseProto());
  if (call.method == "fsync") return ReplyOf(pb::FsyncResponseProto());
  if (call.method == "updatePipeline") return UpdatePipeline(call);
  if (call.method == "getAdditionalDatanode") return AddDatanode(call);
  if (call.method == "complete") return Complete(call);
  if (call.method == "updateBlockForPipeline") {
    const auto request = Parse<pb::UpdateBlockForPipelineRequestProto>(call);
    ExtendedBlock block = wire::FromProto(request.block());
    block.block.generation_stamp = GenerationStamp(++generation_stamp);
    pb::UpdateBlockForPipelineResponseProto response;
    wire::ToProto(Locate(block, {}), response.mutable_block());
    return ReplyOf(response);
  }
  if (call.method == "getBlockLocations") {
    pb::GetBlockLocationsResponseProto response;
    wire::ToProto(file, response.mutable_locations());
    return ReplyOf(response);
  }
  if (call.method == "reportBadBlocks") {
    const auto request = Parse<pb::ReportBadBlocksRequestProto>(call);
    for (const auto& block : request.blocks()) {
      for (const auto& node : block.locs()) bad_blocks.push_back(node.id().datanodeuuid());
    }
    return ReplyOf(pb::ReportBadBlocksResponseProto());
  }
  return Status(Code::kNoSuchMethod, "");
}

rpc::RpcReply FakeCluster::AddBlock(const rpc::RpcCall& call) {
  if (not_yet > 0) {
    --not_yet;
    return Status(Code::kNotReplicatedYet, "not yet");
  }
  const auto request = Parse<pb::AddBlockRequestProto>(call);
  excluded.clear();
  for (const auto& node : request.excludenodes()) excluded.push_back(node.id().datanodeuuid());
  ExtendedBlock block{.pool_id = kPool, .block = {.id = BlockId(++next_block_)}};
  block.block.generation_stamp = GenerationStamp(++generation_stamp);
  pb::AddBlockResponseProto response;
  wire::ToProto(Locate(block, addblock_nodes), response.mutable_block());
  return ReplyOf(response);
}

rpc::RpcReply FakeCluster::UpdatePipeline(const rpc::RpcCall& call) {
  const auto request = Parse<pb::UpdatePipelineRequestProto>(call);
  EXPECT_EQ(request.newblock().generationstamp(), generation_stamp);
  EXPECT_EQ(request.newnodes_size(), request.storageids_size());
  last_pipeline.clear();
  for (const auto& node : request.newnodes()) last_pipeline.push_back(node.datanodeuuid());
  return ReplyOf(pb::UpdatePipelineResponseProto());
}

rpc::RpcReply FakeCluster::AddDatanode(const rpc::RpcCall& call) {
  const auto request = Parse<pb::GetAdditionalDatanodeRequestProto>(call);
  std::vector<std::string> taken;
  std::vector<int> now;
  for (const auto& node : request.existings()) {
    taken.push_back(node.id().datanodeuuid());
    now.push_back(std::stoi(taken.back().substr(5)));
  }
  for (const auto& node : request.excludes()) taken.push_back(node.id().datanodeuuid());
  for (size_t i = 0; i < nodes_.size(); ++i) {
    if (std::find(taken.begin(), taken.end(), nodes_[i].info.id.uuid) != taken.end()) continue;
    now.push_back(static_cast<int>(i));
    break;
  }
  pb::GetAdditionalDatanodeResponseProto response;
  wire::ToProto(Locate(wire::FromProto(request.blk()), now), response.mutable_block());
  return ReplyOf(response);
}

rpc::RpcReply FakeCluster::Complete(const rpc::RpcCall& call) {
  const auto request = Parse<pb::CompleteRequestProto>(call);
  pb::CompleteResponseProto response;
  response.set_result(not_yet == 0);
  if (not_yet > 0) --not_yet;
  completed.reset();
  if (request.has_last()) completed = wire::FromProto(request.last());
  return ReplyOf(response);
}

// ---- The datanodes.

void FakeCluster::Accept(Node& node) {
  for (;;) {
    auto socket = node.listener->Accept({.read_timeout = std::chrono::seconds(30)});
    if (!socket.ok()) return;
    const std::lock_guard lock(mutex_);
    auto peer = std::make_shared<Peer>(Peer{std::move(*socket)});
    open_.push_back(peer);
    const int number = connections++;
    peers_.emplace_back([this, &node, peer, number] { Serve(node, *peer, number); });
  }
}

void FakeCluster::Serve(Node& node, Peer& peer, int number) {
  for (;;) {
    std::string prefix(wire::kOpPrefixBytes, '\0');
    if (!peer.socket.ReadFull(prefix.data(), prefix.size()).ok()) return;
    const auto op = wire::ParseOpPrefix(prefix);
    const auto message = ReadDelimited(peer.socket, wire::kOpMessageBytesMax);
    if (!op.ok() || !message.ok()) return;
    if (*op == wire::Op::kWriteBlock) {
      ServeWrite(peer, *wire::ParseWriteBlock(*message), number);
      peer.socket.Shutdown();
      return;
    }
    if (*op == wire::Op::kReadBlock) {
      ServeRead(node, peer, *wire::ParseReadBlock(*message));
      continue;
    }
    EXPECT_EQ(*op, wire::Op::kTransferBlock);
    {
      const std::lock_guard lock(mutex_);
      transfers.push_back(*wire::ParseTransferBlock(*message));
    }
    (void)peer.socket.WriteAll(wire::Encode(wire::OpAnswer{}));
  }
}

void FakeCluster::ServeWrite(Peer& peer, const wire::WriteBlockOp& op, int number) {
  WriteScript script;
  {
    const std::lock_guard lock(mutex_);
    writes.push_back(op);
    if (!scripts.empty()) {
      script = scripts.front();
      scripts.pop_front();
    }
  }
  (void)peer.socket.WriteAll(wire::Encode(script.setup.value_or(wire::OpAnswer{})));
  if (script.setup || op.stage == wire::BlockConstructionStage::kPipelineCloseRecovery) return;
  for (int i = 0;; ++i) {
    SeenPacket packet;
    if (!TakePacket(peer, op.block.block.id.value, number, packet)) return;
    wire::PipelineAck ack{.seqno = packet.header.seqno, .replies = {}};
    ack.replies.resize(op.pipeline_size);
    if (i == script.fail_at) {
      if (script.replies.empty()) return;
      ack.replies.clear();
      for (const wire::OpStatus status : script.replies) ack.replies.push_back({status});
    }
    (void)peer.socket.WriteAll(wire::EncodePipelineAck(ack));
    if (packet.header.last_in_block) return;
  }
}

bool FakeCluster::TakePacket(Peer& peer, int64_t block, int number, SeenPacket& packet) {
  std::string lengths(wire::kPacketLengthsBytes, '\0');
  if (!peer.socket.ReadFull(lengths.data(), lengths.size()).ok()) return false;
  const auto parsed = wire::ParsePacketLengths(lengths);
  std::string rest(parsed->header_bytes + parsed->body_bytes, '\0');
  if (!peer.socket.ReadFull(rest.data(), rest.size()).ok()) return false;
  const std::string_view body = std::string_view(rest).substr(parsed->header_bytes);
  const auto header = wire::ParsePacketHeader(
      std::string_view(rest).substr(0, parsed->header_bytes), parsed->body_bytes);
  EXPECT_TRUE(header.ok());
  const std::string_view data = body.substr(header->checksum_bytes);
  EXPECT_EQ(header->checksum_bytes, ChecksumBytes(kChecksum, data.size()));
  EXPECT_FALSE(FindMismatch(kChecksum, data.data(), data.size(), body.data()));
  packet = {number, *header};
  const std::lock_guard lock(mutex_);
  if (header->seqno == wire::kHeartbeatSeqno) {
    ++heartbeats_;
    beat_.notify_all();
    return true;
  }
  packets.push_back(packet);
  std::string& stored = blocks[block];
  const auto offset = static_cast<size_t>(header->offset_in_block);
  EXPECT_LE(offset, stored.size());
  stored.resize(std::max(stored.size(), offset + data.size()));
  stored.replace(offset, data.size(), data);
  return true;
}

void FakeCluster::ServeRead(Node& node, Peer& peer, const wire::ReadBlockOp& op) {
  std::string data;
  bool corrupt = false;
  {
    const std::lock_guard lock(mutex_);
    ++reads;
    data = blocks[op.block.block.id.value];
    corrupt = corrupt_reads.contains(node.info.id.uuid);
  }
  const uint64_t begin = op.offset / kChecksum.bytes_per_checksum * kChecksum.bytes_per_checksum;
  const uint64_t end = std::min<uint64_t>(
      data.size(), ChunkCount(kChecksum, op.offset + op.length) * kChecksum.bytes_per_checksum);
  std::string out = wire::Encode(wire::OpAnswer{
      .read = wire::ReadAnswer{.checksum = kChecksum, .chunk_offset = begin}});
  int64_t seqno = 0;
  for (uint64_t at = begin; at < end; ++seqno) {
    const size_t n = std::min<uint64_t>(kReadPacketBytes, end - at);
    std::string sums(ChecksumBytes(kChecksum, n), '\0');
    ComputeChecksums(kChecksum, data.data() + at, n, sums.data());
    out += wire::EncodePacketHeader({.offset_in_block = static_cast<int64_t>(at),
                                     .seqno = seqno,
                                     .data_bytes = static_cast<uint32_t>(n),
                                     .checksum_bytes = static_cast<uint32_t>(sums.size())});
    out += sums + data.substr(at, n);
    if (corrupt) out.back() = static_cast<char>(out.back() ^ 1);
    at += n;
  }
  out += wire::EncodePacketHeader(
      {.offset_in_block = static_cast<int64_t>(end), .seqno = seqno, .last_in_block = true});
  (void)peer.socket.WriteAll(out);
  const auto verdict = ReadDelimited(peer.socket, wire::kOpMessageBytesMax);
  if (!verdict.ok()) peer.socket.Shutdown();
}

}  // namespace cairn::client
