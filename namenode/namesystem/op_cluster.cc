// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "namenode/namesystem/namesystem.h"
#include "namenode/namesystem/operation.h"
#include "namenode/namesystem/resolve.h"

namespace cairn::namenode {
namespace {

bool Shows(DatanodeReportType type, const DatanodeEntry& node) {
  const AdminState state = node.info.admin_state;
  switch (type) {
    case DatanodeReportType::kAll: return true;
    case DatanodeReportType::kLive: return node.alive;
    case DatanodeReportType::kDead: return !node.alive;
    case DatanodeReportType::kDecommissioning:
      return node.alive && state == AdminState::kDecommissionInProgress;
    case DatanodeReportType::kEnteringMaintenance:
      return node.alive && state == AdminState::kEnteringMaintenance;
    case DatanodeReportType::kInMaintenance: return state == AdminState::kInMaintenance;
  }
  return false;
}

std::vector<DatanodeIndex> Selected(const DatanodeManager& datanodes, DatanodeReportType type) {
  std::vector<DatanodeIndex> out;
  for (const DatanodeIndex index : datanodes.All()) {
    if (Shows(type, datanodes.node(index))) out.push_back(index);
  }
  return out;
}

Result<std::vector<DatanodeInfo>> DoDatanodeReport(Operation& op, DatanodeReportType type) {
  CAIRN_TRY(op.checker.CheckSuperuser("datanodeReport"));
  const DatanodeManager& datanodes = op.state.blocks.datanodes();
  std::vector<DatanodeInfo> report;
  for (const DatanodeIndex index : Selected(datanodes, type)) {
    report.push_back(datanodes.node(index).info);
  }
  return report;
}

Result<std::vector<DatanodeStorageReport>> DoStorageReport(Operation& op,
                                                           DatanodeReportType type) {
  CAIRN_TRY(op.checker.CheckSuperuser("getDatanodeStorageReport"));
  const DatanodeManager& datanodes = op.state.blocks.datanodes();
  std::vector<DatanodeStorageReport> report;
  for (const DatanodeIndex index : Selected(datanodes, type)) {
    report.push_back({datanodes.node(index).info, datanodes.StorageReports(index)});
  }
  return report;
}

ReplicatedBlockStats ToStats(const BlockManagerCounters& counters) {
  return {.low_redundancy = counters.low_redundancy,
          .corrupt = counters.corrupt_blocks,
          .missing = counters.missing,
          .missing_replication_one = counters.missing_replication_one,
          .bytes_in_future = counters.bytes_in_future,
          .pending_deletion = counters.pending_deletion,
          .highest_priority_low_redundancy = counters.highest_priority_low_redundancy};
}

bool IsBelow(const std::string& path, const std::string& parent) {
  if (parent.empty() || parent == "/" || path == parent) return true;
  return path.starts_with(parent.back() == '/' ? parent : parent + "/");
}

Result<OpenFiles> DoListOpenFiles(Operation& op, InodeId after, const std::string& prefix) {
  const NamesystemState& s = op.state;
  CAIRN_TRY(op.checker.CheckSuperuser("listOpenFiles"));
  OpenFiles out;
  const size_t limit = s.options.open_files_page;
  for (bool more = true; more && out.entries.size() < limit;) {
    const std::vector<InodeId> page = s.leases.OpenFiles(after, limit);
    more = page.size() == limit;
    for (const InodeId id : page) {
      if (out.entries.size() == limit) break;
      after = id;
      const InodeHandle file = s.tree.Find(id);
      const UnderConstruction* writer =
          file == kNoInode ? nullptr : s.tree.features().Writer(file);
      if (writer == nullptr) continue;
      std::string path = s.tree.PathOf(file);
      if (!IsBelow(path, prefix)) continue;
      out.entries.push_back({id, std::move(path), writer->client_name, writer->client_machine});
    }
  }
  out.has_more = !s.leases.OpenFiles(after, 1).empty();
  return out;
}

uint64_t CookieNumber(const std::string& cookie) {
  uint64_t number = 0;
  for (const char c : cookie) {
    if (c < '0' || c > '9' || number > UINT64_MAX / 16) return 0;
    number = number * 10 + static_cast<uint64_t>(c - '0');
  }
  return number;
}

Result<CorruptFileBlocks> DoListCorrupt(Operation& op, const std::string& path,
                                        const std::string& cookie) {
  const NamesystemState& s = op.state;
  CAIRN_TRY(op.checker.CheckSuperuser("listCorruptFileBlocks"));
  CorruptFileBlocks out;
  uint64_t skip = CookieNumber(cookie);
  const uint32_t limit = s.options.corrupt_files_page;
  for (bool more = true; more && out.files.size() < limit;) {
    const std::vector<BlockManager::CorruptBlock> page = s.blocks.CorruptBlocks(skip, limit);
    more = page.size() == limit;
    for (const BlockManager::CorruptBlock& block : page) {
      if (out.files.size() == limit) break;
      ++skip;
      const InodeHandle file = s.tree.Find(block.owner);
      if (file == kNoInode) continue;
      std::string name = s.tree.PathOf(file);
      if (IsBelow(name, path)) out.files.push_back(std::move(name));
    }
  }
  out.cookie = std::to_string(skip);
  return out;
}

Result<Done> DoReportBadBlocks(Mutation& m, const std::vector<LocatedBlock>& blocks) {
  for (const LocatedBlock& located : blocks) {
    for (const DatanodeTarget& place : located.locations) {
      m.state.blocks.MarkCorrupt(located.block.block, place.node.id.uuid, place.storage_uuid,
                                 "client machine reported it");
    }
  }
  return Done{};
}

}  // namespace

Outcome<ServerDefaults> Namesystem::GetServerDefaults(const OpContext&) {
  if (Status s = CheckServing(state_, Category::kRead); !s.ok()) return s;
  return state_.options.server_defaults;
}

Outcome<FsStats> Namesystem::GetFsStats(const OpContext& context) {
  return RunShared<FsStats>(state_, context, Category::kRead, {}, [](Operation& op) {
    return Result<FsStats>(op.state.blocks.Stats());
  });
}

Outcome<ReplicatedBlockStats> Namesystem::GetReplicatedBlockStats(const OpContext& context) {
  return RunShared<ReplicatedBlockStats>(
      state_, context, Category::kRead, {}, [](Operation& op) {
        return Result<ReplicatedBlockStats>(ToStats(op.state.blocks.Counters()));
      });
}

Outcome<std::vector<DatanodeInfo>> Namesystem::GetDatanodeReport(const OpContext& context,
                                                                 DatanodeReportType type) {
  return RunShared<std::vector<DatanodeInfo>>(
      state_, context, Category::kUnchecked, {.command = "datanodeReport"},
      [&](Operation& op) { return DoDatanodeReport(op, type); });
}

Outcome<std::vector<DatanodeStorageReport>> Namesystem::GetDatanodeStorageReport(
    const OpContext& context, DatanodeReportType type) {
  return RunShared<std::vector<DatanodeStorageReport>>(
      state_, context, Category::kUnchecked, {.command = "getDatanodeStorageReport"},
      [&](Operation& op) { return DoStorageReport(op, type); });
}

Outcome<OpenFiles> Namesystem::ListOpenFiles(const OpContext& context, InodeId after,
                                             const std::string& path_prefix) {
  return RunShared<OpenFiles>(
      state_, context, Category::kRead, {.command = "listOpenFiles"},
      [&](Operation& op) { return DoListOpenFiles(op, after, path_prefix); });
}

Outcome<CorruptFileBlocks> Namesystem::ListCorruptFileBlocks(const OpContext& context,
                                                             const std::string& path,
                                                             const std::string& cookie) {
  return RunShared<CorruptFileBlocks>(
      state_, context, Category::kRead, {.command = "listCorruptFileBlocks", .source = path},
      [&](Operation& op) { return DoListCorrupt(op, path, cookie); });
}

Outcome<Done> Namesystem::ReportBadBlocks(const OpContext& context,
                                          const std::vector<LocatedBlock>& blocks) {
  return RunExclusive<Done>(state_, context, Category::kWrite, {.command = "reportBadBlocks"},
                            [&](Mutation& m) { return DoReportBadBlocks(m, blocks); });
}

}  // namespace cairn::namenode
