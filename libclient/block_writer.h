// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "libclient/client_core.h"
#include "libclient/packet.h"
#include "libclient/pipeline.h"

namespace cairn::client {

// The file that is written.
struct WrittenFile {
  std::string path;
  InodeId id;
  uint64_t block_size = 0;
  uint32_t replication = 0;
  ChecksumSpec checksum;
  bool no_local_write = false;
  bool lazy_persist = false;
};

// Writes the blocks of one file, one after the other: has a pipeline set up for each, sends packets
// down, counts acknowledgements, and keeps each packet until all datanodes have it. When a pipeline
// breaks, it is built again from the datanodes that are left (and a new one where the policy asks
// for it), under a new generation stamp, and what was not acknowledged is sent again.
//
// It has no thread: acknowledgements are read while packets are sent and waited for, and wait in
// the socket otherwise.
//
// Not thread-safe.
class BlockWriter {
 public:
  // `core` must outlive this object.
  BlockWriter(ClientCore& core, WrittenFile file, PacketPool& packets)
      : core_(core), file_(std::move(file)), packets_(packets) {}

  // The first packets go to the end of this block, which exists.
  void Resume(const LocatedBlock& last_block);
  // The block that is in front of the first new one.
  void SetPrevious(const ExtendedBlock& block) { pipeline_.block = block; has_block_ = true; }

  // Seals and sends, and takes care that not too many packets are on their way.
  Status Send(PacketPtr packet, Packet::Flags flags);
  // Until the datanodes have all that was sent.
  Status WaitForAll();
  // Ends the block at `length`.
  Status EndBlock(uint64_t length, bool sync);
  // For streams that are idle; never waits.
  void KeepAlive();
  void Abandon() { connection_.reset(); }

  // The block that is written, or was written last, with the length that was acknowledged.
  std::optional<ExtendedBlock> block() const;
  size_t datanodes() const { return pipeline_.locations.size(); }
  // Readers may have seen data of this block: its replicas count for more from now on.
  void MarkFlushed() { flushed_ = true; }
  // Whether the namenode has to be told of a new block or pipeline since the last time.
  bool TakePersist() { return std::exchange(persist_, false); }

 private:
  using Stage = wire::BlockConstructionStage;

  // Sends what was not sent and waits until `unacked_max` packets or fewer are on their way.
  Status Settle(size_t unacked_max);
  Status EnsurePipeline();
  // These three leave the reason in failure_ and return false.
  bool Transmit();
  bool DrainAcks();
  bool WaitForAck();
  bool HandleAck(const wire::PipelineAck& ack);
  bool Fail(const Status& why);

  // Setting up: in pipeline_setup.cc.
  Status OpenBlock();
  Result<LocatedBlock> AddBlock(const std::optional<ExtendedBlock>& previous);
  std::optional<PipelineFailure> Connect(GenerationStamp generation_stamp, bool recovery);
  std::vector<DatanodeInfo> ExcludedNodes();

  // Recovering: in pipeline_recovery.cc.
  Status Recover();
  Status Rebuild(std::optional<PipelineFailure> failure, bool recovery);
  Status DropNode(const PipelineFailure& failure);
  bool WorthWaiting(const PipelineFailure& failure);
  Status ReplaceIfNeeded();
  Status AddDatanode();
  Status Transfer(const DatanodeInfo& source, const DatanodeTarget& target);

  ClientCore& core_;
  const WrittenFile file_;
  PacketPool& packets_;

  // The block (its length: what was acknowledged) and the datanodes of its pipeline.
  LocatedBlock pipeline_;
  bool has_block_ = false;
  Stage stage_ = Stage::kPipelineSetupCreate;
  std::unique_ptr<Pipeline> connection_;
  std::optional<PipelineFailure> failure_;

  std::deque<PacketPtr> unacked_;
  size_t sent_ = 0;              // The first so many of them are on their way.
  int64_t next_seqno_ = 0;
  uint64_t bytes_sent_ = 0;      // Of this block.
  Clock::TimePoint silent_since_{};

  bool appending_ = false;
  bool flushed_ = false;
  bool persist_ = false;
  int recoveries_ = 0;           // Since the last acknowledgement.
  std::vector<DatanodeInfo> failed_;
  std::set<std::string> restarting_;  // Uuids of failed_ that will come back.
  struct Restart {
    std::string uuid;
    Clock::TimePoint deadline;
  };
  std::optional<Restart> restart_;    // A datanode that is waited for.
  std::map<std::string, std::pair<DatanodeInfo, Clock::TimePoint>> excluded_;  // By uuid.
};

}  // namespace cairn::client
