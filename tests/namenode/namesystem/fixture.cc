// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/namesystem/fixture.h"

#include <utility>

namespace cairn::namenode {

NamesystemFixture::NamesystemFixture(bool real_disk)
    : disk_(real_disk ? static_cast<io::Disk&>(posix_disk_) : memory_disk_),
      directories_{{real_disk ? temp_dir_.path() + "/name" : "/name", true, true}} {
  info_ = NameStorage::NewNamespace("CID-test", "127.0.0.1", clock_.WallMs(), 0x123456789ABCDEF);
  options_.superuser = "hdfs";
  options_.host_name = "nn.test";
  options_.block_size_min = 1024;
  options_.blocks_per_file_max = 4;
  options_.list_limit = 10;
  const Status formatted =
      FormatNamespace(disk_, directories_, info_, {"hdfs", "supergroup", 0755});
  EXPECT_TRUE(formatted.ok()) << formatted.ToString();
  Start();
}

NamesystemFixture::~NamesystemFixture() { Kill(); }

NamesystemState::Setup NamesystemFixture::MakeSetup() const {
  NamesystemState::Setup setup;
  setup.options = options_;
  setup.info = info_;
  return setup;
}

void NamesystemFixture::Start() {
  Result<std::unique_ptr<NameStorage>> storage = NameStorage::Open(disk_, directories_);
  ASSERT_TRUE(storage.ok()) << storage.status().ToString();
  storage_ = std::move(*storage);
  ASSERT_TRUE(storage_->RecoverSegments().ok());
  state_ = std::make_unique<NamesystemState>(MakeSetup(), clock_, random_, nullptr, &audit_);
  const Status loaded = LoadState(*state_, *storage_);
  ASSERT_TRUE(loaded.ok()) << loaded.ToString();
  Result<std::unique_ptr<EditLog>> log = EditLog::Start(*storage_, state_->last_applied, {});
  ASSERT_TRUE(log.ok()) << log.status().ToString();
  log_ = std::move(*log);
  Activate(*state_, log_.get(), storage_.get());
  ns_ = std::make_unique<Namesystem>(*state_);
  monitor_ = std::make_unique<Monitor>(*state_);
}

void NamesystemFixture::Kill() {
  monitor_.reset();
  ns_.reset();
  log_.reset();
  state_.reset();
  storage_.reset();
}

std::unique_ptr<NamesystemState> NamesystemFixture::LoadAnother() {
  // The files of the running namenode as they are: its lock is not taken.
  auto state = std::make_unique<NamesystemState>(MakeSetup(), clock_, random_, nullptr, nullptr);
  Kill();
  Result<std::unique_ptr<NameStorage>> storage = NameStorage::Open(disk_, directories_);
  EXPECT_TRUE(storage.ok()) << storage.status().ToString();
  if (!storage.ok()) return state;
  EXPECT_TRUE((*storage)->RecoverSegments().ok());
  const Status loaded = LoadState(*state, **storage);
  EXPECT_TRUE(loaded.ok()) << loaded.ToString();
  return state;
}

OpContext NamesystemFixture::As(const std::string& user, std::vector<std::string> groups) const {
  OpContext context;
  context.caller = ns_->MakeCaller(user, std::move(groups));
  context.client_machine = "10.0.0.1";
  return context;
}

OpContext NamesystemFixture::Call(const std::string& user, int32_t call_id) const {
  OpContext context = As(user);
  context.client_id = std::string(16, 'x');
  context.call_id = call_id;
  return context;
}

DatanodeStorage NamesystemFixture::VolumeOf(const DatanodeRegistration& node) const {
  return {.uuid = "DS-" + node.id.uuid};
}

DatanodeRegistration NamesystemFixture::AddDatanode(const std::string& name) {
  DatanodeRegistration node;
  node.id = {.ip = "127.0.0.1", .host_name = name, .uuid = name, .transfer_port = next_port_++};
  node.storage.namespace_id = info_.namespace_id;
  node.storage.cluster_id = info_.cluster_id;
  node.storage.ctime_ms = info_.ctime_ms;
  node.software_version = kHadoopVersion;
  OpContext context = Super();
  context.client_machine.clear();
  Outcome<DatanodeRegistration> registered = ns_->RegisterDatanode(context, node);
  EXPECT_TRUE(registered.ok()) << Why(registered);
  Beat(node);
  nodes_.push_back(node);
  return node;
}

HeartbeatResponse NamesystemFixture::Beat(const DatanodeRegistration& node, bool want_lease) {
  HeartbeatRequest request{.registration = node, .request_full_report_lease = want_lease};
  request.reports.push_back({.storage = VolumeOf(node),
                             .capacity = uint64_t{1} << 40,
                             .remaining = uint64_t{1} << 39});
  Outcome<HeartbeatResponse> response = ns_->Heartbeat(Super(), request);
  EXPECT_TRUE(response.ok()) << Why(response);
  return response.ok() ? response.value() : HeartbeatResponse();
}

void NamesystemFixture::Report(const DatanodeRegistration& node, const Block& block,
                               ReceivedStatus status) {
  Outcome<Done> reported = ns_->BlockReceivedAndDeleted(
      Super(), node,
      {{.storage = VolumeOf(node), .blocks = {{.block = block, .status = status}}}});
  EXPECT_TRUE(reported.ok()) << Why(reported);
}

void NamesystemFixture::ReportReceived(const LocatedBlock& located, uint64_t length) {
  Block block = located.block.block;
  block.length = length;
  for (const DatanodeTarget& target : located.locations) {
    for (const DatanodeRegistration& node : nodes_) {
      if (node.id.uuid == target.node.id.uuid) Report(node, block, ReceivedStatus::kReceived);
    }
  }
}

void NamesystemFixture::ReportAll(const DatanodeRegistration& node,
                                  std::vector<ReportedBlock> blocks) {
  const uint64_t lease = Beat(node, true).full_report_lease_id;
  BlockReportRequest request{.registration = node, .lease_id = lease};
  request.reports.push_back(
      {VolumeOf(node), std::make_unique<ReportedBlockList>(std::move(blocks))});
  Outcome<std::optional<DatanodeCommand>> answer = ns_->BlockReport(Super(), request);
  EXPECT_TRUE(answer.ok()) << Why(answer);
}

FileStatus NamesystemFixture::Create(const std::string& path, const std::string& client) {
  Outcome<FileStatus> created = ns_->Create(Super(), {.path = path,
                                                      .mode = {.masked = 0644},
                                                      .client_name = client,
                                                      .flags = kCreateFlagCreate,
                                                      .create_parent = true,
                                                      .replication = replication_,
                                                      .block_size = kBlockSize});
  EXPECT_TRUE(created.ok()) << path << ": " << Why(created);
  return created.ok() ? created.value() : FileStatus();
}

LocatedBlock NamesystemFixture::AddBlock(const std::string& path,
                                         std::optional<ExtendedBlock> previous,
                                         const std::string& client) {
  Outcome<LocatedBlock> block = ns_->AddBlock(
      Super(), {.path = path, .client_name = client, .previous = std::move(previous)});
  EXPECT_TRUE(block.ok()) << path << ": " << Why(block);
  return block.ok() ? block.value() : LocatedBlock();
}

void NamesystemFixture::WriteFile(const std::string& path, uint64_t length) {
  Create(path);
  if (length == 0) {
    EXPECT_TRUE(ns_->Complete(Super(), {.path = path, .client_name = "client-1"}).value());
    return;
  }
  LocatedBlock block = AddBlock(path, std::nullopt);
  ReportReceived(block, length);
  block.block.block.length = length;
  Outcome<bool> complete = ns_->Complete(
      Super(), {.path = path, .client_name = "client-1", .last = block.block});
  ASSERT_TRUE(complete.ok()) << Why(complete);
  EXPECT_TRUE(complete.value());
}

void NamesystemFixture::MustMkdirs(const std::string& path) {
  Outcome<bool> made = ns_->Mkdirs(Super(), path, {.masked = 0755}, true);
  ASSERT_TRUE(made.ok()) << Why(made);
}

std::optional<FileStatus> NamesystemFixture::Stat(const std::string& path) {
  Outcome<std::optional<FileStatus>> status = ns_->GetFileInfo(Super(), path);
  EXPECT_TRUE(status.ok()) << Why(status);
  return status.ok() ? status.value() : std::nullopt;
}

std::vector<std::string> NamesystemFixture::List(const std::string& path) {
  std::vector<std::string> names;
  for (std::string after;;) {
    Outcome<std::optional<DirectoryListing>> page =
        ns_->GetListing(Super(), {.path = path, .start_after = after});
    EXPECT_TRUE(page.ok()) << Why(page);
    if (!page.ok() || !page.value()) return names;
    for (const FileStatus& entry : page.value()->entries) names.push_back(entry.name);
    if (page.value()->remaining == 0) return names;
    after = names.back();
  }
}

}  // namespace cairn::namenode
