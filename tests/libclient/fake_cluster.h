// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "common/config/configuration.h"
#include "common/model/located_block.h"
#include "common/net/blocking_socket.h"
#include "common/net/io_threads.h"
#include "common/rpc/server.h"
#include "common/wire/data_transfer_ops.h"

namespace cairn::client {

// How one WRITE_BLOCK connection goes wrong.
struct WriteScript {
  std::optional<wire::OpAnswer> setup;   // Instead of success.
  int fail_at = -1;                      // The packet, counted from 0, that fails.
  std::vector<wire::OpStatus> replies;   // Its acknowledgement; empty: the connection breaks.
};

// One packet as a datanode got it.
struct SeenPacket {
  int connection = 0;
  wire::PacketHeader header;
};

// A namenode and datanodes in this process, as far as streams need them. The datanode that a client
// connects to plays the whole pipeline; replicas of one block are the same bytes, in `blocks`.
// Checksums of packets are verified.
//
// Methods are thread-safe; the members below are for a test whose streams are at rest.
class FakeCluster final : public rpc::RpcHandler {
 public:
  explicit FakeCluster(int datanodes);
  ~FakeCluster() override;

  config::Configuration Configuration() const;
  const DatanodeInfo& node(int i) const { return nodes_[static_cast<size_t>(i)].info; }
  LocatedBlock Locate(const ExtendedBlock& block, const std::vector<int>& nodes) const;
  int CallsOf(const std::string& method) const;
  // Until pipelines have got `n` heartbeats in all.
  void WaitForHeartbeats(int n);

  rpc::RpcReply Call(const rpc::RpcCall& call) override;

  std::deque<WriteScript> scripts;              // One for each WRITE_BLOCK; none: success.
  std::vector<wire::WriteBlockOp> writes;
  std::vector<wire::TransferBlockOp> transfers;
  std::vector<SeenPacket> packets;
  std::map<int64_t, std::string> blocks;
  std::map<std::string, int> corrupt_reads;     // By uuid: replicas with a flipped bit.
  int reads = 0;
  int connections = 0;
  std::vector<std::string> excluded;            // Uuids of the last addBlock.
  std::vector<std::string> last_pipeline;       // Uuids of the last updatePipeline.
  std::vector<std::string> bad_blocks;          // Uuids of reportBadBlocks.
  uint64_t generation_stamp = 1000;             // The last one given.
  std::optional<ExtendedBlock> completed;
  int not_yet = 0;                              // Answers of NotReplicatedYet, or false, to give.
  std::optional<LocatedBlock> appended_to;
  std::vector<int> addblock_nodes{0, 1, 2};
  LocatedBlocks file;                           // What getBlockLocations tells.
  static constexpr uint64_t kBlockSize = 4096;
  static constexpr char kPool[] = "BP-1";

 private:
  struct Node {
    DatanodeInfo info;
    std::unique_ptr<net::BlockingListener> listener;
    std::thread thread;
  };
  struct Peer;  // One accepted connection.

  void Accept(Node& node);
  void Serve(Node& node, Peer& peer, int number);
  void ServeWrite(Peer& peer, const wire::WriteBlockOp& op, int number);
  bool TakePacket(Peer& peer, int64_t block, int number, SeenPacket& packet);
  void ServeRead(Node& node, Peer& peer, const wire::ReadBlockOp& op);

  rpc::RpcReply CallLocked(const rpc::RpcCall& call);
  rpc::RpcReply AddBlock(const rpc::RpcCall& call);
  rpc::RpcReply UpdatePipeline(const rpc::RpcCall& call);
  rpc::RpcReply AddDatanode(const rpc::RpcCall& call);
  rpc::RpcReply Complete(const rpc::RpcCall& call);

  mutable std::mutex mutex_;
  std::condition_variable beat_;
  int heartbeats_ = 0;
  std::map<std::string, int> calls_;
  std::vector<Node> nodes_;
  std::vector<std::thread> peers_;
  std::vector<std::shared_ptr<Peer>> open_;
  int64_t next_block_ = 1 << 30;
  net::IoThreads threads_{"fake-nn", 1};
  std::unique_ptr<rpc::RpcServer> server_;
};

}  // namespace cairn::client
