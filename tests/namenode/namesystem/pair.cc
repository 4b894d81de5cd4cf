// SPDX-License-Identifier: Apache-2.0
#include "tests/namenode/namesystem/pair.h"

#include <limits>

namespace cairn::namenode {
namespace {

constexpr int kDatanodes = 3;

}  // namespace

PairMember::PairMember(const FakeClock& clock, const NamespaceInfo& info, bool real_disk)
    : clock(clock),
      info(info),
      disk(real_disk ? static_cast<io::Disk&>(posix_disk) : memory_disk),
      directories{{real_disk ? temp_dir.path() + "/name" : "/name", true, true}} {
  const Status formatted =
      FormatNamespace(disk, directories, info, {"hdfs", "supergroup", 0755});
  EXPECT_TRUE(formatted.ok()) << formatted.ToString();
  Start();
}

void PairMember::Start() {
  Result<std::unique_ptr<NameStorage>> opened = NameStorage::Open(disk, directories);
  ASSERT_TRUE(opened.ok()) << opened.status().ToString();
  storage = std::move(*opened);
  ASSERT_TRUE(storage->RecoverSegments().ok());
  NamesystemState::Setup setup{.info = info};
  setup.options.superuser = "hdfs";
  setup.options.block_size_min = 1024;
  state = std::make_unique<NamesystemState>(std::move(setup), clock, random, nullptr, nullptr);
  const Status loaded = LoadState(*state, *storage);
  ASSERT_TRUE(loaded.ok()) << loaded.ToString();
  EditLog::Options options;
  options.on_batch = [this](const EditLog::Batch& batch) {
    const std::lock_guard lock(mutex_);
    written_.emplace_back(batch.bytes);
  };
  Result<std::unique_ptr<EditLog>> followed =
      EditLog::Follow(*storage, state->last_applied, std::move(options));
  ASSERT_TRUE(followed.ok()) << followed.status().ToString();
  log = std::move(*followed);
  StartStandby(*state, log.get(), storage.get());
  ns = std::make_unique<Namesystem>(*state);
  role = std::make_unique<Role>(*state, [this](const Status& why) { fatal.push_back(why); });
  monitor = std::make_unique<Monitor>(*state);
}

void PairMember::Kill() {
  monitor.reset();
  role.reset();
  ns.reset();
  log.reset();
  state.reset();
  storage.reset();
}

void PairMember::Drain() {
  Section::Exclusive inside(state->section);
  while (CollectDeleted(*state, std::numeric_limits<size_t>::max())) {
  }
}

StateHash PairMember::Hash() {
  Drain();
  Section::Shared inside(state->section);
  return state->Hash();
}

std::vector<std::string> PairMember::TakeRecords() {
  Sync();
  const std::lock_guard lock(mutex_);
  std::vector<std::string> records;
  for (const std::string& batch : written_) {
    for (std::string_view rest = batch; !rest.empty();) {
      const Result<Frame> frame = PeekFrame(rest);
      EXPECT_TRUE(frame.ok()) << frame.status().ToString();
      records.emplace_back(rest.substr(0, frame->size));
      rest.remove_prefix(frame->size);
    }
  }
  written_.clear();
  return records;
}

PairFixture::PairFixture(bool real_disk)
    : info_(NameStorage::NewNamespace("CID-test", "127.0.0.1", clock_.WallMs(), 0x12345)) {
  for (auto& member : members_) member = std::make_unique<PairMember>(clock_, info_, real_disk);
  for (int n = 0; n < kDatanodes; ++n) {
    DatanodeRegistration node;
    const std::string name = "dn" + std::to_string(n);
    node.id = {.ip = "127.0.0.1",
               .host_name = name,
               .uuid = name,
               .transfer_port = static_cast<uint16_t>(9000 + n)};
    node.storage.namespace_id = info_.namespace_id;
    node.storage.cluster_id = info_.cluster_id;
    node.storage.ctime_ms = info_.ctime_ms;
    node.software_version = kHadoopVersion;
    nodes_.push_back(node);
  }
  for (auto& member : members_) Register(*member);
  const Status serves = active().role->BecomeActive();
  EXPECT_TRUE(serves.ok()) << serves.ToString();
  for (size_t n = 0; n < nodes_.size(); ++n) {
    Beat(active(), n);
    ReportAll(active(), n, {});
  }
  Feed();
}

OpContext PairFixture::Super() const {
  OpContext context;
  context.caller = members_[active_]->ns->MakeCaller("hdfs", {});
  context.client_machine = "10.0.0.1";
  return context;
}

OpContext PairFixture::Call(int32_t call_id) const {
  OpContext context = Super();
  context.client_id = std::string(16, 'x');
  context.call_id = call_id;
  return context;
}

void PairFixture::Feed() {
  std::string all;
  for (const std::string& record : active().TakeRecords()) all += record;
  if (!all.empty()) standby().Apply(all);
}

void PairFixture::Failover() {
  Feed();
  active().Kill();
  active_ = 1 - active_;
  static_cast<void>(active().TakeRecords());  // The dead one wrote them.
  const Status serves = active().role->BecomeActive();
  ASSERT_TRUE(serves.ok()) << serves.ToString();
  ASSERT_TRUE(active().ns->SetSafeMode(Super(), SafeModeAction::kLeave).ok());
  standby().Start();
  Register(standby());
  Feed();
}

void PairFixture::ExpectSame() {
  Feed();
  EXPECT_EQ(active().state->last_applied, standby().state->last_applied);
  EXPECT_EQ(active().state->ids, standby().state->ids);
  EXPECT_EQ(active().Hash(), standby().Hash());
  const Tree& mine = active().state->tree;
  const Tree& theirs = standby().state->tree;
  const QuotaCounts here = mine.features().Quota(mine.root())->usage;
  const QuotaCounts there = theirs.features().Quota(theirs.root())->usage;
  EXPECT_EQ(here.names, there.names);
  EXPECT_EQ(here.space, there.space);
}

void PairFixture::Register(PairMember& member) {
  OpContext context;
  context.caller = member.ns->MakeCaller("hdfs", {});
  for (size_t n = 0; n < nodes_.size(); ++n) {
    Outcome<DatanodeRegistration> registered = member.ns->RegisterDatanode(context, nodes_[n]);
    ASSERT_TRUE(registered.ok()) << registered.status().ToString();
    Beat(member, n);
  }
}

HeartbeatResponse PairFixture::Beat(PairMember& member, size_t node, bool want_lease) {
  HeartbeatRequest request{.registration = nodes_[node],
                           .request_full_report_lease = want_lease};
  request.reports.push_back({.storage = VolumeOf(node),
                             .capacity = uint64_t{1} << 40,
                             .remaining = uint64_t{1} << 39});
  Outcome<HeartbeatResponse> response = member.ns->Heartbeat(OpContext(), request);
  EXPECT_TRUE(response.ok()) << response.status().ToString();
  return response.ok() ? response.value() : HeartbeatResponse();
}

void PairFixture::Report(PairMember& member, size_t node, const Block& block,
                         ReceivedStatus status) {
  Outcome<Done> reported = member.ns->BlockReceivedAndDeleted(
      OpContext(), nodes_[node],
      {{.storage = VolumeOf(node), .blocks = {{.block = block, .status = status}}}});
  EXPECT_TRUE(reported.ok()) << reported.status().ToString();
}

void PairFixture::ReportAll(PairMember& member, size_t node, std::vector<ReportedBlock> blocks) {
  const uint64_t lease = Beat(member, node, true).full_report_lease_id;
  BlockReportRequest request{.registration = nodes_[node], .lease_id = lease};
  request.reports.push_back(
      {VolumeOf(node), std::make_unique<ReportedBlockList>(std::move(blocks))});
  Outcome<std::optional<DatanodeCommand>> answer =
      member.ns->BlockReport(OpContext(), request);
  EXPECT_TRUE(answer.ok()) << answer.status().ToString();
}

void PairFixture::ReportReceived(const LocatedBlock& located, uint64_t length) {
  Block block = located.block.block;
  block.length = length;
  for (const DatanodeTarget& target : located.locations) {
    for (size_t n = 0; n < nodes_.size(); ++n) {
      if (target.node.id.uuid != nodes_[n].id.uuid) continue;
      for (auto& member : members_) Report(*member, n, block, ReceivedStatus::kReceived);
    }
  }
}

void PairFixture::Create(const std::string& path, const std::string& client) {
  Outcome<FileStatus> created = active().ns->Create(Super(), {.path = path,
                                                             .mode = {.masked = 0644},
                                                             .client_name = client,
                                                             .flags = kCreateFlagCreate,
                                                             .create_parent = true,
                                                             .replication = replication_,
                                                             .block_size = kBlockSize});
  ASSERT_TRUE(created.ok()) << path << ": " << created.status().ToString();
}

LocatedBlock PairFixture::AddBlock(const std::string& path, std::optional<ExtendedBlock> previous,
                                   const std::string& client) {
  Outcome<LocatedBlock> block = active().ns->AddBlock(
      Super(), {.path = path, .client_name = client, .previous = std::move(previous)});
  EXPECT_TRUE(block.ok()) << path << ": " << block.status().ToString();
  return block.ok() ? block.value() : LocatedBlock();
}

bool PairFixture::Complete(const std::string& path, const LocatedBlock& block, uint64_t length) {
  ExtendedBlock last = block.block;
  last.block.length = length;
  Outcome<bool> complete = active().ns->Complete(
      Super(), {.path = path, .client_name = "client-1", .last = last});
  EXPECT_TRUE(complete.ok()) << complete.status().ToString();
  return complete.ok() && complete.value();
}

Block PairFixture::WriteFile(const std::string& path, uint64_t length) {
  Create(path);
  const LocatedBlock block = AddBlock(path);
  ReportReceived(block, length);
  EXPECT_TRUE(Complete(path, block, length));
  Block written = block.block.block;
  written.length = length;
  return written;
}

}  // namespace cairn::namenode
