// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "tools/shell/acl_text.h"
#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

Status NotHere() {
  return Status(Code::kUnsupported, "this file system has no access control lists");
}

// A mode and the entries that are stored beside it, as one list in the order in which it is shown.
std::vector<AclEntry> WholeList(uint16_t mode, const std::vector<AclEntry>& stored) {
  const auto bits = [mode](int shift) { return static_cast<uint8_t>(mode >> shift & 7); };
  std::vector<AclEntry> list = {{AclScope::kAccess, AclType::kUser, bits(6), ""}};
  for (const AclEntry& entry : stored) {
    if (entry.scope == AclScope::kAccess) list.push_back(entry);
  }
  const bool extended = list.size() > 1;
  list.push_back(
      {AclScope::kAccess, extended ? AclType::kMask : AclType::kGroup, bits(3), ""});
  list.push_back({AclScope::kAccess, AclType::kOther, bits(0), ""});
  for (const AclEntry& entry : stored) {
    if (entry.scope == AclScope::kDefault) list.push_back(entry);
  }
  return list;
}

class GetFacl final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({}, {"R"});
    CAIRN_TRY(format.Parse(arguments));
    set_recursive(format.Has("R"));
    if (arguments.empty()) return UsageError("<path> is missing");
    return arguments.size() > 1 ? UsageError("Too many arguments") : Status();
  }

  Status ProcessPath(PathData& item) override {
    const FileStatus& status = *item.status;
    PrintLine("# file: " + item.Text());
    PrintLine("# owner: " + status.owner);
    PrintLine("# group: " + status.group);
    if ((status.mode & kStickyBit) != 0) {
      PrintLine(std::string("# flags: --") + ((status.mode & 1) != 0 ? "t" : "T"));
    }
    std::vector<AclEntry> stored;
    if (status.has_acl && item.fs->hdfs() != nullptr) {
      CAIRN_ASSIGN(const client::AclStatus acl, item.fs->hdfs()->GetAclStatus(item.path));
      stored = acl.entries;
    }
    const std::vector<AclEntry> list = WholeList(status.mode, stored);
    PrintScope(list, AclScope::kAccess);
    PrintScope(list, AclScope::kDefault);
    PrintLine("");
    return Status();
  }

  void PrintScope(const std::vector<AclEntry>& list, AclScope scope) {
    // The mask limits named entries and groups.
    uint8_t mask = 7;
    for (const AclEntry& entry : list) {
      if (entry.scope == scope && entry.type == AclType::kMask) mask = entry.permission;
    }
    for (const AclEntry& entry : list) {
      if (entry.scope != scope) continue;
      const bool limited = !entry.name.empty() || entry.type == AclType::kGroup;
      const auto effective = static_cast<uint8_t>(entry.permission & mask);
      std::string line = ToString(entry);
      if (limited && effective != entry.permission) {
        line += "\t#effective:" + AccessText(effective);
      }
      PrintLine(line);
    }
  }
};

class SetFacl final : public Command {
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({}, {"b", "k", "R", "m", "x", "-set"});
    CAIRN_TRY(format.Parse(arguments));
    set_recursive(format.Has("R"));
    for (const char* option : {"b", "k", "m", "x", "-set"}) {
      if (!format.Has(option)) continue;
      if (!action_.empty()) {
        return UsageError("Specified flags contains both remove and modify flags");
      }
      action_ = option;
    }
    if (action_ == "m" || action_ == "x" || action_ == "-set") CAIRN_TRY(TakeSpec(arguments));
    if (arguments.empty()) return UsageError("<path> is missing");
    if (arguments.size() > 1) return UsageError("Too many arguments");
    if (action_.empty()) return UsageError("Expected one of -b, -k, -m, -x or --set options");
    return Status();
  }

  Status TakeSpec(Arguments& arguments) {
    if (arguments.empty()) return UsageError("Missing arguments: <acl_spec> <path>");
    if (arguments.size() < 2) return UsageError("Missing either <acl_spec> or <path>");
    CAIRN_ASSIGN(entries_, ParseAclSpec(arguments.front(), action_ != "x"));
    arguments.erase(arguments.begin());
    return entries_.empty() ? UsageError("Missing <acl_spec> entry") : Status();
  }

  Status ProcessPath(PathData& item) override {
    client::Client* const client = item.fs->hdfs();
    if (client == nullptr) return NotHere();
    if (action_ == "b") return client->RemoveAcl(item.path);
    if (action_ == "k") return client->RemoveDefaultAcl(item.path);
    std::vector<AclEntry> entries = entries_;
    if (recursive() && !item.is_directory()) {
      // Only directories have default entries.
      std::erase_if(entries,
                    [](const AclEntry& entry) { return entry.scope == AclScope::kDefault; });
    }
    if (entries.empty()) return Status();
    if (action_ == "m") return client->ModifyAclEntries(item.path, entries);
    if (action_ == "x") return client->RemoveAclEntries(item.path, entries);
    return client->SetAcl(item.path, entries);
  }

  std::string action_;  // The option that says what is done.
  std::vector<AclEntry> entries_;
};

}  // namespace

std::unique_ptr<Command> MakeGetFacl() { return std::make_unique<GetFacl>(); }
std::unique_ptr<Command> MakeSetFacl() { return std::make_unique<SetFacl>(); }

}  // namespace cairn::shell
