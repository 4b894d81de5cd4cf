// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/model/namespace_info.h"
#include "common/net/io_threads.h"
#include "common/rpc/server.h"
#include "common/wire/converters.h"
#include "common/wire/message_codec.h"
#include "common/wire/proto/datanode_protocol.pb.h"

namespace cairn::datanode {

inline constexpr char kPool[] = "BP-1-127.0.0.1-1";

inline NamespaceInfo TestNamespace() {
  NamespaceInfo ns;
  ns.namespace_id = 7;
  ns.cluster_id = "CID-test";
  ns.block_pool_id = kPool;
  return ns;
}

// A namenode that does what a test says and remembers what it is told. Thread-safe.
class FakeNamenode final : public rpc::RpcHandler {
 public:
  using State = hadoop::hdfs::NNHAStatusHeartbeatProto;
  using Command = hadoop::hdfs::datanode::DatanodeCommandProto;
  // A change of a replica as it was reported.
  struct Change {
    int64_t block;
    int status;
    std::string hint;
    std::string storage;
    bool operator==(const Change&) const = default;
  };

  FakeNamenode() { Serve(0); }
  ~FakeNamenode() override { Shut(); }

  uint16_t port() const { return port_; }
  net::HostPort address() const { return {"127.0.0.1", port_}; }
  void Shut() {
    if (server_) server_->Stop();
    server_.reset();
  }
  // After Shut: the same port again, as a namenode that was restarted.
  void Restart() { Serve(port_); }

  void set_namespace(const NamespaceInfo& ns) { Do([&] { ns_ = ns; }); }
  void set_version(const std::string& version) { Do([&] { version_ = version; }); }
  void set_active(bool active, uint64_t txid, uint64_t epoch = 0) {
    Do([&] {
      active_ = active;
      txid_ = txid;
      epoch_ = epoch;
    });
  }
  void set_capabilities(uint64_t capabilities) { Do([&] { capabilities_ = capabilities; }); }
  // The next `times` calls of a method fail.
  void Fail(const std::string& method, Status status, int times = 1) {
    Do([&] { failures_[method] = {std::move(status), times}; });
  }
  // Goes out with the next heartbeat.
  void Send(Command command) { Do([&] { commands_.push_back(std::move(command)); }); }
  void GiveLeases(bool give) { Do([&] { give_leases_ = give; }); }

  // Waits at most ten seconds.
  template <typename Condition>
  bool WaitFor(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10), condition);
  }
  bool WaitForCalls(const std::string& method, int count) {
    return WaitFor([&] { return calls[method] >= count; });
  }
  std::vector<Change> Changes() {
    const std::lock_guard lock(mutex_);
    return changes;
  }

  rpc::RpcReply Call(const rpc::RpcCall& call) override {
    const std::lock_guard lock(mutex_);
    const std::string method(call.method);
    ++calls[method];
    rpc::RpcReply reply = Answer(method, call.request);
    changed_.notify_all();
    return reply;
  }

  // To be read in WaitFor, or when no datanode speaks.
  std::map<std::string, int> calls;
  std::vector<Change> changes;
  std::vector<hadoop::hdfs::datanode::DatanodeRegistrationProto> registrations;
  std::vector<hadoop::hdfs::datanode::HeartbeatRequestProto> heartbeats;
  std::vector<hadoop::hdfs::datanode::BlockReportRequestProto> reports;
  std::vector<hadoop::hdfs::datanode::ReportBadBlocksRequestProto> bad_blocks;
  std::vector<hadoop::hdfs::datanode::ErrorReportRequestProto> errors;
  std::vector<hadoop::hdfs::datanode::CommitBlockSynchronizationRequestProto> commits;

 private:
  void Serve(uint16_t port) {
    rpc::RpcServerOptions options;
    options.address = {"127.0.0.1", port};
    server_ = std::make_unique<rpc::RpcServer>(threads_, options);
    server_->Register({.name = "org.apache.hadoop.hdfs.server.protocol.DatanodeProtocol",
                       .java_class = "org.apache.hadoop.hdfs.protocolPB.DatanodeProtocolPB"},
                      *this);
    const Status started = server_->Start();
    EXPECT_TRUE(started.ok()) << started.ToString();
    port_ = server_->port();
  }
  template <typename Action>
  void Do(Action action) {
    const std::lock_guard lock(mutex_);
    action();
  }
  template <typename Message>
  static Message Parse(std::string_view bytes) {
    Message message;
    EXPECT_TRUE(wire::ParseMessage(bytes, &message).ok());
    return message;
  }
  static rpc::RpcReply Reply(const google::protobuf::MessageLite& message) {
    return rpc::RpcReply(wire::SerializeMessage(message));
  }

  rpc::RpcReply Answer(const std::string& method, std::string_view request) {
    namespace pb = hadoop::hdfs::datanode;
    if (auto it = failures_.find(method); it != failures_.end() && it->second.second > 0) {
      --it->second.second;
      return it->second.first;
    }
    if (method == "versionRequest") {
      hadoop::hdfs::VersionResponseProto response;
      wire::ToProto(ns_, response.mutable_info());
      response.mutable_info()->set_softwareversion(version_);
      response.mutable_info()->set_capabilities(capabilities_);
      if (active_) response.mutable_info()->set_state(State::ACTIVE);
      return Reply(response);
    }
    if (method == "registerDatanode") {
      registrations.push_back(Parse<pb::RegisterDatanodeRequestProto>(request).registration());
      pb::RegisterDatanodeResponseProto response;
      *response.mutable_registration() = registrations.back();
      response.mutable_registration()->mutable_datanodeid()->set_ipaddr("127.0.0.9");
      return Reply(response);
    }
    if (method == "sendHeartbeat") return Heartbeat(request);
    if (method == "blockReport") {
      reports.push_back(Parse<pb::BlockReportRequestProto>(request));
      return Reply(pb::BlockReportResponseProto());
    }
    if (method == "blockReceivedAndDeleted") return NoteChanges(request);
    if (method == "reportBadBlocks") {
      bad_blocks.push_back(Parse<pb::ReportBadBlocksRequestProto>(request));
      return Reply(pb::ReportBadBlocksResponseProto());
    }
    if (method == "errorReport") {
      errors.push_back(Parse<pb::ErrorReportRequestProto>(request));
      return Reply(pb::ErrorReportResponseProto());
    }
    if (method == "commitBlockSynchronization") {
      commits.push_back(Parse<pb::CommitBlockSynchronizationRequestProto>(request));
      return Reply(pb::CommitBlockSynchronizationResponseProto());
    }
    return Status(Code::kNoSuchMethod, method);
  }

  rpc::RpcReply Heartbeat(std::string_view request) {
    namespace pb = hadoop::hdfs::datanode;
    heartbeats.push_back(Parse<pb::HeartbeatRequestProto>(request));
    pb::HeartbeatResponseProto response;
    response.mutable_hastatus()->set_state(active_ ? State::ACTIVE : State::STANDBY);
    response.mutable_hastatus()->set_txid(txid_);
    if (epoch_ != 0) response.mutable_hastatus()->set_epoch(epoch_);
    if (heartbeats.back().requestfullblockreportlease() && give_leases_) {
      response.set_fullblockreportleaseid(++last_lease_);
    }
    for (Command& command : commands_) *response.add_cmds() = std::move(command);
    commands_.clear();
    return Reply(response);
  }

  rpc::RpcReply NoteChanges(std::string_view request) {
    namespace pb = hadoop::hdfs::datanode;
    const auto message = Parse<pb::BlockReceivedAndDeletedRequestProto>(request);
    for (const auto& storage : message.blocks()) {
      for (const auto& row : storage.blocks()) {
        changes.push_back({static_cast<int64_t>(row.block().blockid()), row.status(),
                           row.deletehint(), storage.storageuuid()});
      }
    }
    return Reply(pb::BlockReceivedAndDeletedResponseProto());
  }

  net::IoThreads threads_{"fake-nn", 1};
  std::unique_ptr<rpc::RpcServer> server_;
  uint16_t port_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  NamespaceInfo ns_ = TestNamespace();
  std::string version_ = kHadoopVersion;
  uint64_t capabilities_ = 1;
  bool active_ = true;
  uint64_t txid_ = 1;
  uint64_t epoch_ = 0;
  bool give_leases_ = true;
  uint64_t last_lease_ = 100;
  std::map<std::string, std::pair<Status, int>> failures_;
  std::vector<Command> commands_;
};

}  // namespace cairn::datanode
