// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>

#include "tools/shell/commands.h"

namespace cairn::shell {
namespace {

std::string Trim(const std::string& text) {
  constexpr const char* kSpace = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool IsName(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("-+_./@").find(c) != std::string_view::npos;
  });
}

// -chown: "owner", "owner:group", ":group".
class Chown : public Command {
 protected:
  Status ProcessOptions(Arguments& arguments) override {
    CommandFormat format({.least = 2}, {"R"});
    CAIRN_TRY(format.Parse(arguments));
    set_recursive(format.Has("R"));
    const std::string text = arguments.front();
    arguments.erase(arguments.begin());
    return ParseNames(text);
  }

  virtual Status ParseNames(const std::string& text) {
    const std::string names = Trim(text);
    const size_t colon = std::min(names.find(':'), names.size());
    owner_ = names.substr(0, colon);
    group_ = colon < names.size() ? names.substr(colon + 1) : "";
    if (!IsName(owner_) || !IsName(group_)) {
      return UsageError("'" + text + "' does not match expected pattern for [owner][:group].");
    }
    if (owner_.empty() && group_.empty()) {
      return UsageError("'" + text + "' does not specify owner or group.");
    }
    return Status();
  }

  Status ProcessPath(PathData& item) override {
    const std::string owner = owner_ == item.status->owner ? "" : owner_;
    const std::string group = group_ == item.status->group ? "" : group_;
    if (owner.empty() && group.empty()) return Status();
    const Status status = item.fs->SetOwner(item.path, owner, group);
    if (status.ok() || IsUsageError(status)) return status;
    return Status(Code::kIoError,
                  "changing ownership of '" + item.Text() + "': " + status.message());
  }

  void set_group(const std::string& group) { group_ = group; }

 private:
  std::string owner_;  // Empty: stays.
  std::string group_;
};

class Chgrp final : public Chown {
  Status ParseNames(const std::string& text) override {
    const std::string group = Trim(text);
    if (group.empty() || !IsName(group)) {
      return UsageError("'" + text + "' does not match expected pattern for group");
    }
    set_group(group);
    return Status();
  }
};

}  // namespace

std::unique_ptr<Command> MakeChown() { return std::make_unique<Chown>(); }
std::unique_ptr<Command> MakeChgrp() { return std::make_unique<Chgrp>(); }

}  // namespace cairn::shell
